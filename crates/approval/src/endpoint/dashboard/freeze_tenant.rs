//! Freezing a whole tenant, and thawing it: each a page of its own with what will happen, and a reason that its people
//! read.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::Field;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::TenantSlug;

use super::banner::Done;
use super::decide::reason_words;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::endpoint::danger_page::DangerPage;
use crate::freeze_tenant::{Freeze, FreezeTenant, FreezeTenantError, freeze_tenant};
use crate::prose::Reason;
use crate::store::dashboard_tenants;

const ALREADY: &str = "It stands so already. Nothing was changed";

/// `GET /tenants/{tenant}/freeze`
pub(crate) async fn freeze_page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    page(&staff, &path, Freeze::Freeze).await
}

/// `POST /tenants/{tenant}/freeze`
pub(crate) async fn freeze_submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    submit(&staff, &path, &posted, Freeze::Freeze).await
}

/// `GET /tenants/{tenant}/thaw`
pub(crate) async fn thaw_page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    page(&staff, &path, Freeze::Thaw).await
}

/// `POST /tenants/{tenant}/thaw`
pub(crate) async fn thaw_submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    submit(&staff, &path, &posted, Freeze::Thaw).await
}

async fn page(staff: &StaffSignedIn, slug: &str, what: Freeze) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::FreezeTenant)?;
    let seen = look(staff, slug).await?;
    let mut problems = Problems::default();
    if !what.is_possible(seen.found.frozen_because.is_some()) {
        problems.add("", ALREADY);
    }
    Ok(frame::page(&view(staff, &seen, (what, ""), &problems)))
}

async fn submit(
    staff: &StaffSignedIn,
    slug: &str,
    posted: &Posted,
    what: Freeze,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::FreezeTenant)?;
    let seen = look(staff, slug).await?;
    let typed = posted.text("reason")?;
    let mut problems = Problems::default();
    if let Some(reason) = problems.keep("reason", Reason::parse(&typed), reason_words) {
        match carry_out(staff, &permit, &seen.found, (what, reason)).await {
            Ok(()) => {
                let done = match what {
                    Freeze::Freeze => Done::TenantFrozen,
                    Freeze::Thaw => Done::TenantThawed,
                };
                return Ok(done.at(Area::Tenants.path()));
            }
            Err(FreezeTenantError::Already) => problems.add("", ALREADY),
            Err(FreezeTenantError::NotPermitted(error)) => return Err(error.into()),
            Err(FreezeTenantError::Store(error)) => return Err(error.into()),
        }
    }
    Ok(frame::again(&view(staff, &seen, (what, &typed), &problems)))
}

async fn look(staff: &StaffSignedIn, slug: &str) -> Result<Seen<Tenant>, Refusal> {
    let slug = TenantSlug::parse(slug).map_err(|_| Refusal::NotFound)?;
    let at = Look {
        object: slug.to_string(),
        tenant: Some(&slug),
        environment: None,
    };
    let find = async |tx: &mut _| dashboard_tenants::find(tx, &slug).await;
    staff.look(at, find).await
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    tenant: &Tenant,
    (what, reason): (Freeze, Reason),
) -> Result<(), FreezeTenantError> {
    staff
        .within(tenant.id, async |tx| {
            let mut rng = ambient::rng();
            let command = FreezeTenant { what, reason };
            freeze_tenant(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn view(
    staff: &StaffSignedIn,
    seen: &Seen<Tenant>,
    (what, typed): (Freeze, &str),
    problems: &Problems,
) -> DangerPage {
    let tenant = &seen.found;
    let (verb, way) = match what {
        Freeze::Freeze => ("Freeze", "freeze"),
        Freeze::Thaw => ("Thaw", "thaw"),
    };
    let reason = Field::area("reason", "Reason", 3)
        .hint("Its people read it, and it is kept in the ledger.")
        .value(typed);
    let title = format!("{verb} {}", tenant.name);
    DangerPage {
        shell: staff
            .shell(Area::Tenants, seen, title.as_str())
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        last: None,
        effects: effects(what),
        kept: vec![
            "Nothing is deleted or ended: clients, approvals and people stay as they are."
                .to_owned(),
            "The logs and the ledger stay.".to_owned(),
        ],
        action: format!("/tenants/{}/{way}", tenant.slug),
        fields: vec![problems.beside(reason)],
        button: title,
        back: Area::Tenants.path().to_owned(),
    }
}

fn effects(what: Freeze) -> Vec<(String, String)> {
    let lines: &[(&str, &str)] = match what {
        Freeze::Freeze => &[
            ("All", "clients of both environments get no tokens, at once"),
            (
                "All",
                "tokens that were issued are refused where we are asked; a server that only checks signatures takes them for ten minutes at most",
            ),
            (
                "No",
                "client registers there, and no person of an app signs in",
            ),
            (
                "Read",
                "is all that its people can do in their portal and its API",
            ),
        ],
        Freeze::Thaw => &[("All", "goes on as it was before it was frozen")],
    };
    let line = |(amount, words): &(&str, &str)| ((*amount).to_owned(), (*words).to_owned());
    lines.iter().map(line).collect()
}
