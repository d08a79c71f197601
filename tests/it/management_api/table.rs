//! Every operation by everybody who must not pass: the rows come from both route tables. Who passes is a test of the
//! operation; here nothing is changed by anybody.

use std::collections::BTreeMap;

use narthex_approval::routes::{dashboard, portal};
use narthex_tests::Rows;

use super::*;
use crate::isolation_http::{Objects, bare};

/// An operation of one of the listeners.
#[derive(Debug, Clone, Copy)]
struct Operation {
    plane: Plane,
    acts: bool,
    path: &'static str,
    name: &'static str,
    action: Action,
}

/// Every operation of both tables.
fn operations() -> Vec<Operation> {
    let staff = dashboard::routes().rows().into_iter().filter_map(|row| {
        let dashboard::Guard::Token(action) = row.guard else {
            return None;
        };
        Some((
            Plane::Staff,
            row.method.to_string(),
            row.path,
            row.name,
            action,
        ))
    });
    let tenants = portal::routes().rows().into_iter().filter_map(|row| {
        let portal::Guard::Token(action) = row.guard else {
            return None;
        };
        Some((
            Plane::Portal,
            row.method.to_string(),
            row.path,
            row.name,
            action,
        ))
    });
    let of = |(plane, method, path, name, action): (_, String, _, _, _)| Operation {
        plane,
        acts: method == "POST",
        path,
        name,
        action,
    };
    staff.chain(tenants).map(of).collect()
}

impl Operation {
    async fn by(self, shown: &str, url: &str, body: &Value) -> Answer {
        let method = if self.acts { Method::POST } else { Method::GET };
        let mut browser = Browser::new();
        let mut request = browser.request(method, url);
        if !shown.is_empty() {
            request = request.bearer_auth(shown);
        }
        if self.acts {
            request = request.json(body);
        }
        browser.send(request).await
    }

    /// Looking is for every role of the listener.
    fn looks(self) -> bool {
        matches!(self.action, Action::ReadPlatform | Action::ReadTenant)
    }
}

fn nobodys(tenant: &'static str) -> Objects {
    Objects::of_nobody(tenant, PRODUCTION)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_operation_without_a_token_of_the_listener_and_the_tenant() {
    let scene = Scene::new().await;
    let neighbour = scene.company.neighbour().await;
    let staff = Hand::new(&scene, Role::Approver, May::Act).await;
    staff.step_up().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let theirs = Hand::of_company(&scene, &neighbour, Role::Owner, May::Act).await;
    let before = Rows::count(&scene.company.place).await;
    for operation in operations() {
        let url = |tenant| {
            let path = nobodys(tenant).path(operation.path);
            scene.system.at(operation.plane, &path)
        };
        let what = format!("{} {}", operation.name, operation.path);
        let other = match operation.plane {
            Plane::Portal => &staff,
            _ => &owner,
        };
        for shown in ["", &other.shown, &theirs.shown] {
            let answer = operation.by(shown, &url("acme"), &json!({})).await;
            assert_eq!(answer.status, 401, "{what}: {}", answer.body);
            problem(&answer, 401, "token");
        }
        if operation.plane == Plane::Portal {
            // One's own token is worth nothing in another tenant, and in none: the two are told alike.
            let elsewhere = operation.by(&owner.shown, &url("globex"), &json!({})).await;
            let nowhere = operation.by(&owner.shown, &url("nobody"), &json!({})).await;
            assert_eq!(elsewhere.status, 401, "{what}");
            assert_eq!(bare(&elsewhere), bare(&nowhere), "{what}");
        }
    }
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), BTreeMap::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_act_by_a_weak_role_by_a_token_that_looks_or_without_a_code() {
    let scene = Scene::new().await;
    let auditor = Hand::new(&scene, Role::Auditor, May::Act).await;
    auditor.step_up().await;
    let viewer = Hand::of_tenant(&scene, Role::Viewer, May::Act).await;
    let reviewer = Hand::new(&scene, Role::Reviewer, May::Read).await;
    reviewer.step_up().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Read).await;
    let careless = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    careless.set_second_factor().await;
    let before = Rows::count(&scene.company.place).await;
    let mut tried = 0;
    for operation in operations().into_iter().filter(|one| !one.looks()) {
        let url = scene
            .system
            .at(operation.plane, &nobodys("acme").path(operation.path));
        let (weak, looking) = match operation.plane {
            Plane::Portal => (&viewer, &owner),
            _ => (&auditor, &reviewer),
        };
        let what = format!("{} {}", operation.name, operation.path);
        // Even before anybody reads what it says.
        let nonsense = json!({ "nonsense": 1 });
        let answer = operation.by(&weak.shown, &url, &nonsense).await;
        assert_eq!(answer.status, 403, "{what}: {}", answer.body);
        let told = problem(&answer, 403, "role");
        assert!(
            told["rule"].as_str().unwrap().contains(" may not "),
            "{told}"
        );
        let answer = operation.by(&looking.shown, &url, &nonsense).await;
        problem(&answer, 403, "reads-only");
        if operation.plane == Plane::Portal {
            let answer = operation.by(&careless.shown, &url, &nonsense).await;
            problem(&answer, 403, "step-up");
        }
        tried += 1;
    }
    assert!(tried > 60, "{tried}");
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), BTreeMap::new());
}

/// Somebody who may do each thing.
async fn fit(scene: &Scene) -> BTreeMap<&'static str, Hand<'_>> {
    let mut hands = BTreeMap::new();
    for role in [Role::Approver, Role::IncidentLead, Role::PolicyAdmin] {
        let hand = Hand::new(scene, role, May::Act).await;
        hand.step_up().await;
        hands.insert(role.as_str(), hand);
    }
    let owner = Hand::of_tenant(scene, Role::Owner, May::Act).await;
    hands.insert("owner", owner);
    hands
}

fn who(operation: Operation) -> &'static str {
    if operation.plane == Plane::Portal {
        return "owner";
    }
    let all = [Role::Approver, Role::IncidentLead, Role::PolicyAdmin];
    let able = all.into_iter().find(|role| role.may(operation.action));
    able.expect("somebody may").as_str()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_nobody_knows_is_named() {
    let scene = Scene::new().await;
    let hands = fit(&scene).await;
    let before = Rows::count(&scene.company.place).await;
    for operation in operations().into_iter().filter(|one| one.acts) {
        let url = scene
            .system
            .at(operation.plane, &nobodys("acme").path(operation.path));
        let hand = &hands[who(operation)];
        let what = format!("{} {}", operation.name, operation.path);
        let answer = operation
            .by(&hand.shown, &url, &json!({ "nonsense": 1 }))
            .await;
        assert_eq!(answer.status, 400, "{what}: {}", answer.body);
        let told = problem(&answer, 400, "member");
        assert_eq!(
            (&told["member"], &told["pointer"]),
            (&json!("nonsense"), &json!("/nonsense")),
            "{what}"
        );
        let answer = operation.by(&hand.shown, &url, &json!([])).await;
        problem(&answer, 400, "member");
    }
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), BTreeMap::new());
}

/// A body that an operation can read: whatever stops it is not the body.
fn sound(operation: Operation) -> Value {
    let why = "It is what they need.";
    let soon = (ambient::now() + chrono::Duration::days(1)).to_rfc3339();
    match (operation.plane, operation.name) {
        (_, "api_propose_policy") => json!({ "hash": "0".repeat(64), "reason": why }),
        (_, "api_answer_policy") => {
            json!({ "answer": "refuse", "hash": "0".repeat(64), "reason": why })
        }
        (_, "api_take" | "api_hand_back") => json!({ "version": 1 }),
        (_, "api_decide") => {
            json!({ "decision": "reject", "payload_hash": "0".repeat(64), "reason": why })
        }
        (_, "api_confirm") => json!({
            "answer": "refuse", "decision": "dec_01927777777777777777777777777777",
            "payload_hash": "0".repeat(64), "reason": why,
        }),
        (_, "api_link") => json!({ "name": "Stranger", "operator": "partner" }),
        (_, "api_block_family") => json!({ "until": soon, "reason": why }),
        (_, "api_split_network") => {
            json!({ "network": "192.0.2.0/24", "until": soon, "reason": why })
        }
        (_, "api_answer_trust") => json!({ "answer": "refuse", "reason": why }),
        (_, "api_save_view") => json!({ "name": "Mine", "query": "state=active" }),
        (_, "api_invite_owner") => json!({ "owner": "olga@acme.example" }),
        (_, "api_answer_offer") => json!({
            "answer": "accept", "offer": "off_01927777777777777777777777777777", "version": 1,
        }),
        (_, "api_revise") => json!({
            "version": 1, "client": { "redirect_uris": ["http://127.0.0.1/cb"] },
            "asks": { "scopes": [{ "scope": "notes:read" }] },
        }),
        (_, "api_withdraw") => json!({ "version": 1 }),
        (_, "api_hand_over") => {
            json!({ "to": "mem_01927777777777777777777777777777", "reason": why })
        }
        (_, "api_answer_handover") => {
            json!({ "handover": "hnd_01927777777777777777777777777777", "answer": "accept" })
        }
        (_, "api_add_identity_provider") => json!({
            "name": "Login", "issuer": "https://other.example", "client_id": "narthex",
            "client_secret": "secret",
        }),
        (_, "api_sign_in_rule") => json!({ "providers_only": false }),
        (_, "api_set_event_stream") => {
            json!({ "method": "poll", "events": ["session-revoked"] })
        }
        (_, "api_set_event_stream_status") => json!({ "status": "paused" }),
        (_, "api_change_tool") => json!({ "tool": "list_notes", "schema": {} }),
        (_, "api_change_role") => json!({ "role": "viewer" }),
        (_, "api_take_claim") => json!({ "name": "Stranger", "operator": "partner" }),
        (_, "api_add_scope") => {
            json!({ "scope": "notes:other", "description": "Read other notes", "risk": "read" })
        }
        (_, "api_add_tool") => {
            json!({ "tool": "other_tool", "scope": "notes:read", "schema": {} })
        }
        (
            Plane::Portal,
            "api_suspend" | "api_resume" | "api_revoke" | "api_disown" | "api_remove_member"
            | "api_unblock_own",
        )
        | (
            Plane::Staff,
            "api_suspend"
            | "api_resume"
            | "api_revoke"
            | "api_block"
            | "api_let_expire"
            | "api_split"
            | "api_invite_claim"
            | "api_let_family_expire"
            | "api_lift_brake"
            | "api_end_listing"
            | "api_end_trust"
            | "api_freeze_tenant"
            | "api_thaw_tenant",
        ) => json!({ "reason": why }),
        _ => json!({}),
    }
}

/// What a path names that somebody has.
const OBJECTS: [&str; 16] = [
    "{request_id}",
    "{client_id}",
    "{fingerprint}",
    "{attempt}",
    "{resource}",
    "{integration}",
    "{request}",
    "{client}",
    "{credential}",
    "{domain}",
    "{claim}",
    "{member}",
    "{initial_access}",
    "{trust}",
    "{listing}",
    "{provider}",
];

#[tokio::test(flavor = "multi_thread")]
async fn an_object_of_another_tenant_is_as_unknown_as_none() {
    let scene = Scene::new().await;
    let neighbour = scene.company.neighbour().await;
    let hands = fit(&scene).await;
    let mut theirs = Objects::of(&neighbour, "globex", PRODUCTION).await;
    theirs.tenant = "acme";
    let nobodys = nobodys("acme");
    let before = Rows::count(&scene.company.place).await;
    let mut tried = 0;
    for operation in operations() {
        let named = OBJECTS.iter().any(|part| operation.path.contains(part));
        // Staff name a line of a list, a brake or a trust across tenants: whose it is follows from it.
        let across = operation.plane == Plane::Staff && !operation.path.contains("{tenant}");
        if !named || across {
            continue;
        }
        let hand = &hands[who(operation)];
        let body = sound(operation);
        let ask = async |objects: &Objects| {
            let url = scene
                .system
                .at(operation.plane, &objects.path(operation.path));
            operation.by(&hand.shown, &url, &body).await
        };
        let what = format!("{} {}", operation.name, operation.path);
        let random = ask(&nobodys).await;
        assert_eq!(random.status, 404, "{what}: {}", random.body);
        problem(&random, 404, "not-there");
        assert_eq!(bare(&ask(&theirs).await), bare(&random), "{what}");
        tried += 1;
    }
    assert!(tried > 45, "{tried}");
    let counted = Rows::count(&scene.company.place).await;
    let mut after = counted.since(&before);
    // Looks of staff are logged.
    after.retain(|table, _| !table.starts_with("ledger."));
    assert_eq!(after, BTreeMap::new());
}
