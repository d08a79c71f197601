//! Each kind of change on the running product: what pauses, what people are asked again about, and what goes on.

use narthex_approval::{
    orphan::limit_orphans,
    watch_tools::{WatchTools, WatchedTools, watch_tools},
};
use narthex_tenancy::{StoreError, ambient, permission::Role};
use narthex_tests::Plane;
use narthex_vocab::{Change, ClientId, Environment, Meanwhile};
use rstest::rstest;
use serde_json::{Value, json};

use super::choose;
use crate::cases::company::{Company, person};
use crate::client_document::bench::{Bench, HOST, PATH, document};
use crate::scene::{CALLBACK, Scene, machine};

const PRODUCTION: Environment = Environment::Production;
const SANDBOX: Environment = Environment::Sandbox;

#[tokio::test(flavor = "multi_thread")]
async fn b4_each_member_of_a_document_by_its_own_choice_and_together_by_the_strictest() {
    let bench = Bench::new().await;
    let company = &bench.scene.company;
    let chosen = [
        (Change::Redirects, Meanwhile::AskedAgain),
        (Change::Authentication, Meanwhile::AskedAgain),
        (Change::Scopes, Meanwhile::GoesOn),
    ];
    choose(company, PRODUCTION, &chosen).await;
    let mut browser = bench.let_in().await;
    let keys = format!("https://{HOST}/keys");
    let redirects = json!([CALLBACK, "https://app.example/other"]);
    let mut expected = Vec::new();
    for (changes, effect) in [
        (json!({ "scope": "notes:read notes:write" }), "goes_on"),
        (json!({ "redirect_uris": redirects }), "asked_again"),
        (json!({ "grant_types": ["authorization_code"] }), "pauses"),
        (
            json!({ "redirect_uris": redirects, "scope": "notes:read notes:write" }),
            "asked_again",
        ),
        (
            json!({ "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": keys }),
            "pauses",
        ),
    ] {
        bench.host.publish_at(PATH, &bench.with(&changes));
        bench.used_later(&mut browser).await;
        let taken_up = format!(
            "select count(*) from registry.restriction join registry.client using (tenant_id, environment, client_id)
                where cause = 'document' and effect = '{effect}' and state = '{}'",
            if effect == "pauses" { "restricted" } else { "active" }
        );
        bench.until(&taken_up).await;
        // Whatever happens meanwhile, a reviewer has a version of the case to decide.
        let open = "select count(*) from review.access_request where state = 'in_review'";
        assert_eq!(bench.count(open).await, 1, "{changes}");
        expected.push(effect);
        bench.host.publish_at(PATH, &document(&bench.client));
        bench.used_later(&mut browser).await;
        bench
            .until("select 1 - count(*) from registry.restriction")
            .await;
    }
    let administrator = company.place.administrator().await;
    let acts = "select action from ledger.entry where action in ('client.note_change', 'client.ask_anew', 'client.restrict')
        order by seq";
    let acts = administrator.query(acts, &[]).await.unwrap();
    let acts: Vec<String> = acts.iter().map(|row| row.get(0)).collect();
    let named = |effect: &&str| match *effect {
        "goes_on" => "client.note_change",
        "asked_again" => "client.ask_anew",
        _ => "client.restrict",
    };
    let named: Vec<_> = expected.iter().map(named).collect();
    assert_eq!(acts, named);
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_what_is_open_is_shown_is_tightened_at_once_and_never_loosened() {
    let bench = Bench::new().await;
    let company = &bench.scene.company;
    choose(company, PRODUCTION, &[(Change::Scopes, Meanwhile::GoesOn)]).await;
    let mut browser = bench.let_in().await;
    let wishes = bench.with(&json!({ "scope": "notes:read notes:write" }));
    bench.host.publish_at(PATH, &wishes);
    bench.used_later(&mut browser).await;
    let open = |effect: &str, state: &str| {
        format!(
            "select count(*) from registry.restriction join registry.client using (tenant_id, environment, client_id)
                where effect = '{effect}' and state = '{state}'"
        )
    };
    bench.until(&open("goes_on", "active")).await;

    // Who decides reads what happens meanwhile, and by which rule; so does who looks at the client.
    let administrator = company.place.administrator().await;
    let id = "select request_id::text, integration_id::text from review.access_request where state = 'in_review'";
    let row = administrator.query_one(id, &[]).await.unwrap();
    let (request, integration): (String, String) = (row.get(0), row.get(1));
    let id = |prefix: &str, text: &str| {
        let uuid: uuid::Uuid = text.parse().unwrap();
        match prefix {
            "request" => narthex_vocab::Id::<narthex_vocab::Request>::from_uuid(uuid).to_string(),
            _ => narthex_vocab::Id::<narthex_vocab::Integration>::from_uuid(uuid).to_string(),
        }
    };
    let mut staff = bench.scene.in_dashboard(&company.reviewer).await;
    let review = format!("/requests/acme/production/{}", id("request", &request));
    let client = format!("/clients/acme/production/https%3A%2F%2F{HOST}%2Foauth%2Fclient.json");
    let mut owner = bench.scene.in_portal(&company.owner).await;
    let own = format!("/t/acme/integrations/{}", id("integration", &integration));
    for (plane, path, words) in [
        (Plane::Staff, &review, "What happens meanwhile"),
        (Plane::Staff, &client, "When it changes"),
        (Plane::Portal, &own, "What happens when it changes"),
    ] {
        let url = bench.scene.system.at(plane, path);
        let page = if *path == own {
            owner.get(&url).await
        } else {
            staff.get(&url).await
        };
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        for words in [
            words,
            "Goes on",
            "Its document says something else",
            "as they were when it was found",
        ] {
            assert!(page.body.contains(words), "{words}: {path}: {}", page.body);
        }
    }

    choose(
        company,
        PRODUCTION,
        &[(Change::Scopes, Meanwhile::AskedAgain)],
    )
    .await;
    assert_eq!(bench.count(&open("asked_again", "active")).await, 1);
    assert_eq!(
        bench
            .count("select count(*) from registry.asked_anew")
            .await,
        1
    );
    choose(company, PRODUCTION, &[(Change::Scopes, Meanwhile::Pauses)]).await;
    assert_eq!(bench.count(&open("pauses", "restricted")).await, 1);
    choose(company, PRODUCTION, &[(Change::Scopes, Meanwhile::GoesOn)]).await;
    assert_eq!(bench.count(&open("pauses", "restricted")).await, 1);
    let versions = "select count(*) from review.access_request where version > 1";
    assert_eq!(
        bench.count(versions).await,
        1,
        "another choice opens no other version"
    );
    // Past every verb, the database keeps it.
    let approval = company.place.raw("narthex_approval").await;
    let loosen = format!(
        "set app.tenant = '{}'; update registry.restriction set effect = 'goes_on'",
        company.tenant.as_uuid()
    );
    let error = approval.batch_execute(&loosen).await.unwrap_err();
    let message = error.as_db_error().unwrap().message();
    assert_eq!(
        message,
        "what a change does is not loosened while it is there"
    );
}

async fn state(company: &Company, client: &str) -> (String, Vec<String>) {
    let administrator = company.place.administrator().await;
    let sql = "select state from registry.client where client_id = $1";
    let state = administrator
        .query_one(sql, &[&client])
        .await
        .unwrap()
        .get(0);
    let sql =
        "select cause || ' ' || effect from registry.restriction where client_id = $1 order by 1";
    let causes = administrator.query(sql, &[&client]).await.unwrap();
    (state, causes.iter().map(|row| row.get(0)).collect())
}

#[rstest]
#[case::people_in_the_sandbox(SANDBOX, Some(Meanwhile::AskedAgain), false, ("active", "sponsor asked_again"))]
#[case::goes_on_in_the_sandbox(SANDBOX, Some(Meanwhile::GoesOn), true, ("active", "sponsor goes_on"))]
#[case::nobody_to_ask(SANDBOX, Some(Meanwhile::AskedAgain), true, ("restricted", "sponsor pauses"))]
#[case::standard(SANDBOX, None, true, ("restricted", "sponsor pauses"))]
#[case::production(PRODUCTION, None, true, ("restricted", "sponsor pauses"))]
#[tokio::test(flavor = "multi_thread")]
async fn b4_an_owner_who_left(
    #[case] environment: Environment,
    #[case] chosen: Option<Meanwhile>,
    #[case] alone: bool,
    #[case] (expected, cause): (&str, &str),
) {
    let company = Company::new().await;
    if let Some(meanwhile) = chosen {
        choose(&company, environment, &[(Change::Owner, meanwhile)]).await;
    }
    let client = if alone {
        machine(&company, environment, "notes:read", &[]).await.id
    } else {
        people(&company, environment).await
    };
    leaves(&company).await;
    let (state, causes) = state(&company, &client).await;
    assert_eq!((state.as_str(), causes), (expected, vec![cause.to_owned()]));
    // Looking again changes nothing.
    let again: Result<_, StoreError> = company
        .itself(ambient::now(), async |tx, acting| {
            limit_orphans(tx, acting).await
        })
        .await;
    assert!(again.unwrap().is_empty());
    // What is stricter holds at once.
    let zoe = by_zoe(&company, environment).await;
    zoe.unwrap();
    let (state, causes) = self::state(&company, &client).await;
    assert_eq!(
        (state.as_str(), causes),
        ("restricted", vec!["sponsor pauses".to_owned()])
    );
}

/// The owner who is left has it pause.
async fn by_zoe(
    company: &Company,
    environment: Environment,
) -> Result<(), narthex_approval::change_rules::ChangeChangeRulesError> {
    use narthex_approval::change_rules::{ChangeChangeRules, change_change_rules};
    let zoe = person(
        &company.place.approval(),
        company.tenant,
        "Zora",
        Some(Role::Owner),
    )
    .await;
    let command = ChangeChangeRules {
        environment,
        chosen: vec![(Change::Owner, Meanwhile::Pauses)],
        because: None,
    };
    let who = (
        &zoe,
        Role::Owner,
        narthex_tenancy::permission::Action::EditSettings,
    );
    crate::cases::company::by(&company.place, company.tenant, who, async |tx, acting| {
        change_change_rules(tx, command, acting).await
    })
    .await
}

/// A client of people that the owner answers for.
async fn people(company: &Company, environment: Environment) -> String {
    use crate::cases::company::{LOOPBACK, metadata};
    use narthex_approval::decide::{Decided, Outcome};
    let ask = [(environment, company.reach(environment, "notes:read", &[]))];
    let sent = company
        .onboard(metadata("Partner", LOOPBACK, "none"), &ask)
        .await
        .unwrap();
    match company
        .decide(sent.requests[0].request, Outcome::Approve)
        .await
        .unwrap()
    {
        Decided::Activated(client) => client.client_id.to_string(),
        other => panic!("{other:?}"),
    }
}

/// The owner leaves, by the database: another one is there.
async fn leaves(company: &Company) {
    let database = company.place.approval();
    person(&database, company.tenant, "Zoe", Some(Role::Owner)).await;
    let administrator = company.place.administrator().await;
    let gone = "update tenant.member set state = 'left' where member_id::text = $1";
    let owner = company.owner.member.as_uuid().to_string();
    administrator.execute(gone, &[&owner]).await.unwrap();
    let limited: Result<_, StoreError> = company
        .itself(ambient::now(), async |tx, acting| {
            limit_orphans(tx, acting).await
        })
        .await;
    assert_eq!(limited.unwrap().len(), 1);
}

#[rstest]
#[case::standard(None, ("active", "tool goes_on"), true)]
#[case::pauses(Some(Meanwhile::Pauses), ("restricted", "tool pauses"), false)]
#[case::nobody_to_ask(Some(Meanwhile::AskedAgain), ("restricted", "tool pauses"), false)]
#[tokio::test(flavor = "multi_thread")]
async fn b7_a_changed_tool_is_denied_whatever_the_rest_does(
    #[case] chosen: Option<Meanwhile>,
    #[case] (expected, cause): (&str, &str),
    #[case] begins: bool,
) {
    let scene = Scene::new().await;
    let company = &scene.company;
    if let Some(meanwhile) = chosen {
        choose(company, PRODUCTION, &[(Change::Tool, meanwhile)]).await;
    }
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let notes = scene.notes(PRODUCTION).await;
    let token = scene.client_token(PRODUCTION, &machine).await;
    let asked = async || -> Value {
        scene
            .may_call(PRODUCTION, &notes, (&machine.id, &token))
            .await
    };
    assert_eq!(asked().await["decision"], true);
    let administrator = company.place.administrator().await;
    let set = |hash: &str| {
        format!(
            "update registry.tool set schema_hash = {hash} where tool = 'list_notes' and environment = 'production'"
        )
    };
    let before = "(select schema_hash from registry.entitled_tool limit 1)";
    administrator
        .batch_execute(&set("sha256('other')"))
        .await
        .unwrap();
    let watched = async || {
        let command = WatchTools {
            environment: PRODUCTION,
            client_id: ClientId::parse(&machine.id).unwrap(),
        };
        let done = company.itself(ambient::now(), async |tx, acting| {
            watch_tools(tx, command, acting).await
        });
        done.await.unwrap()
    };
    let found = watched().await;
    assert_eq!(
        found,
        WatchedTools {
            changed: 1,
            back: 0
        }
    );
    assert_eq!(watched().await, WatchedTools::default(), "once");
    let (stands, causes) = state(company, &machine.id).await;
    assert_eq!(
        (stands.as_str(), causes),
        (expected, vec![cause.to_owned()])
    );
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(asked().await["decision"], false, "whatever is chosen");
    let grant = [("grant_type", "client_credentials")];
    let begun = narthex_tests::Browser::new()
        .basic(&scene.token(PRODUCTION), machine.basic(), &grant)
        .await;
    assert_eq!(begun.status == 200, begins, "{}", begun.body);

    administrator.batch_execute(&set(before)).await.unwrap();
    assert_eq!(
        watched().await,
        WatchedTools {
            changed: 0,
            back: 1
        }
    );
    let (stands, causes) = state(company, &machine.id).await;
    assert_eq!((stands.as_str(), causes.len()), ("active", 0));
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(asked().await["decision"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn b7_a_new_schema_is_posted_denied_asked_for_and_approved() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let notes = scene.notes(PRODUCTION).await;
    let token = scene.client_token(PRODUCTION, &machine).await;
    let base = format!(
        "/t/acme/production/resources/{}",
        company.notes[&PRODUCTION]
    );
    let page_url = scene.system.at(Plane::Portal, &base);
    let url = format!("{page_url}/tools/schema");
    let mut owner = scene.in_portal(&company.owner).await;
    let csrf = owner.get(&page_url).await.field("csrf");
    let form = |tool: &'static str, schema: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("changed_tool", tool.to_owned()),
            ("changed_schema", schema.to_owned()),
        ]
    };
    let post = async |owner: &mut narthex_tests::Browser, tool, schema| {
        let form = form(tool, schema);
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        owner.post(&url, &form).await
    };
    for (tool, schema, says) in [
        ("list_notes", "[]", "one JSON object"),
        ("list_notes", "{", "one JSON object"),
        ("no_such_tool", "{}", "Choose a tool of this resource"),
        ("", "{}", "Choose a tool of this resource"),
    ] {
        let refused = post(&mut owner, tool, schema).await;
        assert_eq!(refused.status, 422, "{tool} {schema}: {}", refused.body);
        assert!(refused.body.contains(says), "{says}: {}", refused.body);
    }
    let schema = r#"{ "type": "object", "required": ["everything"] }"#;
    let changed = post(&mut owner, "list_notes", schema).await;
    assert!(
        changed.location().ends_with("?done=tool-changed"),
        "{}",
        changed.body
    );
    let again = post(&mut owner, "list_notes", schema).await;
    assert!(
        again.status == 422 && again.body.contains("has this schema already"),
        "{}",
        again.body
    );

    let watched = company.itself(ambient::now(), async |tx, acting| {
        let command = WatchTools {
            environment: PRODUCTION,
            client_id: ClientId::parse(&machine.id).unwrap(),
        };
        watch_tools(tx, command, acting).await
    });
    // The worker may have been first.
    watched.await.unwrap();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let asked = scene
        .may_call(PRODUCTION, &notes, (&machine.id, &token))
        .await;
    assert_eq!(asked["decision"], false, "{asked}");

    let administrator = company.place.administrator().await;
    let open =
        "select request_id::text, version from review.access_request where state = 'in_review'";
    let row = administrator.query_one(open, &[]).await.unwrap();
    let at = narthex_approval::request::RequestRef {
        environment: PRODUCTION,
        id: narthex_vocab::Id::from_uuid(row.get::<_, &str>(0).parse().unwrap()),
        version: row.get(1),
    };
    assert_eq!(at.version, 2);
    let mut staff = scene.in_dashboard(&company.reviewer).await;
    let review = format!("/requests/acme/production/{}", at.id);
    let page = staff.get(&scene.system.at(Plane::Staff, &review)).await;
    for words in [
        "What happens meanwhile",
        "The tool list_notes of",
        "has another schema",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    company
        .decide(at, narthex_approval::decide::Outcome::Approve)
        .await
        .unwrap();
    let (stands, causes) = state(company, &machine.id).await;
    assert_eq!((stands.as_str(), causes.len()), ("active", 0));
    let token = scene.client_token(PRODUCTION, &machine).await;
    let asked = scene
        .may_call(PRODUCTION, &notes, (&machine.id, &token))
        .await;
    assert_eq!(asked["decision"], true, "{asked}");
}
