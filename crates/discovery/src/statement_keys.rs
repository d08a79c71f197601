//! The keys of issuers of software statements, at the addresses that owners entered: read through the guard when an
//! issuer is entered, every few hours, and when a statement names a key that is not known; never more than once a minute
//! each. A failed look takes nothing from what was found before. No registration waits for it.

use narthex_tenancy::{StoreError, TenantTx, budget::Bucket};
use narthex_vocab::{Environment, Id, IssuerName, Timestamp, kind};
use std::time::Duration;

use crate::{
    Discovery, client_document,
    place::Place,
    pricing,
    store::{hint, statement_keys},
};

/// Where keys shall be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuers {
    /// Of which tenant.
    pub tenant: Id<kind::Tenant>,
    /// In which environment.
    pub environment: Environment,
    /// Only this one of them; `None` for all.
    pub only: Option<IssuerName>,
}

impl Issuers {
    /// Reads the payload of a notice: tenant, environment and perhaps an issuer, with blanks between.
    #[must_use]
    pub fn parse(payload: &str) -> Option<Self> {
        let mut words = payload.splitn(3, ' ');
        Some(Self {
            tenant: uuid::Uuid::try_parse(words.next()?)
                .map(Id::from_uuid)
                .ok()?,
            environment: words.next()?.parse().ok()?,
            only: words.next().map(str::parse).transpose().ok()?,
        })
    }
}

/// Reads the keys of every issuer whose turn it is; how many looks found some.
pub async fn look(
    discovery: &Discovery,
    issuers: &Issuers,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let database = &discovery.database;
    let claim = async |tx: &mut TenantTx| {
        let only = issuers.only.as_ref();
        statement_keys::claim(tx, (issuers.environment, only), now).await
    };
    let mut found = 0;
    for at in database.tenant(issuers.tenant, claim).await? {
        let looked = client_document::published_keys(&discovery.guard, &at.url).await;
        found += usize::from(looked.is_ok());
        let keep = async |tx: &mut TenantTx| {
            statement_keys::keep(tx, issuers.environment, (&at, &looked), now).await
        };
        database.tenant(issuers.tenant, keep).await?;
    }
    Ok(found)
}

/// Somebody came with a statement by a key that is not known: another look is asked for, once a minute at most.
pub(crate) async fn ask_for_a_look(discovery: &Discovery, place: &Place) -> Result<(), StoreError> {
    let name = format!("register/{}/statement_keys", place.environment);
    let bucket = Bucket::new(name, 1, Duration::from_secs(60));
    if pricing::within(discovery, place.tenant, &[bucket])
        .await
        .is_err()
    {
        return Ok(());
    }
    let ask = async |tx: &mut TenantTx| hint::statement_keys(tx, place.environment).await;
    discovery.database.tenant(place.tenant, ask).await
}
