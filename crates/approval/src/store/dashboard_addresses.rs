//! Identifiers that are addresses, over all tenants: how they were read last, what was decided, who waits for them. Read
//! in the staff role only.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::{ask as k, document as d, fetch_order as o, quarantine as q},
        registry::{client as c, pinned_document as p},
        tenant::tenants as t,
    },
};
use narthex_vocab::{
    ClientId, ClientState, Environment, Label, QuarantineState, TenantSlug, Timestamp,
};

use super::{
    dashboard_search::like,
    dashboard_tenants::{read_name, read_slug},
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
}

type Row = (
    (String, String, Timestamp, Option<String>, Option<Timestamp>),
    Option<(String, Timestamp)>,
    Option<String>,
    Option<bool>,
    (String, String),
);

/// The latest looks first; one row more than a page when there are others.
pub(crate) async fn list(tx: &mut TenantTx, wanted: &Wanted) -> Result<Vec<Address>, StoreError> {
    let mut query = d::table
        .inner_join(t::table.on(t::tenant_id.eq(d::tenant_id)))
        .left_join(
            q::table.on(q::tenant_id
                .eq(d::tenant_id)
                .and(q::environment.eq(d::environment))
                .and(q::client_id.eq(d::client_id))),
        )
        .left_join(
            c::table.on(c::tenant_id
                .eq(d::tenant_id)
                .and(c::environment.eq(d::environment))
                .and(c::client_id.eq(d::client_id))),
        )
        .left_join(
            p::table.on(p::tenant_id
                .eq(d::tenant_id)
                .and(p::environment.eq(d::environment))
                .and(p::client_id.eq(d::client_id))),
        )
        .into_boxed();
    if let Some(text) = &wanted.text {
        query = query.filter(d::client_id.ilike(like(text)));
    }
    if let Some(text) = &wanted.tenant {
        query = query.filter(t::slug.ilike(like(text)).or(t::name.ilike(like(text))));
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
        query = query.filter(
            d::looked_at
                .lt(*at)
                .or(d::looked_at.eq(*at).and(d::client_id.gt(client.clone()))),
        );
    }
    let rows: Vec<Row> = query
        .order((d::looked_at.desc(), d::client_id.asc()))
        .select((
            (
                d::environment,
                d::client_id,
                d::looked_at,
                d::refusal,
                d::failing_since,
            ),
            (q::state, q::created_at).nullable(),
            c::state.nullable(),
            p::drifted.nullable(),
            (t::slug, t::name),
        ))
        .limit(PAGE + 1)
        .load(tx.connection()?)
        .await?;
    let ids: Vec<String> = rows.iter().map(|row| row.0.1.clone()).collect();
    let asks = counted(
        k::table
            .filter(k::client_id.eq_any(&ids))
            .select(k::client_id)
            .load(tx.connection()?)
            .await?,
    );
    let open: Vec<Option<String>> = o::table
        .filter(o::client_id.eq_any(&ids).and(o::answered_at.is_null()))
        .select(o::client_id)
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|row| {
            let fetching = open.iter().flatten().any(|id| *id == row.0.1);
            let asks = asks.get(&row.0.1).copied().unwrap_or_default();
            address(row, (asks, fetching))
        })
        .collect()
}

fn counted(found: Vec<String>) -> HashMap<String, usize> {
    let mut counts = HashMap::new();
    for one in found {
        *counts.entry(one).or_insert(0) += 1;
    }
    counts
}

fn address(
    (
        (environment, client, looked_at, refusal, failing_since),
        waits,
        state,
        drifted,
        (slug, tenant),
    ): Row,
    (asks, fetching): (usize, bool),
) -> Result<Address, StoreError> {
    let (waiting, first_seen) = waits.unzip();
    let waiting = waiting.map(|state| state.parse()).transpose();
    let client_state = state.map(|state| state.parse()).transpose();
    Ok(Address {
        slug: read_slug(&slug)?,
        tenant: read_name(&tenant)?,
        environment: environment
            .parse()
            .map_err(StoreError::corrupt(TABLE, "environment"))?,
        client_id: ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        first_seen,
        looked_at,
        refusal,
        failing_since,
        waiting: waiting.map_err(StoreError::corrupt("intake.quarantine", "state"))?,
        client: client_state.map_err(StoreError::corrupt("registry.client", "state"))?,
        drifted: drifted.unwrap_or_default(),
        fetching,
        asks,
    })
}
