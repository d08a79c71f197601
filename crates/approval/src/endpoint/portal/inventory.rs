//! Everything that the tenant has onboarded, and taking it away as a file. What is taken is in the record.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::StrictQuery;
use narthex_http::page::Badge;
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::Label;

use super::banner::{Done, see};
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use super::standing::client_badge;
use crate::Acting;
use crate::endpoint::inventory::export::{Form, Whose, file};
use crate::endpoint::inventory::{self, Asked, LIST, PAGE, Place, view_href};
use crate::export::{Export, ExportError, export};
use crate::saved_view::{SaveView, SaveViewError, forget_view, save_view};
use crate::store::inventory::{self as store, Client, Line};
use crate::store::saved_view;

/// `GET /t/{tenant}/inventory`
pub(crate) async fn page(who: SignedIn, query: StrictQuery) -> Result<HttpResponse, Refusal> {
    let asked = Asked::read(&query, who.now);
    let path = who.path(&Area::Inventory.path());
    let wrong = !asked.wrong().is_empty();
    let limit = i64::try_from(PAGE).unwrap_or_default() + 1;
    let work = async |tx: &mut TenantTx| {
        let views = saved_view::of(tx, (who.member.id, LIST)).await?;
        let found = if wrong {
            Vec::new()
        } else {
            store::list(tx, asked.wanted(), limit).await?
        };
        Ok::<_, StoreError>((views, found))
    };
    let (views, found) = who.within(work).await?;
    if let Some(view) = views.iter().find(|view| view.standard && asked.is_bare()) {
        return Ok(see(&view_href(&path, view)));
    }
    let area = Area::Inventory;
    let shell = who.shell(area, area.label()).banner(Done::told(&query));
    let href = |line: &Line| who.path(&format!("/integrations/{}", line.integration));
    let place = Place {
        path: &path,
        with_tenants: false,
        views: &views,
        now: who.now,
        href: &href,
        state: &state,
    };
    let page = inventory::page(shell, &asked, &found, &place, inventory::save_fields());
    Ok(if wrong { again(&page) } else { answer(&page) })
}

/// `GET /t/{tenant}/inventory/export/{form}`
pub(crate) async fn take_away(
    who: SignedIn,
    path: Path<(String, String)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let form = Form::parse(&path.1).ok_or(Refusal::NotFound)?;
    let asked = Asked::read(&query, who.now);
    if !asked.wrong().is_empty() {
        return Err(Refusal::NotFound);
    }
    let permit = who.permit(Action::ReadTenant)?;
    let command = Export {
        list: LIST,
        form: form.as_str(),
        query: asked.query(),
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        export(tx, command, (Action::ReadTenant, acting)).await
    };
    match who.act(&permit, work).await {
        Ok(()) => {}
        Err(ExportError::NotPermitted(error)) => return Err(error.into()),
        Err(ExportError::Store(error)) => return Err(error.into()),
    }
    let whose = Whose::Tenants(who.tenant.id, who.tenant.slug.to_string());
    Ok(file(who.plane(), whose, (&asked, form), who.now))
}

/// `POST /t/{tenant}/inventory/views`
pub(crate) async fn save(who: SignedIn, posted: Posted) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ReadTenant)?;
    let asked = inventory::reread(&posted.text("query")?, who.now).ok_or(Refusal::NotFound)?;
    let path = who.path(&Area::Inventory.path());
    let Ok(name) = Label::parse(&posted.text("name")?) else {
        return Ok(Done::ViewNameless.beside(&asked.at(&path, None)));
    };
    let command = SaveView {
        list: LIST,
        name,
        query: asked.query(),
        standard: posted.text("standard")? == "yes",
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        save_view(tx, command, (Action::ReadTenant, acting)).await
    };
    match who.act(&permit, work).await {
        Ok(view) => {
            let here = format!("{path}?{}&view={view}", asked.query());
            Ok(Done::ViewSaved.beside(&here))
        }
        Err(SaveViewError::TooMany) => Ok(Done::TooManyViews.beside(&asked.at(&path, None))),
        Err(SaveViewError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(SaveViewError::Store(error)) => Err(Refusal::from(error).into()),
    }
}

/// `POST /t/{tenant}/inventory/views/forget`
pub(crate) async fn forget(who: SignedIn, posted: Posted) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ReadTenant)?;
    let view = posted
        .text("view")?
        .parse()
        .map_err(|_| Refusal::NotFound)?;
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        forget_view(tx, view, (Action::ReadTenant, acting)).await
    };
    match who.act(&permit, work).await {
        Ok(()) => {
            let here = format!("{}?all=yes", who.path(&Area::Inventory.path()));
            Ok(Done::ViewForgotten.beside(&here))
        }
        Err(SaveViewError::TooMany) => Err(Refusal::NotFound.into()),
        Err(SaveViewError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(SaveViewError::Store(error)) => Err(Refusal::from(error).into()),
    }
}

fn state(client: &Client) -> Badge {
    client_badge(client.environment, client.state)
}
