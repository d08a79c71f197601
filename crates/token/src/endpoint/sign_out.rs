//! `GET|POST …/logout` (OpenID Connect RP-Initiated Logout 1.0 section 2) and the person's own answer, `POST …/logout/confirm`.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::page::Narrow;
use narthex_http::{Params, StrictForm, StrictQuery};
use narthex_tenancy::ambient;

use crate::endpoint::authorize::by_address;
use crate::endpoint::consent::leave;
use crate::endpoint::visit::{Visit, see_other, towards_client};
use crate::page_error::PageError;
use crate::sign_out::{Question, SignOut, Wish, sign_out};

/// Whether to sign out.
#[derive(Template)]
#[template(path = "token/sign_out.html")]
struct SignOutPage {
    narrow: Narrow,
    account: String,
    /// What the app that asks calls itself.
    name: Option<String>,
    action: String,
    /// What the form brings back.
    kept: Vec<(&'static str, String)>,
}

/// It is done, and there is nowhere to go.
#[derive(Template)]
#[template(path = "token/signed_out.html")]
struct SignedOutPage {
    narrow: Narrow,
}

pub(crate) async fn get(visit: Visit, query: StrictQuery) -> HttpResponse {
    let answered = answer(&visit, &query, false).await;
    answered.unwrap_or_else(|error| error.page(&visit.id))
}

/// A posted request has no cookies of ours when another site sent it: it is asked again by address.
pub(crate) async fn post(visit: Visit, form: StrictForm) -> HttpResponse {
    by_address(&visit, "logout", &form)
}

/// The person was asked, on our own page.
pub(crate) async fn confirm(visit: Visit, form: StrictForm) -> HttpResponse {
    let answered = async {
        visit.check_form(&form)?;
        answer(&visit, &form, true).await
    };
    answered.await.unwrap_or_else(|error| error.page(&visit.id))
}

async fn answer(visit: &Visit, params: &Params, asked: bool) -> Result<HttpResponse, PageError> {
    let arrival = visit.arrive().await?;
    let (call, cookie) = (arrival.call(), visit.session());
    let wish = Wish::read(call, params)?;
    let mut rng = ambient::rng();
    let outcome = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            sign_out(tx, call, (wish, cookie.as_deref(), asked), &mut rng).await
        })
        .await?;
    match outcome {
        SignOut::Ask(question) => Ok(ask(visit, *question)),
        SignOut::Done {
            leaving: Some(leaving),
            ..
        } if !asked => Ok(see_other(&leaving.address)),
        SignOut::Done {
            tenant,
            leaving: Some(leaving),
        } => Ok(leave(visit, &leaving, &tenant)),
        SignOut::Done {
            tenant,
            leaving: None,
        } => {
            let title = format!("You are signed out of {tenant}");
            let page = SignedOutPage {
                narrow: visit.frame(title, &tenant),
            };
            Ok(towards_client(&page, StatusCode::OK))
        }
    }
}

fn ask(visit: &Visit, question: Question) -> HttpResponse {
    let Question {
        tenant,
        person,
        wish,
        client,
    } = question;
    let client_id = wish.client.map(|id| id.to_string());
    let kept = [
        ("client_id", client_id),
        ("post_logout_redirect_uri", wish.redirect_uri),
        ("state", wish.state),
    ];
    let name = client.and_then(|client| client.metadata().client_name().cloned());
    let page = SignOutPage {
        narrow: visit.frame(format!("Sign out of {tenant}?"), &tenant),
        account: person.member.email.to_string(),
        name: name.map(|name| name.to_string()),
        action: visit.place.path("logout/confirm"),
        kept: kept
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
            .collect(),
    };
    towards_client(&page, StatusCode::OK)
}
