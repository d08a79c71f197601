//! What stops with a client: everything below it, and the tokens of all of them. Read before somebody stops it, in the
//! role of whoever looks; the numbers are those of what [`crate::suspend`] then does.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::issuance as s};
use narthex_vocab::{ClientId, ClientState, Environment, Id, Timestamp, kind};

use super::lineage::{self, Kin};
use crate::lineage::follows;

/// What goes where a client goes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Cascade {
    /// The clients below it that would move, the nearest first.
    pub(crate) followers: Vec<Kin>,
    /// Access tokens of it and of them that have not ended yet.
    pub(crate) tokens: u64,
    /// The people and services whose tokens these are.
    pub(crate) subjects: u64,
    /// When the last of these tokens ends.
    pub(crate) last_ends: Option<Timestamp>,
}

/// What goes with a client of `tenant` that goes to `to`.
pub(crate) async fn of(
    tx: &mut TenantTx,
    (tenant, environment): (Id<kind::Tenant>, Environment),
    (client_id, to): (&ClientId, ClientState),
    now: Timestamp,
) -> Result<Cascade, StoreError> {
    let below = lineage::below(tx, (tenant, environment), client_id).await?;
    let moves = |kin: &Kin| follows(kin.state, to).is_some();
    let followers: Vec<Kin> = below.into_iter().filter(moves).collect();
    let mut all: Vec<&str> = followers.iter().map(|kin| kin.client_id.as_str()).collect();
    all.push(client_id.as_str());
    let live: Vec<(String, Timestamp)> = s::table
        .filter(
            s::tenant_id
                .eq(tenant.as_uuid())
                .and(s::environment.eq(environment.as_str())),
        )
        .filter(s::client_id.eq_any(all).and(s::expires_at.gt(now)))
        .select((s::subject, s::expires_at))
        .load(tx.connection()?)
        .await?;
    let subjects: BTreeSet<&str> = live.iter().map(|(subject, _)| subject.as_str()).collect();
    let whole = |count: usize| u64::try_from(count).unwrap_or_default();
    Ok(Cascade {
        tokens: whole(live.len()),
        subjects: whole(subjects.len()),
        last_ends: live.iter().map(|(_, ends)| *ends).max(),
        followers,
    })
}
