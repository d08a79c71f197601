//! `review.verified_name`, and the names among `review.mark`: whether a name is one that another tenant has proved the
//! hosts of, and whether others show one's own. A tenant learns that it is so, and never whose; staff read whose.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::NamesElsewhere;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        review::{mark as k, verified_name as v},
        tenant::tenants as t,
    },
};
use narthex_vocab::{ClientId, ClientMetadata, Environment, Id, Label, Mark, kind};

use super::mark::hashes_elsewhere;

/// The names of one case, in the form in which names that look alike are equal.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// As any request shows them.
    shown: Vec<Vec<u8>>,
    /// As a client with proved hosts bears them.
    verified: Vec<Vec<u8>>,
}

impl Names {
    /// Of an integration and of what its client calls itself, in any language.
    pub(crate) fn of(integration: &Label, metadata: &ClientMetadata) -> Self {
        let hashes = |marks: BTreeSet<Mark>| marks.iter().map(|mark| mark.hash.to_vec()).collect();
        Self {
            shown: hashes(Mark::of_names(integration, metadata)),
            verified: hashes(Mark::of_verified_names(integration, metadata)),
        }
    }
}

/// Keeps the names of a client whose hosts are proved, in the place of those before.
pub(crate) async fn verify(
    tx: &mut TenantTx,
    (environment, client): (Environment, &ClientId),
    names: &Names,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::delete(v::table)
        .filter(
            v::tenant_id
                .eq(tenant_id)
                .and(v::environment.eq(environment.as_str())),
        )
        .filter(v::client_id.eq(client.as_str()))
        .execute(tx.connection()?)
        .await?;
    let row = |hash: &Vec<u8>| {
        (
            v::tenant_id.eq(tenant_id),
            v::environment.eq(environment.as_str()),
            v::client_id.eq(client.as_str()),
            v::hash.eq(hash.clone()),
        )
    };
    let rows: Vec<_> = names.verified.iter().map(row).collect();
    diesel::insert_into(v::table)
        .values(rows)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// How the names stand to those of other tenants than the transaction's.
pub(crate) async fn elsewhere(
    tx: &mut TenantTx,
    names: &Names,
) -> Result<NamesElsewhere, StoreError> {
    let wanted: Vec<_> = names.verified.iter().chain(&names.shown).cloned().collect();
    let seen = hashes_elsewhere(tx, wanted).await?;
    let tenant = tx.tenant();
    let own = verified_by(tx, tenant, names).await?;
    Ok(NamesElsewhere {
        imitates: names.verified.iter().any(|hash| seen.contains(hash)),
        imitated: own && names.shown.iter().any(|hash| seen.contains(hash)),
    })
}

/// The other tenants, by name, for staff.
#[derive(Debug, Default)]
pub(crate) struct Theirs {
    /// Who has a client by such a name, with proved hosts.
    pub(crate) bear: BTreeSet<String>,
    /// Who shows one, where this tenant has the client.
    pub(crate) show: BTreeSet<String>,
}

/// The same with the names of the others, for staff.
pub(crate) async fn tenants_with(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    names: &Names,
) -> Result<Theirs, StoreError> {
    let bear: Vec<String> = v::table
        .inner_join(t::table.on(t::tenant_id.eq(v::tenant_id)))
        .filter(v::tenant_id.ne(tenant.as_uuid()))
        .filter(v::hash.eq_any(&names.verified))
        .select(t::name)
        .load(tx.connection()?)
        .await?;
    let mut theirs = Theirs {
        bear: bear.into_iter().collect(),
        show: BTreeSet::new(),
    };
    if verified_by(tx, tenant, names).await? {
        let show: Vec<String> = k::table
            .inner_join(t::table.on(t::tenant_id.eq(k::tenant_id)))
            .filter(k::tenant_id.ne(tenant.as_uuid()))
            .filter(k::hash.eq_any(&names.shown))
            .select(t::name)
            .distinct()
            .load(tx.connection()?)
            .await?;
        theirs.show.extend(show);
    }
    Ok(theirs)
}

/// Whether a client of this tenant bears one of the names, with proved hosts.
async fn verified_by(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    names: &Names,
) -> Result<bool, StoreError> {
    let own = v::table.filter(
        v::tenant_id
            .eq(tenant.as_uuid())
            .and(v::hash.eq_any(&names.verified)),
    );
    Ok(diesel::select(diesel::dsl::exists(own))
        .get_result(tx.connection()?)
        .await?)
}
