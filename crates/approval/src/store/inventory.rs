//! Everything that is onboarded, one line a client: of the transaction's tenant, or of all tenants in the staff role. A
//! page begins after the last line of the one before, however much changed since.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::registry::inventory as v};
use narthex_vocab::{ClientId, ClientState, Environment, Id, Timestamp, kind};

use super::dashboard_search::like;
use crate::integration::Operator;

const TABLE: &str = "registry.inventory";

/// In which order.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Order {
    /// The newest integration first.
    #[default]
    Newest,
    /// By the integration's name.
    Name,
    /// What ends first; lines without a client are left out.
    Ends,
}

impl Order {
    pub(crate) const ALL: &'static [Self] = &[Self::Newest, Self::Name, Self::Ends];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Newest => "newest",
            Self::Name => "name",
            Self::Ends => "ends",
        }
    }
}

/// The last line of the page before: what the order goes by, the integration, the client.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct After(pub(crate) String, pub(crate) uuid::Uuid, pub(crate) String);

/// Which lines.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// Whose name, client identifier, integration id or address has this text.
    pub(crate) text: Option<String>,
    /// Of tenants whose slug or name has this text.
    pub(crate) tenant: Option<String>,
    pub(crate) environment: Option<Environment>,
    pub(crate) state: Option<ClientState>,
    pub(crate) operator: Option<Operator>,
    /// Which nobody who is there answers for.
    pub(crate) orphans: bool,
    /// Without a client.
    pub(crate) clientless: bool,
    /// Which end before this moment.
    pub(crate) ends_before: Option<Timestamp>,
    /// Which were not used since this moment.
    pub(crate) idle_since: Option<Timestamp>,
    pub(crate) order: Order,
    pub(crate) after: Option<After>,
}

/// One line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) slug: String,
    pub(crate) tenant: String,
    pub(crate) integration: Id<kind::Integration>,
    pub(crate) name: String,
    pub(crate) operator: Operator,
    pub(crate) since: Timestamp,
    pub(crate) sponsor: Option<String>,
    /// Whether who answers for it is still there.
    pub(crate) answered: bool,
    pub(crate) client: Option<Client>,
    key: String,
}

/// The client of a line.
#[derive(Debug, Clone)]
pub(crate) struct Client {
    pub(crate) environment: Environment,
    pub(crate) id: ClientId,
    pub(crate) state: ClientState,
    pub(crate) ends: Timestamp,
    pub(crate) auth_method: String,
    /// Credentials that work, and since when the oldest of them does.
    pub(crate) live: i64,
    pub(crate) oldest: Option<Timestamp>,
    pub(crate) used: Option<Timestamp>,
    pub(crate) scopes: String,
    pub(crate) tools: i64,
}

impl Line {
    /// Where the list goes on after it.
    pub(crate) fn place(&self, order: Order) -> After {
        let micros = |at: Timestamp| at.timestamp_micros().to_string();
        let key = match order {
            Order::Newest => micros(self.since),
            Order::Name => self.name.clone(),
            Order::Ends => {
                let ends = self.client.as_ref().map(|client| client.ends);
                ends.map_or_else(String::new, micros)
            }
        };
        After(key, self.integration.as_uuid(), self.key.clone())
    }
}

/// The lines, at most so many.
pub(crate) async fn list(
    tx: &mut TenantTx,
    wanted: &Wanted,
    limit: i64,
) -> Result<Vec<Line>, StoreError> {
    let query = filtered(wanted);
    let query = match wanted.order {
        Order::Newest => query.order((v::since.desc(), v::integration_id.desc(), v::line.asc())),
        Order::Name => query.order((v::name.asc(), v::integration_id.asc(), v::line.asc())),
        Order::Ends => query.filter(v::client_id.is_not_null()).order((
            v::expires_at.asc(),
            v::integration_id.asc(),
            v::line.asc(),
        )),
    };
    let rows: Vec<Row> = query
        .select(Row::as_select())
        .limit(limit)
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

fn filtered(wanted: &Wanted) -> v::BoxedQuery<'static, diesel::pg::Pg> {
    let mut query = v::table.into_boxed();
    if let Some(text) = &wanted.text {
        let like = like(text);
        let id = text.parse::<Id<kind::Integration>>().ok();
        let id = id.map(|id| id.as_uuid()).unwrap_or_default();
        query = query.filter(
            v::name
                .ilike(like.clone())
                .or(v::client_id.ilike(like.clone()))
                .or(v::addresses.ilike(like))
                .or(v::integration_id.eq(id)),
        );
    }
    if let Some(text) = &wanted.tenant {
        let like = like(text);
        query = query.filter(v::slug.ilike(like.clone()).or(v::tenant.ilike(like)));
    }
    if let Some(environment) = wanted.environment {
        query = query.filter(v::environment.eq(environment.as_str()));
    }
    if let Some(state) = wanted.state {
        query = query.filter(v::state.eq(state.as_str()));
    }
    if let Some(operator) = wanted.operator {
        query = query.filter(v::operator.eq(operator.as_str()));
    }
    if wanted.orphans {
        query = query.filter(v::answered.eq(false));
    }
    if wanted.clientless {
        query = query.filter(v::client_id.is_null());
    }
    if let Some(before) = wanted.ends_before {
        query = query.filter(v::expires_at.lt(before));
    }
    if let Some(since) = wanted.idle_since {
        let idle = v::used.lt(since);
        query = query
            .filter(v::client_id.is_not_null().and(v::created_at.lt(since)))
            .filter(v::used.is_null().or(idle));
    }
    match &wanted.after {
        Some(after) => behind(query, wanted.order, after),
        None => query,
    }
}

fn behind<'a>(
    query: v::BoxedQuery<'a, diesel::pg::Pg>,
    order: Order,
    After(key, id, line): &After,
) -> v::BoxedQuery<'a, diesel::pg::Pg> {
    let (id, line) = (*id, line.clone());
    let at = key.parse().ok().and_then(Timestamp::from_timestamp_micros);
    let at = at.unwrap_or_default();
    let same = v::integration_id.eq(id).and(v::line.gt(line));
    match order {
        Order::Newest => {
            let tie = v::integration_id.lt(id).or(same);
            query.filter(v::since.lt(at).or(v::since.eq(at).and(tie)))
        }
        Order::Name => {
            let tie = v::integration_id.gt(id).or(same);
            let key = key.clone();
            query.filter(v::name.gt(key.clone()).or(v::name.eq(key).and(tie)))
        }
        Order::Ends => {
            let tie = v::integration_id.gt(id).or(same);
            let later = v::expires_at.gt(at);
            query.filter(later.or(v::expires_at.eq(at).and(tie)))
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = v)]
struct Row {
    slug: String,
    tenant: String,
    integration_id: uuid::Uuid,
    name: String,
    operator: String,
    since: Timestamp,
    sponsor: Option<String>,
    answered: bool,
    environment: Option<String>,
    client_id: Option<String>,
    state: Option<String>,
    expires_at: Option<Timestamp>,
    line: String,
    auth_method: String,
    live: Option<i64>,
    oldest: Option<Timestamp>,
    used: Option<Timestamp>,
    scopes: Option<String>,
    tools: i64,
}

impl TryFrom<Row> for Line {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let client = match (row.environment, row.client_id, row.state, row.expires_at) {
            (Some(environment), Some(id), Some(state), Some(ends)) => Some(Client {
                environment: environment
                    .parse()
                    .map_err(StoreError::corrupt(TABLE, "environment"))?,
                id: ClientId::parse(&id).map_err(StoreError::corrupt(TABLE, "client_id"))?,
                state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
                ends,
                auth_method: row.auth_method,
                live: row.live.unwrap_or_default(),
                oldest: row.oldest,
                used: row.used,
                scopes: row.scopes.unwrap_or_default(),
                tools: row.tools,
            }),
            _ => None,
        };
        Ok(Self {
            slug: row.slug,
            tenant: row.tenant,
            integration: Id::from_uuid(row.integration_id),
            name: row.name,
            operator: row
                .operator
                .parse()
                .map_err(StoreError::corrupt(TABLE, "operator"))?,
            since: row.since,
            sponsor: row.sponsor,
            answered: row.answered,
            client,
            key: row.line,
        })
    }
}
