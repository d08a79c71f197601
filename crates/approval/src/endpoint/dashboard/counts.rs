//! How much waits, told as it changes: numbers alone, over one connection of a page that is seen. It begins and ends with
//! the session, and does not keep one from idling out.

use std::time::Duration;

use actix_web::http::header::{ACCEPT, CONTENT_TYPE};
use actix_web::web::{Bytes, Data};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::stream;
use narthex_tenancy::member::Member;
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, ambient};
use serde_json::json;
use tokio::time::{sleep, timeout};

use super::refusal::Refusal;
use super::signed_in::{cookie, peek};
use crate::Approval;
use crate::live::{Seat, Word};
use crate::store::dashboard_waiting::{self, Waiting};

/// How often something is said while nothing changes: proxies end what is silent.
const BEAT: Duration = Duration::from_secs(15);
/// The shortest time between two counts.
const PAUSE: Duration = Duration::from_secs(1);
const EVENTS: &str = "text/event-stream";
/// The last word of a session.
const OVER: &[u8] = b"event: over\ndata: {}\n\n";

/// `GET /counts`: as events for who takes them, else once as JSON.
pub(crate) async fn get(
    request: HttpRequest,
    approval: Data<Approval>,
) -> Result<HttpResponse, Refusal> {
    let cookie = cookie(&request).unwrap_or_default();
    let sign_in = || Refusal::SignIn {
        location: "/sign-in".to_owned(),
    };
    let member = peek(&approval, &cookie, ambient::now()).await?;
    let member = member.ok_or_else(sign_in)?;
    if !may(&member) {
        return Err(Refusal::NotAllowed);
    }
    let accept = request.headers().get(ACCEPT);
    if accept.is_none_or(|accept| accept.as_bytes() != EVENTS.as_bytes()) {
        let waiting = count(&approval).await?;
        return Ok(HttpResponse::Ok().json(numbers(waiting)));
    }
    let told = Told {
        seat: approval.live.sit(member.id),
        approval,
        cookie,
        before: None,
    };
    let events = stream::unfold(Some(told), |told: Option<Told>| async move {
        let mut told = told?;
        let (said, goes_on) = match told.next().await {
            Next::Said(said) => (said, true),
            Next::Over => (Bytes::from_static(OVER), false),
            Next::GivenUp => return None,
        };
        Some((Ok::<_, actix_web::Error>(said), goes_on.then_some(told)))
    });
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, EVENTS))
        .insert_header(("X-Accel-Buffering", "no"))
        .streaming(Box::pin(events)))
}

/// A page that is told.
struct Told {
    approval: Data<Approval>,
    cookie: String,
    seat: Seat,
    before: Option<Waiting>,
}

/// What comes next.
enum Next {
    Said(Bytes),
    /// The session ended, or the role was taken away.
    Over,
    /// Another page of the person is told now; a page that is still open asks again later.
    GivenUp,
}

impl Told {
    async fn next(&mut self) -> Next {
        if self.before.is_some() {
            sleep(PAUSE).await;
            if timeout(BEAT, self.seat.next()).await == Ok(Word::GivenUp) {
                return Next::GivenUp;
            }
        }
        let there = peek(&self.approval, &self.cookie, ambient::now()).await;
        if !there.is_ok_and(|found| found.as_ref().is_some_and(may)) {
            return Next::Over;
        }
        let waiting = count(&self.approval).await.ok();
        Next::Said(
            match waiting.filter(|waiting| Some(*waiting) != self.before) {
                Some(waiting) => {
                    self.before = Some(waiting);
                    let line = format!(
                        "event: counts\ndata: {}\nretry: 15000\n\n",
                        numbers(waiting)
                    );
                    Bytes::from(line)
                }
                None => Bytes::from_static(b": still here\n\n"),
            },
        )
    }
}

/// The role can be taken away while the page is open.
fn may(member: &Member) -> bool {
    member
        .role
        .is_some_and(|role| role.may(Action::ReadPlatform))
}

fn numbers(waiting: Waiting) -> serde_json::Value {
    json!({ "requests": waiting.requests, "quarantine": waiting.quarantine })
}

async fn count(approval: &Approval) -> Result<Waiting, StoreError> {
    let now = ambient::now();
    approval
        .staff
        .platform(async |tx| dashboard_waiting::load(tx, now).await)
        .await
}
