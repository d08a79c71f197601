//! The Config OP profile, `oidcc-config-certification-test-plan`, and the discovery modules of the logout plans. On loopback the
//! addresses are http; everything else is as the suite wants it.

use narthex_tests::{Browser, Plane};
use serde_json::Value;

use super::Op;

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_discovery_endpoint_verification() {
    let op = Op::new().await;
    let path = "/t/acme/.well-known/openid-configuration";
    let url = op.scene.system.at(Plane::Discovery, path);
    let answer = Browser::new().get(&url).await;
    assert_eq!(answer.status, 200);
    assert!(
        answer
            .header("content-type")
            .starts_with("application/json")
    );
    let document = answer.json();
    assert_eq!(document["issuer"], op.issuer());
    let list = |member: &str| -> Vec<Value> {
        let list = document[member].as_array();
        list.unwrap_or_else(|| panic!("no {member}")).clone()
    };
    assert_eq!(list("response_types_supported"), ["code"]);
    assert_eq!(list("subject_types_supported"), ["public"]);
    let algorithms = list("id_token_signing_alg_values_supported");
    assert!(algorithms.contains(&"RS256".into()), "{algorithms:?}");
    assert!(!algorithms.contains(&"none".into()), "{algorithms:?}");
    assert!(list("scopes_supported").contains(&"openid".into()));
    for claim in ["sub", "name", "email", "auth_time", "acr", "sid"] {
        assert!(list("claims_supported").contains(&claim.into()), "{claim}");
    }
    for method in ["client_secret_basic", "client_secret_post", "none"] {
        let methods = list("token_endpoint_auth_methods_supported");
        assert!(methods.contains(&method.into()), "{method}");
    }
    assert_eq!(list("code_challenge_methods_supported"), ["S256"]);
    assert_eq!(document["claims_parameter_supported"], true);
    assert_eq!(document["request_parameter_supported"], false);
    assert_eq!(document["request_uri_parameter_supported"], false);
    for (member, value) in document.as_object().unwrap() {
        if member.ends_with("_endpoint") || member == "jwks_uri" {
            url::Url::parse(value.as_str().unwrap()).unwrap();
        }
    }

    // Each algorithm that is announced has a key, and each key is of one that is.
    let keys = op.keys().await;
    let named: Vec<&Value> = keys.iter().map(|key| &key["alg"]).collect();
    assert_eq!(named.len(), algorithms.len());
    for key in &keys {
        assert!(algorithms.contains(&key["alg"]), "{key}");
        assert_eq!(key["use"], "sig");
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert_eq!(key.get(private), None);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn oidcc_rp_initiated_and_backchannel_logout_discovery_endpoint_verification() {
    let op = Op::new().await;
    let path = "/t/acme/.well-known/openid-configuration";
    let url = op.scene.system.at(Plane::Discovery, path);
    let document = Browser::new().get(&url).await.json();
    assert_eq!(document["end_session_endpoint"], op.at("logout"));
    assert_eq!(document["backchannel_logout_supported"], true);
    assert_eq!(document["backchannel_logout_session_supported"], true);
}
