//! What calls on the public plane ask for again and again: which tenant a name is, what an environment takes, what people
//! set against floods, and who waits already. A crowd shares what was read a moment ago (`crowd.rs`). It writes nothing.

use std::sync::Arc;

use narthex_tenancy::{
    StoreError,
    environment::{self, Settings},
    metadata_rules::{self, InForce},
    registration_limits::{self, Limits},
    statement_issuer::{self, StatementIssuer},
    token_policy::{self, TokenPolicy},
};
use narthex_vocab::{Environment, Fingerprint, Id, IssuerPurpose, Tenant, TenantSlug, Timestamp};

use crate::{
    Discovery,
    crowd::Crowd,
    gate::Against,
    place::Place,
    splits::Splits,
    store::{
        quarantine::{self, Waiting},
        rule, split,
    },
};

/// One environment of a tenant.
type At = (Id<Tenant>, Environment);

/// See the file.
#[derive(Default)]
pub struct Memory {
    tenants: Crowd<TenantSlug, Option<Id<Tenant>>>,
    terms: Crowd<At, Arc<Terms>>,
    against: Crowd<Id<Tenant>, Arc<Against>>,
    waiting: Crowd<(At, Fingerprint), Option<Waiting>>,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory(…)")
    }
}

/// On what terms an environment takes registrations.
#[derive(Debug)]
pub(crate) struct Terms {
    pub(crate) settings: Settings,
    pub(crate) rules: InForce,
    /// Whose software statements are believed.
    pub(crate) trusted: Vec<StatementIssuer>,
    pub(crate) limits: Limits,
    /// What is demanded of every client's requests and tokens.
    pub(crate) policy: TokenPolicy,
    /// Families that were split by network.
    pub(crate) splits: Splits,
}

impl Discovery {
    /// The place that two path segments name; `None` when there is none.
    pub async fn place(
        &self,
        slug: &str,
        environment: &str,
        now: Timestamp,
    ) -> Result<Option<Place>, StoreError> {
        let (Ok(slug), Ok(environment)) = (TenantSlug::parse(slug), environment.parse()) else {
            return Ok(None);
        };
        let read = async || self.database.resolve(&slug).await;
        let tenant = self.memory.tenants.get(&slug, now, read).await?;
        Ok(tenant.map(|tenant| Place {
            tenant,
            slug,
            environment,
        }))
    }

    /// What the environment takes.
    pub(crate) async fn terms(
        &self,
        place: &Place,
        now: Timestamp,
    ) -> Result<Arc<Terms>, StoreError> {
        let environment = place.environment;
        let read = async || {
            let read = async |tx: &mut _| {
                Ok::<_, StoreError>(Terms {
                    settings: environment::load(tx, environment).await?,
                    rules: metadata_rules::in_force(tx, environment).await?,
                    trusted: statement_issuer::trusted_for(
                        tx,
                        environment,
                        IssuerPurpose::Statements,
                    )
                    .await?,
                    limits: registration_limits::load(tx, environment).await?,
                    policy: token_policy::load(tx, environment).await?,
                    splits: split::in_force(tx, environment, now).await?,
                })
            };
            self.database.tenant(place.tenant, read).await.map(Arc::new)
        };
        let key = (place.tenant, environment);
        self.memory.terms.get(&key, now, read).await
    }

    /// What one owner, a tenant or the platform, set against floods.
    pub(crate) async fn against(
        &self,
        owner: Id<Tenant>,
        now: Timestamp,
    ) -> Result<Arc<Against>, StoreError> {
        let read = async || {
            let read = async |tx: &mut _| rule::in_force(tx, now).await;
            self.database.tenant(owner, read).await.map(Arc::new)
        };
        self.memory.against.get(&owner, now, read).await
    }

    /// The row of a family that is not expired.
    pub(crate) async fn known(
        &self,
        place: &Place,
        family: &Fingerprint,
        now: Timestamp,
    ) -> Result<Option<Waiting>, StoreError> {
        let read = async || {
            let read = async |tx: &mut _| quarantine::known(tx, place, family).await;
            self.database.tenant(place.tenant, read).await
        };
        let key = ((place.tenant, place.environment), *family);
        self.memory.waiting.get(&key, now, read).await
    }
}
