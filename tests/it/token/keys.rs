//! Keys take turns: what checks tokens finds the key of each, before and after; and keys in the wrong hands are worth nothing
//! at once.

use std::time::Duration;

use narthex_tests::{Browser, Plane};
use narthex_token::rotate::{Why, rotate};
use narthex_vocab::Environment;
use serde_json::json;

use super::bench::Bench;
use super::client_credentials::client;
use crate::scene::{Machine, Scene};

const PRODUCTION: Environment = Environment::Production;
const SANDBOX: Environment = Environment::Sandbox;

fn kid(token: &str) -> String {
    jsonwebtoken::decode_header(token).unwrap().kid.unwrap()
}

/// The keys of access tokens that the key set of production shows.
async fn shown(scene: &Scene) -> Vec<String> {
    let url = scene.issuer_at(Plane::Discovery, PRODUCTION, "jwks");
    let answer = Browser::new().get(&url).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    let all = answer.json()["keys"].as_array().unwrap().clone();
    let mut kids: Vec<_> = all
        .iter()
        .filter(|key| key["alg"] == "ES256")
        .map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect();
    kids.sort();
    kids
}

/// Asks for tokens until what is expected of the one and of the key set has come.
async fn until(
    scene: &Scene,
    machine: &Machine,
    expected: impl Fn(&str, &[String]) -> bool,
) -> (String, Vec<String>) {
    for _ in 0..100 {
        let token = scene.client_token(PRODUCTION, machine).await;
        let shown = shown(scene).await;
        assert!(shown.contains(&kid(&token)), "nobody could check {token}");
        if expected(&kid(&token), &shown) {
            return (token, shown);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the keys took no turn");
}

#[tokio::test(flavor = "multi_thread")]
async fn s23_keys_take_turns_and_every_token_is_checked() {
    let scene = Scene::new().await;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let notes = scene.notes(PRODUCTION).await;
    let administrator = scene.company.place.administrator().await;
    let (first, before) = until(&scene, &machine, |_, shown| shown.len() == 1).await;

    let old =
        "update issue.signing_key set current_since = current_since - interval '89 days 1 minute'";
    administrator.batch_execute(old).await.unwrap();
    let (second, both) = until(&scene, &machine, |_, shown| shown.len() == 2).await;
    assert_eq!(kid(&second), kid(&first), "who is shown does not sign yet");

    let due = "update issue.signing_key set current_since = current_since - interval '1 day' where state = 'current';
        update issue.signing_key set created_at = created_at - interval '1 day' where state = 'next'";
    administrator.batch_execute(due).await.unwrap();
    let (third, after) = until(&scene, &machine, |kid, _| !before.contains(&kid.to_owned())).await;
    assert_eq!(after, both, "the one before is shown, and no third");
    assert!(both.contains(&kid(&third)));
    for token in [&first, &second, &third] {
        assert_eq!(
            scene.introspect(PRODUCTION, &notes, token).await["active"],
            true
        );
    }

    // Two days later the first is gone, and with it whatever says that it signed it.
    let gone = "update issue.published_key set withdraw_at = now() where withdraw_at is not null";
    administrator.batch_execute(gone).await.unwrap();
    until(&scene, &machine, |_, shown| shown.len() == 1).await;
    assert_eq!(
        scene.introspect(PRODUCTION, &notes, &first).await,
        json!({ "active": false })
    );
    let said = "select count(*) from ledger.entry where action = 'keys.rotate'";
    let said: i64 = administrator.query_one(said, &[]).await.unwrap().get(0);
    assert_eq!(said, 2, "each turn is an act");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_rotates_at_once_and_withdraws_what_was_stolen() {
    let bench = Bench::new().await;
    let (id, secret) = client(&bench, &["list_notes"]).await;
    let (res, res_secret) = bench.resource(SANDBOX).await;
    let resource = (res.as_str(), res_secret.as_str());
    let basic = Some((id.as_str(), secret.as_str()));
    let at = (bench.company.tenant, SANDBOX);
    let token = async || {
        let grant = [("grant_type", "client_credentials")];
        let answer = bench.post(SANDBOX, ("token", basic), &grant).await;
        answer.json()["access_token"].as_str().unwrap().to_owned()
    };
    let first = token().await;
    assert_eq!(
        rotate(&bench.state, at, Why::Schedule).await.unwrap(),
        0,
        "nothing is due"
    );
    assert_eq!(kid(&token().await), kid(&first));

    assert_eq!(rotate(&bench.state, at, Why::Operator).await.unwrap(), 3);
    let second = token().await;
    assert_ne!(kid(&second), kid(&first));
    assert_eq!(
        bench.introspect(SANDBOX, resource, &first).await["active"],
        true
    );

    assert_eq!(rotate(&bench.state, at, Why::Compromised).await.unwrap(), 3);
    let third = token().await;
    assert!(![kid(&first), kid(&second)].contains(&kid(&third)));
    for (token, active) in [(&first, false), (&second, false), (&third, true)] {
        assert_eq!(
            bench.introspect(SANDBOX, resource, token).await["active"],
            active
        );
    }
    // Two at once take one turn each, and leave one key that signs.
    let (one, two) = tokio::join!(
        rotate(&bench.state, at, Why::Operator),
        rotate(&bench.state, at, Why::Operator)
    );
    assert_eq!((one.unwrap(), two.unwrap()), (3, 3));
    let all = (0..6).map(|_| rotate(&bench.state, at, Why::Operator));
    for taken in futures_util::future::join_all(all).await {
        assert_eq!(taken.unwrap(), 3);
    }
    let signing = "select count(*) from issue.signing_key where state = 'current' and environment = 'sandbox'";
    let administrator = bench.company.place.administrator().await;
    let signing: i64 = administrator.query_one(signing, &[]).await.unwrap().get(0);
    assert_eq!(signing, 3, "one of each kind");
    assert_eq!(
        bench.introspect(SANDBOX, resource, &token().await).await["active"],
        true
    );
}
