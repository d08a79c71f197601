//! An owner says at which identity providers people of the tenant sign in, as what they join whom nobody invited, and whether
//! passwords count beside them. It talks to no provider.

use narthex_people::account::factors;
use narthex_people::provider::{self, MOST, NewProvider, Provider};
use narthex_tenancy::permission::{Action, Role};
use narthex_tenancy::sealing::SealingKey;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, kind};
use rand_core::CryptoRng;
use serde_json::{Value, json};

use crate::acting::{Acting, Deed, NotPermitted};

/// The roles that somebody may join with whom nobody invited, the most careful first. Never owner.
pub const JOINS_AS: [Role; 3] = [Role::Viewer, Role::Developer, Role::Manager];

/// Why everything is as before.
#[derive(Debug, thiserror::Error)]
pub enum IdentityProviderError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// There are as many as there may be.
    #[error("there are {MOST} providers already")]
    TooMany,
    /// There is one with this issuer.
    #[error("there is a provider with this issuer already")]
    Known,
    /// Nobody joins as that.
    #[error("nobody joins with this role uninvited")]
    Role,
    /// It is none of the tenant's, or was removed.
    #[error("there is no such provider")]
    Unknown,
    /// Without passwords there has to be a provider that was reached.
    #[error("without passwords there has to be a provider whose connection was tested")]
    LastWay,
    /// Whoever turns passwords off needs a second factor of their own, to get in when the provider is away.
    #[error(
        "set up a second factor of your own first: with it an owner gets in when the provider is away"
    )]
    NoSecondFactor,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for IdentityProviderError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("identity_provider_once") => Self::Known,
            Some("somebody_gets_in") => Self::LastWay,
            _ => Self::Store(error),
        }
    }
}

/// Believes a provider from now on. Its connection is not tested yet.
pub async fn add_provider(
    tx: &mut TenantTx,
    (new, key): (NewProvider, &SealingKey),
    acting: &mut Acting<'_>,
) -> Result<Provider, IdentityProviderError> {
    acting.member(tx, Action::ManagePeople)?;
    if new.joins_as.is_some_and(|role| !JOINS_AS.contains(&role)) {
        return Err(IdentityProviderError::Role);
    }
    if provider::all(tx).await?.len() >= MOST {
        return Err(IdentityProviderError::TooMany);
    }
    let rng: &mut dyn CryptoRng = &mut *acting.rng;
    let added = provider::add(tx, key, new, (acting.now, rng)).await?;
    record(tx, "identity_provider.add", &added, json!({}), acting).await?;
    Ok(added)
}

/// Notes that its discovery document and keys were just read.
pub async fn reached_provider(
    tx: &mut TenantTx,
    id: Id<kind::IdentityProvider>,
    acting: &mut Acting<'_>,
) -> Result<(), IdentityProviderError> {
    acting.member(tx, Action::ManagePeople)?;
    let found = load(tx, id).await?;
    provider::reached(tx, id, acting.now).await?;
    record(tx, "identity_provider.test", &found, json!({}), acting).await
}

/// Believes a provider no longer. Sessions that began there end; how many.
pub async fn remove_provider(
    tx: &mut TenantTx,
    id: Id<kind::IdentityProvider>,
    acting: &mut Acting<'_>,
) -> Result<usize, IdentityProviderError> {
    acting.member(tx, Action::ManagePeople)?;
    let found = load(tx, id).await?;
    let ended = provider::remove(tx, id, acting.now).await?;
    let ended = ended.ok_or(IdentityProviderError::Unknown)?;
    let detail = json!({ "sessions_ended": ended });
    record(tx, "identity_provider.remove", &found, detail, acting).await?;
    Ok(ended)
}

/// Whether passwords count, and the session that stays.
#[derive(Debug, Clone, Copy)]
pub struct SignInRule {
    /// People sign in at providers alone.
    pub providers_only: bool,
    /// The session of who says so, if they act by one.
    pub session: Option<Id<kind::Session>>,
}

/// Has people sign in at providers alone, or by passwords too. Sessions that passwords began end; how many.
pub async fn set_sign_in_rule(
    tx: &mut TenantTx,
    rule: SignInRule,
    acting: &mut Acting<'_>,
) -> Result<usize, IdentityProviderError> {
    let person = acting.member(tx, Action::ManagePeople)?;
    if rule.providers_only && !factors(tx, person.member).await?.second {
        return Err(IdentityProviderError::NoSecondFactor);
    }
    let but = rule
        .session
        .unwrap_or_else(|| Id::from_uuid(uuid::Uuid::nil()));
    let before = provider::only(tx).await?;
    let ended = provider::set_only(tx, (rule.providers_only, but), acting.now).await?;
    let deed = Deed {
        action: "tenant.sign_in_rule",
        object: tx.tenant().to_string(),
        environment: None,
        reason: "",
        detail: json!({ "before": before, "providers_only": rule.providers_only, "sessions_ended": ended }),
    };
    acting.record(tx, deed).await?;
    Ok(ended)
}

async fn load(
    tx: &mut TenantTx,
    id: Id<kind::IdentityProvider>,
) -> Result<Provider, IdentityProviderError> {
    match provider::load(tx, id).await {
        Err(StoreError::NotFound) => Err(IdentityProviderError::Unknown),
        found => Ok(found?),
    }
}

async fn record(
    tx: &mut TenantTx,
    action: &'static str,
    provider: &Provider,
    mut detail: Value,
    acting: &Acting<'_>,
) -> Result<(), IdentityProviderError> {
    if let Some(detail) = detail.as_object_mut() {
        detail.insert("issuer".to_owned(), provider.issuer.as_str().into());
        let role = provider.joins_as.map(Role::as_str);
        detail.insert("joins_as".to_owned(), role.into());
    }
    let deed = Deed {
        action,
        object: provider.id.to_string(),
        environment: None,
        reason: "",
        detail,
    };
    Ok(acting.record(tx, deed).await?)
}
