//! `review.simulation` and what it is run over: the newest judgement of each case of a time, and that by which each client
//! of today was approved. Of the transaction's tenant; in the role of staff, of all.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        policy::simulation as s,
        registry::{client as c, integration as i},
        review::{access_request as r, approval as a, policy_run as p},
    },
};
use narthex_vocab::{Id, Tenant, Timestamp};
use serde_json::{Value, json};

use crate::{
    brake::Author,
    simulation::{MOST, Past, Report, Simulation},
};

const TABLE: &str = "review.simulation";

type CaseRow = (uuid::Uuid, String, uuid::Uuid, i32, String, Option<Value>);

/// The newest judgement of each version of a case since then, newest first.
pub(crate) async fn requests(tx: &mut TenantTx, since: Timestamp) -> Result<Vec<Past>, StoreError> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let rows: Vec<CaseRow> = p::table
        .inner_join(
            r::table.on(r::tenant_id
                .eq(p::tenant_id)
                .and(r::environment.eq(p::environment))
                .and(r::request_id.eq(p::request_id))
                .and(r::version.eq(p::version))),
        )
        .inner_join(
            i::table.on(i::tenant_id
                .eq(r::tenant_id)
                .and(i::integration_id.eq(r::integration_id))),
        )
        .filter(p::at.ge(since))
        .order((p::at.desc(), p::run_id.desc()))
        .limit(most)
        .select((
            p::tenant_id,
            p::environment,
            p::request_id,
            p::version,
            i::name,
            p::facts,
        ))
        .load(tx.connection()?)
        .await?;
    let mut seen = HashSet::new();
    rows.into_iter()
        .filter(|(tenant, _, request, version, ..)| seen.insert((*tenant, *request, *version)))
        .map(|row| past(row, None))
        .collect()
}

/// Each client that works, or could again, with the judgement that its approval names.
pub(crate) async fn clients(tx: &mut TenantTx) -> Result<Vec<Past>, StoreError> {
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let rows: Vec<(CaseRow, String)> = c::table
        .inner_join(
            a::table.on(a::tenant_id
                .eq(c::tenant_id)
                .and(a::environment.eq(c::environment))
                .and(a::approval_id.eq(c::approval_id))),
        )
        .inner_join(
            p::table.on(p::tenant_id
                .eq(a::tenant_id)
                .and(p::environment.eq(a::environment))
                .and(p::run_id.eq(a::run_id))),
        )
        .inner_join(
            i::table.on(i::tenant_id
                .eq(c::tenant_id)
                .and(i::integration_id.eq(c::integration_id))),
        )
        .filter(c::state.ne_all(["revoked", "expired"]))
        .order((c::created_at.desc(), c::client_id.desc()))
        .limit(most)
        .select((
            (
                c::tenant_id,
                c::environment,
                c::request_id,
                c::version,
                i::name,
                p::facts,
            ),
            c::client_id,
        ))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(row, client)| past(row, Some(client)))
        .collect()
}

fn past(
    (tenant, environment, request, version, name, facts): CaseRow,
    client: Option<String>,
) -> Result<Past, StoreError> {
    Ok(Past {
        tenant: Id::from_uuid(tenant),
        environment: environment
            .parse()
            .map_err(StoreError::corrupt("review.policy_run", "environment"))?,
        request: Id::from_uuid(request),
        version,
        client,
        name,
        facts,
    })
}

/// Keeps a run over a version, in place of an earlier one.
pub(crate) async fn save(
    tx: &mut TenantTx,
    (number, hash): (i32, &[u8; 32]),
    (report, since): (&Report, Timestamp),
    (by, now): (&Author, Timestamp),
) -> Result<(), StoreError> {
    let count = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let found = (
        s::hash.eq(hash.to_vec()),
        s::since.eq(since),
        s::requests.eq(count(report.requests)),
        s::clients.eq(count(report.clients)),
        s::unjudged.eq(count(report.unjudged)),
        s::counts.eq(json!(report.counts)),
        s::changes.eq(json!(report.changes)),
        s::run_by.eq(by.member.as_uuid()),
        s::run_by_name.eq(by.name.clone()),
        s::at.eq(now),
    );
    diesel::insert_into(s::table)
        .values((
            s::tenant_id.eq(tx.tenant_uuid()),
            s::number.eq(number),
            found.clone(),
        ))
        .on_conflict((s::tenant_id, s::number))
        .do_update()
        .set(found)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The newest run over a version.
pub(crate) async fn load(
    tx: &mut TenantTx,
    (tenant, number): (Id<Tenant>, i32),
) -> Result<Option<Simulation>, StoreError> {
    let row: Option<Row> = s::table
        .find((tenant.as_uuid(), number))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(Simulation::try_from).transpose()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = s)]
struct Row {
    hash: Vec<u8>,
    since: Timestamp,
    requests: i32,
    clients: i32,
    unjudged: i32,
    counts: Value,
    changes: Value,
    run_by_name: String,
    at: Timestamp,
}

impl TryFrom<Row> for Simulation {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let corrupt = |column| StoreError::Corrupt {
            table: TABLE,
            column,
        };
        let count = |count: i32| usize::try_from(count).unwrap_or(0);
        Ok(Self {
            hash: row.hash.try_into().map_err(|_| corrupt("hash"))?,
            since: row.since,
            report: Report {
                requests: count(row.requests),
                clients: count(row.clients),
                unjudged: count(row.unjudged),
                counts: serde_json::from_value(row.counts).map_err(|_| corrupt("counts"))?,
                changes: serde_json::from_value(row.changes).map_err(|_| corrupt("changes"))?,
            },
            by: row.run_by_name,
            at: row.at,
        })
    }
}
