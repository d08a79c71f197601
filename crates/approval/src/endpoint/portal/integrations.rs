//! The integrations of a tenant: what is being onboarded, how it stands in each environment, and what comes next.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Shell, StripCell, When};
use narthex_tenancy::permission::Action;
use narthex_vocab::Environment;

use super::banner::Done;
use super::frame::{Area, page as answer};
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::store::portal_integrations::{self, Listed};

#[derive(Template)]
#[template(path = "portal/integrations.html")]
struct IntegrationsPage {
    shell: Shell,
    rows: Vec<Row>,
    new_href: Option<String>,
    who_may: String,
}

struct Row {
    name: String,
    href: String,
    operator: &'static str,
    created: When,
    cells: Vec<StripCell>,
}

/// `GET /t/{tenant}/integrations`
pub(crate) async fn page(who: SignedIn, query: StrictQuery) -> Result<HttpResponse, Refusal> {
    let listed = who.within(portal_integrations::load).await?;
    let area = Area::Integrations;
    let page = IntegrationsPage {
        shell: who.shell(area, area.label()).banner(Done::told(&query)),
        rows: listed.iter().map(|one| row(&who, one)).collect(),
        new_href: who
            .may(Action::EditIntegration)
            .then(|| who.path("/integrations/new")),
        who_may: who.who_may(Action::EditIntegration),
    };
    Ok(answer(&page))
}

fn row(who: &SignedIn, listed: &Listed) -> Row {
    let cell = |environment: &Environment| {
        let standing = listed.standings.get(environment);
        who.standing(listed.id, *environment, standing)
    };
    Row {
        name: listed.name.clone(),
        href: who.path(&format!("/integrations/{}", listed.id)),
        operator: listed.operator.label(),
        created: When::new(listed.created_at).day(),
        cells: Environment::ALL.iter().map(cell).collect(),
    }
}
