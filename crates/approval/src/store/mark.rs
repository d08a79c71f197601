//! `review.mark`: what of a request can be recognised elsewhere. A tenant learns that something is used by somebody else
//! too; only staff learn by whom.

use std::collections::BTreeSet;

use diesel::{prelude::*, sql_types};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{registry::client as c, review::mark as k, tenant::tenants as t},
};
use narthex_vocab::{
    Brand, ClientMetadata, Environment, Host, Id, Label, Mark, MarkKind, RedirectUri, kind,
};

use super::logo;
use crate::{logo::Logo, request::RequestRef};

#[diesel::declare_sql_function]
extern "SQL" {
    /// Those of the hashes that another tenant than the transaction's shows.
    #[sql_name = "review.seen_elsewhere"]
    fn seen_elsewhere(
        wanted: sql_types::Array<sql_types::Binary>,
    ) -> sql_types::Array<sql_types::Binary>;
}

/// Keeps the marks of one version, those that are not there yet.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    at: RequestRef,
    (integration, metadata): (&Label, &ClientMetadata),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let row = |mark: &Mark| {
        (
            k::tenant_id.eq(tenant_id),
            k::environment.eq(at.environment.as_str()),
            k::request_id.eq(at.id.as_uuid()),
            k::version.eq(at.version),
            k::kind.eq(mark.kind.as_str()),
            k::hash.eq(mark.hash.to_vec()),
        )
    };
    let names = Mark::of_names(integration, metadata);
    let marks = Mark::all(metadata);
    let rows: Vec<_> = marks.iter().chain(&names).map(row).collect();
    diesel::insert_into(k::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Those of the hashes that another tenant shows.
pub(super) async fn hashes_elsewhere(
    tx: &mut TenantTx,
    wanted: Vec<Vec<u8>>,
) -> Result<Vec<Vec<u8>>, StoreError> {
    Ok(diesel::select(seen_elsewhere(wanted))
        .get_result(tx.connection()?)
        .await?)
}

/// What of the metadata, and of the pictures that they name, another tenant shows too. The host of a known name serves
/// many, and says nothing.
pub(crate) async fn elsewhere(
    tx: &mut TenantTx,
    (metadata, logos): (&ClientMetadata, &[Logo]),
    brands: &[Brand],
) -> Result<BTreeSet<MarkKind>, StoreError> {
    let own = telling(metadata, brands);
    let wanted: Vec<Vec<u8>> = own.iter().map(|mark| mark.hash.to_vec()).collect();
    let seen = hashes_elsewhere(tx, wanted).await?;
    let seen = own
        .iter()
        .filter(|mark| seen.iter().any(|one| *one == mark.hash));
    let mut kinds: BTreeSet<MarkKind> = seen.map(|mark| mark.kind).collect();
    if logo::is_elsewhere(tx, logos, brands).await? {
        kinds.insert(MarkKind::Picture);
    }
    Ok(kinds)
}

/// The same with the names of the others, for staff.
pub(crate) async fn tenants_with(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (metadata, logos): (&ClientMetadata, &[Logo]),
    brands: &[Brand],
) -> Result<(BTreeSet<MarkKind>, BTreeSet<String>), StoreError> {
    let own = telling(metadata, brands);
    let wanted: Vec<Vec<u8>> = own.iter().map(|mark| mark.hash.to_vec()).collect();
    let rows: Vec<(Vec<u8>, String)> = k::table
        .inner_join(t::table.on(t::tenant_id.eq(k::tenant_id)))
        .filter(
            k::tenant_id
                .ne(tenant.as_uuid())
                .and(k::hash.eq_any(wanted)),
        )
        .select((k::hash, t::name))
        .distinct()
        .load(tx.connection()?)
        .await?;
    let seen = own
        .iter()
        .filter(|mark| rows.iter().any(|(hash, _)| *hash == mark.hash));
    let mut kinds: BTreeSet<MarkKind> = seen.map(|mark| mark.kind).collect();
    let mut others: BTreeSet<String> = rows.iter().map(|(_, name)| name.clone()).collect();
    let pictured = logo::tenants_with(tx, tenant, logos, brands).await?;
    if !pictured.is_empty() {
        kinds.insert(MarkKind::Picture);
        others.extend(pictured);
    }
    Ok((kinds, others))
}

/// Whether a client of the tenant's other environment has one of these keys. One whose identifier is an address keeps its
/// keys there, for both environments.
pub(crate) async fn key_elsewhere(
    tx: &mut TenantTx,
    environment: Environment,
    metadata: &ClientMetadata,
) -> Result<bool, StoreError> {
    let keys = Mark::all(metadata).into_iter();
    let keys: Vec<Vec<u8>> = keys
        .filter(|mark| mark.kind == MarkKind::Key)
        .map(|mark| mark.hash.to_vec())
        .collect();
    if keys.is_empty() {
        return Ok(false);
    }
    let shown = k::table
        .inner_join(
            c::table.on(c::tenant_id
                .eq(k::tenant_id)
                .and(c::environment.eq(k::environment))
                .and(c::request_id.eq(k::request_id))
                .and(c::version.eq(k::version))),
        )
        .filter(
            k::tenant_id
                .eq(tx.tenant_uuid())
                .and(k::environment.ne(environment.as_str())),
        )
        .filter(k::kind.eq(MarkKind::Key.as_str()).and(k::hash.eq_any(keys)))
        .filter(c::client_id.not_like("https://%"));
    Ok(diesel::select(diesel::dsl::exists(shown))
        .get_result(tx.connection()?)
        .await?)
}

/// The marks but for redirect hosts of known names.
fn telling(metadata: &ClientMetadata, brands: &[Brand]) -> BTreeSet<Mark> {
    let hosts = metadata
        .redirect_uris()
        .iter()
        .filter_map(RedirectUri::host);
    let official = |host: &Host| {
        host.name()
            .is_some_and(|name| brands.iter().any(|brand| brand.is_at(name)))
    };
    let shared: BTreeSet<Mark> = hosts
        .filter(official)
        .filter_map(|host| host.name().map(Mark::of_host))
        .collect();
    Mark::all(metadata).difference(&shared).copied().collect()
}
