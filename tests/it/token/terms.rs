//! Tokens keep to what was agreed in time: shorter lives, scopes and tools that end.

use actix_web::http::StatusCode;
use narthex_approval::answer_offer::{AnswerOffer, answer_offer};
use narthex_approval::create_credential::{CreateCredential, create_credential};
use narthex_approval::decide::{Decided, Outcome};
use narthex_approval::prose::ScopeReason;
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientId, ClientMetadata, Environment, TokenLifetime};
use serde_json::{Value, json};

use super::bench::Bench;
use crate::cases::company::KEY;

const SANDBOX: Environment = Environment::Sandbox;

/// A client whose tokens live two minutes.
async fn client(bench: &Bench) -> (ClientId, String) {
    let company = &bench.company;
    let sent = json!({ "client_name": "Partner", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic" });
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let all = company.reach(SANDBOX, "notes:read notes:write", &["list_notes"]);
    let onboarded = company.onboard(metadata, &[(SANDBOX, all.clone())]).await;
    let request = onboarded.unwrap().requests[0].request;
    let mut less = all;
    less.limits.tokens = Some(TokenLifetime::from_minutes(2).unwrap());
    let decided = company.decide(request, Outcome::Offer(less.into())).await;
    let Ok(Decided::Offered { offer, .. }) = decided else {
        panic!("{decided:?}");
    };
    let command = AnswerOffer {
        request,
        offer,
        accept: true,
        reason: ScopeReason::default(),
    };
    company
        .owned(Action::AnswerOffer, async |tx, acting| {
            answer_offer(tx, command, acting).await
        })
        .await
        .unwrap();
    let administrator = company.place.administrator().await;
    let id = "select client_id from registry.client";
    let id: String = administrator.query_one(id, &[]).await.unwrap().get(0);
    let id = ClientId::parse(&id).unwrap();
    let command = CreateCredential {
        environment: SANDBOX,
        client_id: id.clone(),
        hash_key: &KEY,
    };
    let created = company.owned(Action::CreateSandboxCredential, async |tx, acting| {
        create_credential(tx, command, acting).await
    });
    (id, created.await.unwrap().secret.reveal().to_owned())
}

async fn issued(bench: &Bench, (id, secret): &(ClientId, String)) -> Value {
    let basic = Some((id.as_str(), secret.as_str()));
    let grant = ("grant_type", "client_credentials");
    let answer = bench.post(SANDBOX, ("token", basic), &[grant]).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    answer.json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_lives_no_longer_than_was_agreed() {
    let bench = Bench::new().await;
    let client = client(&bench).await;
    assert_eq!(issued(&bench, &client).await["expires_in"], 120);

    let (resource, secret) = bench.resource(SANDBOX).await;
    let resource = (resource.as_str(), secret.as_str());
    let administrator = bench.company.place.administrator().await;
    let until = async |when: &str| {
        let sql = format!("update registry.entitled_tool set until = now() + interval '{when}'");
        administrator.execute(&sql, &[]).await.unwrap();
    };
    until("60 seconds").await;
    let token = issued(&bench, &client).await;
    let left = token["expires_in"].as_i64().unwrap();
    assert!((30..=60).contains(&left), "it ends with its tool: {left}");
    let token = token["access_token"].as_str().unwrap();
    let call = (client.0.as_str(), token, "list_notes");
    let yes = bench.may_call(SANDBOX, resource, call).await;
    assert_eq!(yes["decision"], true, "{yes}");
    until("-1 seconds").await;
    let no = bench.may_call(SANDBOX, resource, call).await;
    assert_eq!(no["decision"], false, "the tool is over: {no}");
    assert_eq!(issued(&bench, &client).await["expires_in"], 120);

    let over = "update registry.entitlement set expires_at = now() - interval '1 second' where scope = 'notes:write'";
    administrator.execute(over, &[]).await.unwrap();
    assert_eq!(issued(&bench, &client).await["scope"], "notes:read");
}
