//! The tokens of the person who calls, on either listener: the list, and ending one. One is made where its person signs in.

use actix_web::HttpResponse;
use narthex_people::api_token::{self, ApiToken};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::ProblemKind as Kind;
use narthex_vocab::{Id, PLATFORM_TENANT, kind};
use serde::Serialize;
use utoipa::ToSchema;

use super::bearer::Bearer;
use super::body::{Body, Nothing};
use super::caller::Caller;
use super::fault::{Fault, faults};
use super::holder::Holder;
use super::moment::Moment;
use super::place;
use super::reason::Standing;
use crate::Acting;
use crate::api_token::{EndApiTokenError, end_api_token};

/// Your tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct ApiTokens {
    api_tokens: Vec<ApiTokenEntry>,
}

/// One of them, without what it is shown by.
#[derive(Serialize, ToSchema)]
struct ApiTokenEntry {
    /// `tok_…`.
    api_token: String,
    name: String,
    /// `read` or `act`.
    may: &'static str,
    created_at: Moment,
    expires_at: Moment,
    used_at: Option<Moment>,
}

/// List your tokens.
#[utoipa::path(
    get,
    path = "/api/v1/api-tokens",
    operation_id = "api_tokens",
    responses((status = 200, body = ApiTokens))
)]
pub(crate) async fn list(caller: Caller) -> Result<HttpResponse, Fault> {
    all(&caller.bearer, PLATFORM_TENANT).await
}

/// End a token of yours. It can be the one of this call.
#[utoipa::path(
    post,
    path = "/api/v1/api-tokens/{api_token}/end",
    operation_id = "end_api_token",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn end(caller: Caller, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let of = (PLATFORM_TENANT, Action::ReadPlatform);
    finish(&caller.bearer, of, &body).await
}

/// List your tokens.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/api-tokens",
    operation_id = "api_tokens",
    responses((status = 200, body = ApiTokens))
)]
pub(crate) async fn list_of_tenant(holder: Holder) -> Result<HttpResponse, Fault> {
    all(&holder, holder.tenant.id).await
}

/// End a token of yours. It can be the one of this call.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/api-tokens/{api_token}/end",
    operation_id = "end_api_token",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn end_of_tenant(
    holder: Holder,
    body: Body<Nothing>,
) -> Result<HttpResponse, Fault> {
    let of = (holder.tenant.id, Action::ReadTenant);
    finish(&holder, of, &body).await
}

async fn all(bearer: &Bearer, tenant: Id<kind::Tenant>) -> Result<HttpResponse, Fault> {
    let (member, now) = (bearer.member.id, bearer.now);
    let work = async |tx: &mut TenantTx| api_token::of(tx, member, now).await;
    let own = bearer.approval.database.tenant(tenant, work).await;
    let own = own.map_err(Fault::from)?;
    Ok(HttpResponse::Ok().json(ApiTokens {
        api_tokens: own.iter().map(entry).collect(),
    }))
}

async fn finish(
    bearer: &Bearer,
    (tenant, action): (Id<kind::Tenant>, Action),
    body: &Body<Nothing>,
) -> Result<HttpResponse, Fault> {
    let token = place::read(&bearer.request, "api_token")?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        end_api_token(tx, token, acting).await?;
        Ok(Standing { state: "ended" })
    };
    bearer.act(tenant, (action, &body.object), act).await
}

fn entry(token: &ApiToken) -> ApiTokenEntry {
    ApiTokenEntry {
        api_token: token.id.to_string(),
        name: token.name.to_string(),
        may: token.may.as_str(),
        created_at: token.created_at.into(),
        expires_at: token.expires_at.into(),
        used_at: token.used_at.map(Into::into),
    }
}

faults! {
    EndApiTokenError { Over => |words| Fault::of(Kind::NOT_THERE, words) }
}
