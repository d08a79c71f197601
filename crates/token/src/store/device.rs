//! `issue.device_code`: devices that wait for a person who answers elsewhere, by the keyed hashes of their two codes.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::device_code as d};
use narthex_vocab::{
    ClientId, Environment, Grant, Id, ResourceUri, ScopeSet, SecretHash, Timestamp,
};

use crate::call::Call;
use crate::reach::Wanted;

const TABLE: &str = "issue.device_code";
/// A device that nobody answered is of no use afterwards.
const KEPT: Duration = Duration::hours(1);
/// The most that wait at once for one client: whoever knows a public client's name can make them.
const MOST: i64 = 10_000;

/// A device as it asks.
pub(crate) struct NewDevice<'a> {
    pub(crate) code: &'a SecretHash,
    pub(crate) user_code: &'a SecretHash,
    pub(crate) client: &'a ClientId,
    pub(crate) wanted: &'a Wanted,
    pub(crate) asked_from: &'a str,
    pub(crate) expires_at: Timestamp,
}

/// A device that waits, as its person finds it.
#[derive(Debug)]
pub(crate) struct WaitingDevice {
    pub(crate) client: ClientId,
    pub(crate) wanted: Wanted,
    pub(crate) asked_from: String,
    pub(crate) asked_at: Timestamp,
}

/// A device as it polls.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) client: ClientId,
    pub(crate) answer: Answer,
    /// Between two questions.
    pub(crate) wait: Duration,
    pub(crate) polled_at: Option<Timestamp>,
    pub(crate) expires_at: Timestamp,
}

/// What its person said.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Answer {
    Pending,
    Denied,
    Allowed(Allowed),
    /// The tokens have left.
    Redeemed(Allowed),
}

/// A person's permission.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    pub(crate) grant: Id<Grant>,
    pub(crate) auth_time: Timestamp,
}

/// Whether a client has as many devices waiting as it may.
pub(crate) async fn is_full(
    tx: &mut TenantTx,
    call: Call<'_>,
    client: &ClientId,
) -> Result<bool, StoreError> {
    let waiting = d::table
        .filter(d::tenant_id.eq(tx.tenant_uuid()))
        .filter(d::environment.eq(call.place.environment.as_str()))
        .filter(d::client_id.eq(client.as_str()))
        .filter(d::expires_at.gt(call.now).and(d::state.eq("pending")))
        .count();
    Ok(waiting.get_result::<i64>(tx.connection()?).await? >= MOST)
}

/// Keeps a device; `false` when another one has this user code. What anybody asked for long ago in vain goes.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    call: Call<'_>,
    new: &NewDevice<'_>,
) -> Result<bool, StoreError> {
    let (tenant_id, environment) = (tx.tenant_uuid(), call.place.environment.as_str());
    diesel::delete(d::table)
        .filter(
            d::tenant_id
                .eq(tenant_id)
                .and(d::environment.eq(environment)),
        )
        .filter(d::expires_at.lt(call.now - KEPT))
        .filter(d::grant_id.is_null())
        .execute(tx.connection()?)
        .await?;
    let scope = new.wanted.scope.as_ref().map(ToString::to_string);
    let added = diesel::insert_into(d::table)
        .values((
            d::tenant_id.eq(tenant_id),
            d::environment.eq(environment),
            d::code_hash.eq(new.code.as_bytes().to_vec()),
            d::user_code_hash.eq(new.user_code.as_bytes().to_vec()),
            d::client_id.eq(new.client.as_str()),
            d::scope.eq(scope),
            d::resource.eq(new.wanted.resource.as_ref().map(ResourceUri::as_str)),
            d::asked_from.eq(new.asked_from),
            d::state.eq("pending"),
            d::created_at.eq(call.now),
            d::expires_at.eq(new.expires_at),
        ))
        .on_conflict((d::tenant_id, d::environment, d::user_code_hash))
        .do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(added == 1)
}

type WaitingRow = (String, Option<String>, Option<String>, String, Timestamp);

/// The device that waits under a user code, locked; `None` for one that was answered and for one that is over.
pub(crate) async fn waiting(
    tx: &mut TenantTx,
    call: Call<'_>,
    user_code: &SecretHash,
) -> Result<Option<WaitingDevice>, StoreError> {
    let row: Option<WaitingRow> = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(call.place.environment.as_str()))
                .and(d::user_code_hash.eq(user_code.as_bytes().to_vec())),
        )
        .filter(d::expires_at.gt(call.now))
        .select((
            d::client_id,
            d::scope,
            d::resource,
            d::asked_from,
            d::created_at,
        ))
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((client, scope, resource, asked_from, asked_at)) = row else {
        return Ok(None);
    };
    let scope = scope.as_deref().map(ScopeSet::parse).transpose();
    let resource = resource.as_deref().map(ResourceUri::parse).transpose();
    Ok(Some(WaitingDevice {
        client: ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        wanted: Wanted {
            scope: scope.map_err(StoreError::corrupt(TABLE, "scope"))?,
            resource: resource.map_err(StoreError::corrupt(TABLE, "resource"))?,
        },
        asked_from,
        asked_at,
    }))
}

/// Writes down what a person said; the user code is worth nothing afterwards.
pub(crate) async fn answered(
    tx: &mut TenantTx,
    call: Call<'_>,
    user_code: &SecretHash,
    allowed: Option<Allowed>,
) -> Result<(), StoreError> {
    let tenant = tx.tenant_uuid();
    let state = if allowed.is_some() {
        "allowed"
    } else {
        "denied"
    };
    diesel::update(d::table)
        .filter(
            d::tenant_id
                .eq(tenant)
                .and(d::environment.eq(call.place.environment.as_str()))
                .and(d::user_code_hash.eq(user_code.as_bytes().to_vec())),
        )
        .set((
            d::state.eq(state),
            d::user_code_hash.eq(None::<Vec<u8>>),
            d::grant_id.eq(allowed.map(|allowed| allowed.grant.as_uuid())),
            d::auth_time.eq(allowed.map(|allowed| allowed.auth_time)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

type Row = (
    String,
    String,
    Option<uuid::Uuid>,
    Option<Timestamp>,
    i32,
    Option<Timestamp>,
    Timestamp,
);

/// The device with this code, locked: two questions at once take turns.
pub(crate) async fn lock(
    tx: &mut TenantTx,
    environment: Environment,
    code: &SecretHash,
) -> Result<Option<Device>, StoreError> {
    let row: Option<Row> = d::table
        .find((
            tx.tenant_uuid(),
            environment.as_str(),
            code.as_bytes().to_vec(),
        ))
        .select((
            d::client_id,
            d::state,
            d::grant_id,
            d::auth_time,
            d::wait_seconds,
            d::polled_at,
            d::expires_at,
        ))
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(read).transpose()
}

/// Remembers that it asked, and how long it has to wait from now on.
pub(crate) async fn polled(
    tx: &mut TenantTx,
    environment: Environment,
    (code, wait): (&SecretHash, Duration),
    now: Timestamp,
) -> Result<(), StoreError> {
    let key = (
        tx.tenant_uuid(),
        environment.as_str(),
        code.as_bytes().to_vec(),
    );
    let seconds = i32::try_from(wait.num_seconds()).unwrap_or(i32::MAX);
    diesel::update(d::table.find(key))
        .set((d::polled_at.eq(now), d::wait_seconds.eq(seconds)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Remembers that its tokens have left.
pub(crate) async fn redeemed(
    tx: &mut TenantTx,
    environment: Environment,
    code: &SecretHash,
) -> Result<(), StoreError> {
    let key = (
        tx.tenant_uuid(),
        environment.as_str(),
        code.as_bytes().to_vec(),
    );
    diesel::update(d::table.find(key))
        .set(d::state.eq("redeemed"))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// When the person of a grant had signed in, where the grant is a device's.
pub(crate) async fn auth_time(
    tx: &mut TenantTx,
    environment: Environment,
    grant: Id<Grant>,
) -> Result<Option<Timestamp>, StoreError> {
    let at: Option<Option<Timestamp>> = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(environment.as_str()))
                .and(d::grant_id.eq(grant.as_uuid())),
        )
        .select(d::auth_time)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(at.flatten())
}

fn read(row: Row) -> Result<Device, StoreError> {
    let (client, state, grant, auth_time, wait, polled_at, expires_at) = row;
    let allowed = grant.zip(auth_time).map(|(grant, auth_time)| Allowed {
        grant: Id::from_uuid(grant),
        auth_time,
    });
    let answer = match (state.as_str(), allowed) {
        ("pending", None) => Answer::Pending,
        ("denied", None) => Answer::Denied,
        ("allowed", Some(allowed)) => Answer::Allowed(allowed),
        ("redeemed", Some(allowed)) => Answer::Redeemed(allowed),
        (_, _) => {
            return Err(StoreError::Corrupt {
                table: TABLE,
                column: "state",
            });
        }
    };
    Ok(Device {
        client: ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        answer,
        wait: Duration::seconds(wait.into()),
        polled_at,
        expires_at,
    })
}
