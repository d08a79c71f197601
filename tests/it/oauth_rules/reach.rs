//! No token reaches further than the approval: scopes, resources and environments beyond it are refused by name, and
//! never silently given.

use narthex_tests::{Browser, Rows};
use narthex_vocab::Environment::{Production, Sandbox};

use super::{says, text};
use crate::scene::{RESOURCE, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn a_client_for_itself() {
    let scene = Scene::new().await;
    let machine = scene.machine(Production, "notes:read").await;
    let url = scene.token(Production);
    let mut browser = Browser::new();
    let before = Rows::count(&scene.company.place).await;
    let tries: [(&[(&str, &str)], &str); 16] = [
        (&[("scope", "notes:write")], "invalid_scope"),
        (&[("scope", "notes:read notes:write")], "invalid_scope"),
        (&[("scope", "notes:delete notes:read")], "invalid_scope"),
        (&[("scope", "nothing:known")], "invalid_scope"),
        (&[("scope", "NOTES:READ")], "invalid_scope"),
        (&[("scope", "openid")], "invalid_scope"),
        (&[("scope", "*")], "invalid_scope"),
        (&[("scope", "notes:")], "invalid_scope"),
        (&[("scope", "notes:read%")], "invalid_scope"),
        (&[("resource", "https://other.example/")], "invalid_target"),
        (&[("resource", "https://notes.example/")], "invalid_target"),
        (
            &[("resource", "https://notes.example/mcp/admin")],
            "invalid_target",
        ),
        (
            &[("resource", "https://notes.example.evil.example/mcp")],
            "invalid_target",
        ),
        (&[("resource", "notes")], "invalid_target"),
        (
            &[
                ("resource", RESOURCE),
                ("resource", "https://other.example/"),
            ],
            "invalid_target",
        ),
        (
            &[("audience", "https://other.example/"), ("scope", "x")],
            "invalid_scope",
        ),
    ];
    for (extra, error) in tries {
        let form: Vec<(&str, &str)> = [("grant_type", "client_credentials")]
            .into_iter()
            .chain(extra.iter().copied())
            .collect();
        let answer = browser.basic(&url, machine.basic(), &form).await;
        says(&format!("{extra:?}"), &answer, (400, error));
    }
    let after = Rows::count(&scene.company.place).await;
    let issued = after.since(&before).get("issue.issuance").copied();
    assert_eq!(issued, None, "nothing was issued");

    let form = [
        ("grant_type", "client_credentials"),
        ("scope", "notes:read"),
        ("resource", RESOURCE),
    ];
    let answer = browser.basic(&url, machine.basic(), &form).await;
    assert_eq!(text(&answer, "scope"), "notes:read");
    // The sandbox has scopes of the same name; the client has none of them.
    let sandbox = browser
        .basic(&scene.token(Sandbox), machine.basic(), &form)
        .await;
    says("the sandbox", &sandbox, (401, "invalid_client"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_people() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let more = [("scope", Some("openid notes:read notes:delete"))];
    let page = browser.get(&scene.front_door(&client, &more)).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let code = scene.code(&mut browser, &client).await;
    let issued = scene.redeem((&client, &code), &[]).await;
    assert_eq!(text(&issued, "scope"), "notes:read openid");
    for (change, error) in [
        (("scope", "notes:delete"), "invalid_scope"),
        (("resource", "https://other.example/"), "invalid_target"),
        (
            ("resource", "https://notes.example/mcp#a"),
            "invalid_target",
        ),
    ] {
        let door = scene.front_door(&client, &[(change.0, Some(change.1))]);
        let answer = browser.get(&door).await;
        let location = answer.location();
        assert!(
            location.contains(&format!("error={error}")),
            "{change:?}: {location}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undecided_client_gets_nothing_anywhere() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let client = company
        .registered(Production, "Waiting Notes", "notes:read")
        .await;
    let url = scene.token(Production);
    let mut browser = Browser::new();
    let before = Rows::count(&company.place).await;
    for (grant, error) in [
        ("client_credentials", "access_denied"),
        ("refresh_token", "invalid_grant"),
        ("authorization_code", "invalid_grant"),
    ] {
        let form = [
            ("grant_type", grant),
            ("client_id", client.as_str()),
            ("refresh_token", "nrt_x"),
            ("code", "nac_x"),
            ("code_verifier", crate::scene::VERIFIER),
        ];
        // Never invalid_client: a client that hears it registers again.
        says(grant, &browser.post(&url, &form).await, (400, error));
    }
    let person = scene.user("Uma").await;
    let mut hers = scene.as_user(&person).await;
    for prompt in ["", "&prompt=none", "&prompt=consent"] {
        let door = format!("{}{prompt}", scene.front_door(&client, &[]));
        let page = hers.get(&door).await;
        assert_eq!(page.status, 200, "{prompt}");
        assert!(
            page.body.contains("has not decided about this app"),
            "{prompt}"
        );
        let pending = page.field("pending");
        let csrf = page.field("csrf");
        let consent = scene.issuer_at(narthex_tests::Plane::Token, Production, "consent");
        let form = [
            ("csrf", csrf.as_str()),
            ("pending", &pending),
            ("decision", "allow"),
        ];
        assert_eq!(
            hers.post(&consent, &form).await.status,
            400,
            "asking is not consenting"
        );
    }
    let after = Rows::count(&company.place).await;
    let came = after.since(&before);
    for table in [
        "issue.grant",
        "issue.authorization_code",
        "issue.issuance",
        "issue.consent",
    ] {
        assert_eq!(came.get(table), None, "{table}");
    }
}
