//! `intake.logo`, which discovery writes, and the orders by which it looks: ordered when a case comes in, and once a day
//! while a client lives or people want what waits. Over tenants only in the staff role.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::{fetch_order as o, logo as l, wanted_logo as w},
        tenant::tenants as t,
    },
};
use narthex_vocab::{Brand, ClientMetadata, Environment, Id, PictureHash, Timestamp, WebUri, kind};

use super::mark;
use crate::logo::{Logo, Look};

const TABLE: &str = "intake.logo";
/// The kind of the orders.
const LOGO: &str = "logo";
/// How long a look counts: for what is wanted now, and for what is wanted each day.
const LATELY: Duration = Duration::hours(1);
const DAILY: Duration = Duration::hours(24);
/// The most addresses of one round.
const MOST: i64 = 500;

type Row = (
    String,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
    Option<Timestamp>,
    Option<Timestamp>,
    Option<String>,
);

/// The logos of metadata, each with how the last look ended.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, metadata): (Environment, &ClientMetadata),
) -> Result<Vec<Logo>, StoreError> {
    let mut logos = Logo::named(metadata);
    if logos.is_empty() {
        return Ok(logos);
    }
    let rows: Vec<Row> = l::table
        .filter(
            l::tenant_id
                .eq(tenant.as_uuid())
                .and(l::environment.eq(environment.as_str())),
        )
        .filter(l::url.eq_any(logos.iter().map(|logo| logo.url.as_str())))
        .select((
            l::url,
            l::image_hash,
            l::shape,
            l::fetched_at,
            l::changed_at,
            l::refusal,
        ))
        .load(tx.connection()?)
        .await?;
    for row in rows {
        let look = look(&row)?;
        for logo in logos.iter_mut().filter(|logo| logo.url.as_str() == row.0) {
            logo.look = Some(look.clone());
        }
    }
    Ok(logos)
}

fn look((_, hash, shape, fetched_at, changed_at, refusal): &Row) -> Result<Look, StoreError> {
    let picture = match (hash, fetched_at) {
        (Some(hash), Some(at)) => Some((hash_of(hash)?, *at)),
        (Some(_), None) | (None, _) => None,
    };
    Ok(Look {
        picture,
        marks: hash.iter().chain(shape).cloned().collect(),
        changed_at: *changed_at,
        refusal: refusal.clone(),
    })
}

fn hash_of(bytes: &[u8]) -> Result<PictureHash, StoreError> {
    <[u8; 32]>::try_from(bytes)
        .map(PictureHash::from_bytes)
        .map_err(StoreError::corrupt(TABLE, "image_hash"))
}

/// The picture of that name, if the tenant has it in this environment.
pub(crate) async fn image(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, hash): (Environment, PictureHash),
) -> Result<Vec<u8>, StoreError> {
    let image: Option<Vec<u8>> = l::table
        .filter(
            l::tenant_id
                .eq(tenant.as_uuid())
                .and(l::environment.eq(environment.as_str())),
        )
        .filter(l::image_hash.eq(hash.as_bytes().to_vec()))
        .select(l::image)
        .first(tx.connection()?)
        .await?;
    image.ok_or(StoreError::NotFound)
}

/// The hashes by which its pictures are known elsewhere. One at a known name's own host serves many, and says nothing.
fn telling(logos: &[Logo], brands: &[Brand]) -> Vec<Vec<u8>> {
    let official = |logo: &&Logo| brands.iter().any(|brand| brand.is_at(logo.url.host()));
    let logos = logos.iter().filter(|logo| !official(logo));
    let marks = logos.filter_map(|logo| logo.look.as_ref());
    marks.flat_map(|look| look.marks.clone()).collect()
}

/// Whether another tenant shows one of the pictures.
pub(super) async fn is_elsewhere(
    tx: &mut TenantTx,
    logos: &[Logo],
    brands: &[Brand],
) -> Result<bool, StoreError> {
    let wanted = telling(logos, brands);
    Ok(!wanted.is_empty() && !mark::hashes_elsewhere(tx, wanted).await?.is_empty())
}

/// The other tenants that show one, by name, for staff.
pub(super) async fn tenants_with(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    logos: &[Logo],
    brands: &[Brand],
) -> Result<Vec<String>, StoreError> {
    let wanted = telling(logos, brands);
    Ok(l::table
        .inner_join(t::table.on(t::tenant_id.eq(l::tenant_id)))
        .filter(l::tenant_id.ne(tenant.as_uuid()))
        .filter(l::image_hash.eq_any(&wanted).or(l::shape.eq_any(&wanted)))
        .select(t::name)
        .distinct()
        .load(tx.connection()?)
        .await?)
}

/// Orders a look at an address, unless somebody looked lately or a look is under way.
pub(crate) async fn order(
    tx: &mut TenantTx,
    id: Id<kind::Order>,
    (environment, url): (Environment, &WebUri),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let lately = l::table
        .find((tenant_id, environment.as_str(), url.as_str()))
        .filter(l::looked_at.gt(now - LATELY));
    if diesel::select(diesel::dsl::exists(lately))
        .get_result(tx.connection()?)
        .await?
    {
        return Ok(());
    }
    diesel::insert_into(o::table)
        .values((
            o::tenant_id.eq(tenant_id),
            o::order_id.eq(id.as_uuid()),
            o::kind.eq(LOGO),
            o::environment.eq(environment.as_str()),
            o::url.eq(url.as_str()),
            o::requested_at.eq(now),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Addresses that nobody has looked at for a day, over all tenants.
pub(crate) async fn due(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<(Id<kind::Tenant>, Environment, WebUri)>, StoreError> {
    let lately = l::table
        .filter(
            l::tenant_id
                .eq(w::tenant_id)
                .and(l::environment.eq(w::environment)),
        )
        .filter(l::url.eq(w::url).and(l::looked_at.gt(now - DAILY)));
    let rows: Vec<(uuid::Uuid, String, String)> = w::table
        .filter(diesel::dsl::not(diesel::dsl::exists(lately)))
        .order((w::tenant_id, w::environment, w::url))
        .limit(MOST)
        .select((w::tenant_id, w::environment, w::url))
        .load(tx.connection()?)
        .await?;
    rows.into_iter()
        .map(|(tenant, environment, url)| {
            let environment = environment
                .parse()
                .map_err(StoreError::corrupt(TABLE, "environment"))?;
            let url = WebUri::parse(&url).map_err(StoreError::corrupt(TABLE, "url"))?;
            Ok((Id::from_uuid(tenant), environment, url))
        })
        .collect()
}
