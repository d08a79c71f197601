//! The descriptions are of what is served, and the API can do what the pages can: both route tables against both
//! documents, and each web act against its operation, with the same permission.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use narthex_approval::routes::{dashboard, portal};

use super::*;

/// What the pages of the dashboard do, by the operation that does it.
const DASHBOARD: &[(&str, &str)] = &[
    ("decide", "decide"),
    ("confirm", "confirm"),
    ("take", "take"),
    ("hand_back", "hand_back"),
    ("decide_together", "approve_together"),
    ("suspend", "suspend"),
    ("resume", "resume"),
    ("revoke", "revoke"),
    ("link", "link"),
    ("block", "block"),
    ("let_expire", "let_expire"),
    ("split", "split"),
    ("invite_claim", "invite_claim"),
    ("block_family", "block_family"),
    ("let_family_expire", "let_family_expire"),
    ("split_network", "split_network"),
    ("order_document", "order_document"),
    ("create_tenant", "create_tenant"),
    ("invite_owner", "invite_owner"),
    ("freeze_tenant", "freeze_tenant"),
    ("thaw_tenant", "thaw_tenant"),
    ("save_view", "save_view"),
    ("forget_view", "forget_view"),
    ("edit_brands", "keep_brand"),
    ("edit_brands", "forget_brand"),
    ("set_brake", "set_brake"),
    ("lift_brake", "lift_brake"),
    ("add_listing", "add_listing"),
    ("end_listing", "end_listing"),
    ("propose_trust", "propose_trust"),
    ("answer_trust", "answer_trust"),
    ("end_trust", "end_trust"),
    ("draft_policy", "draft_policy"),
    ("simulate_policy", "simulate_policy"),
    ("propose_policy", "propose_policy"),
    ("answer_policy", "answer_policy"),
    ("end_api_token", "end_api_token"),
];

/// What the pages of the portal do, by the operation that does it.
const PORTAL: &[(&str, &str)] = &[
    ("add_resource", "add_resource"),
    ("offer_registration", "offer_registration"),
    ("add_scope", "add_scope"),
    ("add_tool", "add_tool"),
    ("change_tool", "change_tool"),
    ("change_change_rules", "change_change_rules"),
    ("change_token_policy", "change_token_policy"),
    ("create_resource_credential", "create_resource_credential"),
    ("set_event_stream", "set_event_stream"),
    ("set_event_stream_status", "set_event_stream_status"),
    ("verify_event_stream", "verify_event_stream"),
    ("remove_event_stream", "remove_event_stream"),
    ("create_initial_access_token", "create_initial_access_token"),
    ("revoke_initial_access_token", "revoke_initial_access_token"),
    ("take_claim", "take_claim"),
    ("disown", "disown"),
    ("add_domain", "add_domain"),
    ("check_domain", "check_domain"),
    ("remove_domain", "remove_domain"),
    ("set_brake", "set_brake"),
    ("lift_brake", "lift_brake"),
    ("onboard", "onboard"),
    ("verify", "verify"),
    ("verify", "vouch"),
    ("verify", "turn_away"),
    ("answer_offer", "answer_offer"),
    ("withdraw", "withdraw"),
    ("create_credential", "create_credential"),
    ("retire_credential", "retire_credential"),
    ("promote", "promote"),
    ("suspend", "suspend"),
    ("resume", "resume"),
    ("revoke", "revoke"),
    ("invite", "invite"),
    ("invite_again", "invite_again"),
    ("end_invitation", "end_invitation"),
    ("change_role", "change_role"),
    ("remove_member", "remove_member"),
    ("add_identity_provider", "add_identity_provider"),
    ("test_identity_provider", "test_identity_provider"),
    ("remove_identity_provider", "remove_identity_provider"),
    ("sign_in_rule", "set_sign_in_rule"),
    ("hand_over", "hand_over"),
    ("answer_handover", "answer_handover"),
    ("change_settings", "change_settings"),
    ("change_allowlists", "change_allowlists"),
    ("trust_issuer", "trust_issuer"),
    ("distrust_issuer", "distrust_issuer"),
    ("trust_domain", "trust_domain"),
    ("distrust_domain", "distrust_domain"),
    ("block_own", "block_own"),
    ("unblock_own", "unblock_own"),
    ("limit_registration", "limit_registration"),
    ("save_view", "save_view"),
    ("forget_view", "forget_view"),
    ("draft_policy", "draft_policy"),
    ("simulate_policy", "simulate_policy"),
    ("propose_policy", "propose_policy"),
    ("answer_policy", "answer_policy"),
    ("end_api_token", "end_api_token"),
];

/// What a page does and no program, with why.
const PAGES_ALONE: &[(&str, &str)] = &[
    ("sign_in", "a person proves who they are in a browser"),
    (
        "connect_identity",
        "a person proves in a browser that an account is theirs",
    ),
    ("sign_out", "a session of a browser ends"),
    (
        "invitation",
        "a person who has no account yet sets a password",
    ),
    ("ask_again", "the same person, whose link is over"),
    (
        "forgotten_password",
        "a person who cannot sign in asks for a link",
    ),
    ("reset_password", "the same person, by that link"),
    (
        "change_password",
        "what a person proves themselves by is changed where they do so",
    ),
    ("second_factor", "the same"),
    ("turn_off_second_factor", "the same"),
    ("recovery_codes", "the same"),
    ("end_session", "a session of a browser ends"),
    (
        "create_api_token",
        "a token that makes tokens would outlive its end: one is made where its person signs in",
    ),
];

/// A row of a table, whoever's it is.
struct Row {
    method: String,
    path: &'static str,
    name: &'static str,
    /// By a session; `None` for anybody.
    web: Option<Action>,
    /// By a token.
    api: Option<Action>,
}

fn of_dashboard() -> Vec<Row> {
    use dashboard::Guard;
    let row = |row: narthex_http::Row<Guard>| Row {
        method: row.method.to_string(),
        path: row.path,
        name: row.name,
        web: match row.guard {
            Guard::May(action) => Some(action),
            Guard::Anyone | Guard::Token(_) => None,
        },
        api: match row.guard {
            Guard::Token(action) => Some(action),
            Guard::Anyone | Guard::May(_) => None,
        },
    };
    dashboard::routes().rows().into_iter().map(row).collect()
}

fn of_portal() -> Vec<Row> {
    use portal::Guard;
    let row = |row: narthex_http::Row<Guard>| Row {
        method: row.method.to_string(),
        path: row.path,
        name: row.name,
        web: match row.guard {
            Guard::May(action) => Some(action),
            // Of production the handler asks more, on both sides.
            Guard::Credential => Some(Action::CreateSandboxCredential),
            Guard::Anyone | Guard::LinkHolder | Guard::Token(_) => None,
        },
        api: match row.guard {
            Guard::Token(action) => Some(action),
            Guard::Anyone | Guard::LinkHolder | Guard::May(_) | Guard::Credential => None,
        },
    };
    portal::routes().rows().into_iter().map(row).collect()
}

async fn documents(scene: &Scene) -> [(Value, Vec<Row>); 2] {
    let read = async |plane| {
        let url = scene.system.at(plane, "/api/v1/openapi.json");
        Browser::new().get(&url).await.json()
    };
    [
        (read(Plane::Staff).await, of_dashboard()),
        (read(Plane::Portal).await, of_portal()),
    ]
}

/// Operations by name: method, path and what is said of it.
fn operations(document: &Value) -> BTreeMap<String, (String, String, Value)> {
    let mut all = BTreeMap::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let Some(id) = operation["operationId"].as_str() else {
                continue;
            };
            let said = (method.to_uppercase(), path.clone(), operation.clone());
            let before = all.insert(id.to_owned(), said);
            assert!(before.is_none(), "{id} names two operations");
        }
    }
    all
}

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_is_described_and_nothing_else() {
    let scene = Scene::new().await;
    for (document, rows) in documents(&scene).await {
        let version = document["openapi"].as_str().unwrap();
        assert!(version.starts_with("3.1"), "{version}");
        let mut described = BTreeSet::new();
        for (method, path, operation) in operations(&document).values() {
            assert!(operation["security"][0]["token"].is_array(), "{path}");
            assert!(operation["responses"]["default"].is_object(), "{path}");
            assert!(operation["summary"].is_string(), "{path}");
            let declared = operation["parameters"].as_array().into_iter().flatten();
            let declared: BTreeSet<_> = declared
                .filter(|one| one["in"] == "path")
                .map(|one| one["name"].as_str().unwrap())
                .collect();
            let named = path.split('/').filter_map(|part| {
                part.strip_prefix('{')
                    .and_then(|part| part.strip_suffix('}'))
            });
            assert_eq!(declared, named.collect(), "{path}");
            let body = &operation["requestBody"];
            assert_eq!(body.is_object(), method == "POST", "{path}");
            described.insert(format!("{method} {path}"));
        }
        let served = rows.iter().filter(|row| row.api.is_some());
        let served: BTreeSet<_> = served
            .map(|row| format!("{} {}", row.method, row.path))
            .collect();
        assert_eq!(described, served);
    }
    for plane in [Plane::Staff, Plane::Portal] {
        let page = Browser::new().get(&scene.system.at(plane, "/api/v1")).await;
        assert_eq!(page.status, 200);
        let url = scene.system.at(plane, "/api/v1/openapi.json");
        let document = Browser::new().get(&url).await.json();
        for (path, _) in document["paths"].as_object().unwrap() {
            assert!(page.body.contains(path.as_str()), "{path}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b11_each_web_act_has_its_operation_by_the_same_permission() {
    let scene = Scene::new().await;
    let [staff, tenants] = documents(&scene).await;
    for ((document, rows), table) in [(staff, DASHBOARD), (tenants, PORTAL)] {
        let operations = operations(&document);
        let acts = rows
            .iter()
            .filter(|row| row.method == "POST" && row.api.is_none());
        let mut unused: BTreeSet<_> = table.iter().map(|(web, _)| *web).collect();
        for act in acts {
            if PAGES_ALONE.iter().any(|(name, _)| *name == act.name) {
                continue;
            }
            unused.remove(act.name);
            let by: Vec<_> = table.iter().filter(|(web, _)| *web == act.name).collect();
            assert!(!by.is_empty(), "{} {} has no operation", act.name, act.path);
            for (_, id) in by {
                let (method, path, _) = operations
                    .get(*id)
                    .unwrap_or_else(|| panic!("{id} is not described"));
                let same = |row: &&Row| row.method == *method && row.path == path;
                let row = rows.iter().find(same).unwrap();
                assert_eq!(row.api, act.web, "{id} is for another permission");
            }
        }
        assert_eq!(unused, BTreeSet::new(), "no page does this any more");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_document_refers_to_is_there() {
    let scene = Scene::new().await;
    for (document, _) in documents(&scene).await {
        let mut referred = BTreeSet::new();
        references(&document, &mut referred);
        assert!(referred.len() > 20, "{}", referred.len());
        for reference in referred.iter().filter(|text| text.starts_with('#')) {
            let found = document.pointer(reference.trim_start_matches('#'));
            assert!(found.is_some_and(Value::is_object), "{reference}");
        }
    }
}

fn references(value: &Value, into: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, value) in members {
                if let ("$ref", Some(text)) = (name.as_str(), value.as_str()) {
                    into.insert(text.to_owned());
                }
                references(value, into);
            }
        }
        Value::Array(all) => all.iter().for_each(|value| references(value, into)),
        _ => {}
    }
}

/// A component is called as its type is: of two types of one name one would describe the other.
#[test]
fn no_two_types_of_the_api_have_one_name() {
    let directory = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../crates/approval/src/endpoint/api"
    );
    let mut files = Vec::new();
    below(Path::new(directory), &mut files);
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (file, text) in files {
        for name in described(&text) {
            let other = names.insert(name.clone(), file.clone());
            assert_eq!(other, None, "{name} is in {file}, too");
        }
    }
    assert!(names.len() > 100, "{}", names.len());
}

#[test]
fn a_second_type_of_a_name_is_seen() {
    let text = "#[derive(Serialize, ToSchema)]\n#[serde(x)]\npub(crate) struct Line {\n";
    assert_eq!(described(text), ["Line"]);
    assert_eq!(described("#[derive(Serialize)]\nstruct Line {\n").len(), 0);
}

fn below(directory: &Path, into: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            below(&path, into);
        } else {
            let text = std::fs::read_to_string(&path).unwrap();
            into.push((path.display().to_string(), text));
        }
    }
}

/// The types of a file that describe themselves.
fn described(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if !(line.starts_with("#[derive(") && line.contains("ToSchema")) {
            continue;
        }
        let item = lines
            .find(|line| !line.starts_with("#["))
            .unwrap_or_default();
        let words = item.split([' ', '{', '<', '(']);
        let name = words
            .skip_while(|word| !matches!(*word, "struct" | "enum"))
            .nth(1);
        names.extend(name.map(str::to_owned));
    }
    names
}
