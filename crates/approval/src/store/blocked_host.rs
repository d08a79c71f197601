//! Clients whose document is at a host that a line of the block list names, their tenant's own or the platform's, and those
//! that wait because one did. Over tenants, in the staff role alone; it names rows and never shows their content.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::listing as l,
        registry::{pinned_document as p, restriction as r},
    },
};
use narthex_vocab::{ClientId, Environment, Id, PLATFORM_TENANT, Timestamp, kind};

use crate::restriction::Cause;

const PINNED: &str = "registry.pinned_document";

/// A client with a document: whose, where, which.
pub(crate) type Place = (Id<kind::Tenant>, Environment, ClientId);

/// Those whose host is blocked now, and of all others those that wait for that cause.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) blocked: BTreeSet<Place>,
    pub(crate) free: BTreeSet<Place>,
}

/// See [`Found`].
pub(crate) async fn clients(tx: &mut TenantTx, now: Timestamp) -> Result<Found, StoreError> {
    let lines: Vec<(uuid::Uuid, Option<String>)> = l::table
        .filter(l::effect.eq("block").and(l::host.is_not_null()))
        .filter(l::ended_at.is_null().and(l::expires_at.gt(now)))
        .select((l::tenant_id, l::host))
        .load(tx.connection()?)
        .await?;
    let mut found = Found::default();
    for (owner, host) in lines {
        let host = host.unwrap_or_default();
        found
            .blocked
            .extend(under(tx, (Id::from_uuid(owner), &host)).await?);
    }
    let rows: Vec<(uuid::Uuid, String, String)> = r::table
        .filter(r::cause.eq(Cause::Blocked.as_str()))
        .select((r::tenant_id, r::environment, r::client_id))
        .load(tx.connection()?)
        .await?;
    for row in rows {
        let place = place(row)?;
        if !found.blocked.contains(&place) {
            found.free.insert(place);
        }
    }
    Ok(found)
}

/// The clients of who blocks, or of all where the platform does, whose document is at the host or below it.
async fn under(
    tx: &mut TenantTx,
    (owner, host): (Id<kind::Tenant>, &str),
) -> Result<Vec<Place>, StoreError> {
    // Coarse, since the name may stand anywhere in an address; what is found is read below.
    let mut query = p::table
        .filter(p::client_id.like(format!("https://%{host}%")))
        .select((p::tenant_id, p::environment, p::client_id))
        .into_boxed();
    if owner != PLATFORM_TENANT {
        query = query.filter(p::tenant_id.eq(owner.as_uuid()));
    }
    let rows: Vec<(uuid::Uuid, String, String)> = query.load(tx.connection()?).await?;
    let mut found = Vec::new();
    for row in rows {
        let place = place(row)?;
        let there = place.2.document_url().is_some_and(|url| {
            let own = url.host().as_str();
            own == host
                || own
                    .strip_suffix(host)
                    .is_some_and(|rest| rest.ends_with('.'))
        });
        if there {
            found.push(place);
        }
    }
    Ok(found)
}

fn place((tenant, environment, client): (uuid::Uuid, String, String)) -> Result<Place, StoreError> {
    Ok((
        Id::from_uuid(tenant),
        environment
            .parse()
            .map_err(StoreError::corrupt(PINNED, "environment"))?,
        ClientId::parse(&client).map_err(StoreError::corrupt(PINNED, "client_id"))?,
    ))
}
