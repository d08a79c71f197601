//! What stops with a client: everything below it, and the tokens of all of them. Read before somebody stops it, in the
//! role of whoever looks; the numbers are those of what [`crate::suspend`] then does.

use std::collections::BTreeSet;

use diesel::{
    dsl::{exists, not},
    prelude::*,
    sql_types,
};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        issue::{grant as g, issuance as s, revocation as r},
        registry::{asked_anew as a, client as c},
    },
};
use narthex_vocab::{ClientId, ClientState, Environment, Id, Timestamp, kind};

use super::lineage::{self, Kin};
use crate::lineage::follows;

#[diesel::declare_sql_function]
extern "SQL" {
    /// The permissions of these clients that count no more.
    #[sql_name = "issue.ended"]
    fn ended(
        whose: sql_types::Uuid,
        place: sql_types::Text,
        clients: sql_types::Array<sql_types::Text>,
    ) -> sql_types::Array<sql_types::Uuid>;
}

/// The rows of a table beside an issuance.
macro_rules! same_place {
    ($table:ident) => {
        $table::tenant_id
            .eq(s::tenant_id)
            .and($table::environment.eq(s::environment))
    };
}

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
    let live = live_tokens(tx, (tenant, environment), all, now).await?;
    let subjects: BTreeSet<&str> = live.iter().map(|(subject, _)| subject.as_str()).collect();
    let whole = |count: usize| u64::try_from(count).unwrap_or_default();
    Ok(Cascade {
        tokens: whole(live.len()),
        subjects: whole(subjects.len()),
        last_ends: live.iter().map(|(_, ends)| *ends).max(),
        followers,
    })
}

/// For whom a token is that a server which asks us honours now, and when it ends.
type Token = (String, Timestamp);

/// The tokens of these clients that count: neither they nor what they stand on ended before, as `issue.is_live` has it.
async fn live_tokens(
    tx: &mut TenantTx,
    (tenant, environment): (Id<kind::Tenant>, Environment),
    clients: Vec<&str>,
    now: Timestamp,
) -> Result<Vec<Token>, StoreError> {
    let honoured = c::table
        .filter(same_place!(c))
        .filter(c::client_id.eq(s::client_id).and(c::expires_at.gt(now)))
        .filter(c::state.eq_any(HONOURED.map(ClientState::as_str)));
    let revoked = r::table
        .filter(same_place!(r))
        .filter(r::jti.eq(s::jti))
        .select(r::jti);
    let ended = over(tx, (tenant, environment), &clients).await?;
    Ok(s::table
        .filter(s::tenant_id.eq(tenant.as_uuid()))
        .filter(s::environment.eq(environment.as_str()))
        .filter(s::client_id.eq_any(clients).and(s::expires_at.gt(now)))
        .filter(exists(honoured).and(not(exists(revoked))))
        .filter(s::grant_id.is_null().or(s::grant_id.ne_all(ended)))
        .select((s::subject, s::expires_at))
        .load(tx.connection()?)
        .await?)
}

/// The permissions of these clients that count no more. Staff may not read permissions: the database tells which are over.
async fn over(
    tx: &mut TenantTx,
    (tenant, environment): (Id<kind::Tenant>, Environment),
    clients: &[&str],
) -> Result<Vec<uuid::Uuid>, StoreError> {
    let (whose, place) = (tenant.as_uuid(), environment.as_str());
    if tx.tenant() != tenant {
        let told = diesel::select(ended(whose, place, clients.to_vec()));
        return Ok(told.get_result(tx.connection()?).await?);
    }
    let asked_anew = a::table
        .filter(a::tenant_id.eq(g::tenant_id))
        .filter(a::environment.eq(g::environment))
        .filter(a::client_id.eq(g::client_id).and(a::at.ge(g::created_at)));
    Ok(g::table
        .filter(g::tenant_id.eq(whose).and(g::environment.eq(place)))
        .filter(g::client_id.eq_any(clients))
        .filter(g::ended_at.is_not_null().or(exists(asked_anew)))
        .select(g::grant_id)
        .load(tx.connection()?)
        .await?)
}

/// Where tokens of a client are honoured.
const HONOURED: [ClientState; 2] = [ClientState::Active, ClientState::Restricted];
