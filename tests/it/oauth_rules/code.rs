//! A code is worth something to its own client, once, with the verifier behind its challenge, for the address and the
//! resource it was asked with. A second use ends everything that came of the first.

use narthex_tests::Browser;
use narthex_vocab::Environment::{Production, Sandbox};
use serde_json::json;

use super::{says, text};
use crate::scene::{Scene, VERIFIER};

#[tokio::test(flavor = "multi_thread")]
async fn bound_to_everything_it_was_asked_with() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let other = scene.app("Other Notes", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let code = scene.code(&mut browser, &client).await;
    let wrong_verifier = "a".repeat(43);
    let half = &code[..code.len() - 1];
    let challenge = narthex_vocab::CodeVerifier::parse(VERIFIER)
        .unwrap()
        .challenge();

    let tries: [(&str, &[(&str, Option<&str>)], &str); 16] = [
        (
            "another client",
            &[("client_id", Some(other.as_str()))],
            "invalid_grant",
        ),
        (
            "another verifier",
            &[("code_verifier", Some(&wrong_verifier))],
            "invalid_grant",
        ),
        (
            "the challenge",
            &[("code_verifier", Some(challenge.as_str()))],
            "invalid_grant",
        ),
        ("no verifier", &[("code_verifier", None)], "invalid_request"),
        (
            "a blank verifier",
            &[("code_verifier", Some(""))],
            "invalid_request",
        ),
        (
            "a short verifier",
            &[("code_verifier", Some("abc"))],
            "invalid_request",
        ),
        (
            "another port",
            &[("redirect_uri", Some("http://127.0.0.1:4712/callback"))],
            "invalid_grant",
        ),
        (
            "another address",
            &[("redirect_uri", Some("https://evil.example/"))],
            "invalid_grant",
        ),
        (
            "another resource",
            &[("resource", Some("https://other.example/"))],
            "invalid_target",
        ),
        ("half a code", &[("code", Some(half))], "invalid_grant"),
        ("a NUL", &[("code", Some("nac_\u{0}"))], "invalid_grant"),
        ("no code", &[("code", None)], "invalid_request"),
        ("a blank code", &[("code", Some(""))], "invalid_request"),
        (
            "an invented code",
            &[("code", Some("nac_invented"))],
            "invalid_grant",
        ),
        (
            "as a refresh token",
            &[("grant_type", Some("refresh_token"))],
            "invalid_request",
        ),
        (
            "another grant",
            &[("grant_type", Some("password"))],
            "unsupported_grant_type",
        ),
    ];
    for (what, change, error) in tries {
        let answer = scene.redeem((&client, &code), change).await;
        says(what, &answer, (400, error));
    }
    let elsewhere = [
        ("grant_type", "authorization_code"),
        ("client_id", client.as_str()),
        ("code", &code),
        ("code_verifier", VERIFIER),
    ];
    let sandbox = Browser::new().post(&scene.token(Sandbox), &elsewhere).await;
    says(
        "the sandbox does not know it",
        &sandbox,
        (401, "invalid_client"),
    );

    // All that took nothing from the client itself.
    let answer = scene.redeem((&client, &code), &[]).await;
    assert_eq!(
        answer.json()["scope"],
        "notes:read openid",
        "{}",
        answer.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_use_ends_the_first() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let notes = scene.notes(Production).await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let code = scene.code(&mut browser, &client).await;
    let first = scene.redeem((&client, &code), &[]).await;
    let (token, refresh) = (text(&first, "access_token"), text(&first, "refresh_token"));
    assert_eq!(
        scene.introspect(Production, &notes, &token).await["active"],
        true
    );

    let again = scene.redeem((&client, &code), &[]).await;
    says("again", &again, (400, "invalid_grant"));
    let over = scene.introspect(Production, &notes, &token).await;
    assert_eq!(over, json!({ "active": false }));
    says(
        "refresh",
        &scene.refresh(&client, &refresh).await,
        (400, "invalid_grant"),
    );
    let asked = scene
        .may_call(Production, &notes, (client.as_str(), &token))
        .await;
    assert_eq!(asked["decision"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn two_at_once_are_one() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let code = scene.code(&mut browser, &client).await;
    let at = (&client, code.as_str());
    let (a, b, c, d) = tokio::join!(
        scene.redeem(at, &[]),
        scene.redeem(at, &[]),
        scene.redeem(at, &[]),
        scene.redeem(at, &[])
    );
    let won = [a, b, c, d]
        .iter()
        .filter(|answer| answer.status == 200)
        .count();
    assert_eq!(won, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_door_wants_a_hashed_challenge() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let person = scene.user("Uma").await;
    let mut browser = scene.as_user(&person).await;
    let tries: [(&[(&str, Option<&str>)], &str); 9] = [
        (
            &[("code_challenge", None), ("code_challenge_method", None)],
            "invalid_request",
        ),
        (&[("code_challenge", None)], "invalid_request"),
        (&[("code_challenge", Some(""))], "invalid_request"),
        (&[("code_challenge", Some("short"))], "invalid_request"),
        (&[("code_challenge_method", None)], "invalid_request"),
        (
            &[("code_challenge_method", Some("plain"))],
            "invalid_request",
        ),
        (
            &[("code_challenge_method", Some("s256"))],
            "invalid_request",
        ),
        (
            &[("response_type", Some("token"))],
            "unsupported_response_type",
        ),
        (
            &[("response_type", Some("code token"))],
            "unsupported_response_type",
        ),
    ];
    for (change, error) in tries {
        let answer = browser.get(&scene.front_door(&client, change)).await;
        let location = answer.location();
        let there = location.starts_with(crate::scene::CALLBACK);
        assert!(
            there && location.contains(&format!("error={error}")),
            "{change:?}: {location}"
        );
        assert!(
            location.contains("state=xyz") && location.contains("&iss="),
            "{location}"
        );
        assert!(!location.contains("code="), "{location}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn consent_is_of_one_browser_and_one_person() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let (uma, otto) = (scene.user("Uma").await, scene.user("Otto").await);
    let (mut hers, mut his) = (scene.as_user(&uma).await, scene.as_user(&otto).await);
    let door = scene.front_door(&client, &[]);
    let her_page = hers.get(&door).await;
    let his_page = his.get(&door).await;
    let consent = scene.issuer_at(narthex_tests::Plane::Token, Production, "consent");

    let (his_csrf, her_pending) = (his_page.field("csrf"), her_page.field("pending"));
    let lured = [
        ("csrf", his_csrf.as_str()),
        ("pending", &her_pending),
        ("decision", "allow"),
    ];
    assert_eq!(
        his.post(&consent, &lured).await.status,
        400,
        "her question, his answer"
    );
    let mut nobody = Browser::new();
    assert_eq!(
        nobody.post(&consent, &lured).await.status,
        403,
        "without a session"
    );
    let without = [("pending", her_pending.as_str()), ("decision", "allow")];
    assert_eq!(
        hers.post(&consent, &without).await.status,
        403,
        "without the form's token"
    );

    let csrf = her_page.field("csrf");
    let own = [
        ("csrf", csrf.as_str()),
        ("pending", &her_pending),
        ("decision", "allow"),
    ];
    for (name, value) in [
        ("origin", "https://evil.example"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let request = hers.request(reqwest::Method::POST, &consent).form(&own);
        let answer = hers.send(request.header(name, value)).await;
        assert_eq!(answer.status, 403, "{name}: {value}");
    }
    let more = format!("{door}&scope=x");
    assert_ne!(hers.get(&more).await.status, 200, "two scopes");
    assert_eq!(hers.post(&consent, &own).await.status, 200);

    let parked = scene.issuer_at(narthex_tests::Plane::Token, Production, "waiting/prk_0");
    assert_eq!(hers.get(&parked).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_client_chose_is_kept_or_refused() {
    let scene = Scene::new().await;
    let client = scene.app("Stranger Notes", "notes:read").await;
    let company = &scene.company;
    let waiting = company
        .registered(Production, "Waiting Notes", "notes:read")
        .await;
    let person = scene.user("Uma").await;
    for name in ["state", "nonce"] {
        for value in [
            "\u{0}",
            "a\u{0}b",
            "a\r\nb",
            "\u{7f}",
            "\u{e9}\u{202e}",
            &"x".repeat(4_000),
        ] {
            let mut browser = scene.as_user(&person).await;
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair(name, value)
                .finish();
            let what = format!("{name}={value:?}");
            let door = scene.front_door(&client, &[("state", None)]);
            let page = browser.get(&format!("{door}&{query}")).await;
            if page.status == 200 {
                let left = scene.consent(&mut browser, &page, "allow").await;
                assert_eq!(left.status, 200, "{what}: {}", left.body);
            } else {
                assert!(page.location().contains("error=invalid_request"), "{what}");
            }
            let door = scene.front_door(&waiting, &[("state", None)]);
            let page = browser.get(&format!("{door}&{query}")).await;
            if page.status == 200 {
                let ask = scene.issuer_at(narthex_tests::Plane::Token, Production, "ask");
                let (csrf, pending) = (page.field("csrf"), page.field("pending"));
                let form = [
                    ("csrf", csrf.as_str()),
                    ("pending", &pending),
                    ("reason", "I need it."),
                ];
                let asked = browser.post(&ask, &form).await;
                assert_eq!(asked.status, 303, "{what}: {}", asked.body);
                for reason in ["", "\u{0}", "a\u{0}b", &"x".repeat(501)] {
                    let form = [
                        ("csrf", csrf.as_str()),
                        ("pending", &pending),
                        ("reason", reason),
                    ];
                    let asked = browser.post(&ask, &form).await;
                    assert!(
                        matches!(asked.status, 303 | 422),
                        "{what}: {reason:?} {}",
                        asked.status
                    );
                }
            } else {
                assert_eq!(page.status, 400, "{what}");
            }
        }
    }
}
