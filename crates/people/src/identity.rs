//! What a provider said of a person, proved, and who that is here: by issuer and subject, never by an address. Only
//! [`elsewhere`](crate::elsewhere) makes one, and it lets somebody in once.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx, sealing::SealingKey};
use narthex_vocab::{Email, Id, Label, SecretHash, Timestamp, kind};
use rand_core::CryptoRng;
use serde::{Deserialize, Serialize};

use crate::{provider::Provider, session::Word, store};

/// How long after its answer a provider's word may be carried by a form.
pub const LIFETIME: Duration = Duration::minutes(10);

/// A person, as a provider of the tenant said a moment ago.
#[derive(Debug)]
pub struct Asserted {
    pub(crate) provider: Provider,
    pub(crate) claims: Claims,
}

/// What was said. It is what a form carries, sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) subject: String,
    pub(crate) email: Option<String>,
    pub(crate) email_verified: bool,
    pub(crate) name: Option<String>,
    pub(crate) confirmed_at: Option<Timestamp>,
    pub(crate) state: [u8; 32],
    pub(crate) at: Timestamp,
}

/// Why a provider's word lets nobody in.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// It let somebody in already.
    #[error("this answer was used already")]
    Used,
    /// The identity is somebody's already.
    #[error("this identity is linked to a person already")]
    Taken,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Asserted {
    /// Who said it.
    pub const fn provider(&self) -> &Provider {
        &self.provider
    }

    /// The address that it gave; only a hint.
    pub fn email(&self) -> Option<Email> {
        Email::parse(self.claims.email.as_deref()?).ok()
    }

    /// The address, where the provider says that it checked it.
    pub fn verified_email(&self) -> Option<Email> {
        self.email().filter(|_| self.claims.email_verified)
    }

    /// What the person is called there, if that can be a name here.
    pub fn name(&self) -> Option<Label> {
        Label::parse(self.claims.name.as_deref()?.trim()).ok()
    }

    /// What a session that rests on it records.
    pub fn word(&self) -> Word {
        Word {
            provider: self.provider.id,
            confirmed_at: self.claims.confirmed_at,
        }
    }

    /// For a form that comes back within [`LIFETIME`], from the browser that holds `browser`.
    pub fn seal(
        &self,
        key: &SealingKey,
        (tenant, browser): (Id<kind::Tenant>, &str),
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, StoreError> {
        let unavailable = |error: String| StoreError::Unavailable(error);
        let plain = serde_json::to_vec(&self.claims).map_err(|e| unavailable(e.to_string()))?;
        key.seal(&plain, &place(tenant, &self.provider, browser), rng)
            .map_err(|error| unavailable(error.to_string()))
    }

    /// What a form brought back; `None` when it is of another browser, provider or tenant, or too old.
    pub fn open(
        key: &SealingKey,
        (tenant, browser): (Id<kind::Tenant>, &str),
        (provider, sealed): (Provider, &[u8]),
        now: Timestamp,
    ) -> Option<Self> {
        let plain = key.open(sealed, &place(tenant, &provider, browser)).ok()?;
        let claims: Claims = serde_json::from_slice(&plain).ok()?;
        (claims.at + LIFETIME > now).then_some(Self { provider, claims })
    }
}

fn place(tenant: Id<kind::Tenant>, provider: &Provider, browser: &str) -> String {
    format!("asserted/{tenant}/{}/{browser}", provider.id)
}

/// Whose identity it is here; the person may have left.
pub async fn whose(
    tx: &mut TenantTx,
    asserted: &Asserted,
) -> Result<Option<Id<kind::Member>>, StoreError> {
    let name = (
        asserted.provider.issuer.as_str(),
        asserted.claims.subject.as_str(),
    );
    store::identity::find(tx, name).await
}

/// From now on the identity is this person's. Whoever calls knows that it is.
pub async fn link(
    tx: &mut TenantTx,
    asserted: &Asserted,
    member: Id<kind::Member>,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let name = (&asserted.provider, asserted.claims.subject.as_str());
    store::identity::link(tx, name, member, now)
        .await
        .map_err(|error| match error.constraint() {
            Some("linked_identity_pkey") => IdentityError::Taken,
            _ => IdentityError::Store(error),
        })
}

/// Uses the provider's word up, in the transaction that rests on it.
pub async fn use_up(
    tx: &mut TenantTx,
    asserted: &Asserted,
    now: Timestamp,
) -> Result<(), IdentityError> {
    let state = SecretHash::from_bytes(asserted.claims.state);
    if store::identity::use_up(tx, &state, now).await? {
        Ok(())
    } else {
        Err(IdentityError::Used)
    }
}

/// An identity elsewhere that is somebody's.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Whose word it is.
    pub issuer: String,
    /// Since when.
    pub at: Timestamp,
}

/// The identities of a person.
pub async fn of(tx: &mut TenantTx, member: Id<kind::Member>) -> Result<Vec<Linked>, StoreError> {
    store::identity::of(tx, member).await
}
