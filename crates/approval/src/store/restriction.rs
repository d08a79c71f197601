//! `registry.restriction`: why a client is limited.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        registry::{client as c, restriction as r},
        review::approval_host as h,
    },
};
use narthex_vocab::{ClientId, ClientState, Environment, HostName, Timestamp};

use crate::restriction::{At, Cause};

const CLIENT: &str = "registry.client";

/// Notes a cause; false when it is there.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
    (cause, reason): (Cause<'_>, &str),
    now: Timestamp,
) -> Result<bool, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let new = diesel::insert_into(r::table)
        .values((
            r::tenant_id.eq(tenant_id),
            r::environment.eq(environment.as_str()),
            r::client_id.eq(client.as_str()),
            r::cause.eq(cause.as_str()),
            r::about.eq(cause.about()),
            r::reason.eq(reason),
            r::since.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(new == 1)
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

/// A new client below another has the causes of that one that come from who answers; false when there are none.
pub(crate) async fn inherit(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let key = (tx.tenant_uuid(), environment.as_str(), client.as_str());
    let above: Option<String> = c::table
        .find(key)
        .select(c::parent_client_id)
        .first(tx.connection()?)
        .await?;
    let Some(above) = above else {
        return Ok(false);
    };
    let causes: Vec<(String, String)> = r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .filter(r::client_id.eq(above).and(r::cause.eq("sponsor")))
        .select((r::about, r::reason))
        .load(tx.connection()?)
        .await?;
    for (about, reason) in &causes {
        let cause = Cause::Sponsor(about);
        insert(tx, (environment, client), (cause, reason), now).await?;
    }
    Ok(!causes.is_empty())
}

/// What people read about the causes of one client, the oldest first.
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
        .order((r::since, r::cause, r::about))
        .select(r::reason)
        .load(tx.connection()?)
        .await?)
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
