//! "Forgotten your password?": one answer and one row for every address, whether anybody has it or not. Where no mail is sent
//! the page says whom to ask.

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use askama::Template;
use narthex_http::Peer;
use narthex_http::page::{ErrorSummary, Field, Narrow};
use narthex_people::reset;
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::Email;

use super::doorway::Doorway;
use super::frame::bare_page;
use super::invitation::JoinedPage;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;

#[derive(Template)]
#[template(path = "portal/forgotten.html")]
struct ForgottenPage {
    narrow: Narrow,
    errors: ErrorSummary,
    email: Option<Field>,
    sign_in: String,
}

/// `GET /t/{tenant}/forgotten-password`
pub(crate) async fn page(door: Doorway) -> HttpResponse {
    bare_page(&view(&door, "", &Problems::default()), StatusCode::OK)
}

/// `POST /t/{tenant}/forgotten-password`
pub(crate) async fn submit(
    door: Doorway,
    peer: Peer,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let typed = posted.text("email")?;
    if !door.sends_mail() {
        return Ok(page(door).await);
    }
    let mut problems = Problems::default();
    let email = problems.keep("email", Email::parse(typed.trim()), |error| {
        format!("Enter the email address that you sign in with: {error}")
    });
    let Some(email) = email else {
        let page = view(&door, &typed, &problems);
        return Ok(bare_page(&page, StatusCode::UNPROCESSABLE_ENTITY));
    };
    let now = ambient::now();
    let whose = (door.tenant.id, &email);
    if let Err(seconds) = reset::may_ask(door.people(), whose, &peer.source(), now).await {
        let words = format!("This was asked for too often. Try again in {seconds} seconds");
        let page = view(&door, &typed, &Problems::one("email", words));
        let mut answer = bare_page(&page, StatusCode::TOO_MANY_REQUESTS);
        answer
            .headers_mut()
            .insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
        return Ok(answer);
    }
    let work = async |tx: &mut TenantTx| reset::ask(tx, &email, (now, &mut ambient::rng())).await;
    let asked: Result<(), StoreError> = door.within(work).await;
    asked.map_err(Refusal::from)?;
    let page = JoinedPage {
        narrow: door.narrow("Look into your mailbox"),
        text: "If there is an account with this address, a mail with a link is on its way. The link works once, for 30 minutes."
            .to_owned(),
    };
    Ok(bare_page(&page, StatusCode::OK))
}

fn view(door: &Doorway, typed: &str, problems: &Problems) -> ForgottenPage {
    let email = Field::email("email", "Email address")
        .hint("The one that you sign in with. You get a link to set a new password.")
        .autocomplete("username")
        .value(typed);
    ForgottenPage {
        narrow: door
            .narrow("Set a new password")
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        email: door.sends_mail().then(|| problems.beside(email)),
        sign_in: door.path("/sign-in"),
    }
}
