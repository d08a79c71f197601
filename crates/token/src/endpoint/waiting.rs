//! `GET …/waiting/{parked}`: asks again by itself every three seconds, without script. While a client's address is
//! looked at, the answer itself waits up to two.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{HeaderValue, REFRESH};
use actix_web::web::Path;
use askama::Template;
use narthex_http::page::{Narrow, When};
use std::time::{Duration, Instant};

use crate::continue_to::ContinueTo;
use crate::endpoint::visit::{Visit, see_other, towards_client};
use crate::page_error::PageError;
use crate::waiting::{Checking, Here, Waiting, waiting};

/// A parked sign-in.
#[derive(Template)]
#[template(path = "token/waiting.html")]
struct WaitingPage {
    narrow: Narrow,
    tenant: String,
    account: String,
    name: Option<String>,
    asked_at: Option<When>,
    over: bool,
    now: When,
    here: String,
}

/// A client's address that is being looked at, or that says nothing that can be used.
#[derive(Template)]
#[template(path = "token/checking.html")]
struct CheckingPage {
    narrow: Narrow,
    tenant: String,
    account: String,
    address: String,
    refusal: Option<String>,
    again: String,
    now: When,
    here: String,
}

/// How long an answer waits for a look, and how often it asks.
const BUDGET: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(100);

/// Seconds between two looks.
const AGAIN: HeaderValue = HeaderValue::from_static("3");

pub(crate) async fn get(visit: Visit, path: Path<(String, String, String)>) -> HttpResponse {
    let (_, _, parked) = path.into_inner();
    let answered = answer(&visit, &parked).await;
    answered.unwrap_or_else(|error| error.page(&visit.id))
}

async fn answer(visit: &Visit, parked: &str) -> Result<HttpResponse, PageError> {
    let parked = parked.parse().map_err(|_| PageError::NotFound)?;
    let arrival = visit.arrive().await?;
    let (call, cookie) = (arrival.call(), visit.session());
    let here = ContinueTo::waiting(&visit.place, parked);
    let look = async || {
        let database = &visit.token.database;
        database
            .tenant(visit.place.tenant, async |tx| {
                waiting(tx, call, parked, cookie.as_deref()).await
            })
            .await
    };
    let began = Instant::now();
    let mut found = look().await?;
    while found.is_open() && began.elapsed() < BUDGET {
        tokio::time::sleep(PAUSE).await;
        found = look().await?;
    }
    match found {
        Waiting::SignIn => Ok(see_other(&here.sign_in(&visit.place, None))),
        Waiting::GoOn(request) => Ok(see_other(
            ContinueTo::authorize(&visit.place, &request).as_str(),
        )),
        Waiting::Here(state) => {
            let over = state.over;
            let page = page(visit, *state, &here, When::new(call.now).to_the_second());
            Ok(shown(&page, !over))
        }
        Waiting::Checking(state) => {
            let open = state.refusal.is_none();
            let page = checking(visit, *state, &here, When::new(call.now).to_the_second());
            Ok(shown(&page, open))
        }
    }
}

/// A page that asks again while something can still come of it.
fn shown(page: &impl Template, open: bool) -> HttpResponse {
    let mut answer = towards_client(page, StatusCode::OK);
    if open {
        answer.headers_mut().insert(REFRESH, AGAIN);
    }
    answer
}

fn checking(visit: &Visit, state: Checking, here: &ContinueTo, now: When) -> CheckingPage {
    let Checking {
        tenant,
        person,
        request,
        refusal,
    } = state;
    let title = match refusal {
        None => "Checking this app",
        Some(_) => "This app cannot be used",
    };
    let again = ContinueTo::authorize(&visit.place, &request);
    CheckingPage {
        narrow: visit.frame(title, &tenant),
        account: person.member.email.to_string(),
        address: request.client_id.to_string(),
        refusal,
        again: again.as_str().to_owned(),
        now,
        here: here.as_str().to_owned(),
        tenant,
    }
}

fn page(visit: &Visit, state: Here, here: &ContinueTo, now: When) -> WaitingPage {
    let Here {
        tenant,
        person,
        name,
        asked_at,
        over,
    } = state;
    let narrow = if over {
        visit.frame(format!("{tenant} did not let this app in"), &tenant)
    } else {
        visit.frame(format!("Waiting for {tenant} to decide"), &tenant)
    };
    WaitingPage {
        narrow,
        account: person.member.email.to_string(),
        name: name.map(|name| name.to_string()),
        asked_at: asked_at.map(When::new),
        over,
        now,
        here: here.as_str().to_owned(),
        tenant,
    }
}
