//! Ending a dashboard session. Ending it twice is no error.

use actix_web::HttpResponse;
use narthex_http::{CookieName, Cookies};
use narthex_people::session;
use narthex_vocab::PLATFORM_TENANT;

use super::banner::Done;
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::StaffSignedIn;

/// `POST /sign-out`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    cookies: Cookies,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let (session, now) = (staff.session.id, staff.now);
    staff
        .within(PLATFORM_TENANT, async |tx| {
            session::end(tx, session, now).await
        })
        .await?;
    let mut answer = Done::SignedOut.at("/sign-in");
    answer
        .add_cookie(&cookies.clear(CookieName::Staff))
        .map_err(|_| Refusal::NotFound)?;
    Ok(answer)
}
