//! `registry.integration`: what is being onboarded, and the names that are taken.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::Origin;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{registry::integration as i, review::access_request as r, tenant::member as m},
};
use narthex_vocab::{Environment, Id, Label, Timestamp, kind};

use crate::{
    integration::{Integration, Operator},
    prose::Purpose,
};

const TABLE: &str = "registry.integration";

/// Writes a new integration. Refused by `integration_tenant_id_sponsor_id_fkey` for a sponsor of another tenant.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    integration: &Integration,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(i::table)
        .values((
            i::tenant_id.eq(tenant_id),
            i::integration_id.eq(integration.id.as_uuid()),
            i::name.eq(integration.name.as_str()),
            i::purpose.eq(integration.purpose.as_str()),
            i::operator.eq(integration.operator.as_str()),
            i::origin.eq(integration.origin.as_str()),
            i::sponsor_id.eq(integration.sponsor.map(|sponsor| sponsor.as_uuid())),
            i::created_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// One integration of `tenant`.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    integration: Id<kind::Integration>,
) -> Result<Integration, StoreError> {
    let row: Row = i::table
        .filter(
            i::tenant_id
                .eq(tenant.as_uuid())
                .and(i::integration_id.eq(integration.as_uuid())),
        )
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

/// Whether a person who is still with the tenant answers for it.
pub(crate) async fn is_sponsored(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
) -> Result<bool, StoreError> {
    let sponsored = i::table
        .inner_join(
            m::table.on(m::tenant_id
                .eq(i::tenant_id)
                .and(m::member_id.nullable().eq(i::sponsor_id))),
        )
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::integration_id.eq(integration.as_uuid())),
        )
        .filter(m::state.eq("active"));
    Ok(diesel::select(diesel::dsl::exists(sponsored))
        .get_result(tx.connection()?)
        .await?)
}

/// The names of the other integrations that a person answers for and that asked for this environment.
pub(crate) async fn other_names(
    tx: &mut TenantTx,
    environment: Environment,
    than: Id<kind::Integration>,
) -> Result<Vec<Label>, StoreError> {
    let asked = r::table
        .filter(
            r::tenant_id
                .eq(i::tenant_id)
                .and(r::integration_id.eq(i::integration_id)),
        )
        .filter(r::environment.eq(environment.as_str()));
    let names: Vec<String> = i::table
        .filter(
            i::tenant_id
                .eq(tx.tenant_uuid())
                .and(i::integration_id.ne(than.as_uuid())),
        )
        .filter(i::sponsor_id.is_not_null().and(diesel::dsl::exists(asked)))
        .select(i::name)
        .load(tx.connection()?)
        .await?;
    names
        .iter()
        .map(|name| Label::parse(name).map_err(StoreError::corrupt(TABLE, "name")))
        .collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = i)]
struct Row {
    integration_id: uuid::Uuid,
    name: String,
    purpose: String,
    operator: String,
    origin: String,
    sponsor_id: Option<uuid::Uuid>,
}

impl TryFrom<Row> for Integration {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::from_uuid(row.integration_id),
            name: Label::parse(&row.name).map_err(StoreError::corrupt(TABLE, "name"))?,
            purpose: Purpose::parse(&row.purpose).map_err(StoreError::corrupt(TABLE, "purpose"))?,
            operator: row
                .operator
                .parse::<Operator>()
                .map_err(StoreError::corrupt(TABLE, "operator"))?,
            origin: row
                .origin
                .parse::<Origin>()
                .map_err(StoreError::corrupt(TABLE, "origin"))?,
            sponsor: row.sponsor_id.map(Id::from_uuid),
        })
    }
}
