//! S15: from the sandbox to production. A promotion is a case as any other; what comes of it is a new client, and nothing
//! of the sandbox works there.

mod apart;
mod pages;

use narthex_approval::{
    activate::Activated,
    decide::{Decided, Outcome},
    onboard::Sent,
    promote::{Promote, PromoteError, promote},
    reach::Ask,
    request::RequestRef,
    screen::Screened,
};
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientId, ClientMetadata, ClientState, Environment, KeySet, RedirectUri};
use serde_json::{Value, json};

use crate::cases::company::{Company, HOSTED, LOOPBACK, metadata};

const SANDBOX: Environment = Environment::Sandbox;
const PRODUCTION: Environment = Environment::Production;

/// What a promotion asks for in production.
fn ask(company: &Company, scopes: &str, tools: &[&str]) -> Ask {
    let reach = company.reach(PRODUCTION, scopes, tools);
    let scopes = reach.scopes.iter().map(|scope| {
        (
            scope.clone(),
            narthex_approval::prose::ScopeReason::default(),
        )
    });
    Ask {
        scopes: scopes.collect(),
        tools: reach.tools,
    }
}

/// A promotion of this client, with its address of the sandbox.
fn of(company: &Company, client: &ClientId) -> Promote {
    Promote {
        client_id: client.clone(),
        redirect_uris: vec![RedirectUri::parse(LOOPBACK).unwrap()],
        keys: None,
        workload: None,
        ask: ask(company, "notes:read", &["list_notes"]),
    }
}

async fn promoted(company: &Company, command: Promote) -> Result<Sent, PromoteError> {
    company
        .owned(Action::EditIntegration, async |tx, acting| {
            promote(tx, command, acting).await
        })
        .await
}

/// A client of the sandbox with this metadata, approved.
async fn in_sandbox(company: &Company, metadata: ClientMetadata) -> Activated {
    let asks = [(
        SANDBOX,
        company.reach(SANDBOX, "notes:read", &["list_notes"]),
    )];
    let onboarded = company.onboard(metadata, &asks).await.unwrap();
    activated(company, onboarded.requests[0].request).await
}

async fn activated(company: &Company, request: RequestRef) -> Activated {
    match company.decide(request, Outcome::Approve).await.unwrap() {
        Decided::Activated(client) => client,
        other => panic!("{other:?}"),
    }
}

/// A client with a secret and an address on the person's own machine.
async fn partner(company: &Company) -> ClientId {
    let partner = metadata("Partner", LOOPBACK, "client_secret_basic");
    in_sandbox(company, partner).await.client_id
}

/// A client that signs with the key of this set.
async fn signing(company: &Company, keys: &Value) -> ClientId {
    let sent = json!({
        "client_name": "Signer",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": keys,
    });
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    in_sandbox(company, metadata).await.client_id
}

/// A key set with the public point of a key on P-256, RFC 7517 appendix A.1 and a twin of it.
fn keys(number: u8) -> Value {
    let (x, y) = match number {
        1 => (
            "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
            "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        ),
        _ => (
            "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
        ),
    };
    json!({ "keys": [{ "kty": "EC", "crv": "P-256", "x": x, "y": y, "alg": "ES256", "use": "sig", "kid": number.to_string() }] })
}

async fn states(company: &Company, request: RequestRef) -> String {
    let administrator = company.place.administrator().await;
    let state = "select state from review.access_request where request_id::text = $1";
    let row = administrator
        .query_one(state, &[&request.id.as_uuid().to_string()])
        .await;
    row.unwrap().get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn s15_a_promotion_is_a_case_that_a_person_decides() {
    let company = Company::new().await;
    let sandbox = partner(&company).await;
    let sent = promoted(&company, of(&company, &sandbox)).await.unwrap();
    assert_eq!(sent.request.environment, PRODUCTION);
    assert!(
        matches!(sent.screened, Screened::InReview { .. }),
        "{sent:?}"
    );
    assert_eq!(states(&company, sent.request).await, "in_review");

    let client = activated(&company, sent.request).await;
    assert_ne!(client.client_id, sandbox);
    assert!(client.client_id.as_str().starts_with("np_"));
    assert_eq!(client.state, ClientState::AwaitingCredentials);
    let administrator = company.place.administrator().await;
    let rows = administrator
        .query(
            "select c.client_id, c.integration_id::text, (select count(*) from registry.credential as k
                where k.client_id = c.client_id) from registry.client as c order by c.environment",
            &[],
        )
        .await
        .unwrap();
    let of = |n: usize| {
        (
            rows[n].get::<_, String>(0),
            rows[n].get::<_, String>(1),
            rows[n].get::<_, i64>(2),
        )
    };
    assert_eq!(rows.len(), 2);
    assert_eq!(of(0), (client.client_id.to_string(), of(1).1, 0));
    assert_eq!(of(1).0, sandbox.to_string());
    let from: String = administrator
        .query_one("select from_client_id from review.promotion", &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!(from, sandbox.to_string());
    let told = "select detail ->> 'request' from ledger.entry where action = 'client.promote' and object = $1";
    let row = administrator
        .query_one(told, &[&sandbox.as_str()])
        .await
        .unwrap();
    assert_eq!(row.get::<_, String>(0), sent.request.id.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_promoted_is_named_and_changes_nothing() {
    let company = Company::new().await;
    let sandbox = partner(&company).await;
    // A host that production does not take: nothing is written.
    let elsewhere = Promote {
        redirect_uris: vec![RedirectUri::parse(HOSTED).unwrap()],
        ..of(&company, &sandbox)
    };
    let sent = promoted(&company, elsewhere).await;
    assert!(
        sent.is_ok(),
        "an unproved host is decided by a person: {sent:?}"
    );
    let again = promoted(&company, of(&company, &sandbox)).await;
    let Err(PromoteError::AlreadyOpen(open)) = again else {
        panic!("{again:?}");
    };
    assert_eq!(open, sent.unwrap().request.id);

    let nobody = ClientId::parse("ns_qqqqqqqqqqqqqqqqqqqqqqqqqq").unwrap();
    let unknown = promoted(&company, of(&company, &nobody)).await;
    assert!(
        matches!(unknown, Err(PromoteError::Store(_))),
        "{unknown:?}"
    );
    let neighbour = company.neighbour().await;
    let foreign = promoted(&neighbour, of(&neighbour, &sandbox)).await;
    assert!(
        matches!(foreign, Err(PromoteError::Store(_))),
        "{foreign:?}"
    );

    let other = in_sandbox(&company, metadata("Other", LOOPBACK, "none"))
        .await
        .client_id;
    let beyond = Promote {
        ask: Ask {
            tools: company.reach(SANDBOX, "", &["list_notes"]).tools,
            ..ask(&company, "notes:read", &[])
        },
        ..of(&company, &other)
    };
    let refused = promoted(&company, beyond).await;
    assert!(
        matches!(refused, Err(PromoteError::UnknownReach(_))),
        "a resource of the sandbox: {refused:?}"
    );
    let without = Promote {
        redirect_uris: Vec::new(),
        ..of(&company, &other)
    };
    let refused = promoted(&company, without).await;
    assert!(
        matches!(refused, Err(PromoteError::Metadata(_))),
        "{refused:?}"
    );
    let administrator = company.place.administrator().await;
    let cases = "select count(*) from review.access_request where environment = 'production'";
    let row = administrator.query_one(cases, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_stopped_orphaned_or_there_already_is_not_promoted() {
    let company = Company::new().await;
    let sandbox = partner(&company).await;
    let administrator = company.place.administrator().await;
    let run = async |sql: &str| administrator.batch_execute(sql).await.unwrap();
    run("update registry.client set state = 'suspended'").await;
    let stopped = promoted(&company, of(&company, &sandbox)).await;
    assert!(
        matches!(stopped, Err(PromoteError::NotLive(ClientState::Suspended))),
        "{stopped:?}"
    );
    run("update registry.client set state = 'active'").await;
    run("update tenant.member set state = 'left' where name = 'Olga'").await;
    let orphan = promoted(&company, of(&company, &sandbox)).await;
    assert!(
        matches!(orphan, Err(PromoteError::NobodyAnswers)),
        "{orphan:?}"
    );
    run("update tenant.member set state = 'active' where name = 'Olga'").await;

    let sent = promoted(&company, of(&company, &sandbox)).await.unwrap();
    let live = activated(&company, sent.request).await;
    let there = promoted(&company, of(&company, &sandbox)).await;
    assert!(
        matches!(&there, Err(PromoteError::AlreadyThere(client)) if *client == live.client_id),
        "{there:?}"
    );
    let of_production = promoted(&company, of(&company, &live.client_id)).await;
    assert!(
        matches!(of_production, Err(PromoteError::Store(_))),
        "{of_production:?}"
    );
    // What ended may come again, as another client.
    run("update registry.client set state = 'revoked' where environment = 'production'").await;
    let sent = promoted(&company, of(&company, &sandbox)).await.unwrap();
    let second = activated(&company, sent.request).await;
    assert_ne!(second.client_id, live.client_id);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_once_one_is_sent() {
    let company = Company::new().await;
    let sandbox = partner(&company).await;
    let (one, two) = tokio::join!(
        promoted(&company, of(&company, &sandbox)),
        promoted(&company, of(&company, &sandbox))
    );
    let sent = [one.is_ok(), two.is_ok()];
    assert_eq!(sent.iter().filter(|ok| **ok).count(), 1, "{one:?} {two:?}");
    let refused = if one.is_ok() { two } else { one };
    assert!(
        matches!(refused, Err(PromoteError::AlreadyOpen(_))),
        "{refused:?}"
    );
}

fn key_set(keys: &Value) -> KeySet {
    KeySet::parse(keys).unwrap()
}
