//! S10, S13: members in other languages (RFC 7591 section 2.2) are held to the lists, the proofs and the eyes that the
//! plain ones are held to. Nothing gets in behind a language tag.

use narthex_approval::{
    approved::NotApprovable,
    decide::{DecideError, Outcome},
    screen::Screened,
};
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{
    Admits, ClientId, ClientMetadata, Environment, MetadataRules, OptionalMember, RegistrationMode,
};
use serde_json::{Value, json};

use crate::approval_based_registration::{App, scene, service};
use crate::cases::company::LOOPBACK;
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;

async fn in_quarantine() -> Scene {
    let scene = Scene::new().await;
    let mode = RegistrationMode::Quarantine;
    scene.company.takes(PRODUCTION, mode).await.unwrap();
    scene
}

async fn registers(scene: &Scene, change: Value) -> Answer {
    let mut body = json!({
        "client_name": "Notes",
        "redirect_uris": [LOOPBACK],
        "token_endpoint_auth_method": "none",
    });
    let change = change.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(change);
    Browser::new()
        .json(&scene.register(PRODUCTION), &body)
        .await
}

fn client(answer: &Answer) -> ClientId {
    assert_eq!(answer.status, 201, "{}", answer.body);
    ClientId::parse(answer.json()["client_id"].as_str().unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_a_language_is_registered_said_back_and_another_family() {
    let scene = in_quarantine().await;
    let plain = registers(&scene, json!({})).await;
    let said = json!({
        "client_name#JA": "ノート",
        "tos_uri#pt-br": "https://notes.example/termos",
        "contacts#ja": 7,
    });
    let localized = registers(&scene, said).await;
    let answer = localized.json();
    assert_eq!(answer["client_name#ja"], "ノート");
    assert_eq!(answer["tos_uri#pt-BR"], "https://notes.example/termos");
    assert!(answer.get("contacts#ja").is_none());
    assert_ne!(client(&plain), client(&localized));
    // The same in another case of its tags is the same software.
    let again =
        json!({ "client_name#ja": "ノート", "tos_uri#PT-BR": "https://notes.example/termos" });
    assert_eq!(client(&registers(&scene, again).await), client(&localized));

    for (change, said) in [
        (
            json!({ "client_name#ja_JP": "x" }),
            "client_name#ja_JP: it has no well-formed language tag (BCP 47) behind the #",
        ),
        (
            json!({ "client_name#ja": "a", "client_name#JA": "b" }),
            "client_name#ja: the same language is there twice",
        ),
        (
            json!({ "logo_uri#ja": "javascript:alert(1)" }),
            "logo_uri#ja: it is not https",
        ),
    ] {
        let refused = registers(&scene, change).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert_eq!(refused.json()["error"], "invalid_client_metadata");
        assert_eq!(refused.json()["error_description"], said);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_no_host_and_no_member_gets_in_behind_a_language() {
    let scene = in_quarantine().await;
    let mut rules = MetadataRules::default();
    rules.hosts.admits = Admits::Listed;
    rules.hosts.listed = ["notes.example".parse().unwrap()].into();
    rules.members.remove(&OptionalMember::LogoUri);
    scene.company.lists(PRODUCTION, rules).await.unwrap();
    let listed = json!({ "policy_uri#ja": "https://notes.example/ja" });
    client(&registers(&scene, listed).await);
    for change in [
        json!({ "policy_uri#ja": "https://evil.example/ja" }),
        json!({ "logo_uri#ja": "https://notes.example/logo.png" }),
    ] {
        let refused = registers(&scene, change).await;
        assert_eq!(refused.status, 400, "{}", refused.body);
        assert_eq!(
            refused.json()["error_description"],
            "this environment does not take such metadata"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s5_a_host_in_any_language_is_proved_before_production() {
    let scene = in_quarantine().await;
    let company = &scene.company;
    let change = json!({ "logo_uri#ja": "https://cdn.example/logo.png" });
    let client = client(&registers(&scene, change).await);
    let linked = company
        .link(&client, Some(&company.owner), Some("notes:read"))
        .await
        .unwrap();
    let refused = company.decide(linked.request, Outcome::Approve).await;
    match refused {
        Err(DecideError::NotApprovable(NotApprovable::Unproved { hosts })) => {
            let hosts: Vec<_> = hosts.iter().map(|host| host.as_str()).collect();
            assert_eq!(hosts, ["cdn.example"]);
        }
        other => panic!("{other:?}"),
    }
    // The database reads the same hosts out of the metadata as the product.
    let sent = json!({
        "redirect_uris": ["https://a.example/cb", LOOPBACK],
        "client_uri": "https://b.example/",
        "logo_uri#ja": "https://c.example/",
        "tos_uri#fr-CA": "https://D.example:8443/x",
        "policy_uri": "https://e.example",
        "policy_uri#x-y": "https://f.example?z",
        "jwks_uri": "https://g.example/keys",
        "client_name#ja": "https://name.example/",
    });
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let administrator = company.place.administrator().await;
    let json = Value::Object(metadata.to_json()).to_string();
    let rows = administrator
        .query(
            "select review.hosts_of($1::text::jsonb) as host order by host",
            &[&json],
        )
        .await
        .unwrap();
    let by_database: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    let by_product: Vec<_> = metadata.hosts().iter().map(ToString::to_string).collect();
    assert_eq!(by_database, by_product);
    assert_eq!(by_product.len(), 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn s13_a_name_in_another_language_imitates_like_any_other_and_is_shown() {
    let scene = in_quarantine().await;
    let company = &scene.company;
    let change = json!({
        "client_name#fr": "Slаck",
        "redirect_uris": ["https://login.evil.example/cb"],
        "tos_uri#fr": "https://login.evil.example/conditions",
    });
    let client = client(&registers(&scene, change).await);

    let mut reviewer = scene.in_dashboard(&company.reviewer).await;
    let path = format!("/quarantine/acme/production/{client}");
    let waiting = reviewer.get(&scene.system.at(Plane::Staff, &path)).await;
    let linked = company
        .link(&client, Some(&company.owner), None)
        .await
        .unwrap();
    assert!(matches!(linked.screened, Screened::InReview { .. }));
    let administrator = company.place.administrator().await;
    let seen = "select check_id || ' ' || outcome from review.finding
        where check_id in ('R-13', 'R-17') order by 1";
    let rows = administrator.query(seen, &[]).await.unwrap();
    let found: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(found, ["R-13 fail", "R-17 attention"]);

    let path = format!("/requests/acme/production/{}", linked.request.id);
    let review = reviewer.get(&scene.system.at(Plane::Staff, &path)).await;
    for page in [waiting, review] {
        for words in [
            "Name it gives itself (fr)",
            "“Slаck”",
            "Terms (fr)",
            "https://login.evil.example/conditions",
        ] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b1_who_vouches_reads_every_language() {
    let scene = scene().await;
    let mut body = service();
    body["client_name#ja"] = json!("夜勤");
    body["policy_uri#ja"] = json!("https://night.example/ja");
    let app = App::registered(&scene, PRODUCTION, &body).await;
    let page = app.entered(&scene.company.owner, "look", &[]).await;
    for words in [
        "Calls itself (ja)",
        "夜勤",
        "Privacy policy (ja)",
        "https://night.example/ja",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
}
