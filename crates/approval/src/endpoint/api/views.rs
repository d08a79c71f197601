//! The saved views of the inventory of the person who calls, on either listener. Nobody else sees them.

use actix_web::HttpResponse;
use narthex_http::{Params, StrictQuery};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, Label, PLATFORM_TENANT, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::bearer::Bearer;
use super::body::{Body, Nothing};
use super::caller::Caller;
use super::fault::{self, Fault, faults};
use super::holder::Holder;
use super::place;
use super::reason::Standing;
use crate::Acting;
use crate::endpoint::inventory::{Asked, LIST};
use crate::saved_view::{SaveView, SaveViewError, forget_view, save_view};
use crate::store::saved_view;

/// Your views.
#[derive(Serialize, ToSchema)]
pub(crate) struct Views {
    views: Vec<ViewEntry>,
}

/// One of them.
#[derive(Serialize, ToSchema)]
struct ViewEntry {
    /// `svw_…`.
    view: String,
    name: String,
    /// Filters and order, as the operation `inventory` takes them: `environment=production&sort=ends`.
    query: String,
    /// Whether the page opens with it.
    standard: bool,
}

/// A view to keep; one of the same name is replaced.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewView {
    #[schema(value_type = String)]
    name: Label,
    /// Filters and order, as the operation `inventory` takes them.
    query: String,
    /// Whether the page opens with it.
    #[serde(default)]
    standard: bool,
}

/// A view that was kept.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeptView {
    /// `svw_…`.
    view: String,
}

/// List your views of the inventory.
#[utoipa::path(
    get,
    path = "/api/v1/views",
    operation_id = "views",
    responses((status = 200, body = Views))
)]
pub(crate) async fn list(caller: Caller) -> Result<HttpResponse, Fault> {
    all(&caller.bearer, PLATFORM_TENANT).await
}

/// Keep a view of the inventory.
#[utoipa::path(
    post,
    path = "/api/v1/views",
    operation_id = "save_view",
    request_body = NewView,
    responses((status = 200, body = KeptView))
)]
pub(crate) async fn save(caller: Caller, body: Body<NewView>) -> Result<HttpResponse, Fault> {
    let of = (PLATFORM_TENANT, Action::ReadPlatform);
    keep(&caller.bearer, of, &body).await
}

/// Forget a view of yours.
#[utoipa::path(
    post,
    path = "/api/v1/views/{view}/forget",
    operation_id = "forget_view",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn forget(caller: Caller, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let of = (PLATFORM_TENANT, Action::ReadPlatform);
    drop_one(&caller.bearer, of, &body).await
}

/// List your views of the inventory.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/views",
    operation_id = "views",
    responses((status = 200, body = Views))
)]
pub(crate) async fn list_of_tenant(holder: Holder) -> Result<HttpResponse, Fault> {
    all(&holder, holder.tenant.id).await
}

/// Keep a view of the inventory.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/views",
    operation_id = "save_view",
    request_body = NewView,
    responses((status = 200, body = KeptView))
)]
pub(crate) async fn save_of_tenant(
    holder: Holder,
    body: Body<NewView>,
) -> Result<HttpResponse, Fault> {
    keep(&holder, (holder.tenant.id, Action::ReadTenant), &body).await
}

/// Forget a view of yours.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/views/{view}/forget",
    operation_id = "forget_view",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn forget_of_tenant(
    holder: Holder,
    body: Body<Nothing>,
) -> Result<HttpResponse, Fault> {
    drop_one(&holder, (holder.tenant.id, Action::ReadTenant), &body).await
}

/// Whose views, and what everybody of that tenant may.
type Of = (Id<kind::Tenant>, Action);

async fn all(bearer: &Bearer, tenant: Id<kind::Tenant>) -> Result<HttpResponse, Fault> {
    let member = bearer.member.id;
    let work = async |tx: &mut TenantTx| saved_view::of(tx, (member, LIST)).await;
    let own = bearer.approval.database.tenant(tenant, work).await;
    let entry = |view: saved_view::View| ViewEntry {
        view: view.id.to_string(),
        name: view.name,
        query: view.query,
        standard: view.standard,
    };
    let views = own.map_err(Fault::from)?.into_iter().map(entry).collect();
    Ok(HttpResponse::Ok().json(Views { views }))
}

async fn keep(
    bearer: &Bearer,
    (tenant, action): Of,
    body: &Body<NewView>,
) -> Result<HttpResponse, Fault> {
    let says = &body.says;
    let params = Params::parse(says.query.as_bytes())
        .map_err(|error| Fault::member("query", error.to_string()))?;
    let asked = Asked::read(&StrictQuery(params), bearer.now);
    if let Some((name, words)) = asked.wrong().first() {
        return Err(Fault::member("query", format!("{name}: {words}")));
    }
    let command = SaveView {
        list: LIST,
        name: says.name.clone(),
        query: asked.query(),
        standard: says.standard,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let view = save_view(tx, command, (action, acting)).await?;
        Ok(KeptView {
            view: view.to_string(),
        })
    };
    bearer.act(tenant, (action, &body.object), act).await
}

async fn drop_one(
    bearer: &Bearer,
    (tenant, action): Of,
    body: &Body<Nothing>,
) -> Result<HttpResponse, Fault> {
    let view: Id<kind::SavedView> = place::read(&bearer.request, "view")?;
    let member = bearer.member.id;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let own = saved_view::of(tx, (member, LIST)).await?;
        if !own.iter().any(|one| one.id == view) {
            return Err(Fault::not_there());
        }
        forget_view(tx, view, (action, acting)).await?;
        Ok(Standing { state: "forgotten" })
    };
    bearer.act(tenant, (action, &body.object), act).await
}

faults! {
    SaveViewError { TooMany => fault::state }
}
