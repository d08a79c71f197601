//! Identifiers that are addresses: how they were read last and what became of them, and having one fetched. It is let in,
//! warned of or blocked as any registration in quarantine.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientState, DocumentUrl, Environment, QuarantineState, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::brakes::find;
use super::caller::Caller;
use super::clients::word;
use super::cursor::{self, Part, given};
use super::fault::{self, Fault, faults};
use super::moment::Moment;
use super::reason::Standing;
use crate::Acting;
use crate::endpoint::staff::Look;
use crate::order_document::{OrderDocument, OrderDocumentError, order_document};
use crate::store::dashboard_addresses::{self, Address, PAGE, Wanted};

const LIST: &str = "documents";

/// A page of addresses, the latest looked at first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Documents {
    documents: Vec<DocumentEntry>,
    /// Where the list goes on; absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One address.
#[derive(Serialize, ToSchema)]
struct DocumentEntry {
    client_id: String,
    /// The tenant's slug.
    tenant: String,
    environment: &'static str,
    first_seen: Option<Moment>,
    looked_at: Moment,
    /// Why the last look found nothing.
    refusal: Option<String>,
    failing_since: Option<Moment>,
    /// How it stands in quarantine.
    waiting: Option<&'static str>,
    /// How the client stands that it became.
    client: Option<&'static str>,
    /// Its document says something that was not approved.
    drifted: bool,
    fetching: bool,
    /// How many people asked for it.
    asks: usize,
}

/// An address to fetch for a tenant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDocument {
    /// The tenant's slug.
    tenant: String,
    #[schema(value_type = String)]
    environment: Environment,
    #[schema(value_type = String)]
    url: DocumentUrl,
}

/// List identifiers that are addresses.
#[utoipa::path(
    get,
    path = "/api/v1/documents",
    operation_id = "documents",
    params(
        ("q" = Option<String>, Query, description = "Whose address has this text."),
        ("tenant" = Option<String>, Query, description = "Of tenants whose slug or name has this text."),
        ("environment" = Option<String>, Query, description = "`sandbox` or `production`."),
        ("readable" = Option<String>, Query, description = "`yes` or `no`: whether the last look found a document."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    responses((status = 200, body = Documents))
)]
pub(crate) async fn list(caller: Caller, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let key = &caller.approval().people.hash_key;
    let part: Part<(Timestamp, String)> = Part::read(&query, (key, LIST))?;
    let readable = |text: &str| match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    };
    let wanted = Wanted {
        text: given(&query, "q")?.map(str::to_owned),
        tenant: given(&query, "tenant")?.map(str::to_owned),
        environment: word(&query, "environment", |text| {
            text.parse::<Environment>().ok()
        })?,
        readable: word(&query, "readable", readable)?,
        after: part.after,
    };
    let now = caller.now;
    let look = async |tx: &mut TenantTx| dashboard_addresses::list(tx, &wanted, now).await;
    let mut found = caller.look(Look::over("api/documents"), look).await?.found;
    let page = usize::try_from(PAGE).unwrap_or_default();
    // One more than a page comes back when the list goes on.
    let goes_on = found.len() > page;
    found.truncate(page);
    let last = found.last().filter(|_| goes_on);
    let next = last.and_then(|last| {
        let place = (last.looked_at, last.client_id.as_str());
        cursor::seal(&place, (key, LIST))
    });
    Ok(HttpResponse::Ok().json(Documents {
        documents: found.iter().map(entry).collect(),
        next,
    }))
}

/// Have an address fetched for a tenant. What was found is in the list a moment later.
#[utoipa::path(
    post,
    path = "/api/v1/documents",
    operation_id = "order_document",
    request_body = NewDocument,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn order(caller: Caller, body: Body<NewDocument>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let tenant = find(&caller, ("tenant", &says.tenant)).await?;
    let command = OrderDocument {
        environment: says.environment,
        url: says.url,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        order_document(tx, command, acting).await?;
        Ok(Standing { state: "fetching" })
    };
    let asked = (Action::HandleQuarantine, &body.object);
    caller.act(tenant.id, asked, act).await
}

fn entry(address: &Address) -> DocumentEntry {
    DocumentEntry {
        client_id: address.client_id.to_string(),
        tenant: address.slug.to_string(),
        environment: address.environment.as_str(),
        first_seen: address.first_seen.map(Into::into),
        looked_at: address.looked_at.into(),
        refusal: address.refusal.clone(),
        failing_since: address.failing_since.map(Into::into),
        waiting: address.waiting.map(QuarantineState::as_str),
        client: address.client.map(ClientState::as_str),
        drifted: address.drifted,
        fetching: address.fetching,
        asks: address.asks,
    }
}

faults! {
    OrderDocumentError {
        NotTaken => |words| Fault::member("environment", words),
        UnderWay => fault::state,
    }
}
