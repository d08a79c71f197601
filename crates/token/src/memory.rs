//! What this process remembers of tenants, clients, resources and keys, and for how long it may: while it hears of every
//! change. It decides nothing, and remembers nothing of tokens: what was revoked is always read.

use std::sync::atomic::{AtomicI64, Ordering};

use narthex_policy::Layers;
use narthex_tenancy::StoreError;
use narthex_tenancy::listen::Hint;
use narthex_vocab::{
    ClientId, Environment, Id, PLATFORM_TENANT, Resource, Tenant, TenantSlug, Timestamp,
};
use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::broadcast;

use crate::Token;
use crate::client::{ClientSnapshot, Standing};
use crate::keys::{KeysError, Ring};
use crate::place::Place;
use crate::resource_auth::ResourceSnapshot;
use crate::shelf::Shelf;
use crate::store;

/// One issuer.
pub(crate) type At = (Id<Tenant>, Environment);

/// On which word arrives; see `registry.tell_token_plane` and the triggers of that name.
pub(crate) const CHANNELS: &[&str] = &[
    CLIENT,
    CATALOGUE,
    KEY,
    TENANT,
    ENVIRONMENT,
    POLICY,
    EVENT,
    SIGNED,
];
const CLIENT: &str = "narthex_client";
const CATALOGUE: &str = "narthex_catalogue";
const KEY: &str = "narthex_key";
const TENANT: &str = "narthex_tenant";
const POLICY: &str = "narthex_policy";
/// A new issuer.
pub(crate) const ENVIRONMENT: &str = "narthex_environment";
/// Receivers are to hear of something.
pub(crate) const EVENT: &str = "narthex_event";
/// It is signed.
const SIGNED: &str = "narthex_signed";

/// What was read counts for so long after the database last said that it had told everything, in microseconds. A change
/// counts everywhere within this time, also where the connection for notices is dead without anybody knowing.
const TRUST: i64 = 900_000;
/// Never heard.
const DEAF: i64 = i64::MIN;

/// The shelves.
pub struct Memory {
    tenants: Shelf<TenantSlug, Id<Tenant>>,
    clients: Shelf<(At, ClientId), ClientSnapshot>,
    resources: Shelf<(At, Id<Resource>), ResourceSnapshot>,
    rings: Shelf<At, Ring>,
    /// What is in force on top of the baseline, by tenant.
    layers: Shelf<Id<Tenant>, Layers>,
    /// Issuers whose keys are to take a step; see `rotate.rs`.
    due: Mutex<HashSet<At>>,
    /// When the database was last asked whether it had told everything, in microseconds since the epoch.
    heard: AtomicI64,
    /// The streams in which a signed event waits, for who polls them.
    signed: broadcast::Sender<String>,
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            tenants: Shelf::new(16_384),
            clients: Shelf::new(16_384),
            resources: Shelf::new(4_096),
            rings: Shelf::new(4_096),
            layers: Shelf::new(4_096),
            due: Mutex::default(),
            heard: AtomicI64::new(DEAF),
            signed: broadcast::Sender::new(256),
        }
    }
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Memory(…)")
    }
}

impl Memory {
    /// Whether every change is heard of: otherwise what is remembered is not used.
    fn hears(&self, now: Timestamp) -> bool {
        let silence = now
            .timestamp_micros()
            .saturating_sub(self.heard.load(Ordering::Acquire));
        silence.saturating_abs() < TRUST
    }

    /// Takes word of a change; what cannot be read may be about anything.
    pub(crate) fn take(&self, hint: &Hint) {
        match hint {
            Hint::Connected => self.forget_all(),
            Hint::Lost => {
                self.heard.store(DEAF, Ordering::Release);
                self.forget_all();
            }
            Hint::Heard { since } => self
                .heard
                .store(since.timestamp_micros(), Ordering::Release),
            Hint::Notice { channel, payload } => {
                if self.forget(channel, payload).is_none() {
                    tracing::warn!(%channel, %payload, "a notice could not be read");
                    self.forget_all();
                }
            }
        }
    }

    /// Hears from now on in which streams a signed event waits.
    pub(crate) fn signed(&self) -> broadcast::Receiver<String> {
        self.signed.subscribe()
    }

    /// Has the keys of an issuer looked after, soon and once.
    pub(crate) fn note_due(&self, at: At) {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        due.insert(at);
    }

    /// Whose keys are to be looked after.
    pub(crate) fn take_due(&self) -> HashSet<At> {
        let mut due = self.due.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *due)
    }

    /// Reads the keys of an issuer anew when they are asked for again.
    pub(crate) fn forget_ring(&self, at: At) {
        self.rings.forget(&at);
    }

    fn forget_all(&self) {
        self.tenants.forget_all();
        self.clients.forget_all();
        self.resources.forget_all();
        self.rings.forget_all();
        self.layers.forget_all();
    }

    fn forget(&self, channel: &str, payload: &str) -> Option<()> {
        if channel == TENANT {
            let whose = tenant_of(payload)?;
            // The name of a tenant never changes hands, but which of them was frozen is not in the key.
            self.tenants.forget_all();
            self.clients.forget_if(|((tenant, _), _)| *tenant == whose);
            return Some(());
        }
        if channel == POLICY {
            let whose = tenant_of(payload)?;
            // The platform's holds everybody.
            let of = |tenant: &Id<Tenant>| whose == PLATFORM_TENANT || *tenant == whose;
            self.layers.forget_if(of);
            return Some(());
        }
        let mut words = payload.splitn(3, ' ');
        let at = at(words.next()?, words.next()?)?;
        match channel {
            CLIENT => {
                let client = ClientId::parse(words.next()?).ok()?;
                self.clients.forget(&(at, client));
            }
            CATALOGUE => {
                self.clients.forget_if(|(place, _)| *place == at);
                self.resources.forget_if(|(place, _)| *place == at);
            }
            KEY => self.rings.forget(&at),
            ENVIRONMENT | EVENT => {}
            // Nobody may be waiting.
            SIGNED => drop(self.signed.send(payload.to_owned())),
            _ => return None,
        }
        Some(())
    }
}

fn tenant_of(word: &str) -> Option<Id<Tenant>> {
    uuid::Uuid::try_parse(word).ok().map(Id::from_uuid)
}

/// The issuer that a notice names.
pub(crate) fn at(tenant: &str, environment: &str) -> Option<At> {
    Some((tenant_of(tenant)?, environment.parse().ok()?))
}

impl Token {
    /// The active tenant of a slug.
    pub(crate) async fn tenant_of(
        &self,
        slug: &TenantSlug,
        now: Timestamp,
    ) -> Result<Option<Id<Tenant>>, StoreError> {
        if !self.memory.hears(now) {
            return self.database.resolve(slug).await;
        }
        let read = async || self.database.resolve(slug).await;
        let found = self.memory.tenants.get(slug, read).await?;
        Ok(found.map(|tenant| *tenant))
    }

    /// Where a client identifier stands at `now`. Only approval is remembered: whoever has none now is looked up each time.
    pub(crate) async fn standing(
        &self,
        place: &Place,
        id: &ClientId,
        now: Timestamp,
    ) -> Result<Standing, StoreError> {
        let (tenant, environment) = (place.tenant, place.environment);
        if !self.memory.hears(now) {
            let read = async |tx: &mut _| store::client::find(tx, environment, id, now).await;
            return self.database.tenant(tenant, read).await;
        }
        let key = ((tenant, environment), id.clone());
        let read = async || {
            let read = async |tx: &mut _| store::client::load(tx, environment, id).await;
            self.database.tenant(tenant, read).await
        };
        if let Some(client) = self.memory.clients.get(&key, read).await?
            && let approved @ Standing::Approved(_) = Standing::of(client, now)
        {
            return Ok(approved);
        }
        self.memory.clients.forget(&key);
        let read = async |tx: &mut _| store::client::find(tx, environment, id, now).await;
        self.database.tenant(tenant, read).await
    }

    /// Reads a client anew when it is asked for again.
    pub(crate) fn forget_client(&self, place: &Place, id: &ClientId) {
        let at = (place.tenant, place.environment);
        self.memory.clients.forget(&(at, id.clone()));
    }

    /// Reads a resource anew when it is asked for again.
    pub(crate) fn forget_resource(&self, place: &Place, id: Id<Resource>) {
        let at = (place.tenant, place.environment);
        self.memory.resources.forget(&(at, id));
    }

    /// A resource as the catalogue has it; `None` for an unknown one.
    pub(crate) async fn resource(
        &self,
        place: &Place,
        id: Id<Resource>,
        now: Timestamp,
    ) -> Result<Option<Arc<ResourceSnapshot>>, StoreError> {
        let (tenant, environment) = (place.tenant, place.environment);
        let read = async || {
            let read = async |tx: &mut _| store::resource::load(tx, environment, id).await;
            self.database.tenant(tenant, read).await
        };
        if self.memory.hears(now) {
            let key = ((tenant, environment), id);
            self.memory.resources.get(&key, read).await
        } else {
            Ok(read().await?.map(Arc::new))
        }
    }

    /// What is in force on top of the baseline for calls to a tenant.
    pub(crate) async fn layers(
        &self,
        tenant: Id<Tenant>,
        now: Timestamp,
    ) -> Result<Arc<Layers>, StoreError> {
        let read = async || self.database.tenant(tenant, store::policy::load).await;
        if !self.memory.hears(now) {
            return read().await.map(Arc::new);
        }
        let read = async || read().await.map(Some);
        let found = self.memory.layers.get(&tenant, read).await?;
        Ok(found.unwrap_or_default())
    }

    /// The keys of an issuer, which are made by `read` if they never were.
    pub(crate) async fn remembered_ring(
        &self,
        at: At,
        now: Timestamp,
        read: impl AsyncFnOnce() -> Result<Option<Ring>, KeysError>,
    ) -> Result<Option<Arc<Ring>>, KeysError> {
        if self.memory.hears(now) {
            self.memory.rings.get(&at, read).await
        } else {
            Ok(read().await?.map(Arc::new))
        }
    }
}
