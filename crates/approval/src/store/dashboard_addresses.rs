//! Identifiers that are addresses, over all tenants: how they were read last, what was decided, who waits for them. Read
//! in the staff role only.

use std::collections::{HashMap, HashSet};

use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::{ask as k, document as d, fetch_order as o, quarantine as q},
        registry::{client as c, pinned_document as p},
    },
};
use narthex_vocab::{
    ClientId, ClientState, Environment, Label, QuarantineState, TenantSlug, Timestamp,
};

use super::{
    dashboard_connected::{self, Connected, Key},
    dashboard_search::like,
    dashboard_tenants,
};

const TABLE: &str = "intake.document";

/// The rows of one page.
pub(crate) const PAGE: i64 = 50;

/// Which addresses.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    pub(crate) text: Option<String>,
    pub(crate) tenant: Option<String>,
    pub(crate) environment: Option<Environment>,
    /// Only those whose last look failed, or only those whose last look found a document.
    pub(crate) readable: Option<bool>,
    /// After this one: its last look and its address.
    pub(crate) after: Option<(Timestamp, String)>,
}

/// One address.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    pub(crate) slug: TenantSlug,
    pub(crate) tenant: Label,
    pub(crate) environment: Environment,
    pub(crate) client_id: ClientId,
    /// When somebody came with it first.
    pub(crate) first_seen: Option<Timestamp>,
    pub(crate) looked_at: Timestamp,
    pub(crate) refusal: Option<String>,
    pub(crate) failing_since: Option<Timestamp>,
    /// How it stands in quarantine.
    pub(crate) waiting: Option<QuarantineState>,
    /// How the client stands that it became.
    pub(crate) client: Option<ClientState>,
    /// Its document says something that was not approved.
    pub(crate) drifted: bool,
    /// A look is under way.
    pub(crate) fetching: bool,
    /// How many people asked for it.
    pub(crate) asks: usize,
    /// The people who use it, once it is a client.
    pub(crate) connected: Option<Connected>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = d)]
struct Row {
    tenant_id: uuid::Uuid,
    environment: String,
    client_id: String,
    looked_at: Timestamp,
    refusal: Option<String>,
    failing_since: Option<Timestamp>,
}

/// What else is known of the addresses of a page.
#[derive(Debug, Default)]
struct Around {
    tenants: HashMap<uuid::Uuid, (TenantSlug, Label)>,
    waiting: HashMap<Key, (String, Timestamp)>,
    clients: HashMap<Key, String>,
    drifted: HashMap<Key, bool>,
    asks: HashMap<Key, usize>,
    fetching: HashSet<Key>,
    connected: HashMap<Key, Connected>,
}

/// The latest looks first; one row more than a page when there are others.
pub(crate) async fn list(
    tx: &mut TenantTx,
    wanted: &Wanted,
    now: Timestamp,
) -> Result<Vec<Address>, StoreError> {
    let mut query = filtered(wanted);
    if let Some(text) = &wanted.tenant {
        let named = dashboard_tenants::with_text(tx, text).await?;
        query = query.filter(d::tenant_id.eq_any(named));
    }
    let rows: Vec<Row> = query
        .order((d::looked_at.desc(), d::client_id.asc()))
        .select(Row::as_select())
        .limit(PAGE + 1)
        .load(tx.connection()?)
        .await?;
    let around = around(tx, &rows, now).await?;
    rows.into_iter().map(|row| address(row, &around)).collect()
}

fn filtered(wanted: &Wanted) -> d::BoxedQuery<'_, Pg> {
    let mut query = d::table.into_boxed();
    if let Some(text) = &wanted.text {
        query = query.filter(d::client_id.ilike(like(text)));
    }
    if let Some(environment) = wanted.environment {
        query = query.filter(d::environment.eq(environment.as_str()));
    }
    query = match wanted.readable {
        Some(true) => query.filter(d::refusal.is_null()),
        Some(false) => query.filter(d::refusal.is_not_null()),
        None => query,
    };
    if let Some((at, client)) = &wanted.after {
        let behind = d::looked_at.eq(*at).and(d::client_id.gt(client));
        query = query.filter(d::looked_at.lt(*at).or(behind));
    }
    query
}

async fn around(tx: &mut TenantTx, rows: &[Row], now: Timestamp) -> Result<Around, StoreError> {
    let tenants: Vec<uuid::Uuid> = rows.iter().map(|row| row.tenant_id).collect();
    let ids: Vec<&str> = rows.iter().map(|row| row.client_id.as_str()).collect();
    let waiting: Vec<(Key, (String, Timestamp))> = q::table
        .filter(q::tenant_id.eq_any(&tenants).and(q::client_id.eq_any(&ids)))
        .select((
            (q::tenant_id, q::environment, q::client_id),
            (q::state, q::created_at),
        ))
        .load(tx.connection()?)
        .await?;
    let clients: Vec<(Key, String)> = c::table
        .filter(c::tenant_id.eq_any(&tenants).and(c::client_id.eq_any(&ids)))
        .select(((c::tenant_id, c::environment, c::client_id), c::state))
        .load(tx.connection()?)
        .await?;
    let drifted: Vec<(Key, bool)> = p::table
        .filter(p::tenant_id.eq_any(&tenants).and(p::client_id.eq_any(&ids)))
        .select(((p::tenant_id, p::environment, p::client_id), p::drifted))
        .load(tx.connection()?)
        .await?;
    let asked: Vec<Key> = k::table
        .filter(k::tenant_id.eq_any(&tenants).and(k::client_id.eq_any(&ids)))
        .select((k::tenant_id, k::environment, k::client_id))
        .load(tx.connection()?)
        .await?;
    let mut asks = HashMap::new();
    for key in asked {
        *asks.entry(key).or_insert(0) += 1;
    }
    Ok(Around {
        waiting: waiting.into_iter().collect(),
        clients: clients.into_iter().collect(),
        drifted: drifted.into_iter().collect(),
        asks,
        fetching: fetching(tx, (&tenants, &ids)).await?,
        connected: dashboard_connected::of_all(tx, (&tenants, &ids), now)
            .await?
            .into_iter()
            .collect(),
        tenants: dashboard_tenants::named(tx, tenants).await?,
    })
}

/// Which of them are looked at now.
async fn fetching(
    tx: &mut TenantTx,
    (tenants, ids): (&[uuid::Uuid], &[&str]),
) -> Result<HashSet<Key>, StoreError> {
    let open: Vec<(uuid::Uuid, Option<String>, Option<String>)> = o::table
        .filter(o::tenant_id.eq_any(tenants).and(o::client_id.eq_any(ids)))
        .filter(o::answered_at.is_null())
        .select((o::tenant_id, o::environment, o::client_id))
        .load(tx.connection()?)
        .await?;
    let key = |(tenant, environment, client): (_, Option<_>, Option<_>)| {
        Some((tenant, environment?, client?))
    };
    Ok(open.into_iter().filter_map(key).collect())
}

fn address(row: Row, around: &Around) -> Result<Address, StoreError> {
    let key = (
        row.tenant_id,
        row.environment.clone(),
        row.client_id.clone(),
    );
    let (slug, tenant) = around
        .tenants
        .get(&row.tenant_id)
        .cloned()
        .ok_or(StoreError::NotFound)?;
    let (waiting, first_seen) = around.waiting.get(&key).cloned().unzip();
    let waiting = waiting.map(|state| state.parse()).transpose();
    let client = around.clients.get(&key).map(|state| state.parse());
    Ok(Address {
        slug,
        tenant,
        environment: row
            .environment
            .parse()
            .map_err(StoreError::corrupt(TABLE, "environment"))?,
        client_id: ClientId::parse(&row.client_id)
            .map_err(StoreError::corrupt(TABLE, "client_id"))?,
        first_seen,
        looked_at: row.looked_at,
        refusal: row.refusal,
        failing_since: row.failing_since,
        waiting: waiting.map_err(StoreError::corrupt("intake.quarantine", "state"))?,
        client: client
            .transpose()
            .map_err(StoreError::corrupt("registry.client", "state"))?,
        drifted: around.drifted.get(&key).copied().unwrap_or_default(),
        fetching: around.fetching.contains(&key),
        asks: around.asks.get(&key).copied().unwrap_or_default(),
        connected: around.connected.get(&key).copied(),
    })
}
