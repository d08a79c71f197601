//! `intake.fetch_order` as the approval plane may touch it: it orders, reminds and settles. It cannot answer.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::fetch_order as o};
use narthex_vocab::{DocumentUrl, Environment, Id, Sighting, Timestamp, kind};
use serde_json::Value;

use crate::domain::Domain;

/// The kind of order that this plane gives and settles; the others end with their answer.
const DOMAIN_PROOF: &str = "domain_proof";
/// An order without an answer after this time is sent again.
const PATIENCE: Duration = Duration::minutes(1);

/// Orders a look at a domain. [`StoreError::Refused`] by `one_open_order_per_domain` when one is under way.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    id: Id<kind::Order>,
    domain: &Domain,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(o::table)
        .values((
            o::tenant_id.eq(tenant_id),
            o::order_id.eq(id.as_uuid()),
            o::kind.eq(DOMAIN_PROOF),
            o::domain_id.eq(domain.id.as_uuid()),
            o::host.eq(domain.host.as_str()),
            o::requested_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Orders a look at the address of a client. [`StoreError::Refused`] by `one_open_order_per_document` when one is under
/// way.
pub(crate) async fn insert_document(
    tx: &mut TenantTx,
    id: Id<kind::Order>,
    (environment, url): (Environment, &DocumentUrl),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(o::table)
        .values((
            o::tenant_id.eq(tenant_id),
            o::order_id.eq(id.as_uuid()),
            o::kind.eq("document"),
            o::environment.eq(environment.as_str()),
            o::client_id.eq(url.as_str()),
            o::requested_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Whether a look at the address of a client is under way.
pub(crate) async fn is_open(
    tx: &mut TenantTx,
    environment: Environment,
    url: &DocumentUrl,
) -> Result<bool, StoreError> {
    let open = o::table
        .filter(
            o::tenant_id
                .eq(tx.tenant_uuid())
                .and(o::environment.eq(environment.as_str())),
        )
        .filter(o::client_id.eq(url.as_str()).and(o::answered_at.is_null()));
    Ok(diesel::select(diesel::dsl::exists(open))
        .get_result(tx.connection()?)
        .await?)
}

/// When the domain was last ordered to be looked at.
pub(crate) async fn last_requested(
    tx: &mut TenantTx,
    domain: Id<kind::Domain>,
) -> Result<Option<Timestamp>, StoreError> {
    Ok(o::table
        .filter(
            o::tenant_id
                .eq(tx.tenant_uuid())
                .and(o::domain_id.eq(domain.as_uuid())),
        )
        .select(diesel::dsl::max(o::requested_at))
        .first(tx.connection()?)
        .await?)
}

/// What the last answered look at the domain saw.
pub(crate) async fn last_seen(
    tx: &mut TenantTx,
    domain: Id<kind::Domain>,
) -> Result<Option<Sighting>, StoreError> {
    let seen: Option<Option<Value>> = o::table
        .filter(
            o::tenant_id
                .eq(tx.tenant_uuid())
                .and(o::domain_id.eq(domain.as_uuid())),
        )
        .filter(o::settled_at.is_not_null())
        .order(o::settled_at.desc())
        .select(o::seen)
        .first(tx.connection()?)
        .await
        .optional()?;
    seen.flatten().map(sighting).transpose()
}

/// Takes an answered order: its domain and what was seen. `None` when it is not answered, or settled.
pub(crate) async fn settle(
    tx: &mut TenantTx,
    id: Id<kind::Order>,
    now: Timestamp,
) -> Result<Option<(Id<kind::Domain>, Sighting)>, StoreError> {
    let row: Option<(Option<uuid::Uuid>, Option<Value>)> = diesel::update(o::table)
        .filter(
            o::tenant_id
                .eq(tx.tenant_uuid())
                .and(o::order_id.eq(id.as_uuid())),
        )
        .filter(o::kind.eq(DOMAIN_PROOF))
        .filter(o::answered_at.is_not_null().and(o::settled_at.is_null()))
        .set(o::settled_at.eq(now))
        .returning((o::domain_id, o::seen))
        .get_result(tx.connection()?)
        .await
        .optional()?;
    match row {
        Some((Some(domain), Some(seen))) => Ok(Some((Id::from_uuid(domain), sighting(seen)?))),
        Some((None, _) | (_, None)) | None => Ok(None),
    }
}

/// Sends the notice of an order again.
pub(crate) async fn remind(
    tx: &mut TenantTx,
    id: Id<kind::Order>,
    now: Timestamp,
) -> Result<(), StoreError> {
    diesel::update(o::table)
        .filter(
            o::tenant_id
                .eq(tx.tenant_uuid())
                .and(o::order_id.eq(id.as_uuid())),
        )
        .filter(o::answered_at.is_null())
        .set(o::reminded_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Open orders of all tenants: those that are answered, and those that nobody has answered for long. Shows more than
/// one tenant only to the staff role.
#[derive(Debug, Default)]
pub(crate) struct Open {
    pub(crate) answered: Vec<(Id<kind::Tenant>, Id<kind::Order>)>,
    pub(crate) unanswered: Vec<(Id<kind::Tenant>, Id<kind::Order>)>,
}

/// See [`Open`]. The oldest first.
pub(crate) async fn open(tx: &mut TenantTx, now: Timestamp) -> Result<Open, StoreError> {
    let rows: Vec<(uuid::Uuid, uuid::Uuid, Option<Timestamp>)> = o::table
        .filter(o::settled_at.is_null())
        .filter(
            o::answered_at
                .is_not_null()
                .and(o::kind.eq(DOMAIN_PROOF))
                .or(o::answered_at
                    .is_null()
                    .and(o::requested_at.lt(now - PATIENCE))),
        )
        .order(o::requested_at)
        .limit(500)
        .select((o::tenant_id, o::order_id, o::answered_at))
        .load(tx.connection()?)
        .await?;
    let mut open = Open::default();
    for (tenant, order, answered) in rows {
        let list = match answered {
            Some(_) => &mut open.answered,
            None => &mut open.unanswered,
        };
        list.push((Id::from_uuid(tenant), Id::from_uuid(order)));
    }
    Ok(open)
}

fn sighting(seen: Value) -> Result<Sighting, StoreError> {
    serde_json::from_value(seen).map_err(StoreError::corrupt("intake.fetch_order", "seen"))
}
