//! `tenant.api_answer`: what an act of the management API was answered, for who asks again with the same key.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::tenant::api_answer as a};
use narthex_vocab::{Id, Timestamp, kind};
use serde_json::Value;

/// An answer can be asked for again so long.
const KEPT: Duration = Duration::hours(24);

/// What is there of a key.
#[derive(Debug)]
pub(crate) enum Kept {
    /// Nothing: the key is the caller's now, and the act is to be done.
    Nothing,
    /// The key was used for another call.
    SomethingElse,
    /// The act was done.
    Answer(Value),
}

/// Takes a key for an act of this transaction; waits for one who is doing the same act right now.
pub(crate) async fn claim(
    tx: &mut TenantTx,
    (member, key): (Id<kind::Member>, &str),
    asked: &[u8; 32],
    now: Timestamp,
) -> Result<Kept, StoreError> {
    let tenant = tx.tenant_uuid();
    diesel::delete(a::table.filter(a::tenant_id.eq(tenant).and(a::at.lt(now - KEPT))))
        .execute(tx.connection()?)
        .await?;
    let taken = diesel::insert_into(a::table)
        .values((
            a::tenant_id.eq(tenant),
            a::member_id.eq(member.as_uuid()),
            a::key.eq(key),
            a::asked.eq(asked.to_vec()),
            a::at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    if taken == 1 {
        return Ok(Kept::Nothing);
    }
    let (before, body): (Vec<u8>, Option<Value>) = a::table
        .find((tenant, member.as_uuid(), key))
        .select((a::asked, a::body))
        .first(tx.connection()?)
        .await?;
    if before != asked {
        return Ok(Kept::SomethingElse);
    }
    let corrupt = StoreError::Corrupt {
        table: "tenant.api_answer",
        column: "body",
    };
    body.map(Kept::Answer).ok_or(corrupt)
}

/// Keeps the answer under a key that was claimed in this transaction.
pub(crate) async fn keep(
    tx: &mut TenantTx,
    (member, key): (Id<kind::Member>, &str),
    (status, body): (u16, &Value),
) -> Result<(), StoreError> {
    let tenant = tx.tenant_uuid();
    diesel::update(a::table.find((tenant, member.as_uuid(), key)))
        .set((a::status.eq(i16::try_from(status).ok()), a::body.eq(body)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
