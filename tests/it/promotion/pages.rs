//! The pages of a promotion: what is not ready is said before it is sent and shown to who decides, one form makes one
//! case, and both clients lead to one another.

use narthex_tests::Plane;

use super::{PRODUCTION, SANDBOX, activated, partner};
use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn s15_readiness_is_shown_to_who_asks_and_to_who_decides() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let client = partner(company).await;
    let at = |path: &str| scene.system.at(Plane::Portal, path);
    let mut owner = scene.in_portal(&company.owner).await;

    let here = at(&format!("/t/acme/sandbox/clients/{client}/promote"));
    let page = owner.get(&here).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("It never got one."), "{}", page.body);
    assert!(
        page.body.contains("signed in on"),
        "the sponsor has: {}",
        page.body
    );
    assert!(page.body.contains("Nobody came back to"), "{}", page.body);
    let csrf = page.field("csrf");

    let wrong = [
        ("csrf", csrf.as_str()),
        ("step", "check"),
        ("redirect_uris", "http://partner.example/cb"),
        ("keys", ""),
    ];
    let again = owner.post(&here, &wrong).await;
    assert_eq!(again.status, 422);
    assert!(
        again.body.contains("Line 1") && again.body.contains("Tick at least one scope"),
        "{}",
        again.body
    );

    let answers = |step| {
        [
            ("csrf", csrf.as_str()),
            ("step", step),
            ("redirect_uris", "https://partner.example/live"),
            ("keys", ""),
            ("scope", "notes:read"),
            ("tool", "notes:read list_notes"),
            ("why.notes:read", "People look at their notes"),
        ]
    };
    let check = owner.post(&here, &answers("check")).await;
    assert_eq!(check.status, 200, "{}", check.body);
    for words in [
        "Not proved: partner.example",
        "A new one, when it is approved",
        "New ones, when you create them",
        "Send for review",
    ] {
        assert!(check.body.contains(words), "{words}: {}", check.body);
    }
    let changed = owner.post(&here, &answers("change")).await;
    assert!(
        changed.body.contains("People look at their notes"),
        "{}",
        changed.body
    );

    let sent = owner.post(&here, &answers("send")).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let request = sent.location().split('?').next().unwrap().to_owned();
    let twice = owner.post(&here, &answers("send")).await;
    assert_eq!(
        twice.location(),
        sent.location(),
        "a double click is one case"
    );
    let under_way = owner.get(&here).await;
    assert!(
        under_way
            .body
            .contains("A request for production is open already"),
        "{}",
        under_way.body
    );

    let mut staff = scene.in_dashboard(&company.reviewer).await;
    let id = request.rsplit('/').next().unwrap();
    let review = staff
        .get(
            &scene
                .system
                .at(Plane::Staff, &format!("/requests/acme/production/{id}")),
        )
        .await;
    assert_eq!(review.status, 200, "{}", review.body);
    for words in [
        "Promotion from the sandbox",
        client.as_str(),
        "It never got one.",
        "Not proved: partner.example",
    ] {
        assert!(review.body.contains(words), "{words}: {}", review.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn both_clients_lead_to_one_another() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let client = partner(company).await;
    let sent = super::promoted(company, super::of(company, &client))
        .await
        .unwrap();
    let live = activated(company, sent.request).await;
    let administrator = company.place.administrator().await;
    let row = administrator
        .query_one("select integration_id::text from registry.integration", &[])
        .await
        .unwrap();
    let integration = narthex_vocab::Id::<narthex_vocab::kind::Integration>::from_uuid(
        row.get::<_, String>(0).parse().unwrap(),
    );

    let mut owner = scene.in_portal(&company.owner).await;
    let page = owner
        .get(&scene.system.at(
            Plane::Portal,
            &format!("/t/acme/integrations/{integration}"),
        ))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(
        page.body.contains("Promoted from") && page.body.contains("Promoted to"),
        "{}",
        page.body
    );
    assert!(!page.body.contains("/promote\""), "it is promoted already");
    let mut staff = scene.in_dashboard(&company.reviewer).await;
    for (environment, own, other) in [
        (SANDBOX, &client, &live.client_id),
        (PRODUCTION, &live.client_id, &client),
    ] {
        let page = staff
            .get(
                &scene
                    .system
                    .at(Plane::Staff, &format!("/clients/acme/{environment}/{own}")),
            )
            .await;
        assert_eq!(page.status, 200, "{}", page.body);
        assert!(
            page.body.contains(other.as_str()),
            "{environment}: {}",
            page.body
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_and_a_sign_in_make_it_ready() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let machine = scene.machine(SANDBOX, "notes:read").await;
    scene.client_token(SANDBOX, &machine).await;
    let mut owner = scene.in_portal(&company.owner).await;
    let page = owner
        .get(&scene.system.at(
            Plane::Portal,
            &format!("/t/acme/sandbox/clients/{}/promote", machine.id),
        ))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
    for words in [
        "It last got one on",
        "It names no host.",
        "It has none: nobody signs in to it.",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert!(
        page.body.contains("Everything that is looked at is there."),
        "{}",
        page.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_tried_when_somebody_came_back_to_it() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let client = partner(company).await;
    let administrator = company.place.administrator().await;
    let redeemed = format!(
        "insert into issue.\"grant\" (tenant_id, environment, grant_id, client_id, member_id, scope, created_at, expires_at)
            values ('{tenant}', 'sandbox', '{tenant}', '{client}', '{member}', 'notes:read', now(), now() + interval '1 day');
        insert into issue.authorization_code (tenant_id, environment, code_hash, grant_id, client_id, redirect_uri, code_challenge,
                auth_time, created_at, expires_at)
            values ('{tenant}', 'sandbox', sha256('code'), '{tenant}', '{client}', '{address}', 'x', now(), now(), now());
        update issue.authorization_code set redeemed_at = now()",
        tenant = company.tenant.as_uuid(),
        member = company.owner.member.as_uuid(),
        address = crate::cases::company::LOOPBACK,
    );
    administrator.batch_execute(&redeemed).await.unwrap();
    let mut owner = scene.in_portal(&company.owner).await;
    let path = format!("/t/acme/sandbox/clients/{client}/promote");
    let page = owner.get(&scene.system.at(Plane::Portal, &path)).await;
    assert!(
        page.body.contains("People came back to each of them."),
        "{}",
        page.body
    );
}
