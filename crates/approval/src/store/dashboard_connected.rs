//! How many people have a client, over all tenants: numbers and nothing else. Read in the staff role only, which may not
//! read who they are.

use chrono::Duration;
use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::registry::client as c};
use narthex_vocab::{ClientId, Environment, Id, Timestamp, kind};

#[diesel::declare_sql_function]
extern "SQL" {
    /// How many people have a permission for a client that is in force.
    #[sql_name = "issue.connected"]
    fn connected(
        whose: sql_types::Uuid,
        place: sql_types::Text,
        client: sql_types::Text,
        at: sql_types::Timestamptz,
    ) -> sql_types::BigInt;

    /// How many people have allowed a client since then.
    #[sql_name = "issue.allowed"]
    fn allowed(
        whose: sql_types::Uuid,
        place: sql_types::Text,
        client: sql_types::Text,
        since: sql_types::Timestamptz,
    ) -> sql_types::BigInt;
}

/// The people of a client.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Connected {
    /// Whose permission is in force.
    pub(crate) now: u64,
    /// Who allowed it in the last 24 hours, whatever became of it.
    pub(crate) day: u64,
}

impl Connected {
    fn of((now, day): (i64, i64)) -> Self {
        let whole = |count: i64| u64::try_from(count).unwrap_or_default();
        Self {
            now: whole(now),
            day: whole(day),
        }
    }
}

/// An address of a tenant's environment.
pub(crate) type Key = (uuid::Uuid, String, String);

/// The people of these clients; one that is no client is left out.
pub(crate) async fn of_all(
    tx: &mut TenantTx,
    (tenants, clients): (&[uuid::Uuid], &[&str]),
    now: Timestamp,
) -> Result<Vec<(Key, Connected)>, StoreError> {
    let day = now - Duration::hours(24);
    let rows: Vec<(Key, (i64, i64))> = c::table
        .filter(
            c::tenant_id
                .eq_any(tenants)
                .and(c::client_id.eq_any(clients)),
        )
        .select((
            (c::tenant_id, c::environment, c::client_id),
            (
                connected(c::tenant_id, c::environment, c::client_id, now),
                allowed(c::tenant_id, c::environment, c::client_id, day),
            ),
        ))
        .load(tx.connection()?)
        .await?;
    let read = |(key, counts)| (key, Connected::of(counts));
    Ok(rows.into_iter().map(read).collect())
}

/// The people of one client.
pub(crate) async fn of(
    tx: &mut TenantTx,
    (tenant, environment, client): (Id<kind::Tenant>, Environment, &ClientId),
    now: Timestamp,
) -> Result<Connected, StoreError> {
    let which = (tenant.as_uuid(), environment.as_str(), client.as_str());
    let (whose, place, client) = which;
    let day = now - Duration::hours(24);
    let counts = (
        connected(whose, place, client, now),
        allowed(whose, place, client, day),
    );
    let counts = diesel::select(counts).get_result(tx.connection()?).await?;
    Ok(Connected::of(counts))
}

/// How many people have allowed a client since then.
pub(crate) async fn since(
    tx: &mut TenantTx,
    (tenant, environment, client): (Id<kind::Tenant>, Environment, &ClientId),
    since: Timestamp,
) -> Result<u64, StoreError> {
    let (whose, place) = (tenant.as_uuid(), environment.as_str());
    let count = allowed(whose, place, client.as_str(), since);
    let count: i64 = diesel::select(count).get_result(tx.connection()?).await?;
    Ok(u64::try_from(count).unwrap_or_default())
}
