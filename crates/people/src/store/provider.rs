//! `tenant.identity_provider` and `tenant.sign_in_rule`. What ended is kept and never found.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    permission::Role,
    schema::tenant::{identity_provider as p, sign_in_rule as r},
};
use narthex_vocab::{Id, Label, Timestamp, kind};

use crate::provider::{Provider, ProviderIssuer};

const TABLE: &str = "tenant.identity_provider";

pub(crate) async fn insert(
    tx: &mut TenantTx,
    provider: &Provider,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tenant_id),
            p::provider_id.eq(provider.id.as_uuid()),
            p::name.eq(provider.name.as_str()),
            p::issuer.eq(provider.issuer.as_str()),
            p::client_id.eq(&provider.client_id),
            p::client_secret_sealed.eq(&provider.secret_sealed),
            p::joins_as.eq(provider.joins_as.map(Role::as_str)),
            p::created_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = p)]
struct Row {
    provider_id: uuid::Uuid,
    name: String,
    issuer: String,
    client_id: String,
    client_secret_sealed: Vec<u8>,
    joins_as: Option<String>,
    tested_at: Option<Timestamp>,
}

impl TryFrom<Row> for Provider {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let joins_as = row.joins_as.as_deref().map(str::parse).transpose();
        Ok(Self {
            id: Id::from_uuid(row.provider_id),
            name: Label::parse(&row.name).map_err(StoreError::corrupt(TABLE, "name"))?,
            issuer: ProviderIssuer::parse(&row.issuer)
                .map_err(StoreError::corrupt(TABLE, "issuer"))?,
            client_id: row.client_id,
            joins_as: joins_as.map_err(StoreError::corrupt(TABLE, "joins_as"))?,
            tested_at: row.tested_at,
            secret_sealed: row.client_secret_sealed,
        })
    }
}

pub(crate) async fn all(tx: &mut TenantTx) -> Result<Vec<Provider>, StoreError> {
    let rows: Vec<Row> = p::table
        .filter(p::tenant_id.eq(tx.tenant_uuid()).and(p::ended_at.is_null()))
        .order((p::name, p::provider_id))
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(Provider::try_from).collect()
}

pub(crate) async fn load(
    tx: &mut TenantTx,
    id: Id<kind::IdentityProvider>,
) -> Result<Provider, StoreError> {
    let row: Row = p::table
        .find((tx.tenant_uuid(), id.as_uuid()))
        .filter(p::ended_at.is_null())
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

pub(crate) async fn reached(
    tx: &mut TenantTx,
    id: Id<kind::IdentityProvider>,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(p::table.find((tx.tenant_uuid(), id.as_uuid())))
        .set(p::tested_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// `false` when it was over already.
pub(crate) async fn end(
    tx: &mut TenantTx,
    id: Id<kind::IdentityProvider>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let changed = diesel::update(p::table.find((tx.tenant_uuid(), id.as_uuid())))
        .filter(p::ended_at.is_null())
        .set(p::ended_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(changed == 1)
}

/// Whether people sign in at providers alone; `held` so until the transaction ends, where the role may hold a row.
pub(crate) async fn only(tx: &mut TenantTx, held: bool) -> Result<bool, StoreError> {
    let row = r::table.find(tx.tenant_uuid()).select(r::providers_only);
    let found: Option<bool> = if held {
        let row = row.for_share();
        row.first(tx.connection()?).await.optional()?
    } else {
        row.first(tx.connection()?).await.optional()?
    };
    Ok(found.unwrap_or_default())
}

pub(crate) async fn set_only(
    tx: &mut TenantTx,
    only: bool,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let said = (r::providers_only.eq(only), r::changed_at.eq(now));
    diesel::insert_into(r::table)
        .values((r::tenant_id.eq(tenant_id), said))
        .on_conflict(r::tenant_id)
        .do_update()
        .set(said)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
