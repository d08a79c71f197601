//! Domains that are trusted, over all tenants: by owners, or by two of staff.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, HostName, Id, Timestamp, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::brakes::find;
use super::caller::Caller;
use super::fault::{self, Fault, faults};
use super::moment::Moment;
use super::place;
use super::reason::{self, Standing, WithReason};
use crate::Acting;
use crate::answer_proposal::{AnswerProposal, answer_proposal};
use crate::endpoint::staff::Look;
use crate::proposal::ProposalKind;
use crate::prose::Reason;
use crate::store::{dashboard_tenants, proposal, trusted_domain};
use crate::trust_domain::{DistrustDomain, distrust_domain};
use crate::trust_for_tenant::{Change, ProposeTrust, ProposeTrustError, propose_trust};

/// What is trusted, and what waits for a second person.
#[derive(Serialize, ToSchema)]
pub(crate) struct TrustedDomains {
    trusted_domains: Vec<TrustedDomain>,
    proposals: Vec<TrustProposal>,
}

/// A domain that is trusted.
#[derive(Serialize, ToSchema)]
struct TrustedDomain {
    /// `tdm_…`.
    trust: String,
    /// The tenant's slug.
    tenant: String,
    environment: &'static str,
    domain: String,
    /// Who answers for what comes from there, `mem_…`.
    sponsor: String,
    /// Whether staff proposed it, and two of them trusted it.
    by_staff: bool,
    reason: String,
    created_at: Moment,
    expires_at: Moment,
}

/// A domain that one of staff wants trusted.
#[derive(Serialize, ToSchema)]
struct TrustProposal {
    /// `prp_…`.
    proposal: String,
    tenant: String,
    environment: &'static str,
    domain: String,
    until: Moment,
    by: String,
    reason: String,
    expires_at: Moment,
}

/// A domain to trust for a tenant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTrustOf {
    /// The tenant's slug.
    tenant: String,
    #[schema(value_type = String)]
    environment: Environment,
    #[schema(value_type = String)]
    domain: HostName,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// Who of the tenant answers for what comes from there, `mem_…`.
    #[schema(value_type = String)]
    sponsor: Id<kind::Member>,
    #[schema(value_type = String)]
    reason: Reason,
}

/// A proposal that waits for a second person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Proposed {
    /// `prp_…`.
    proposal: String,
}

/// The answer of the second person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ProposalAnswer {
    /// `confirm` or `refuse`.
    answer: String,
    #[schema(value_type = String)]
    reason: Reason,
}

/// List trusted domains, and those that wait for a second person.
#[utoipa::path(
    get,
    path = "/api/v1/trusted-domains",
    operation_id = "trusted_domains",
    responses((status = 200, body = TrustedDomains))
)]
pub(crate) async fn list(caller: Caller) -> Result<HttpResponse, Fault> {
    let now = caller.now;
    let look = async |tx: &mut TenantTx| {
        let trusts = trusted_domain::everywhere(tx, now).await?;
        let waiting = proposal::waiting(tx, ProposalKind::TrustDomain, now).await?;
        let whose = trusts.iter().map(|trust| trust.tenant);
        let whose: Vec<_> = whose.chain(waiting.iter().map(|one| one.tenant)).collect();
        let slugs = dashboard_tenants::slugs(tx, &whose).await?;
        let of = |tenant| slugs.get(tenant).cloned().unwrap_or_default();
        let trusted = trusts.iter().map(|trust| TrustedDomain {
            trust: trust.id.to_string(),
            tenant: of(&trust.tenant),
            environment: trust.environment.as_str(),
            domain: trust.domain.to_string(),
            sponsor: trust.sponsor.to_string(),
            by_staff: trust.proposal.is_some(),
            reason: trust.reason.clone(),
            created_at: trust.created_at.into(),
            expires_at: trust.expires_at.into(),
        });
        let mut proposals = Vec::new();
        for one in &waiting {
            let change = Change::read(&one.change)?;
            proposals.push(TrustProposal {
                proposal: one.id.to_string(),
                tenant: of(&one.tenant),
                environment: change.environment.as_str(),
                domain: change.domain.to_string(),
                until: change.until.into(),
                by: one.by.name.clone(),
                reason: one.reason.clone(),
                expires_at: one.expires_at.into(),
            });
        }
        Ok(TrustedDomains {
            trusted_domains: trusted.collect(),
            proposals,
        })
    };
    let seen = caller.look(Look::over("api/trusted-domains"), look).await?;
    Ok(HttpResponse::Ok().json(seen.found))
}

/// Propose that a domain is trusted for a tenant. Another of staff confirms it.
#[utoipa::path(
    post,
    path = "/api/v1/trusted-domains",
    operation_id = "propose_trust",
    request_body = NewTrustOf,
    responses((status = 200, body = Proposed))
)]
pub(crate) async fn propose(caller: Caller, body: Body<NewTrustOf>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let tenant = find(&caller, ("tenant", &says.tenant)).await?;
    let command = ProposeTrust {
        environment: says.environment,
        domain: says.domain,
        until: says.until,
        sponsor: says.sponsor,
        reason: says.reason,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let id = propose_trust(tx, command, acting).await?;
        Ok(Proposed {
            proposal: id.to_string(),
        })
    };
    let asked = (Action::TrustForTenant, &body.object);
    caller.act(tenant.id, asked, act).await
}

/// Confirm that a domain is trusted, as another than who proposed it, or refuse it.
#[utoipa::path(
    post,
    path = "/api/v1/trusted-domains/proposals/{proposal}",
    operation_id = "answer_trust",
    request_body = ProposalAnswer,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn answer(
    caller: Caller,
    body: Body<ProposalAnswer>,
) -> Result<HttpResponse, Fault> {
    let id: Id<kind::Proposal> = place::read(&caller.bearer.request, "proposal")?;
    let command = AnswerProposal {
        proposal: id,
        confirm: match body.says.answer.as_str() {
            "confirm" => true,
            "refuse" => false,
            _ => return Err(Fault::member("answer", "confirm or refuse")),
        },
        reason: body.says.reason,
    };
    let look = async |tx: &mut TenantTx| proposal::anywhere(tx, id).await;
    let found = caller.look(Look::over(id.to_string()), look).await?.found;
    if found.kind != ProposalKind::TrustDomain {
        return Err(Fault::not_there());
    }
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let state = answer_proposal(tx, command, acting).await?;
        Ok(Standing {
            state: state.as_str(),
        })
    };
    let asked = (Action::TrustForTenant, &body.object);
    caller.act(found.tenant, asked, act).await
}

/// Trust a domain no longer.
#[utoipa::path(
    post,
    path = "/api/v1/trusted-domains/{trust}/end",
    operation_id = "end_trust",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn end(caller: Caller, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    let id: Id<kind::TrustedDomain> = place::read(&caller.bearer.request, "trust")?;
    let reason = reason::parse(&body.says.reason)?;
    let look = async |tx: &mut TenantTx| trusted_domain::anywhere(tx, id).await;
    let found = caller.look(Look::over(id.to_string()), look).await?.found;
    let command = DistrustDomain {
        environment: found.environment,
        trust: id,
        because: Some(reason),
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        distrust_domain(tx, command, acting).await?;
        Ok(Standing { state: "ended" })
    };
    let asked = (Action::TrustForTenant, &body.object);
    caller.act(found.tenant, asked, act).await
}

faults! {
    ProposeTrustError {
        NotRegistrable => |words| Fault::member("domain", words),
        UnknownSponsor => |words| Fault::member("sponsor", words),
        Trusted | Proposed | TooMany => fault::state,
        End => |words| Fault::member("until", words),
    }
}
