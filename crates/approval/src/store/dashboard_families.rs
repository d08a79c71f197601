//! Families over all tenants: attempts with the same metadata as one line each, with what became of their
//! registrations. Read in the staff role only; a page of them costs the same however many calls they had.

use diesel::{pg::Pg, prelude::*};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::intake::{family_line as f, quarantine as q},
};
use narthex_vocab::{
    ClientId, ClientMetadata, Environment, Fingerprint, Id, Label, QuarantineState, TenantSlug,
    Timestamp, kind,
};
use serde_json::Value;

use super::{dashboard_search::like, dashboard_tenants};

const TABLE: &str = "intake.family";

/// The rows of one page.
pub(crate) const PAGE: i64 = 50;

/// What stands first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Sort {
    /// What was seen last.
    #[default]
    Latest,
    /// What was tried most.
    Attempts,
}

impl Sort {
    /// Both.
    pub(crate) const ALL: &'static [Self] = &[Self::Latest, Self::Attempts];

    /// As addresses have it.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Attempts => "attempts",
        }
    }
}

/// Which families.
#[derive(Debug, Clone, Default)]
pub(crate) struct Wanted {
    /// With a registration in this state.
    pub(crate) state: Option<QuarantineState>,
    /// Whose name or redirect hosts have this text, or that has this identifier or fingerprint.
    pub(crate) text: Option<String>,
    /// Of tenants whose slug or name has this text.
    pub(crate) tenant: Option<String>,
    /// In this environment.
    pub(crate) environment: Option<Environment>,
    /// What stands first.
    pub(crate) sort: Sort,
    /// After this one.
    pub(crate) after: Option<After>,
}

/// The last family of the page before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct After {
    /// Its moment in microseconds, or its attempts, by the sort.
    key: i64,
    tenant: uuid::Uuid,
    environment: Environment,
    fingerprint: Fingerprint,
}

impl After {
    /// As the address has it.
    pub(crate) fn text(&self) -> String {
        format!(
            "{}_{}_{}_{}",
            self.key,
            self.tenant.simple(),
            self.environment,
            self.fingerprint
        )
    }

    /// Reads what [`After::text`] writes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut words = text.split('_');
        let (key, tenant, environment, fingerprint) =
            (words.next()?, words.next()?, words.next()?, words.next()?);
        words.next().is_none().then_some(())?;
        Some(Self {
            key: key.parse().ok()?,
            tenant: uuid::Uuid::try_parse(tenant).ok()?,
            environment: environment.parse().ok()?,
            fingerprint: fingerprint.parse().ok()?,
        })
    }
}

/// One family.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) tenant: Id<kind::Tenant>,
    pub(crate) environment: Environment,
    pub(crate) fingerprint: Fingerprint,
    /// The name they all give themselves.
    pub(crate) name: String,
    /// Where their redirect addresses lead, for people.
    pub(crate) redirects: String,
    pub(crate) first_seen: Timestamp,
    pub(crate) last_seen: Timestamp,
    /// Every call, counted ones too.
    pub(crate) attempts: i64,
    /// How its registrations stand, the one that waits first; none when there is no registration.
    pub(crate) state: Option<QuarantineState>,
    /// How many identifiers it has that are not over.
    pub(crate) registrations: i64,
    /// When the first of those that wait ends.
    pub(crate) ends_at: Option<Timestamp>,
    /// The identifier that strangers share, or else the newest.
    pub(crate) client_id: Option<ClientId>,
    /// What they all say.
    pub(crate) metadata: Option<ClientMetadata>,
    /// How many people want it.
    pub(crate) asks: i64,
    /// From how many networks its latest calls came.
    pub(crate) networks: i64,
}

impl Line {
    /// Where the page after this line begins.
    pub(crate) fn after(&self, sort: Sort) -> After {
        After {
            key: match sort {
                Sort::Latest => self.last_seen.timestamp_micros(),
                Sort::Attempts => self.attempts,
            },
            tenant: self.tenant.as_uuid(),
            environment: self.environment,
            fingerprint: self.fingerprint,
        }
    }
}

/// A family with whose surface it called.
#[derive(Debug, Clone)]
pub(crate) struct OfTenant {
    pub(crate) slug: TenantSlug,
    pub(crate) tenant: Label,
    pub(crate) line: Line,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = f)]
struct Row {
    tenant_id: uuid::Uuid,
    environment: String,
    fingerprint: Vec<u8>,
    client_name: String,
    redirects: String,
    first_seen: Timestamp,
    last_seen: Timestamp,
    attempts: i64,
    state: Option<String>,
    registrations: i64,
    ends_at: Option<Timestamp>,
    client_id: Option<String>,
    metadata: Option<Value>,
    asks: i64,
    networks: i64,
}

impl TryFrom<Row> for Line {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let state = row.state.map(|state| state.parse()).transpose();
        let client = row.client_id.as_deref().map(ClientId::parse).transpose();
        let metadata = row
            .metadata
            .map(|stored| super::metadata("intake.quarantine", stored));
        Ok(Self {
            tenant: Id::from_uuid(row.tenant_id),
            environment: row
                .environment
                .parse()
                .map_err(StoreError::corrupt(TABLE, "environment"))?,
            fingerprint: fingerprint(row.fingerprint)?,
            name: row.client_name,
            redirects: row.redirects,
            first_seen: row.first_seen,
            last_seen: row.last_seen,
            attempts: row.attempts,
            state: state.map_err(StoreError::corrupt("intake.quarantine", "state"))?,
            registrations: row.registrations,
            ends_at: row.ends_at,
            client_id: client.map_err(StoreError::corrupt("intake.quarantine", "client_id"))?,
            metadata: metadata.transpose()?,
            asks: row.asks,
            networks: row.networks,
        })
    }
}

fn fingerprint(bytes: Vec<u8>) -> Result<Fingerprint, StoreError> {
    <[u8; 32]>::try_from(bytes)
        .map(Fingerprint::from_bytes)
        .map_err(StoreError::corrupt(TABLE, "fingerprint"))
}

/// One page of families; one row more than a page when there are others.
pub(crate) async fn list(tx: &mut TenantTx, wanted: &Wanted) -> Result<Vec<OfTenant>, StoreError> {
    let mut query = filtered(wanted);
    if let Some(text) = &wanted.tenant {
        let named = dashboard_tenants::with_text(tx, text).await?;
        query = query.filter(f::tenant_id.eq_any(named));
    }
    query = match wanted.sort {
        Sort::Latest => query.order(f::last_seen.desc()),
        Sort::Attempts => query.order(f::attempts.desc()),
    };
    let rows: Vec<Row> = query
        .then_order_by(f::tenant_id.asc())
        .then_order_by(f::environment.asc())
        .then_order_by(f::fingerprint.asc())
        .select(Row::as_select())
        .limit(PAGE + 1)
        .load(tx.connection()?)
        .await?;
    let tenants = rows.iter().map(|row| row.tenant_id).collect();
    let named = dashboard_tenants::named(tx, tenants).await?;
    rows.into_iter()
        .map(|row| {
            let (slug, tenant) = named
                .get(&row.tenant_id)
                .cloned()
                .ok_or(StoreError::NotFound)?;
            Ok(OfTenant {
                slug,
                tenant,
                line: row.try_into()?,
            })
        })
        .collect()
}

/// The families that have what is wanted, behind the page before.
fn filtered(wanted: &Wanted) -> f::BoxedQuery<'_, Pg> {
    let mut query = f::table.into_boxed();
    let registration = || {
        q::table
            .filter(q::tenant_id.eq(f::tenant_id))
            .filter(q::environment.eq(f::environment))
            .filter(q::fingerprint.eq(f::fingerprint))
    };
    if let Some(state) = wanted.state {
        let one = registration().filter(q::state.eq(state.as_str()));
        query = query.filter(diesel::dsl::exists(one));
    }
    if let Some(environment) = wanted.environment {
        query = query.filter(f::environment.eq(environment.as_str()));
    }
    if let Some(text) = &wanted.text {
        let named = f::client_name
            .ilike(like(text))
            .or(f::redirects.ilike(like(text)));
        let identified = registration().filter(q::client_id.eq(text));
        let family: Option<Fingerprint> = text.parse().ok();
        let print = family.map(|family| family.as_bytes().to_vec());
        let family = f::fingerprint.eq(print.unwrap_or_default());
        query = query.filter(named.or(diesel::dsl::exists(identified)).or(family));
    }
    match wanted.after {
        Some(after) => behind(query, wanted.sort, after),
        None => query,
    }
}

/// What stands behind one family in this order.
fn behind(query: f::BoxedQuery<'_, Pg>, sort: Sort, after: After) -> f::BoxedQuery<'_, Pg> {
    let (key, place) = (after.key, after.environment.as_str());
    let print = after.fingerprint.as_bytes().to_vec();
    let behind = f::tenant_id
        .gt(after.tenant)
        .or(f::tenant_id.eq(after.tenant).and(
            f::environment
                .gt(place)
                .or(f::environment.eq(place).and(f::fingerprint.gt(print))),
        ));
    match sort {
        Sort::Latest => {
            let at = Timestamp::from_timestamp_micros(key).unwrap_or_default();
            query.filter(f::last_seen.lt(at).or(f::last_seen.eq(at).and(behind)))
        }
        Sort::Attempts => query.filter(f::attempts.lt(key).or(f::attempts.eq(key).and(behind))),
    }
}

/// One family.
pub(crate) async fn find(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, fingerprint): (Environment, &Fingerprint),
) -> Result<Line, StoreError> {
    let row: Row = f::table
        .find((
            tenant.as_uuid(),
            environment.as_str(),
            fingerprint.as_bytes().to_vec(),
        ))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_place_in_the_list_is_read_as_it_is_written() {
        let after = After {
            key: 40_000,
            tenant: uuid::Uuid::from_u128(7),
            environment: Environment::Sandbox,
            fingerprint: Fingerprint::from_bytes([9; 32]),
        };
        assert_eq!(After::parse(&after.text()), Some(after));
        for text in ["", "1_2_sandbox", &format!("{}_", after.text()), "x_y_z_w"] {
            assert_eq!(After::parse(text), None, "{text}");
        }
    }
}
