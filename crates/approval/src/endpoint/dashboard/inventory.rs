//! Everything that every tenant has onboarded, and taking it away as a file. A look is logged, and so is what is taken.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::StrictQuery;
use narthex_http::page::Badge;
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, ambient};
use narthex_vocab::{Label, PLATFORM_TENANT, TenantSlug};

use super::banner::{Done, see};
use super::frame::{self, Area};
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::{Look, StaffSignedIn};
use super::{paths, words};
use crate::endpoint::inventory::export::{Form, Whose, file};
use crate::endpoint::inventory::{self, Asked, LIST, PAGE, Place, view_href};
use crate::export::{Export, ExportError, export};
use crate::saved_view::{SaveView, SaveViewError, forget_view, save_view};
use crate::store::inventory::{self as store, Client, Line};
use crate::store::saved_view;

/// `GET /inventory`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let asked = Asked::read(&query, staff.now);
    let views = views(&staff).await?;
    let path = Area::Inventory.path();
    if let Some(view) = views.iter().find(|view| view.standard && asked.is_bare()) {
        return Ok(see(&view_href(path, view)));
    }
    let wrong = !asked.wrong().is_empty();
    let limit = i64::try_from(PAGE).unwrap_or_default() + 1;
    let seen = staff
        .look(Look::list(Area::Inventory), async |tx| {
            if wrong {
                return Ok(Vec::new());
            }
            store::list(tx, asked.wanted(), limit).await
        })
        .await?;
    let shell = staff
        .shell(Area::Inventory, &seen, Area::Inventory.label())
        .banner(Done::told(&query));
    let place = Place {
        path,
        with_tenants: true,
        views: &views,
        now: staff.now,
        href: &href,
        state: &state,
    };
    let page = inventory::page(shell, &asked, &seen.found, &place, inventory::save_fields());
    Ok(if wrong {
        frame::again(&page)
    } else {
        frame::page(&page)
    })
}

/// `GET /inventory/export/{form}`
pub(crate) async fn take_away(
    staff: StaffSignedIn,
    path: Path<String>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let form = Form::parse(&path).ok_or(Refusal::NotFound)?;
    let asked = Asked::read(&query, staff.now);
    if !asked.wrong().is_empty() {
        return Err(Refusal::Unreadable);
    }
    let permit = staff.permit(Action::ReadPlatform)?;
    let command = Export {
        list: LIST,
        form: form.as_str(),
        query: asked.query(),
    };
    let told = staff
        .within(PLATFORM_TENANT, async |tx| {
            let mut rng = ambient::rng();
            let acting = staff.acting(&permit, &mut rng);
            export(tx, command, (Action::ReadPlatform, &acting)).await
        })
        .await;
    match told {
        Ok(()) => {}
        Err(ExportError::NotPermitted(error)) => return Err(error.into()),
        Err(ExportError::Store(error)) => return Err(error.into()),
    }
    let approval = staff.plane();
    Ok(file(approval, Whose::Everybodys, (&asked, form), staff.now))
}

/// `POST /inventory/views`
pub(crate) async fn save(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::ReadPlatform)?;
    let query = posted.text("query")?;
    let asked = inventory::reread(&query, staff.now).ok_or(Refusal::Unreadable)?;
    let path = Area::Inventory.path();
    let Ok(name) = Label::parse(&posted.text("name")?) else {
        return Ok(Done::ViewNameless.beside(&asked.at(path, None)));
    };
    let command = SaveView {
        list: LIST,
        name,
        query: asked.query(),
        standard: posted.text("standard")? == "yes",
    };
    let saved = staff
        .within(PLATFORM_TENANT, async |tx| {
            let mut rng = ambient::rng();
            let mut acting = staff.acting(&permit, &mut rng);
            save_view(tx, command, (Action::ReadPlatform, &mut acting)).await
        })
        .await;
    match saved {
        Ok(view) => {
            let here = format!("{path}?{}&view={view}", asked.query());
            Ok(Done::ViewSaved.beside(&here))
        }
        Err(SaveViewError::TooMany) => Ok(Done::TooManyViews.beside(&asked.at(path, None))),
        Err(SaveViewError::NotPermitted(error)) => Err(error.into()),
        Err(SaveViewError::Store(error)) => Err(error.into()),
    }
}

/// `POST /inventory/views/forget`
pub(crate) async fn forget(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::ReadPlatform)?;
    let view = posted
        .text("view")?
        .parse()
        .map_err(|_| Refusal::NotFound)?;
    let forgotten = staff
        .within(PLATFORM_TENANT, async |tx| {
            let mut rng = ambient::rng();
            let mut acting = staff.acting(&permit, &mut rng);
            forget_view(tx, view, (Action::ReadPlatform, &mut acting)).await
        })
        .await;
    match forgotten {
        Ok(()) => {
            let here = format!("{}?all=yes", Area::Inventory.path());
            Ok(Done::ViewForgotten.beside(&here))
        }
        Err(SaveViewError::NotPermitted(error)) => Err(error.into()),
        Err(SaveViewError::Store(error)) => Err(error.into()),
        Err(SaveViewError::TooMany) => Err(Refusal::Unreadable),
    }
}

async fn views(staff: &StaffSignedIn) -> Result<Vec<saved_view::View>, StoreError> {
    let member = staff.member.id;
    staff
        .within(PLATFORM_TENANT, async |tx| {
            saved_view::of(tx, (member, LIST)).await
        })
        .await
}

/// The page of a client; of what has none, the requests of its tenant.
fn href(line: &Line) -> String {
    match (&line.client, TenantSlug::parse(&line.slug)) {
        (Some(client), Ok(slug)) => paths::client(&slug, client.environment, &client.id),
        _ => {
            format!("/requests?tenant={}", line.slug)
        }
    }
}

fn state(client: &Client) -> Badge {
    words::client_state(client.state)
}
