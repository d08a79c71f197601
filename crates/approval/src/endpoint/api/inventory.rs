//! Everything that every tenant has onboarded: the lines of the dashboard's page, with the same filters.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_tenancy::permission::Action;
use narthex_tenancy::{TenantTx, ambient};
use narthex_vocab::{HashKey, Id, PLATFORM_TENANT, Timestamp, kind};
use serde::Serialize;
use utoipa::ToSchema;

use super::bearer::Bearer;
use super::caller::Caller;
use super::cursor::{self, Part};
use super::fault::Fault;
use super::moment::Moment;
use super::place;
use crate::Acting;
use crate::endpoint::inventory::Asked;
use crate::endpoint::inventory::export::{Form, Whose, file};
use crate::endpoint::staff::Look;
use crate::export::{Export, ExportError, export as note};
use crate::store::inventory::{self, After, Wanted};

const LIST: &str = "inventory";

/// A page of the inventory.
#[derive(Serialize, ToSchema)]
pub(crate) struct Inventory {
    inventory: Vec<InventoryLine>,
    /// Where the list goes on; absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One client with its integration, or an integration without a client.
#[derive(Serialize, ToSchema)]
struct InventoryLine {
    /// The tenant's slug.
    tenant: String,
    /// `int_…`.
    integration_id: String,
    integration: String,
    /// `us`, `partner` or `agent`.
    run_by: &'static str,
    since: Moment,
    /// Who answers for it, even when they left.
    sponsor: Option<String>,
    /// Whether that person is still there.
    answered: bool,
    client: Option<InventoryClient>,
}

/// The client of a line.
#[derive(Serialize, ToSchema)]
struct InventoryClient {
    client_id: String,
    /// `sandbox` or `production`.
    environment: &'static str,
    state: &'static str,
    expires_at: Moment,
    auth_method: String,
    /// Credentials that work.
    credentials: i64,
    /// Since when the oldest of them works.
    oldest_credential: Option<Moment>,
    /// When a credential was last accepted, to the minute.
    last_used: Option<Moment>,
    /// Separated by spaces.
    scopes: String,
    tools: i64,
}

/// List the inventory.
#[utoipa::path(
    get,
    path = "/api/v1/inventory",
    operation_id = "inventory",
    params(
        ("q" = Option<String>, Query, description = "Whose name, identifier or address has this text."),
        ("tenant" = Option<String>, Query, description = "Of tenants whose slug or name has this text."),
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
pub(crate) async fn list(caller: Caller, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let key = &caller.approval().people.hash_key;
    let (wanted, limit) = asked(&query, key, caller.now)?;
    let seen = caller
        .look(Look::over("api/inventory"), async |tx| {
            inventory::list(tx, &wanted, limit).await
        })
        .await?;
    Ok(HttpResponse::Ok().json(page(seen.found, (&wanted, limit), key)))
}

/// Take the inventory away as a file, whole: CSV that no spreadsheet takes for formulas, or JSON. The ledger keeps who did.
#[utoipa::path(
    get,
    path = "/api/v1/inventory/export/{form}",
    operation_id = "export_inventory",
    description = "With the filters of `inventory`. The form is `csv` or `json`.",
    responses((status = 200, description = "The file.", body = String, content_type = "text/csv"))
)]
pub(crate) async fn export(caller: Caller, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let of = (PLATFORM_TENANT, Action::ReadPlatform);
    taken(&caller.bearer, of, (Whose::Everybodys, &query)).await
}

/// The file that a query asks for, once the ledger of this tenant says who took it.
pub(super) async fn taken(
    bearer: &Bearer,
    (tenant, looks): (Id<kind::Tenant>, Action),
    (whose, query): (Whose, &StrictQuery),
) -> Result<HttpResponse, Fault> {
    let form: String = place::read(&bearer.request, "form")?;
    let form = Form::parse(&form).ok_or_else(Fault::not_there)?;
    let asked = Asked::read(query, bearer.now);
    if let Some((name, words)) = asked.wrong().first() {
        return Err(Fault::member(name, words.clone()));
    }
    let permit = bearer.look(looks)?;
    let command = Export {
        list: LIST,
        form: form.as_str(),
        query: asked.query(),
    };
    let work = async |tx: &mut TenantTx| {
        let mut rng = ambient::rng();
        let acting = Acting::person(&permit, bearer.now, &mut rng, &bearer.request_id);
        note(tx, command, (looks, &acting)).await
    };
    bearer.approval.database.tenant(tenant, work).await?;
    Ok(file(
        bearer.approval.clone(),
        whose,
        (&asked, form),
        bearer.now,
    ))
}

impl From<ExportError> for Fault {
    fn from(error: ExportError) -> Self {
        match error {
            ExportError::NotPermitted(error) => error.into(),
            ExportError::Store(error) => error.into(),
        }
    }
}

/// Which part of the inventory a query asks for.
pub(super) fn asked(
    query: &StrictQuery,
    key: &HashKey,
    now: Timestamp,
) -> Result<(Wanted, i64), Fault> {
    let part: Part<After> = Part::read(query, (key, LIST))?;
    let asked = Asked::read(query, now);
    if let Some((name, words)) = asked.wrong().first() {
        return Err(Fault::member(name, words.clone()));
    }
    let mut wanted = asked.wanted().clone();
    wanted.after = part.after;
    Ok((wanted, part.limit))
}

/// The page that was found.
pub(super) fn page(
    found: Vec<inventory::Line>,
    (wanted, limit): (&Wanted, i64),
    key: &HashKey,
) -> Inventory {
    let full = i64::try_from(found.len()).is_ok_and(|count| count == limit);
    let last = found.last().filter(|_| full);
    let next = last.and_then(|last| cursor::seal(&last.place(wanted.order), (key, LIST)));
    Inventory {
        inventory: found.into_iter().map(line).collect(),
        next,
    }
}

fn line(line: inventory::Line) -> InventoryLine {
    let held = |client: inventory::Client| InventoryClient {
        client_id: client.id.to_string(),
        environment: client.environment.as_str(),
        state: client.state.as_str(),
        expires_at: client.ends.into(),
        auth_method: client.auth_method,
        credentials: client.live,
        oldest_credential: client.oldest.map(Into::into),
        last_used: client.used.map(Into::into),
        scopes: client.scopes,
        tools: client.tools,
    };
    InventoryLine {
        tenant: line.slug,
        integration_id: line.integration.to_string(),
        integration: line.name,
        run_by: line.operator.as_str(),
        since: line.since.into(),
        sponsor: line.sponsor,
        answered: line.answered,
        client: line.client.map(held),
    }
}
