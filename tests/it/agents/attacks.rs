//! Tokens of every other kind, place and time at the registration endpoint; and, past the product, the role that writes
//! clients.

use narthex_approval::suspend::Stop;
use narthex_tests::{Answer, Browser, Plane, Rows};
use narthex_vocab::Environment;

use super::{PRODUCTION, offer, token_at};
use crate::initial_access::{app, id_of, with};
use crate::scene::{RESOURCE, Scene, machine};

fn refused(what: &str, answer: &Answer) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.body);
    assert_eq!(answer.json()["error"], "invalid_token", "{what}");
    assert_eq!(
        answer.header("www-authenticate"),
        "Bearer error=\"invalid_token\"",
        "{what}"
    );
    let said = &answer.json()["error_description"];
    assert!(
        said == "the access token is not valid" || said == "the initial access token is not valid",
        "{what}: {said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_token_of_another_place_or_kind_registers_nothing() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let agent = scene.agent().await;
    let acme = scene.system.at(Plane::Token, "/t/acme/production");
    let token = async |issuer: &str, client, resource: &str| {
        let answer = token_at(issuer, client, resource).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    };
    let for_notes = token(&acme, &agent, RESOURCE).await;

    let neighbour = company.neighbour().await;
    let theirs = scene
        .system
        .at(Plane::Discovery, "/t/globex/production/register");
    offer(&neighbour, PRODUCTION, &theirs).await.unwrap();
    let foreign = machine(&neighbour, PRODUCTION, "narthex:register", &[]).await;
    let globex = scene.system.at(Plane::Token, "/t/globex/production");
    let of_neighbour = token(&globex, &foreign, &theirs).await;

    let sandbox = scene.register(Environment::Sandbox);
    offer(company, Environment::Sandbox, &sandbox)
        .await
        .unwrap();
    let tester = machine(company, Environment::Sandbox, "narthex:register", &[]).await;
    let issuer = scene.system.at(Plane::Token, "/t/acme/sandbox");
    let of_sandbox = token(&issuer, &tester, &sandbox).await;
    // Each opens its own door, so that what follows is about the place alone.
    let own = with(&scene, Environment::Sandbox, &of_sandbox, &app("Own", "")).await;
    assert_eq!(own.status, 201, "{}", own.body);

    let personal = scene.app("Personal", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let code = scene.code(&mut browser, &personal).await;
    let redeemed = scene.redeem((&personal, &code), &[]).await;
    let issued = redeemed.json();
    let text = |name: &str| issued[name].as_str().unwrap().to_owned();

    let before = Rows::count(&company.place).await;
    for (what, shown) in [
        ("for the notes", for_notes),
        ("of another tenant", of_neighbour),
        ("of the sandbox", of_sandbox),
        ("an id token", text("id_token")),
        ("a person's token", text("access_token")),
        ("a refresh token", text("refresh_token")),
        ("the agent's secret", agent.secret.clone()),
    ] {
        let answer = with(&scene, PRODUCTION, &shown, &app("Evil", "notes:read")).await;
        refused(what, &answer);
    }
    let since = Rows::count(&company.place).await;
    let since = since.since(&before);
    for table in [
        "intake.quarantine",
        "intake.family",
        "review.access_request",
    ] {
        assert!(!since.contains_key(table), "{table}: {since:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_stopped_client_and_a_revoked_token_register_nothing() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let acme = scene.system.at(Plane::Token, "/t/acme/production");
    let late = app("Late", "notes:read");

    let revoked = scene.key_of(&agent).await;
    let answer = Browser::new()
        .basic(
            &format!("{acme}/revoke"),
            agent.basic(),
            &[("token", &revoked)],
        )
        .await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    refused("revoked", &with(&scene, PRODUCTION, &revoked, &late).await);

    let good = scene.key_of(&agent).await;
    scene.stop(&agent.id, PRODUCTION, Stop::Suspend).await;
    refused("suspended", &with(&scene, PRODUCTION, &good, &late).await);
    scene.stop(&agent.id, PRODUCTION, Stop::Resume).await;
    id_of(&with(&scene, PRODUCTION, &good, &late).await);
    scene.stop(&agent.id, PRODUCTION, Stop::Revoke).await;
    refused("ended", &with(&scene, PRODUCTION, &good, &late).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_the_owner_closes_the_door_and_the_budget_has_an_end() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let key = scene.key_of(&agent).await;
    let administrator = scene.company.place.administrator().await;
    administrator
        .batch_execute("update intake.initial_access_token set uses_left = 1")
        .await
        .unwrap();
    id_of(&with(&scene, PRODUCTION, &key, &app("First", "")).await);
    refused(
        "used up",
        &with(&scene, PRODUCTION, &key, &app("Second", "")).await,
    );

    let other = scene.agent().await;
    let key = scene.key_of(&other).await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let all = scene
        .system
        .at(Plane::Portal, "/t/acme/production/initial-access-tokens");
    let page = owner.get(&all).await;
    assert!(page.body.contains("its own access tokens"), "{}", page.body);
    let revoke = page
        .body
        .split('"')
        .find(|part| part.ends_with("/revoke"))
        .unwrap();
    let revoke = scene.system.at(Plane::Portal, revoke);
    let csrf = owner.get(&revoke).await.field("csrf");
    let closed = owner.post(&revoke, &[("csrf", &csrf)]).await;
    assert_eq!(closed.status, 303, "{}", closed.body);
    refused(
        "closed",
        &with(&scene, PRODUCTION, &key, &app("Third", "")).await,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_an_agent_that_registers_without_end_is_limited_and_another_is_not() {
    let scene = Scene::new().await;
    let (agent, other) = (scene.agent().await, scene.agent().await);
    let key = scene.key_of(&agent).await;
    let body = app("Same", "");
    let calls = (0..90).map(|_| with(&scene, PRODUCTION, &key, &body));
    let answers = futures_util::future::join_all(calls).await;
    let of = |status| answers.iter().filter(|one| one.status == status).count();
    assert_eq!(of(201) + of(429), 90, "{answers:?}");
    assert!(of(429) > 0, "sixty a minute");
    let key = scene.key_of(&other).await;
    id_of(&with(&scene, PRODUCTION, &key, &body).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_nobody_answers_for_it_and_it_stays_in_quarantine() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let key = scene.key_of(&agent).await;
    let administrator = scene.company.place.administrator().await;
    administrator
        .batch_execute("update tenant.member set state = 'left' where name = 'Olga'")
        .await
        .unwrap();
    let client = id_of(&with(&scene, PRODUCTION, &key, &app("Orphan", "notes:read")).await);
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    let state = "select state from intake.quarantine where client_id = $1";
    let row = administrator
        .query_one(state, &[&client.as_str()])
        .await
        .unwrap();
    assert_eq!(row.get::<_, &str>(0), "quarantined");

    // Past the product: no integration without somebody, so no case and no client; and no way out without a client.
    let tenant = scene.company.tenant.as_uuid();
    let out = format!(
        "update intake.quarantine set state = 'linked' where client_id = '{client}';
         update intake.quarantine set state = 'activated' where client_id = '{client}'"
    );
    assert_eq!(scene.refused(&out).await, "sponsor_lets_out");
    let nobody = format!(
        "insert into registry.integration (tenant_id, integration_id, name, purpose, operator, origin, sponsor_id, created_at)
            values ('{tenant}', gen_random_uuid(), 'Orphan', '', 'agent', 'token', null, now())"
    );
    assert_eq!(scene.refused(&nobody).await, "a_person_answers_for_it");
    let forgets = "update registry.integration set sponsor_id = null";
    assert_eq!(scene.refused(forgets).await, "a_person_answers_for_it");
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_the_role_that_writes_clients_lets_nobody_register_who_was_not_approved_for_it() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let plain = scene.machine(PRODUCTION, "notes:read").await;
    let stands = format!(
        "insert into intake.initial_access_token (tenant_id, environment, initial_access_id, last4, label, sponsor_id,
                parent_client_id, uses_left, created_at, expires_at, standing)
            select tenant_id, environment, approval_id, '', 'x', '{}', client_id, 10, now(), now() + interval '1 day', true
            from registry.client where client_id = '{}'",
        scene.company.owner.member.as_uuid(),
        plain.id
    );
    assert_eq!(scene.refused(&stands).await, "standing_by_its_scope");
    let twice = stands.replace(&plain.id, &agent.id);
    let twice = scene.refused(&twice).await;
    assert!(
        ["initial_access_token_pkey", "one_standing"].contains(&twice.as_str()),
        "{twice}"
    );
    let cheap = "insert into registry.scope (tenant_id, environment, scope, resource_id, description, risk)
        select tenant_id, environment, 'narthex:all', resource_id, 'x', 'read' from registry.resource limit 1";
    assert_eq!(scene.refused(cheap).await, "only_one_scope_is_ours");

    // An approval that leaves it out closes the door with it.
    let key = scene.key_of(&agent).await;
    let administrator = scene.company.place.administrator().await;
    let less = format!(
        "delete from registry.entitlement where client_id = '{}' and scope = 'narthex:register'",
        agent.id
    );
    administrator.batch_execute(&less).await.unwrap();
    refused(
        "left out",
        &with(&scene, PRODUCTION, &key, &app("Late", "")).await,
    );
}
