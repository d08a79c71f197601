//! The log of tokens that were issued. It holds no token, and no hash of one.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_tenancy::TenantTx;
use narthex_vocab::{Environment, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::clients::word;
use super::cursor::{self, Part, given};
use super::fault::Fault;
use super::moment::Moment;
use crate::endpoint::staff::Look;
use crate::store::dashboard_issuance::{self, Issued, PAGE, Wanted};
use crate::store::dashboard_search::Before;

const LIST: &str = "issuance";

/// A page of tokens, the latest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Issuance {
    issuance: Vec<IssuedToken>,
    /// Where the list goes on; absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One token that was issued.
#[derive(Serialize, ToSchema)]
struct IssuedToken {
    /// The identifier in its claim `jti`.
    jti: String,
    at: Moment,
    /// The tenant's slug.
    tenant: String,
    environment: &'static str,
    client_id: String,
    grant_type: String,
    subject: String,
    scope: String,
    audience: String,
    expires_at: Moment,
}

/// List tokens that were issued.
#[utoipa::path(
    get,
    path = "/api/v1/issuance",
    operation_id = "issuance",
    params(
        ("q" = Option<String>, Query, description = "Whose client, subject or request id has this text."),
        ("tenant" = Option<String>, Query, description = "Of tenants whose slug or name has this text."),
        ("environment" = Option<String>, Query, description = "`sandbox` or `production`."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    responses((status = 200, body = Issuance))
)]
pub(crate) async fn list(caller: Caller, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let key = &caller.approval().people.hash_key;
    let part: Part<(Timestamp, uuid::Uuid)> = Part::read(&query, (key, LIST))?;
    let wanted = Wanted {
        text: given(&query, "q")?.map(str::to_owned),
        tenant: given(&query, "tenant")?.map(str::to_owned),
        environment: word(&query, "environment", |text| {
            text.parse::<Environment>().ok()
        })?,
        before: part.after.map(|(at, id)| Before { at, id }),
    };
    let look = async |tx: &mut TenantTx| dashboard_issuance::list(tx, &wanted).await;
    let mut found = caller.look(Look::over("api/issuance"), look).await?.found;
    let page = usize::try_from(PAGE).unwrap_or_default();
    // One more than a page comes back when the list goes on.
    let goes_on = found.len() > page;
    found.truncate(page);
    let last = found.last().filter(|_| goes_on);
    let next = last.and_then(|last| cursor::seal(&(last.at, last.jti), (key, LIST)));
    Ok(HttpResponse::Ok().json(Issuance {
        issuance: found.into_iter().map(entry).collect(),
        next,
    }))
}

fn entry(issued: Issued) -> IssuedToken {
    IssuedToken {
        jti: issued.jti.to_string(),
        at: issued.at.into(),
        tenant: issued.slug.to_string(),
        environment: issued.environment.as_str(),
        client_id: issued.client_id,
        grant_type: issued.grant_type,
        subject: issued.subject,
        scope: issued.scope,
        audience: issued.audience,
        expires_at: issued.expires_at.into(),
    }
}
