//! How integrations stand, for the portal's pages: per environment the newest request and the client. It reads and
//! never decides what comes next.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::client as c,
        review::{access_request as r, offer as o},
    },
};
use narthex_vocab::{ClientState, Environment, Id, RequestState, Timestamp, kind};

/// An integration in one environment.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    /// The newest request for it.
    pub(crate) request: Option<Asking>,
    /// Its client, the newest one.
    pub(crate) client: Option<Living>,
}

/// A request, as far as a list shows it.
#[derive(Debug, Clone)]
pub(crate) struct Asking {
    /// The case.
    pub(crate) id: Id<kind::Request>,
    /// How far it has come.
    pub(crate) state: RequestState,
    /// Until when its open offer can be answered.
    pub(crate) answer_by: Option<Timestamp>,
}

/// A client, as far as a list shows it.
#[derive(Debug, Clone)]
pub(crate) struct Living {
    /// How it stands.
    pub(crate) state: ClientState,
    /// Why it stands so, when somebody said.
    pub(crate) reason: Option<String>,
}

/// Both environments of an integration, as far as it has something there.
pub(crate) type Standings = BTreeMap<Environment, Standing>;

/// How every integration of the transaction's tenant stands, or one of them.
pub(crate) async fn load(
    tx: &mut TenantTx,
    only: Option<Id<kind::Integration>>,
) -> Result<BTreeMap<Id<kind::Integration>, Standings>, StoreError> {
    let mut standings: BTreeMap<_, Standings> = BTreeMap::new();
    for (integration, environment, asking) in requests(tx, only).await? {
        let of = standings.entry(integration).or_default();
        of.entry(environment).or_default().request = Some(asking);
    }
    for (integration, environment, living) in clients(tx, only).await? {
        let of = standings.entry(integration).or_default();
        of.entry(environment).or_default().client = Some(living);
    }
    Ok(standings)
}

type RequestRow = (uuid::Uuid, String, uuid::Uuid, String, Option<Timestamp>);

/// Oldest first, so that the newest is the one that stays.
async fn requests(
    tx: &mut TenantTx,
    only: Option<Id<kind::Integration>>,
) -> Result<Vec<(Id<kind::Integration>, Environment, Asking)>, StoreError> {
    let mut query = r::table
        .left_join(
            o::table.on(o::tenant_id
                .eq(r::tenant_id)
                .and(o::environment.eq(r::environment))
                .and(o::request_id.eq(r::request_id))
                .and(o::version.eq(r::version))
                .and(o::state.eq("offered"))),
        )
        .filter(r::tenant_id.eq(tx.tenant_uuid()))
        .order((r::created_at, r::version))
        .select((
            r::integration_id,
            r::environment,
            r::request_id,
            r::state,
            o::expires_at.nullable(),
        ))
        .into_boxed();
    if let Some(integration) = only {
        query = query.filter(r::integration_id.eq(integration.as_uuid()));
    }
    let rows: Vec<RequestRow> = query.load(tx.connection()?).await?;
    rows.into_iter()
        .map(|(integration, environment, request, state, answer_by)| {
            const TABLE: &str = "review.access_request";
            let environment = environment
                .parse()
                .map_err(StoreError::corrupt(TABLE, "environment"))?;
            let state = state.parse().map_err(StoreError::corrupt(TABLE, "state"))?;
            let id = Id::from_uuid(request);
            let asking = Asking {
                id,
                state,
                answer_by,
            };
            Ok((Id::from_uuid(integration), environment, asking))
        })
        .collect()
}

type ClientRow = (uuid::Uuid, String, String, Option<String>);

/// Oldest first, so that the newest is the one that stays.
async fn clients(
    tx: &mut TenantTx,
    only: Option<Id<kind::Integration>>,
) -> Result<Vec<(Id<kind::Integration>, Environment, Living)>, StoreError> {
    let mut query = c::table
        .filter(c::tenant_id.eq(tx.tenant_uuid()))
        .order((c::created_at, c::client_id))
        .select((c::integration_id, c::environment, c::state, c::state_reason))
        .into_boxed();
    if let Some(integration) = only {
        query = query.filter(c::integration_id.eq(integration.as_uuid()));
    }
    let rows: Vec<ClientRow> = query.load(tx.connection()?).await?;
    rows.into_iter().map(living).collect()
}

fn living(
    (integration, environment, state, reason): ClientRow,
) -> Result<(Id<kind::Integration>, Environment, Living), StoreError> {
    const TABLE: &str = "registry.client";
    let environment = environment
        .parse()
        .map_err(StoreError::corrupt(TABLE, "environment"))?;
    let state = state.parse().map_err(StoreError::corrupt(TABLE, "state"))?;
    let living = Living { state, reason };
    Ok((Id::from_uuid(integration), environment, living))
}
