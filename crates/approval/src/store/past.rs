//! What screening looks back at in the transaction's tenant: scopes that were given before, and what became of the same
//! software. It judges nothing.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::Past;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::{listing as l, quarantine as q},
        registry::client as c,
        review::{access_request as r, approval as a, approval_scope as s, decision as d},
    },
};
use narthex_vocab::{Environment, Id, Scope, kind};
use serde_json::{Value, json};

use crate::request::AccessRequest;

/// Which of these scopes no approval of the environment ever gave to another integration or this one.
pub(crate) async fn never_given(
    tx: &mut TenantTx,
    environment: Environment,
    asked: &BTreeSet<Scope>,
) -> Result<BTreeSet<Scope>, StoreError> {
    let names: Vec<&str> = asked.iter().map(Scope::as_str).collect();
    let given: Vec<String> = s::table
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::environment.eq(environment.as_str())),
        )
        .filter(s::scope.eq_any(names))
        .select(s::scope)
        .distinct()
        .load(tx.connection()?)
        .await?;
    let new = asked
        .iter()
        .filter(|scope| !given.iter().any(|name| name == scope.as_str()));
    Ok(new.cloned().collect())
}

/// Whether an integration ever had an approval in an environment.
pub(crate) async fn approved_in(
    tx: &mut TenantTx,
    environment: Environment,
    integration: Id<kind::Integration>,
) -> Result<bool, StoreError> {
    let approved = a::table
        .filter(
            a::tenant_id
                .eq(tx.tenant_uuid())
                .and(a::environment.eq(environment.as_str())),
        )
        .filter(a::integration_id.eq(integration.as_uuid()));
    Ok(diesel::select(diesel::dsl::exists(approved))
        .get_result(tx.connection()?)
        .await?)
}

/// What became of the same software in other cases: of what has the fingerprint of its registration, or its `software_id`.
pub(crate) async fn of_software(
    tx: &mut TenantTx,
    request: &AccessRequest,
) -> Result<Past, StoreError> {
    let print = fingerprint(tx, request).await?;
    let software = request.metadata.software_id().map(ToString::to_string);
    if print.is_none() && software.is_none() {
        return Ok(Past::default());
    }
    let software = software.map(|name| json!({ "software_id": name }));
    Ok(Past {
        rejections: rejections(tx, request, (print.as_deref(), software.as_ref())).await?,
        blocks: blocks(tx, (print.as_deref(), software.as_ref())).await?,
        revocations: revocations(tx, request, (print.as_deref(), software.as_ref())).await?,
    })
}

/// The fingerprint of the registration that a case began with.
async fn fingerprint(
    tx: &mut TenantTx,
    request: &AccessRequest,
) -> Result<Option<Vec<u8>>, StoreError> {
    let Some(client_id) = &request.client_id else {
        return Ok(None);
    };
    Ok(q::table
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(request.at.environment.as_str())),
        )
        .filter(q::client_id.eq(client_id.as_str()))
        .select(q::fingerprint)
        .first(tx.connection()?)
        .await
        .optional()?)
}

/// Registrations with a fingerprint, by their identifiers.
fn family(
    tenant: uuid::Uuid,
    print: Option<&[u8]>,
) -> q::BoxedQuery<'_, diesel::pg::Pg, diesel::sql_types::Text> {
    q::table
        .filter(q::tenant_id.eq(tenant))
        .filter(q::fingerprint.eq(print.unwrap_or_default()))
        .select(q::client_id)
        .into_boxed()
}

async fn rejections(
    tx: &mut TenantTx,
    request: &AccessRequest,
    (print, software): (Option<&[u8]>, Option<&Value>),
) -> Result<u32, StoreError> {
    let tenant = tx.tenant_uuid();
    let nothing = json!({ "software_id": null });
    let cases: i64 = d::table
        .inner_join(
            r::table.on(r::tenant_id
                .eq(d::tenant_id)
                .and(r::environment.eq(d::environment))
                .and(r::request_id.eq(d::request_id))
                .and(r::version.eq(d::version))),
        )
        .filter(d::tenant_id.eq(tenant))
        .filter(d::kind.eq_any(["reject", "reject_and_block"]))
        .filter(r::request_id.ne(request.at.id.as_uuid()))
        .filter(
            r::client_id
                .eq_any(family(tenant, print).nullable())
                .or(r::metadata
                    .contains(software.unwrap_or(&nothing))
                    .nullable()),
        )
        .count()
        .get_result(tx.connection()?)
        .await?;
    Ok(small(cases))
}

/// Lines of the tenant's block list that name the family, ended ones too, and registrations of it, or of what called
/// itself so, that were blocked.
async fn blocks(
    tx: &mut TenantTx,
    (print, software): (Option<&[u8]>, Option<&Value>),
) -> Result<u32, StoreError> {
    let nothing = json!({ "software_id": null });
    let print = print.unwrap_or_default();
    let lines: i64 = l::table
        .filter(l::tenant_id.eq(tx.tenant_uuid()))
        .filter(l::effect.eq("block").and(l::fingerprint.eq(print)))
        .count()
        .get_result(tx.connection()?)
        .await?;
    let registrations: i64 = q::table
        .filter(q::tenant_id.eq(tx.tenant_uuid()))
        .filter(q::state.eq("blocked"))
        .filter(
            q::fingerprint
                .eq(print)
                .or(q::metadata.contains(software.unwrap_or(&nothing))),
        )
        .count()
        .get_result(tx.connection()?)
        .await?;
    Ok(small(lines.saturating_add(registrations)))
}

async fn revocations(
    tx: &mut TenantTx,
    request: &AccessRequest,
    (print, software): (Option<&[u8]>, Option<&Value>),
) -> Result<u32, StoreError> {
    let tenant = tx.tenant_uuid();
    let nothing = json!({ "software_id": null });
    let clients: i64 = c::table
        .filter(c::tenant_id.eq(tenant).and(c::state.eq("revoked")))
        .filter(c::request_id.ne(request.at.id.as_uuid()))
        .filter(
            c::client_id
                .eq_any(family(tenant, print))
                .or(c::metadata.contains(software.unwrap_or(&nothing))),
        )
        .count()
        .get_result(tx.connection()?)
        .await?;
    Ok(small(clients))
}

fn small(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
