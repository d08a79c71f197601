//! `review.approval` and what it agreed, written whole in one transaction: the database refuses any other way.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::review::{approval as a, approval_host as h, approval_scope as s, approval_tool as t},
};
use narthex_vocab::{Id, Timestamp, kind};

use crate::approved::Approved;

/// The identity and the life of an approval.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Term {
    pub(crate) id: Id<kind::Approval>,
    pub(crate) at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// Writes an approval with its scopes, tools and proofs.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    approved: &Approved<'_>,
    term: Term,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let (request, basis) = (approved.request(), approved.basis());
    diesel::insert_into(a::table)
        .values((
            a::tenant_id.eq(tenant_id),
            a::environment.eq(request.at.environment.as_str()),
            a::approval_id.eq(term.id.as_uuid()),
            a::integration_id.eq(request.integration.as_uuid()),
            a::request_id.eq(request.at.id.as_uuid()),
            a::version.eq(request.at.version),
            a::run_id.eq(basis.run.as_uuid()),
            a::verdict.eq(basis.verdict.as_str()),
            a::decision_id.eq(basis.decision.as_uuid()),
            a::offer_id.eq(basis.offer.map(|offer| offer.as_uuid())),
            a::second_decision_id.eq(basis.decided_by.confirmation().map(|id| id.as_uuid())),
            a::at.eq(term.at),
            a::expires_at.eq(term.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    insert_scopes(tx, approved, term).await?;
    insert_tools(tx, approved, term).await?;
    insert_hosts(tx, approved, term).await
}

/// Whether the integration has had an approval, in any environment.
pub(crate) async fn exists(
    tx: &mut TenantTx,
    integration: Id<kind::Integration>,
) -> Result<bool, StoreError> {
    let before = a::table.filter(
        a::tenant_id
            .eq(tx.tenant_uuid())
            .and(a::integration_id.eq(integration.as_uuid())),
    );
    Ok(diesel::select(diesel::dsl::exists(before))
        .get_result(tx.connection()?)
        .await?)
}

async fn insert_scopes(
    tx: &mut TenantTx,
    approved: &Approved<'_>,
    term: Term,
) -> Result<(), StoreError> {
    let (tenant_id, request) = (tx.tenant_uuid(), approved.request());
    let rows: Vec<_> = approved
        .agreed()
        .scopes
        .keys()
        .map(|scope| {
            (
                s::tenant_id.eq(tenant_id),
                s::environment.eq(request.at.environment.as_str()),
                s::approval_id.eq(term.id.as_uuid()),
                s::integration_id.eq(request.integration.as_uuid()),
                s::request_id.eq(request.at.id.as_uuid()),
                s::version.eq(request.at.version),
                s::scope.eq(scope.as_str()),
                s::expires_at.eq(approved.limits().scopes.get(scope).copied()),
            )
        })
        .collect();
    diesel::insert_into(s::table)
        .values(rows)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

async fn insert_tools(
    tx: &mut TenantTx,
    approved: &Approved<'_>,
    term: Term,
) -> Result<(), StoreError> {
    let (tenant_id, request) = (tx.tenant_uuid(), approved.request());
    let rows: Vec<_> = approved
        .agreed()
        .tools
        .iter()
        .map(|(tool, asked)| {
            (
                t::tenant_id.eq(tenant_id),
                t::environment.eq(request.at.environment.as_str()),
                t::approval_id.eq(term.id.as_uuid()),
                t::integration_id.eq(request.integration.as_uuid()),
                t::request_id.eq(request.at.id.as_uuid()),
                t::version.eq(request.at.version),
                t::resource_id.eq(tool.resource.as_uuid()),
                t::tool.eq(tool.tool.as_str()),
                t::scope.eq(asked.scope.as_str()),
                t::schema_hash.eq(asked.schema_hash.as_bytes().to_vec()),
                t::until.eq(approved.limits().tools.get(tool).copied()),
            )
        })
        .collect();
    diesel::insert_into(t::table)
        .values(rows)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

async fn insert_hosts(
    tx: &mut TenantTx,
    approved: &Approved<'_>,
    term: Term,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let environment = approved.request().at.environment;
    let rows: Vec<_> = approved
        .proofs()
        .iter()
        .map(|(host, proof)| {
            (
                h::tenant_id.eq(tenant_id),
                h::environment.eq(environment.as_str()),
                h::approval_id.eq(term.id.as_uuid()),
                h::host.eq(host.as_str()),
                h::proof_id.eq(proof.as_uuid()),
            )
        })
        .collect();
    diesel::insert_into(h::table)
        .values(rows)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
