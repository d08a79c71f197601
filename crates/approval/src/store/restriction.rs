//! `registry.restriction`: what changed under a client, and what that does.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::{client as c, restriction as r},
        review::approval_host as h,
    },
};
use narthex_vocab::{ClientId, ClientState, Environment, HostName, Id, Meanwhile, Timestamp, kind};

use crate::restriction::{At, Cause};

const CLIENT: &str = "registry.client";
const TABLE: &str = "registry.restriction";

/// Notes a cause, and what it does.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
    (cause, reason): (Cause<'_>, &str),
    (effect, now): (Meanwhile, Timestamp),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(r::table)
        .values((
            r::tenant_id.eq(tenant_id),
            r::environment.eq(environment.as_str()),
            r::client_id.eq(client.as_str()),
            r::cause.eq(cause.as_str()),
            r::about.eq(cause.about()),
            r::reason.eq(reason),
            r::since.eq(now),
            r::effect.eq(effect.as_str()),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Notes what a cause does now, and what people read of it. [`StoreError::Refused`] for less than before.
pub(crate) async fn update(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
    (cause, reason): (Cause<'_>, &str),
    effect: Meanwhile,
) -> Result<(), StoreError> {
    let key = (
        tx.tenant_uuid(),
        environment.as_str(),
        client.as_str(),
        cause.as_str(),
        cause.about(),
    );
    diesel::update(r::table.find(key))
        .set((r::effect.eq(effect.as_str()), r::reason.eq(reason)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What a cause does; `None` when it is not there.
pub(crate) async fn effect(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
    cause: Cause<'_>,
) -> Result<Option<Meanwhile>, StoreError> {
    let key = (
        tx.tenant_uuid(),
        environment.as_str(),
        client.as_str(),
        cause.as_str(),
        cause.about(),
    );
    let found: Option<String> = r::table
        .find(key)
        .select(r::effect)
        .first(tx.connection()?)
        .await
        .optional()?;
    let read = |effect: String| effect.parse().map_err(StoreError::corrupt(TABLE, "effect"));
    found.map(read).transpose()
}

/// Forgets a cause; false when it was not there.
pub(crate) async fn delete(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
    cause: Cause<'_>,
) -> Result<bool, StoreError> {
    let key = (
        tx.tenant_uuid(),
        environment.as_str(),
        client.as_str(),
        cause.as_str(),
        cause.about(),
    );
    let gone = diesel::delete(r::table.find(key))
        .execute(tx.connection()?)
        .await?;
    Ok(gone == 1)
}

/// Forgets every cause: the client was approved as it is.
pub(crate) async fn clear(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
) -> Result<(), StoreError> {
    diesel::delete(r::table)
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .filter(r::client_id.eq(client.as_str()))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Why nobody answers for the client above this one: the integration, and what people read.
pub(crate) async fn above(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
) -> Result<Vec<(String, String)>, StoreError> {
    let key = (tx.tenant_uuid(), environment.as_str(), client.as_str());
    let above: Option<String> = c::table
        .find(key)
        .select(c::parent_client_id)
        .first(tx.connection()?)
        .await?;
    let Some(above) = above else {
        return Ok(Vec::new());
    };
    Ok(r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .filter(r::client_id.eq(above).and(r::cause.eq("sponsor")))
        .select((r::about, r::reason))
        .load(tx.connection()?)
        .await?)
}

/// What people read about the causes that pause one client, the oldest first.
pub(crate) async fn reasons(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
) -> Result<Vec<String>, StoreError> {
    Ok(r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .filter(r::client_id.eq(client.as_str()))
        .filter(r::effect.eq(Meanwhile::Pauses.as_str()))
        .order((r::since, r::cause, r::about))
        .select(r::reason)
        .load(tx.connection()?)
        .await?)
}

/// A cause as it is stored.
#[derive(Debug, Clone)]
pub(crate) struct OpenCause {
    pub(crate) client: ClientId,
    pub(crate) cause: String,
    pub(crate) about: String,
    pub(crate) reason: String,
    pub(crate) effect: Meanwhile,
    pub(crate) since: Timestamp,
}

type Row = (String, String, String, String, String, Timestamp);

/// The causes that are there for one client of a tenant, or for all of its environment; the oldest first.
pub(crate) async fn open(
    tx: &mut TenantTx,
    (tenant, environment): (Id<kind::Tenant>, Environment),
    only: Option<&ClientId>,
) -> Result<Vec<OpenCause>, StoreError> {
    let mut query = r::table
        .filter(
            r::tenant_id
                .eq(tenant.as_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .order((r::since, r::client_id, r::cause, r::about))
        .select((
            r::client_id,
            r::cause,
            r::about,
            r::reason,
            r::effect,
            r::since,
        ))
        .into_boxed();
    if let Some(client) = only {
        query = query.filter(r::client_id.eq(client.as_str()));
    }
    let rows: Vec<Row> = query.load(tx.connection()?).await?;
    let read = |(client, cause, about, reason, effect, since): Row| {
        Ok(OpenCause {
            client: ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?,
            cause,
            about,
            reason,
            effect: effect
                .parse()
                .map_err(StoreError::corrupt(TABLE, "effect"))?,
            since,
        })
    };
    rows.into_iter().map(read).collect()
}

/// The clients whose approval rests on a proof of this host, but for those that have ended.
pub(crate) async fn resting_on(
    tx: &mut TenantTx,
    host: &HostName,
) -> Result<Vec<(Environment, ClientId)>, StoreError> {
    let ended = [ClientState::Expired.as_str(), ClientState::Revoked.as_str()];
    let rows: Vec<(String, String)> = c::table
        .inner_join(
            h::table.on(h::tenant_id
                .eq(c::tenant_id)
                .and(h::environment.eq(c::environment))
                .and(h::approval_id.eq(c::approval_id))),
        )
        .filter(
            c::tenant_id
                .eq(tx.tenant_uuid())
                .and(h::host.eq(host.as_str())),
        )
        .filter(c::state.ne_all(ended))
        .order((c::environment, c::client_id))
        .select((c::environment, c::client_id))
        .load(tx.connection()?)
        .await?;
    let parsed = rows.into_iter().map(|(environment, client)| {
        let environment = environment.parse();
        Ok((
            environment.map_err(StoreError::corrupt(CLIENT, "environment"))?,
            ClientId::parse(&client).map_err(StoreError::corrupt(CLIENT, "client_id"))?,
        ))
    });
    parsed.collect()
}
