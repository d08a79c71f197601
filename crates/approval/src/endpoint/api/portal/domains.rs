//! The domains of a tenant and how far their proofs have come: what to publish and where, and what the last look saw.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Challenge, HostName, Id, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::{Body, Nothing};
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::moment::Moment;
use super::super::reason::Standing;
use crate::Acting;
use crate::add_domain::{AddDomain, AddDomainError, add_domain};
use crate::check_domain::{CheckDomain, CheckDomainError, check_domain};
use crate::domain::Domain;
use crate::remove_domain::{RemoveDomain, RemoveDomainError, remove_domain};
use crate::store;

/// The domains.
#[derive(Serialize, ToSchema)]
pub(crate) struct Domains {
    domains: Vec<DomainEntry>,
}

/// One domain.
#[derive(Serialize, ToSchema)]
pub(crate) struct DomainEntry {
    /// `dom_…`.
    domain: String,
    host: String,
    /// `pending`, `checking`, `verified`, `failing`, `lapsed` or `failed`.
    state: &'static str,
    /// The name of the TXT record to publish.
    record_name: String,
    /// What the record holds.
    record_value: String,
    /// Or the address of a file that holds it.
    file: String,
    /// What the last look saw, in words.
    last_seen: Option<String>,
    created_at: Moment,
    checked_at: Option<Moment>,
    next_check_at: Option<Moment>,
    /// Until when the proof lasts; told of one domain alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    proved_until: Option<Moment>,
}

/// A domain to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDomain {
    /// The host, exactly: a proof covers it and no name below it.
    #[schema(value_type = String)]
    host: HostName,
}

/// List domains.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/domains",
    operation_id = "domains",
    responses((status = 200, body = Domains))
)]
pub(crate) async fn list(holder: Holder) -> Result<HttpResponse, Fault> {
    let all = holder.look(store::domain::list).await?;
    Ok(HttpResponse::Ok().json(Domains {
        domains: all.iter().map(entry).collect(),
    }))
}

/// Read a domain.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/domains/{domain}",
    operation_id = "domain",
    responses((status = 200, body = DomainEntry))
)]
pub(crate) async fn one(holder: Holder) -> Result<HttpResponse, Fault> {
    let id: Id<kind::Domain> = holder.named("domain")?;
    let work = async |tx: &mut TenantTx| {
        let domain = store::domain::load(tx, id).await?;
        Ok((domain, store::proof::lasts_until(tx, id).await?))
    };
    let (domain, until) = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(DomainEntry {
        proved_until: until.map(Into::into),
        ..entry(&domain)
    }))
}

/// Add a domain to prove.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/domains",
    operation_id = "add_domain",
    request_body = NewDomain,
    responses((status = 200, body = DomainEntry))
)]
pub(crate) async fn add(holder: Holder, body: Body<NewDomain>) -> Result<HttpResponse, Fault> {
    let command = AddDomain {
        host: body.says.host,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        Ok(entry(&add_domain(tx, command, acting).await?))
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

/// Have a domain looked at now. What was seen is in the domain a moment later.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/domains/{domain}/check",
    operation_id = "check_domain",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn check(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let domain = holder.named("domain")?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        check_domain(tx, CheckDomain { domain }, acting).await?;
        let state = store::domain::load(tx, domain).await?.state.as_str();
        Ok(Standing { state })
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

/// Remove a domain that was never proved.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/domains/{domain}/remove",
    operation_id = "remove_domain",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn remove(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let domain = holder.named("domain")?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        remove_domain(tx, RemoveDomain { domain }, acting).await?;
        Ok(Standing { state: "removed" })
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

fn entry(domain: &Domain) -> DomainEntry {
    DomainEntry {
        domain: domain.id.to_string(),
        host: domain.host.to_string(),
        state: domain.state.as_str(),
        record_name: Challenge::record_name(&domain.host),
        record_value: domain.challenge.to_string(),
        file: Challenge::file_address(&domain.host),
        last_seen: domain.last_seen.clone(),
        created_at: domain.created_at.into(),
        checked_at: domain.checked_at.map(Into::into),
        next_check_at: domain.next_check_at.map(Into::into),
        proved_until: None,
    }
}

faults! {
    AddDomainError {
        Unownable => |words| Fault::member("host", words),
        AlreadyThere | TooMany => fault::state,
    }
    RemoveDomainError { Proved => fault::state }
}

impl From<CheckDomainError> for Fault {
    fn from(error: CheckDomainError) -> Self {
        match error {
            CheckDomainError::NotPermitted(error) => error.into(),
            CheckDomainError::Store(error) => error.into(),
            error @ CheckDomainError::AlreadyChecking => fault::state(error.to_string()),
            CheckDomainError::TooSoon { retry_after } => Self::often(retry_after),
        }
    }
}
