//! `review.finding` and `review.policy_run`: what the checks saw and what the policy said, written once.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::{Finding, RuleId, Screening};
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::review::{finding as f, policy_run as p},
};
use narthex_vocab::{Id, Timestamp, kind};

use crate::request::RequestRef;

/// Keeps what each check saw of one version.
pub(crate) async fn insert_findings(
    tx: &mut TenantTx,
    at: RequestRef,
    findings: &[Finding],
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let rows: Vec<_> = findings
        .iter()
        .map(|finding| {
            (
                f::tenant_id.eq(tenant_id),
                f::environment.eq(at.environment.as_str()),
                f::request_id.eq(at.id.as_uuid()),
                f::version.eq(at.version),
                f::check_id.eq(&*finding.check),
                f::title.eq(finding.title),
                f::outcome.eq(finding.outcome.as_str()),
                f::observed.eq(&finding.observed),
                f::required.eq(&finding.required),
                f::fix.eq(finding.fix.as_deref()),
                f::weight.eq(i16::from(finding.weight)),
                f::at.eq(now),
            )
        })
        .collect();
    diesel::insert_into(f::table)
        .values(rows)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Keeps one run of the policy over one version.
pub(crate) async fn insert_run(
    tx: &mut TenantTx,
    run: Id<kind::PolicyRun>,
    at: RequestRef,
    screening: &Screening,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let rules: Vec<&str> = screening.determining.iter().map(RuleId::as_str).collect();
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tenant_id),
            p::environment.eq(at.environment.as_str()),
            p::run_id.eq(run.as_uuid()),
            p::request_id.eq(at.id.as_uuid()),
            p::version.eq(at.version),
            p::verdict.eq(screening.verdict.as_str()),
            p::policy_version.eq(&screening.policy_version),
            p::rules.eq(rules),
            p::at.eq(now),
            p::facts.eq(&screening.facts),
            p::platform_policy.eq(screening.layers.0),
            p::tenant_policy.eq(screening.layers.1),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
