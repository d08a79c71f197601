//! `tenant.registration_limits`: what an owner lowered of the budgets of an environment's registration endpoint. Never
//! more than the platform gives; the database refuses it, too.

use chrono::Duration;
use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use narthex_vocab::{Environment, Id, QuarantineState, Tenant, Timestamp};
use serde::Serialize;

use crate::{StoreError, TenantTx, schema::tenant::registration_limits as l};

/// Calls of strangers in a minute, of a tenant: what the platform gives.
pub const CALLS: i32 = 120_000;
/// New software in a minute.
pub const NEWCOMERS: i32 = 600;
/// Hours that a registration waits.
pub const HOURS: i32 = 72;
/// Clients right below one.
pub const CHILDREN: i32 = 100;

/// What an owner lowered; none of it where it is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Queryable)]
pub struct Limits {
    /// Calls of strangers in a minute.
    pub calls: Option<i32>,
    /// New software in a minute.
    pub newcomers: Option<i32>,
    /// Registrations that wait at once.
    pub waiting: Option<i32>,
    /// Hours that each waits.
    pub hours: Option<i32>,
    /// Clients that one client may have registered and that have not ended.
    pub children: Option<i32>,
}

impl Limits {
    /// How many may wait.
    #[must_use]
    pub fn most_waiting(&self) -> i64 {
        self.waiting
            .map_or(QuarantineState::MOST_WAITING, i64::from)
    }

    /// How many clients one client may have right below it.
    #[must_use]
    pub fn most_children(&self) -> i64 {
        i64::from(self.children.unwrap_or(CHILDREN))
    }

    /// How long a registration waits.
    #[must_use]
    pub fn lifetime(&self) -> Duration {
        Duration::hours(i64::from(self.hours.unwrap_or(HOURS)))
    }
}

/// The limits of an environment of the transaction's tenant.
pub async fn load(tx: &mut TenantTx, environment: Environment) -> Result<Limits, StoreError> {
    let tenant = tx.tenant();
    of(tx, (tenant, environment)).await
}

/// The limits of an environment of a tenant that the transaction sees.
pub async fn of(
    tx: &mut TenantTx,
    (tenant, environment): (Id<Tenant>, Environment),
) -> Result<Limits, StoreError> {
    let found: Option<Limits> = l::table
        .find((tenant.as_uuid(), environment.as_str()))
        .select((
            l::calls_per_minute,
            l::new_per_minute,
            l::most_waiting,
            l::waits_hours,
            l::most_children,
        ))
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(found.unwrap_or_default())
}

/// Sets them. [`StoreError::Refused`] for more than the platform gives.
pub async fn save(
    tx: &mut TenantTx,
    environment: Environment,
    limits: Limits,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(l::table)
        .values((
            l::tenant_id.eq(tenant_id),
            l::environment.eq(environment.as_str()),
            l::calls_per_minute.eq(limits.calls),
            l::new_per_minute.eq(limits.newcomers),
            l::most_waiting.eq(limits.waiting),
            l::waits_hours.eq(limits.hours),
            l::most_children.eq(limits.children),
            l::changed_at.eq(now),
        ))
        .on_conflict((l::tenant_id, l::environment))
        .do_update()
        .set((
            l::calls_per_minute.eq(excluded(l::calls_per_minute)),
            l::new_per_minute.eq(excluded(l::new_per_minute)),
            l::most_waiting.eq(excluded(l::most_waiting)),
            l::waits_hours.eq(excluded(l::waits_hours)),
            l::most_children.eq(excluded(l::most_children)),
            l::changed_at.eq(excluded(l::changed_at)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
