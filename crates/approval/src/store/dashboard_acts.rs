//! What a tenant's ledger says of one thing. Read in the staff role only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::ledger::entry as l};
use narthex_vocab::{Id, Timestamp, kind};

/// One act of the ledger.
#[derive(Debug, Clone)]
pub(crate) struct Act {
    pub(crate) at: Timestamp,
    pub(crate) actor_kind: String,
    pub(crate) actor: String,
    pub(crate) action: String,
    pub(crate) reason: String,
    pub(crate) request_id: String,
    pub(crate) seq: i64,
}

type Row = (Timestamp, String, String, String, String, String, i64);

/// The latest hundred acts done to an object, newest first.
pub(crate) async fn about(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    object: &str,
) -> Result<Vec<Act>, StoreError> {
    let rows: Vec<Row> = l::table
        .filter(l::tenant_id.eq(tenant.as_uuid()).and(l::object.eq(object)))
        .order(l::seq.desc())
        .select((
            l::at,
            l::actor_kind,
            l::actor,
            l::action,
            l::reason,
            l::request_id,
            l::seq,
        ))
        .limit(100)
        .load(tx.connection()?)
        .await?;
    let read = |(at, actor_kind, actor, action, reason, request_id, seq)| Act {
        at,
        actor_kind,
        actor,
        action,
        reason,
        request_id,
        seq,
    };
    Ok(rows.into_iter().map(read).collect())
}
