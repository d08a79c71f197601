//! A tenant takes a secret for its approved client: shown once, kept as a keyed hash, two live at most. It never makes
//! one for a client that was not approved.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{
    ClientId, ClientState, Environment, HashKey, Id, Secret, SecretKind, Timestamp, kind,
};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    restriction,
    store::{self, client::Arrow, credential::NewSecret},
};

/// How long a client's secret works, when its approval does not end earlier.
pub const LIFETIME: Duration = Duration::days(180);

/// For which client.
#[derive(Debug)]
pub struct CreateCredential<'a> {
    /// The environment.
    pub environment: Environment,
    /// The client.
    pub client_id: ClientId,
    /// Under which secrets are hashed.
    pub hash_key: &'a HashKey,
}

/// A client's new secret.
#[derive(Debug)]
pub struct CreatedCredential {
    /// Its identity in lists.
    pub id: Id<kind::Credential>,
    /// Shown once.
    pub secret: Secret,
    /// When it stops working.
    pub expires_at: Timestamp,
}

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum CreateCredentialError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The client is public or signs with its own key.
    #[error("the client does not authenticate with a secret")]
    NoSecretWanted,
    /// The client's state does not allow it.
    #[error("the client is {0}")]
    NotPossible(ClientState),
    /// Two secrets work already: retire one.
    #[error("two secrets work already")]
    TwoLive,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for CreateCredentialError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("two_live_credentials") => Self::TwoLive,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// The act that making a secret in this environment is.
pub const fn action(environment: Environment) -> Action {
    match environment {
        Environment::Sandbox => Action::CreateSandboxCredential,
        Environment::Production => Action::CreateProductionCredential,
    }
}

/// Makes a secret; the first one lets the client begin.
pub async fn create_credential(
    tx: &mut TenantTx,
    command: CreateCredential<'_>,
    acting: &mut Acting<'_>,
) -> Result<CreatedCredential, CreateCredentialError> {
    let CreateCredential {
        environment,
        client_id,
        hash_key,
    } = command;
    let created_by = acting.member(tx, action(environment))?.member;
    make(tx, (environment, &client_id, created_by), hash_key, acting).await
}

/// Makes a secret for a client in the name of a person who may, or who vouched for its registration.
pub(crate) async fn make(
    tx: &mut TenantTx,
    (environment, client_id, created_by): (Environment, &ClientId, Id<kind::Member>),
    hash_key: &HashKey,
    acting: &mut Acting<'_>,
) -> Result<CreatedCredential, CreateCredentialError> {
    let client = store::client::load(tx, environment, client_id).await?;
    if !client.metadata.auth_method().needs_secret() {
        return Err(CreateCredentialError::NoSecretWanted);
    }
    if !takes_secrets(client.state) {
        return Err(CreateCredentialError::NotPossible(client.state));
    }
    let secret = Secret::generate(SecretKind::ClientSecret(environment), &mut *acting.rng);
    let kept = NewSecret {
        id: acting.id(),
        environment,
        client: client_id,
        hash: secret.hash(hash_key),
        last4: secret.last4(),
        created_by,
        expires_at: client.expires_at.min(acting.now + LIFETIME),
    };
    store::credential::insert(tx, &kept, acting.now).await?;
    let (id, expires_at) = (kept.id, kept.expires_at);
    wake(tx, environment, client_id, client.state, acting.now).await?;
    let deed = Deed {
        action: "credential.create",
        object: id.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "client_id": client_id, "expires_at": expires_at }),
    };
    acting.record(tx, deed).await?;
    Ok(CreatedCredential {
        id,
        secret,
        expires_at,
    })
}

const fn takes_secrets(state: ClientState) -> bool {
    match state {
        ClientState::AwaitingCredentials | ClientState::Active | ClientState::Restricted => true,
        ClientState::Suspended | ClientState::Expired | ClientState::Revoked => false,
    }
}

/// Lets a client that waited for its first secret begin, and has the token plane read any other again.
async fn wake(
    tx: &mut TenantTx,
    environment: Environment,
    client_id: &ClientId,
    state: ClientState,
    now: Timestamp,
) -> Result<(), CreateCredentialError> {
    if state != ClientState::AwaitingCredentials {
        return Ok(store::client::touch(tx, environment, client_id, now).await?);
    }
    let arrow = Arrow {
        from: state,
        to: ClientState::Active,
        reason: None,
        held_by_staff: false,
    };
    if store::client::advance(tx, environment, client_id, arrow, now).await? {
        Ok(restriction::settle(tx, (environment, client_id), now).await?)
    } else {
        let now = store::client::load(tx, environment, client_id).await?;
        Err(CreateCredentialError::NotPossible(now.state))
    }
}
