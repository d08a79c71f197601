//! Everything that the tenant has onboarded, with the filters of the page. The whole list, page by page, is the export.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;

use super::super::fault::Fault;
use super::super::holder::Holder;
use super::super::inventory::{Inventory, asked, page, taken};
use crate::endpoint::inventory::export::Whose;
use crate::store::inventory;

/// List the tenant's inventory.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/inventory",
    operation_id = "inventory",
    params(
        ("q" = Option<String>, Query, description = "Whose name, identifier or address has this text."),
        ("environment" = Option<String>, Query, description = "`sandbox` or `production`."),
        ("state" = Option<String>, Query, description = "Whose client is in this state, as `active`; `none` without a client."),
        ("operator" = Option<String>, Query, description = "`us`, `partner` or `agent`."),
        ("sponsor" = Option<String>, Query, description = "`none`: which nobody who is there answers for."),
        ("ends" = Option<String>, Query, description = "Which end within so many days: 7, 30 or 90."),
        ("idle" = Option<String>, Query, description = "Which were not used for so many days: 7, 30 or 90."),
        ("sort" = Option<String>, Query, description = "`newest`, `name` or `ends`."),
        ("limit" = Option<u16>, Query, description = "Rows of a page, 1 to 200; 50 when not said."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    responses((status = 200, body = Inventory))
)]
pub(crate) async fn list(holder: Holder, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let key = holder.hash_key();
    let (wanted, limit) = asked(&query, key, holder.now)?;
    let work = async |tx: &mut TenantTx| inventory::list(tx, &wanted, limit).await;
    let found = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(page(found, (&wanted, limit), key)))
}

/// Take the inventory away as a file, whole: CSV that no spreadsheet takes for formulas, or JSON. The ledger keeps who did.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/inventory/export/{form}",
    operation_id = "export_inventory",
    description = "With the filters of `inventory`. The form is `csv` or `json`.",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"))
)]
pub(crate) async fn export(holder: Holder, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let whose = Whose::Tenants(holder.tenant.id, holder.tenant.slug.to_string());
    let of = (holder.tenant.id, Action::ReadTenant);
    taken(&holder, of, (whose, &query)).await
}
