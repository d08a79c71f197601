//! How many tokens a client was given, from the log of issuance. Read in the staff role only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::issuance as s};
use narthex_vocab::Timestamp;

use super::dashboard_clients::Which;

/// How many tokens a client was given.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Issued {
    /// In the last 24 hours.
    pub(crate) day: u64,
    /// That have not ended yet.
    pub(crate) live: u64,
    /// The people and services whose tokens have not ended yet.
    pub(crate) subjects: u64,
    /// When the last of them ends.
    pub(crate) last_ends: Option<Timestamp>,
    /// When the last token left.
    pub(crate) last_at: Option<Timestamp>,
}

/// What a client was given until now.
pub(super) async fn issued(
    tx: &mut TenantTx,
    which: &Which,
    now: Timestamp,
) -> Result<Issued, StoreError> {
    let of = || {
        s::table
            .filter(s::tenant_id.eq(which.tenant.as_uuid()))
            .filter(s::environment.eq(which.environment.as_str()))
            .filter(s::client_id.eq(which.client_id.as_str()))
    };
    let day: i64 = of()
        .filter(s::at.gt(now - chrono::Duration::hours(24)))
        .count()
        .get_result(tx.connection()?)
        .await?;
    let live = of().filter(s::expires_at.gt(now));
    let (count, last_ends): (i64, Option<Timestamp>) = live
        .select((diesel::dsl::count_star(), diesel::dsl::max(s::expires_at)))
        .first(tx.connection()?)
        .await?;
    let subjects: Vec<String> = of()
        .filter(s::expires_at.gt(now))
        .select(s::subject)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let last_at = of()
        .select(diesel::dsl::max(s::at))
        .first(tx.connection()?)
        .await?;
    let whole = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(Issued {
        day: whole(day),
        live: whole(count),
        subjects: u64::try_from(subjects.len()).unwrap_or_default(),
        last_ends,
        last_at,
    })
}
