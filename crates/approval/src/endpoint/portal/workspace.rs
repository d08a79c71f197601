//! The front page of the portal: it asks for the tenant's name in addresses and leads to its sign-in. It says of no
//! name whether a tenant has it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{ErrorSummary, Field, Narrow};
use narthex_vocab::TenantSlug;

use super::banner::see;
use super::doorway::host_of;
use super::frame::bare_page;
use super::problems::Problems;

#[derive(Template)]
#[template(path = "portal/workspace.html")]
struct WorkspacePage {
    narrow: Narrow,
    errors: ErrorSummary,
    tenant: Field,
    host: String,
}

/// `GET /`
pub(crate) async fn page(
    request: HttpRequest,
    query: StrictQuery,
) -> Result<HttpResponse, FormError> {
    let typed = query.one("tenant")?;
    let mut problems = Problems::default();
    if let Some(typed) = typed {
        let name = typed.trim().to_lowercase();
        let parsed = TenantSlug::parse(&name);
        if let Some(slug) = problems.keep("tenant", parsed, |_| {
            "Enter the name as it stands in your portal's address, such as acme".to_owned()
        }) {
            return Ok(see(&format!("/t/{slug}/sign-in")));
        }
    }
    let tenant = Field::text("tenant", "Workspace name")
        .hint("The part after /t/ in your portal's address")
        .mono()
        .autocomplete("organization")
        .value(typed.unwrap_or_default());
    let page = WorkspacePage {
        narrow: Narrow::new("Open your portal", "").problem(!problems.is_empty()),
        errors: problems.summary(),
        tenant: problems.beside(tenant),
        host: host_of(&request),
    };
    let wrong = !problems.is_empty();
    let status = if wrong {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    Ok(bare_page(&page, status))
}
