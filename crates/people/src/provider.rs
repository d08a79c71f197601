//! Identity providers that a tenant believes: which there are, and whether people sign in by them alone. A provider's issuer
//! never changes, and its client secret is sealed at rest. It opens no connection.

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::Role,
    sealing::{SealError, SealingKey},
};
use narthex_vocab::{Id, IssuerName, IssuerNameError, Label, Timestamp, kind};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::{store, way_out::WayOut};

/// The most providers of one tenant.
pub const MOST: usize = 10;

/// How a process gets to providers: the way out, and what their secrets are sealed under.
pub struct Way {
    /// The way out.
    pub out: WayOut,
    /// The key.
    pub key: SealingKey,
}

/// Who says that a person signed in: an https address without query or fragment (OpenID Connect Discovery section 3), compared
/// letter by letter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderIssuer(IssuerName);

/// Why a text names no provider.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProviderIssuerError {
    /// Not an https address.
    #[error(transparent)]
    Name(#[from] IssuerNameError),
    /// It is a trust domain, or has a query or a fragment.
    #[error("it is an https address without query and fragment")]
    Shape,
}

impl ProviderIssuer {
    /// Reads an issuer.
    pub fn parse(text: &str) -> Result<Self, ProviderIssuerError> {
        let name = IssuerName::parse(text)?;
        if name.is_trust_domain() || text.contains(['?', '#']) {
            return Err(ProviderIssuerError::Shape);
        }
        Ok(Self(name))
    }

    /// As it was read.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// A provider of the transaction's tenant.
#[derive(Debug, Clone)]
pub struct Provider {
    /// Its identity.
    pub id: Id<kind::IdentityProvider>,
    /// What people read on the button.
    pub name: Label,
    /// Who its tokens come from.
    pub issuer: ProviderIssuer,
    /// What the tenant is called there.
    pub client_id: String,
    /// As what people join whom nobody invited; nobody does without.
    pub joins_as: Option<Role>,
    /// When it was last reached.
    pub tested_at: Option<Timestamp>,
    pub(crate) secret_sealed: Vec<u8>,
}

/// A provider to believe from now on.
#[derive(Debug)]
pub struct NewProvider {
    /// What people read on the button.
    pub name: Label,
    /// Who its tokens come from.
    pub issuer: ProviderIssuer,
    /// What the tenant is called there.
    pub client_id: String,
    /// What the provider gave.
    pub client_secret: Zeroizing<String>,
    /// As what people join whom nobody invited.
    pub joins_as: Option<Role>,
}

impl Provider {
    /// Its client secret.
    pub(crate) fn secret(
        &self,
        tenant: Id<kind::Tenant>,
        key: &SealingKey,
    ) -> Result<Zeroizing<String>, SealError> {
        let plain = key.open(&self.secret_sealed, &place(tenant, self.id))?;
        let text = std::str::from_utf8(&plain).map_err(|_| SealError)?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

fn place(tenant: Id<kind::Tenant>, provider: Id<kind::IdentityProvider>) -> String {
    format!("tenant.identity_provider/{tenant}/{provider}")
}

/// Adds a provider, not reached yet.
pub async fn add(
    tx: &mut TenantTx,
    key: &SealingKey,
    new: NewProvider,
    (now, rng): (Timestamp, &mut dyn CryptoRng),
) -> Result<Provider, StoreError> {
    let id = Id::new(now, rng);
    let sealed = key
        .seal(new.client_secret.as_bytes(), &place(tx.tenant(), id), rng)
        .map_err(|error| StoreError::Unavailable(error.to_string()))?;
    let provider = Provider {
        id,
        name: new.name,
        issuer: new.issuer,
        client_id: new.client_id,
        joins_as: new.joins_as,
        tested_at: None,
        secret_sealed: sealed,
    };
    store::provider::insert(tx, &provider, now).await?;
    Ok(provider)
}

/// The tenant's providers, by name.
pub async fn all(tx: &mut TenantTx) -> Result<Vec<Provider>, StoreError> {
    store::provider::all(tx).await
}

/// One of them. [`StoreError::NotFound`] when it is none of the tenant's, or believed no longer.
pub async fn load(
    tx: &mut TenantTx,
    provider: Id<kind::IdentityProvider>,
) -> Result<Provider, StoreError> {
    store::provider::load(tx, provider).await
}

/// Notes that it was reached.
pub async fn reached(
    tx: &mut TenantTx,
    provider: Id<kind::IdentityProvider>,
    now: Timestamp,
) -> Result<(), StoreError> {
    store::provider::reached(tx, provider, now).await
}

/// Believes it no longer, and ends the sessions that began by its word; `None` when it was over already.
pub async fn remove(
    tx: &mut TenantTx,
    provider: Id<kind::IdentityProvider>,
    now: Timestamp,
) -> Result<Option<usize>, StoreError> {
    if !store::provider::end(tx, provider, now).await? {
        return Ok(None);
    }
    store::session::end_of_provider(tx, provider, now)
        .await
        .map(Some)
}

/// Whether people of the tenant sign in at providers alone.
pub async fn only(tx: &mut TenantTx) -> Result<bool, StoreError> {
    store::provider::only(tx, false).await
}

/// Sets that, and ends the sessions that a password began but `but`; how many ended.
pub async fn set_only(
    tx: &mut TenantTx,
    (only, but): (bool, Id<kind::Session>),
    now: Timestamp,
) -> Result<usize, StoreError> {
    store::provider::set_only(tx, only, now).await?;
    if !only {
        return Ok(0);
    }
    store::session::end_of_passwords(tx, but, now).await
}
