//! A client that acts for itself, from its secret to its end, and everything it must not get.

use actix_web::http::StatusCode;
use narthex_approval::create_credential::{CreateCredential, create_credential};
use narthex_approval::decide::{Decided, Outcome};
use narthex_approval::prose::Reason;
use narthex_approval::suspend::{Stop, Suspend, suspend};
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientId, ClientMetadata, Environment};
use serde_json::json;

use super::bench::Bench;
use crate::cases::company::KEY;

const SANDBOX: Environment = Environment::Sandbox;

pub(super) async fn client(bench: &Bench, tools: &[&str]) -> (ClientId, String) {
    let company = &bench.company;
    let sent = json!({ "client_name": "Partner", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic" });
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let reach = company.reach(SANDBOX, "notes:read notes:write", tools);
    let onboarded = company
        .onboard(metadata, &[(SANDBOX, reach)])
        .await
        .unwrap();
    let decided = company.decide(onboarded.requests[0].request, Outcome::Approve);
    let client_id = match decided.await.unwrap() {
        Decided::Activated(client) => client.client_id,
        other => panic!("{other:?}"),
    };
    let command = CreateCredential {
        environment: SANDBOX,
        client_id: client_id.clone(),
        hash_key: &KEY,
    };
    let created = company.owned(Action::CreateSandboxCredential, async |tx, acting| {
        create_credential(tx, command, acting).await
    });
    let secret = created.await.unwrap().secret.reveal().to_owned();
    (client_id, secret)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_what_was_approved_until_it_is_stopped() {
    let bench = Bench::new().await;
    let (id, secret) = client(&bench, &["list_notes"]).await;
    let (res, res_secret) = bench.resource(SANDBOX).await;
    let resource = (res.as_str(), res_secret.as_str());
    let basic = Some((id.as_str(), secret.as_str()));
    let grant = ("grant_type", "client_credentials");

    let answer = bench.post(SANDBOX, ("token", basic), &[grant]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
    let issued = answer.json();
    assert_eq!(issued["scope"], "notes:read notes:write");
    assert_eq!(
        (&issued["token_type"], &issued["expires_in"]),
        (&json!("Bearer"), &json!(600))
    );
    assert!(issued.get("refresh_token").is_none());
    let token = issued["access_token"].as_str().unwrap();

    let known = bench.introspect(SANDBOX, resource, token).await;
    assert_eq!(known["active"], true);
    assert_eq!(known["iss"], "http://127.0.0.1:8401/t/acme/sandbox");
    assert_eq!(known["aud"], "https://notes.example/mcp");
    assert_eq!(
        (&known["sub"], &known["client_id"]),
        (&json!(id), &json!(id))
    );
    let own = bench
        .introspect(SANDBOX, (id.as_str(), &secret), token)
        .await;
    assert_eq!(own["jti"], known["jti"]);

    let yes = bench
        .may_call(SANDBOX, resource, (id.as_str(), token, "list_notes"))
        .await;
    assert_eq!(yes["decision"], true, "{yes}");
    for (client, tool) in [
        (id.as_str(), "add_note"),
        (id.as_str(), "nothing"),
        ("ns_x", "list_notes"),
    ] {
        let no = bench
            .may_call(SANDBOX, resource, (client, token, tool))
            .await;
        assert_eq!(no["decision"], false, "{tool}");
        assert!(no["context"]["reason_user"]["en"].is_string(), "{no}");
    }

    let revoked = bench
        .post(SANDBOX, ("revoke", basic), &[("token", token)])
        .await;
    assert_eq!(revoked.status, StatusCode::OK);
    let after = bench.introspect(SANDBOX, resource, token).await;
    assert_eq!(after, json!({ "active": false }));

    let next = bench
        .post(SANDBOX, ("token", basic), &[grant, ("scope", "notes:read")])
        .await;
    let next = next.json();
    assert_eq!(next["scope"], "notes:read");
    let command = Suspend {
        environment: SANDBOX,
        client_id: id.clone(),
        what: Stop::Suspend,
        reason: Reason::parse("It calls too often.").unwrap(),
    };
    let stopped = bench
        .company
        .reviewed(Action::SuspendAny, async |tx, acting| {
            suspend(tx, command, acting).await
        });
    stopped.await.unwrap();
    let token = next["access_token"].as_str().unwrap();
    let after = bench.introspect(SANDBOX, resource, token).await;
    assert_eq!(after, json!({ "active": false }));
    let refused = bench.post(SANDBOX, ("token", basic), &[grant]).await;
    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(refused.json()["error"], "access_denied");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_opens_the_door() {
    let bench = Bench::new().await;
    let (id, secret) = client(&bench, &[]).await;
    let (res, res_secret) = bench.resource(SANDBOX).await;
    let id = id.as_str();
    let grant = ("grant_type", "client_credentials");
    let good = Some((id, secret.as_str()));

    for basic in [
        (id, ""),
        (id, "x"),
        (id, res_secret.as_str()),
        ("ns_x", secret.as_str()),
    ] {
        let answer = bench.post(SANDBOX, ("token", Some(basic)), &[grant]).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{basic:?}");
        assert_eq!(answer.json()["error"], "invalid_client");
        assert!(answer.header("www-authenticate").starts_with("Basic "));
    }
    let secret_in_form = [grant, ("client_id", id), ("client_secret", secret.as_str())];
    let answer = bench.post(SANDBOX, ("token", None), &secret_in_form).await;
    assert_eq!(answer.json()["error"], "invalid_client", "another method");
    assert_eq!(answer.header("www-authenticate"), "");
    let answer = bench
        .post(SANDBOX, ("token", None), &[grant, ("client_id", id)])
        .await;
    assert_eq!(answer.json()["error"], "invalid_client", "no credential");
    let answer = bench
        .post(Environment::Production, ("token", good), &[grant])
        .await;
    assert_eq!(
        answer.json()["error"],
        "invalid_client",
        "another environment"
    );

    for (more, code) in [
        (("scope", "notes:delete"), "invalid_scope"),
        (("scope", "openid"), "invalid_scope"),
        (("resource", "https://other.example"), "invalid_target"),
        (("grant_type", "client_credentials"), "invalid_request"),
        (("scope", " "), "invalid_request"),
    ] {
        let answer = bench.post(SANDBOX, ("token", good), &[grant, more]).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{more:?}");
        assert_eq!(answer.json()["error"], code, "{more:?}");
    }
    let introspected = bench
        .post(
            SANDBOX,
            ("introspect", Some((res.as_str(), secret.as_str()))),
            &[("token", "x")],
        )
        .await;
    assert_eq!(
        introspected.status,
        StatusCode::UNAUTHORIZED,
        "a client's secret"
    );
    let unknown = bench
        .introspect(SANDBOX, (&res, &res_secret), "x.y.z")
        .await;
    assert_eq!(unknown, json!({ "active": false }));
    let elsewhere = actix_web::test::TestRequest::post().uri("/t/nobody/sandbox/token");
    assert_eq!(
        bench.send(elsewhere.set_form([grant])).await.status,
        StatusCode::NOT_FOUND
    );
}
