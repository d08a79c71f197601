//! `review.brand` and its hosts: known names. Every tenant's screening reads the platform's; only staff write them.

use std::collections::{BTreeMap, BTreeSet};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::review::{brand as b, brand_host as h},
};
use narthex_vocab::{Brand, HostPattern, Label, Timestamp};

/// The platform's known names and the transaction's tenant's own, by name.
pub(crate) async fn known(tx: &mut TenantTx) -> Result<Vec<Brand>, StoreError> {
    let names: Vec<String> = b::table
        .select(b::name)
        .order(b::name)
        .load(tx.connection()?)
        .await?;
    let rows: Vec<(String, String)> = h::table
        .select((h::name, h::host))
        .load(tx.connection()?)
        .await?;
    let mut hosts: BTreeMap<String, BTreeSet<HostPattern>> = BTreeMap::new();
    for (name, host) in rows {
        let host =
            HostPattern::parse(&host).map_err(StoreError::corrupt("review.brand_host", "host"))?;
        hosts.entry(name).or_default().insert(host);
    }
    names
        .into_iter()
        .map(|name| {
            Ok(Brand {
                hosts: hosts.remove(&name).unwrap_or_default(),
                name: Label::parse(&name).map_err(StoreError::corrupt("review.brand", "name"))?,
            })
        })
        .collect()
}

/// The name in the transaction's tenant with exactly this text.
pub(crate) async fn find(tx: &mut TenantTx, name: &Label) -> Result<Option<Brand>, StoreError> {
    let known = known(tx).await?;
    Ok(known.into_iter().find(|brand| brand.name == *name))
}

/// Writes a name, or replaces its hosts.
pub(crate) async fn save(
    tx: &mut TenantTx,
    brand: &Brand,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let name = brand.name.as_str();
    diesel::insert_into(b::table)
        .values((
            b::tenant_id.eq(tenant_id),
            b::name.eq(name),
            b::changed_at.eq(now),
        ))
        .on_conflict((b::tenant_id, b::name))
        .do_update()
        .set(b::changed_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    let old = h::table.filter(h::tenant_id.eq(tenant_id).and(h::name.eq(name)));
    diesel::delete(old).execute(tx.connection()?).await?;
    let host = |host: &HostPattern| {
        (
            h::tenant_id.eq(tenant_id),
            h::name.eq(name),
            h::host.eq(host.as_str().to_owned()),
        )
    };
    let rows: Vec<_> = brand.hosts.iter().map(host).collect();
    diesel::insert_into(h::table)
        .values(rows)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Forgets a name with its hosts; false when there is none.
pub(crate) async fn remove(tx: &mut TenantTx, name: &Label) -> Result<bool, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let row = b::table.filter(b::tenant_id.eq(tenant_id).and(b::name.eq(name.as_str())));
    Ok(diesel::delete(row).execute(tx.connection()?).await? == 1)
}
