//! Ending a portal session. Ending it twice is no error.

use actix_web::HttpResponse;
use narthex_http::{CookieName, Cookies};
use narthex_people::session;

use super::banner::Done;
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::SignedIn;

/// `POST /t/{tenant}/sign-out`
pub(crate) async fn submit(
    who: SignedIn,
    cookies: Cookies,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    who.within(async |tx| session::end(tx, who.session.id, who.now).await)
        .await?;
    let mut answer = Done::SignedOut.at(&who.path("/sign-in"));
    answer
        .add_cookie(&cookies.clear(CookieName::Portal))
        .map_err(|_| Refusal::NotFound)?;
    Ok(answer)
}
