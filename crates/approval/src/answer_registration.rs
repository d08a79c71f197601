//! The client of a registration that waited is there: its answer is made once, with the secret if it shall have one, and
//! sealed to the registrant (RFC 7591 section 3.2.1). Nothing of it is kept in the clear, and nobody here can open it.

use narthex_tenancy::{
    StoreError, TenantTx,
    sealed_answer::{self, AnswerSeal},
    sealing::SealError,
    tenant,
};
use narthex_vocab::{ClientId, HashKey, Secret, SecretKind, SoftwareStatement};
use serde_json::{Map, Value, json};
use url::Url;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    create_credential::{CreateCredentialError, make},
    store::{
        self,
        deferral::{DeferralRef, Unanswered},
        registration_access::KnownSecret,
    },
};

/// Which registration.
#[derive(Debug)]
pub struct AnswerRegistration<'a> {
    /// The registration.
    pub at: DeferralRef,
    /// Under which secrets are hashed.
    pub hash_key: &'a HashKey,
    /// Under which registration access tokens are, and what the public plane recognises the secret by.
    pub registration_key: &'a HashKey,
    /// The origin of the discovery plane, where registrations are managed.
    pub discovery_base: &'a Url,
}

/// Why there is no answer. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum AnswerRegistrationError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The client's secret could not be made.
    #[error(transparent)]
    Credential(#[from] CreateCredentialError),
    /// The answer could not be sealed.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Answers a registration; the client, or `None` when it does not wait to be answered.
pub async fn answer_registration(
    tx: &mut TenantTx,
    command: AnswerRegistration<'_>,
    acting: &mut Acting<'_>,
) -> Result<Option<ClientId>, AnswerRegistrationError> {
    acting.itself()?;
    let at = command.at;
    let Some(waiting) = store::deferral::lock_unanswered(tx, at).await? else {
        return Ok(None);
    };
    let information = information(tx, &command, &waiting, acting).await?;
    let sealed = seal(tx, at, &waiting.seal, information)?;
    store::deferral::answer(tx, at, sealed).await?;
    let deed = Deed {
        action: "registration.answer",
        object: at.id.to_string(),
        environment: Some(at.environment),
        reason: "",
        detail: json!({ "client_id": waiting.client_id }),
    };
    acting.record(tx, deed).await?;
    Ok(Some(waiting.client_id))
}

/// The client information response, with the means to manage the registration (RFC 7592 section 3). A secret is made in
/// the name of the person who vouched.
async fn information(
    tx: &mut TenantTx,
    command: &AnswerRegistration<'_>,
    waiting: &Unanswered,
    acting: &mut Acting<'_>,
) -> Result<Map<String, Value>, AnswerRegistrationError> {
    let at = command.at;
    let client = store::client::load(tx, at.environment, &waiting.client_id).await?;
    let mut told = client.metadata.to_json();
    told.insert("client_id".into(), waiting.client_id.as_str().into());
    told.insert("client_id_issued_at".into(), acting.now.timestamp().into());
    let uri = registration_uri(tx, command, &waiting.client_id).await?;
    told.insert("registration_client_uri".into(), uri.into());
    if let Some(statement) = &waiting.statement {
        // It comes back as it was presented (RFC 7591 section 3.2.1).
        told.insert(SoftwareStatement::MEMBER.into(), statement.as_str().into());
    }
    let token = Secret::generate(SecretKind::RegistrationAccess, &mut *acting.rng);
    let hash = token.hash(command.registration_key);
    let made = if client.metadata.auth_method().needs_secret() {
        let whose = (at.environment, &waiting.client_id, waiting.approver);
        Some(make(tx, whose, command.hash_key, acting).await?)
    } else {
        None
    };
    let known = made.as_ref().map(|made| KnownSecret {
        credential: made.id,
        hash: made.secret.hash(command.registration_key),
    });
    let whose = (at.environment, &waiting.client_id);
    let kept = told.clone();
    store::registration_access::insert(tx, whose, (&hash, known), kept, acting.now).await?;
    told.insert("registration_access_token".into(), token.reveal().into());
    if let Some(made) = made {
        told.insert("client_secret".into(), made.secret.reveal().into());
        let ends = made.expires_at.timestamp();
        told.insert("client_secret_expires_at".into(), ends.into());
    }
    Ok(told)
}

/// Where the client manages its registration.
async fn registration_uri(
    tx: &mut TenantTx,
    command: &AnswerRegistration<'_>,
    client: &ClientId,
) -> Result<String, StoreError> {
    let base = command.discovery_base.as_str().trim_end_matches('/');
    let (slug, environment) = (tenant::load(tx).await?.slug, command.at.environment);
    Ok(format!("{base}/t/{slug}/{environment}/register/{client}"))
}

fn seal(
    tx: &TenantTx,
    at: DeferralRef,
    to: &AnswerSeal,
    information: Map<String, Value>,
) -> Result<Vec<u8>, SealError> {
    let plain = Value::Object(information).to_string();
    let place = sealed_answer::place(tx.tenant(), at.environment, at.id);
    to.close(plain.as_bytes(), &place)
}
