//! A frozen tenant is nobody to clients, and its people look and change nothing, on whichever way; thawed, all goes on.

use narthex_approval::routes::portal;
use narthex_approval::routes::portal::Guard;

use super::*;

fn freeze(slug: &str, way: &str) -> String {
    format!("/api/v1/tenants/{slug}/{way}")
}

fn why() -> Value {
    json!({ "reason": "Its clients are run by somebody else." })
}

/// Rows of the portal that belong to the person and to no tenant.
const OWN: [&str; 19] = [
    "connect_identity",
    "forgotten_password",
    "reset_password",
    "sign_in",
    "sign_out",
    "account",
    "change_password",
    "end_session",
    "second_factor",
    "turn_off_second_factor",
    "recovery_codes",
    "create_api_token",
    "end_api_token",
    "save_view",
    "forget_view",
    "api_save_view",
    "api_forget_view",
    "api_step_up",
    "api_end_api_token",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_tenant_changes_nothing_and_gets_nothing() {
    let scene = Scene::new().await;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let notes = scene.notes(PRODUCTION).await;
    let token = scene.client_token(PRODUCTION, &machine).await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let mut browser = scene.in_portal(&scene.company.owner).await;
    let lead = Hand::new(&scene, Role::IncidentLead, May::Act).await;
    problem(
        &lead.post(&freeze("acme", "freeze"), why()).await,
        403,
        "step-up",
    );
    lead.step_up().await;
    for weak in [Role::Reviewer, Role::Auditor, Role::PolicyAdmin] {
        let weak = Hand::new(&scene, weak, May::Act).await;
        weak.step_up().await;
        problem(
            &weak.post(&freeze("acme", "freeze"), why()).await,
            403,
            "role",
        );
    }
    problem(
        &lead.post(&freeze("acme", "thaw"), why()).await,
        409,
        "state",
    );
    problem(
        &lead.post(&freeze("platform", "freeze"), why()).await,
        404,
        "not-there",
    );
    problem(
        &lead
            .post(&freeze("acme", "freeze"), json!({ "reason": "" }))
            .await,
        400,
        "member",
    );
    let done = lead.post(&freeze("acme", "freeze"), why()).await;
    assert_eq!(done.json()["state"], "frozen", "{}", done.body);
    problem(
        &lead.post(&freeze("acme", "freeze"), why()).await,
        409,
        "state",
    );
    assert_eq!(acts(&scene, "tenant.freeze").await, 1);

    // Clients: nothing is issued, honoured or registered.
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let form = [("grant_type", "client_credentials")];
    let url = scene.token(PRODUCTION);
    let issued = Browser::new().basic(&url, machine.basic(), &form).await;
    assert_eq!(issued.status, 404, "{}", issued.body);
    let introspect = scene.issuer_at(Plane::Token, PRODUCTION, "introspect");
    let asked = Browser::new()
        .basic(&introspect, notes.basic(), &[("token", &token)])
        .await;
    assert_eq!(asked.status, 404, "{}", asked.body);
    let software = json!({ "client_name": "New", "redirect_uris": ["http://127.0.0.1/cb"] });
    let registered = Browser::new()
        .json(&scene.register(PRODUCTION), &software)
        .await;
    assert_eq!(registered.status, 404, "{}", registered.body);

    // People: everything is read, and every way to change something says why not.
    let home = browser
        .get(&scene.system.at(Plane::Portal, "/t/acme"))
        .await;
    assert!(
        home.status == 200 && home.body.contains("froze this tenant"),
        "{}",
        home.body
    );
    let csrf = home.field("csrf");
    let integrations = owner.get("/api/v1/t/acme/integrations").await;
    assert_eq!(integrations.status, 200, "{}", integrations.body);
    let count = "select count(*) from ledger.entry where tenant_id = $1::text::uuid";
    let administrator = scene.company.place.administrator().await;
    let acme = scene.company.tenant.as_uuid().to_string();
    let before: i64 = administrator
        .query_one(count, &[&acme])
        .await
        .unwrap()
        .get(0);
    let mut tried = 0;
    for row in portal::routes().rows() {
        if row.method.as_str() == "GET" || OWN.contains(&row.name) {
            continue;
        }
        tried += 1;
        let path = crate::portal::fill(row.path);
        if matches!(row.guard, Guard::Token(_)) {
            let answer = owner.post(&path, json!({})).await;
            let told = problem(&answer, 403, "frozen");
            assert!(
                told["detail"]
                    .as_str()
                    .unwrap()
                    .contains("run by somebody else"),
                "{told}"
            );
        } else {
            let url = scene.system.at(Plane::Portal, &path);
            let answer = browser.post(&url, &[("csrf", csrf.as_str())]).await;
            assert_eq!(answer.status, 403, "{path}: {}", answer.body);
            assert!(
                answer.body.contains("a frozen tenant changes nothing"),
                "{path}"
            );
        }
    }
    assert!(tried > 80, "{tried}");
    let after: i64 = administrator
        .query_one(count, &[&acme])
        .await
        .unwrap()
        .get(0);
    assert_eq!(before, after, "something was done");

    // Thawed, all goes on as it was.
    let mut staff = scene.in_dashboard(&lead.person).await;
    let page = staff.get(&scene.system.at(Plane::Staff, "/tenants")).await;
    assert!(page.body.contains("/tenants/acme/thaw"), "{}", page.body);
    let thaw = scene.system.at(Plane::Staff, "/tenants/acme/thaw");
    let page = staff.get(&thaw).await;
    let csrf = page.field("csrf");
    let empty = staff
        .post(&thaw, &[("csrf", csrf.as_str()), ("reason", "")])
        .await;
    assert_eq!(empty.status, 422);
    let done = staff
        .post(
            &thaw,
            &[("csrf", csrf.as_str()), ("reason", "It is theirs again.")],
        )
        .await;
    assert_eq!(done.status, 303, "{}", done.body);
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    scene.client_token(PRODUCTION, &machine).await;
    let home = browser
        .get(&scene.system.at(Plane::Portal, "/t/acme"))
        .await;
    assert!(!home.body.contains("froze this tenant"), "{}", home.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_database_freezes_for_a_reason_and_never_the_platform() {
    let scene = Scene::new().await;
    let raw = scene.company.place.raw("narthex_approval").await;
    for (tenant, set, rule) in [
        (
            scene.company.tenant,
            "state = 'frozen'",
            "frozen_for_a_reason",
        ),
        (
            scene.company.tenant,
            "frozen_because = 'It may.'",
            "frozen_for_a_reason",
        ),
        (
            PLATFORM_TENANT,
            "state = 'frozen', frozen_because = 'All of it.'",
            "the_platform_goes_on",
        ),
    ] {
        let sql = format!(
            "begin; set local app.tenant = '{}'; update tenant.tenant set {set}; commit",
            tenant.as_uuid()
        );
        let error = raw.batch_execute(&sql).await.expect_err(rule);
        assert_eq!(
            error.as_db_error().and_then(|error| error.constraint()),
            Some(rule)
        );
        raw.batch_execute("rollback").await.unwrap();
    }
}
