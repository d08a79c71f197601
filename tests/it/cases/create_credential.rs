//! A client's secrets.

use narthex_approval::{
    create_credential::{
        CreateCredential, CreateCredentialError, CreatedCredential, create_credential,
    },
    decide::{Decided, Outcome},
    retire_credential::{RetireCredential, RetireCredentialError, retire_credential},
};
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientId, Environment, SecretKind};

use super::company::{Company, KEY, LOOPBACK, metadata};

const SANDBOX: Environment = Environment::Sandbox;

async fn client(company: &Company, auth_method: &str) -> ClientId {
    let ask = [(SANDBOX, company.reach(SANDBOX, "notes:read", &[]))];
    let partner = metadata("Partner", LOOPBACK, auth_method);
    let request = company.onboard(partner, &ask).await.unwrap().requests[0].request;
    match company.decide(request, Outcome::Approve).await.unwrap() {
        Decided::Activated(client) => client.client_id,
        other => panic!("{other:?}"),
    }
}

async fn create(
    company: &Company,
    client_id: &ClientId,
) -> Result<CreatedCredential, CreateCredentialError> {
    let command = CreateCredential {
        environment: SANDBOX,
        client_id: client_id.clone(),
        hash_key: &KEY,
    };
    let creating = company.owned(Action::CreateSandboxCredential, async |tx, acting| {
        create_credential(tx, command, acting).await
    });
    creating.await
}

async fn state(company: &Company) -> String {
    let administrator = company.place.administrator().await;
    administrator
        .query_one("select state from registry.client", &[])
        .await
        .unwrap()
        .get(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_secret_lets_a_client_begin_and_two_work_at_once() {
    let company = Company::new().await;
    let client_id = client(&company, "client_secret_basic").await;
    assert_eq!(state(&company).await, "awaiting_credentials");
    let first = create(&company, &client_id).await.unwrap();
    assert_eq!(first.secret.kind(), SecretKind::ClientSecret(SANDBOX));
    assert_eq!(state(&company).await, "active");
    create(&company, &client_id).await.unwrap();
    let third = create(&company, &client_id).await;
    assert!(
        matches!(third, Err(CreateCredentialError::TwoLive)),
        "{third:?}"
    );

    let command = RetireCredential {
        environment: SANDBOX,
        client_id: client_id.clone(),
        credential: first.id,
    };
    let retire = async || {
        let command = command.clone();
        let retiring = company.owned(Action::CreateSandboxCredential, async |tx, acting| {
            retire_credential(tx, command, acting).await
        });
        retiring.await
    };
    retire().await.unwrap();
    assert!(matches!(
        retire().await,
        Err(RetireCredentialError::NotLive)
    ));
    create(&company, &client_id).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_public_client_has_no_secret() {
    let company = Company::new().await;
    let client_id = client(&company, "none").await;
    assert_eq!(state(&company).await, "active");
    let refused = create(&company, &client_id).await;
    assert!(
        matches!(refused, Err(CreateCredentialError::NoSecretWanted)),
        "{refused:?}"
    );
}
