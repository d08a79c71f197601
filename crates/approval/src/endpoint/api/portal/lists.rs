//! Domains that an environment trusts, and what the tenant blocks.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::ProblemKind as Kind;
use narthex_vocab::{HostName, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::{Body, Nothing};
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::lists::{ListingEntry, Listings, NewListing, entry as listed};
use super::super::moment::Moment;
use super::super::reason::{self, Standing, WithReason};
use crate::Acting;
use crate::add_listing::{AddListing, add_listing};
use crate::end_listing::{EndListing, end_listing};
use crate::listing::Effect;
use crate::prose::Reason;
use crate::store::listing;
use crate::store::trusted_domain::{self, Trust};
use crate::trust_domain::{
    DistrustDomain, DistrustDomainError, TrustDomain, TrustDomainError, distrust_domain,
    trust_domain,
};

/// Domains that are trusted.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnTrustedDomains {
    trusted_domains: Vec<OwnTrustedDomain>,
}

/// A domain that is trusted: an app whose document is there is sent to review by itself.
#[derive(Serialize, ToSchema)]
struct OwnTrustedDomain {
    /// `tdm_…`.
    trust: String,
    domain: String,
    /// Who answers for what comes from there, `mem_…`.
    sponsor: String,
    /// Whether staff proposed it, and two of them trusted it.
    by_staff: bool,
    reason: String,
    created_at: Moment,
    expires_at: Moment,
}

/// A domain to trust.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTrust {
    #[schema(value_type = String)]
    domain: HostName,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    /// Why; needed in production.
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
}

/// List trusted domains.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/settings/trusted-domains",
    operation_id = "trusted_domains",
    responses((status = 200, body = OwnTrustedDomains))
)]
pub(crate) async fn trusted(holder: Holder) -> Result<HttpResponse, Fault> {
    let (environment, now) = (holder.environment()?, holder.now);
    let work = async |tx: &mut TenantTx| trusted_domain::in_force(tx, environment, now).await;
    let all = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(OwnTrustedDomains {
        trusted_domains: all.iter().map(entry).collect(),
    }))
}

/// Trust a domain.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/settings/trusted-domains",
    operation_id = "trust_domain",
    request_body = NewTrust,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn trust(holder: Holder, body: Body<NewTrust>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let command = TrustDomain {
        environment: holder.environment()?,
        domain: says.domain,
        until: says.until,
        because: says.reason,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        trust_domain(tx, command, acting).await?;
        Ok(Standing { state: "trusted" })
    };
    holder.act((Action::EditSettings, &body.object), act).await
}

/// Trust a domain no longer.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/settings/trusted-domains/{trust}/end",
    operation_id = "distrust_domain",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn distrust(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let command = DistrustDomain {
        environment: holder.environment()?,
        trust: holder.named("trust")?,
        because: None,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        distrust_domain(tx, command, acting).await?;
        Ok(Standing { state: "ended" })
    };
    holder.act((Action::EditSettings, &body.object), act).await
}

/// List what is blocked in the tenant.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/blocks",
    operation_id = "blocks",
    responses((status = 200, body = Listings))
)]
pub(crate) async fn blocks(holder: Holder) -> Result<HttpResponse, Fault> {
    let now = holder.now;
    let work = async |tx: &mut TenantTx| listing::of_tenant(tx, now).await;
    let all = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(Listings {
        listings: all.iter().map(|one| listed(one, None)).collect(),
    }))
}

/// Block a family, a host or a network in the tenant.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/blocks",
    operation_id = "block_own",
    request_body = NewListing,
    responses((status = 200, body = ListingEntry))
)]
pub(crate) async fn block(holder: Holder, body: Body<NewListing>) -> Result<HttpResponse, Fault> {
    let command = AddListing {
        effect: Effect::Block,
        ..body.says.command()?
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        Ok(listed(&add_listing(tx, command, acting).await?, None))
    };
    holder.act((Action::BlockOwn, &body.object), act).await
}

/// Block something no longer.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/blocks/{listing}/end",
    operation_id = "unblock_own",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn unblock(holder: Holder, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    let command = EndListing {
        listing: holder.named("listing")?,
        reason: reason::parse(&body.says.reason)?,
    };
    let now = holder.now;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let own = listing::of_tenant(tx, now).await?;
        if !own.iter().any(|one| one.id == command.listing) {
            return Err(Fault::not_there());
        }
        end_listing(tx, command, acting).await?;
        Ok(Standing { state: "ended" })
    };
    holder.act((Action::BlockOwn, &body.object), act).await
}

fn entry(trust: &Trust) -> OwnTrustedDomain {
    OwnTrustedDomain {
        trust: trust.id.to_string(),
        domain: trust.domain.to_string(),
        sponsor: trust.sponsor.to_string(),
        by_staff: trust.proposal.is_some(),
        reason: trust.reason.clone(),
        created_at: trust.created_at.into(),
        expires_at: trust.expires_at.into(),
    }
}

faults! {
    TrustDomainError {
        NotRegistrable => |words| Fault::member("domain", words),
        OpensProduction => |words| Fault::member("reason", words),
        Trusted | TooMany => fault::state,
        End => |words| Fault::member("until", words),
    }
    DistrustDomainError { Over => |words| Fault::of(Kind::NOT_THERE, words) }
}
