//! Clients that a company described in its portal and was approved for, by the product's own verbs.

use narthex_approval::{
    create_credential::{CreateCredential, create_credential},
    decide::{Decided, Outcome},
    onboard::Onboarded,
    reach::Reach,
};
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientId, ClientMetadata, Environment};
use serde_json::{Value, json};

use super::Machine;
use crate::cases::company::{Company, KEY};

/// What a client came of, as paths name it.
#[derive(Debug, Clone)]
pub(crate) struct History {
    pub(crate) integration: String,
    pub(crate) request: String,
    pub(crate) credential: String,
}

/// A client of `company` that acts for itself, approved, with a secret.
pub(crate) async fn machine(
    company: &Company,
    environment: Environment,
    scopes: &str,
    tools: &[&str],
) -> Machine {
    machine_and_history(company, environment, scopes, tools)
        .await
        .0
}

/// The same, with what it came of.
pub(crate) async fn machine_and_history(
    company: &Company,
    environment: Environment,
    scopes: &str,
    tools: &[&str],
) -> (Machine, History) {
    let sent = json!({
        "client_name": "Partner",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let (client_id, onboarded) = approved(
        company,
        environment,
        &sent,
        company.reach(environment, scopes, tools),
    )
    .await;
    let (machine, credential) = with_secret(company, environment, &client_id).await;
    let history = History {
        integration: onboarded.integration.to_string(),
        request: onboarded.requests[0].request.id.to_string(),
        credential,
    };
    (machine, history)
}

/// The client with its first secret, and which credential that is.
pub(crate) async fn with_secret(
    company: &Company,
    environment: Environment,
    client: &ClientId,
) -> (Machine, String) {
    let command = CreateCredential {
        environment,
        client_id: client.clone(),
        hash_key: &KEY,
    };
    let action = match environment {
        Environment::Sandbox => Action::CreateSandboxCredential,
        Environment::Production => Action::CreateProductionCredential,
    };
    let created = company.owned(action, async |tx, acting| {
        create_credential(tx, command, acting).await
    });
    let created = created.await.unwrap();
    let machine = Machine {
        id: client.as_str().to_owned(),
        secret: created.secret.reveal().to_owned(),
    };
    (machine, created.id.to_string())
}

/// A client with these metadata that asked for this in the portal and was approved for it.
pub(crate) async fn approved(
    company: &Company,
    environment: Environment,
    sent: &Value,
    reach: Reach,
) -> (ClientId, Onboarded) {
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let onboarded = company.onboard(metadata, &[(environment, reach)]).await;
    let onboarded = onboarded.unwrap();
    let request = onboarded.requests[0].request;
    match company.decide(request, Outcome::Approve).await.unwrap() {
        Decided::Activated(client) => (client.client_id, onboarded),
        other => panic!("{other:?}"),
    }
}
