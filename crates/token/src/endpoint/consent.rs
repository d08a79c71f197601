//! `POST …/consent`: the person's answer. The browser goes on by a refresh and a visible link, since a redirect after a
//! form would be stopped by our own `form-action 'self'` in some browsers.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::REFRESH;
use askama::Template;
use narthex_http::StrictForm;
use narthex_http::page::Narrow;
use narthex_tenancy::{ambient, tenant};

use crate::consent::{Answered, Choice, Leaving, decide};
use crate::continue_to::ContinueTo;
use crate::endpoint::visit::{Visit, see_other, towards_client};
use crate::page_error::PageError;
use crate::sealed::{Pending, Step};
use crate::signed_in::signed_in;
use crate::wording::SentTo;

/// The page that leaves for the client.
#[derive(Template)]
#[template(path = "token/leaving.html")]
struct LeavingPage {
    narrow: Narrow,
    sent_to: SentTo,
    address: String,
}

pub(crate) async fn post(visit: Visit, form: StrictForm) -> HttpResponse {
    let answered = answer(&visit, &form).await;
    answered.unwrap_or_else(|error| error.page(&visit.id))
}

async fn answer(visit: &Visit, form: &StrictForm) -> Result<HttpResponse, PageError> {
    let arrival = visit.arrive().await?;
    visit.check_form(form)?;
    let choice = Choice::read(form)?;
    let field = form.one("pending")?.ok_or(PageError::OutOfDate)?;
    let (call, cookie) = (arrival.call(), visit.session());
    let mut rng = ambient::rng();
    let (answered, name) = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            let person = signed_in(tx, call, cookie.as_deref()).await?;
            let person = person.ok_or(PageError::OutOfDate)?;
            let at = (Step::Consent, &visit.place, &person.session);
            let pending = Pending::open(field, &visit.token.sealing, at, call.now)?;
            let answered = decide(tx, call, (&person, pending, choice), &mut rng).await?;
            Ok::<_, PageError>((answered, tenant::load(tx).await?.name.to_string()))
        })
        .await?;
    match answered {
        Answered::Leaving(leaving) => Ok(leave(visit, &leaving, &name)),
        Answered::AskAgain(request) => {
            let door = ContinueTo::authorize(&visit.place, &request);
            Ok(see_other(door.as_str()))
        }
    }
}

/// The page that leads to the client, by itself and by a link.
pub(crate) fn leave(visit: &Visit, leaving: &Leaving, tenant: &str) -> HttpResponse {
    let page = LeavingPage {
        narrow: visit.frame("Going back to the app", tenant),
        sent_to: SentTo::of(&leaving.redirect_uri),
        address: leaving.address.clone(),
    };
    let mut answer = towards_client(&page, StatusCode::OK);
    if let Ok(value) = format!("0; url={}", leaving.address).parse() {
        answer.headers_mut().insert(REFRESH, value);
    }
    answer
}
