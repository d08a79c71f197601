//! `GET …/apps` and `POST …/apps/remove`: what a person has let in here, and how they take it back.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::page::{Narrow, When, html};
use narthex_http::{PagePolicy, StrictForm};
use narthex_vocab::ClientId;

use crate::apps::{App, apps, remove};
use crate::continue_to::ContinueTo;
use crate::endpoint::visit::{Visit, see_other};
use crate::page_error::PageError;
use crate::signed_in::signed_in;
use crate::wording::{Verb, own_host, verbs_of};

#[derive(Template)]
#[template(path = "token/apps.html")]
struct AppsPage {
    narrow: Narrow,
    tenant: String,
    account: String,
    apps: Vec<Row>,
    action: String,
    sign_out: String,
}

/// One client.
struct Row {
    client_id: String,
    name: Option<String>,
    /// The host of its identifier, where that is an address.
    host: Option<String>,
    verbs: Vec<Verb>,
    since: When,
    ends: When,
}

impl From<App> for Row {
    fn from(app: App) -> Self {
        Self {
            host: own_host(&app.id),
            client_id: app.id.to_string(),
            name: app.name,
            verbs: verbs_of(&app.described, &app.scopes),
            since: When::new(app.since).day(),
            ends: When::new(app.ends).day(),
        }
    }
}

pub(crate) async fn get(visit: Visit) -> HttpResponse {
    let shown = show(&visit).await;
    shown.unwrap_or_else(|error| error.page(&visit.id))
}

async fn show(visit: &Visit) -> Result<HttpResponse, PageError> {
    let arrival = visit.arrive().await?;
    let (call, cookie) = (arrival.call(), visit.session());
    let found = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            let Some(person) = signed_in(tx, call, cookie.as_deref()).await? else {
                return Ok(None);
            };
            let found = apps(tx, call, &person).await?;
            Ok::<_, PageError>(Some((person, found)))
        })
        .await?;
    let Some((person, (tenant, apps))) = found else {
        let here = ContinueTo::apps(&visit.place);
        return Ok(see_other(&here.sign_in(&visit.place, None)));
    };
    let page = AppsPage {
        narrow: visit.frame(format!("Apps that use your {tenant} account"), &tenant),
        tenant,
        account: person.member.email.to_string(),
        apps: apps.into_iter().map(Row::from).collect(),
        action: visit.place.path("apps/remove"),
        sign_out: visit.place.path("logout"),
    };
    Ok(PagePolicy::NO_SCRIPT.on(html(&page, StatusCode::OK)))
}

pub(crate) async fn post(visit: Visit, form: StrictForm) -> HttpResponse {
    let done = take_back(&visit, &form).await;
    done.unwrap_or_else(|error| error.page(&visit.id))
}

async fn take_back(visit: &Visit, form: &StrictForm) -> Result<HttpResponse, PageError> {
    visit.check_form(form)?;
    let named = form
        .given("client_id")?
        .and_then(|text| ClientId::parse(text).ok());
    let client = named.ok_or(PageError::OutOfDate)?;
    let arrival = visit.arrive().await?;
    let (call, cookie) = (arrival.call(), visit.session());
    visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            let person = signed_in(tx, call, cookie.as_deref()).await?;
            let person = person.ok_or(PageError::OutOfDate)?;
            remove(tx, call, (&person, &client)).await
        })
        .await?;
    Ok(see_other(ContinueTo::apps(&visit.place).as_str()))
}
