//! `POST …/ask`: a person asks that an undecided client be let in, and waits.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use narthex_http::StrictForm;
use narthex_tenancy::ambient;

use crate::ask::{Asked, Reason, ask};
use crate::authorize::{Outcome, Undecided, undecided};
use crate::client::Standing;
use crate::continue_to::ContinueTo;
use crate::endpoint::authorize::undecided as undecided_page;
use crate::endpoint::visit::{Visit, see_other};
use crate::page_error::PageError;
use crate::sealed::{Pending, Step};
use crate::signed_in::signed_in;
use crate::store;

/// What the form led to.
enum Answered {
    Asked(Asked),
    /// The reason says nothing, and there was none before.
    NoReason(Box<Undecided>),
}

pub(crate) async fn post(visit: Visit, form: StrictForm) -> HttpResponse {
    let answered = answer(&visit, &form).await;
    answered.unwrap_or_else(|error| error.page(&visit.id))
}

async fn answer(visit: &Visit, form: &StrictForm) -> Result<HttpResponse, PageError> {
    let arrival = visit.arrive().await?;
    visit.check_form(form)?;
    let field = form.one("pending")?.ok_or(PageError::OutOfDate)?;
    let reason = form.one("reason")?.and_then(Reason::parse);
    let (call, cookie) = (arrival.call(), visit.session());
    let mut rng = ambient::rng();
    let answered = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx| {
            let person = signed_in(tx, call, cookie.as_deref()).await?;
            let person = person.ok_or(PageError::OutOfDate)?;
            let at = (Step::Ask, &visit.place, &person.session);
            let Pending { request, .. }: Pending =
                Pending::open(field, &visit.token.sealing, at, call.now)?;
            let environment = visit.place.environment;
            let before =
                store::ask::asked_at(tx, environment, &request.client_id, person.member.id).await?;
            if reason.is_none() && before.is_none() {
                let standing =
                    store::client::find(tx, environment, &request.client_id, call.now).await?;
                if let Standing::Undecided(client) = standing {
                    let shown = undecided(tx, call, (person, request, *client)).await?;
                    return match shown {
                        Outcome::Undecided(page) => Ok(Answered::NoReason(page)),
                        Outcome::SignIn(_)
                        | Outcome::Consent(_)
                        | Outcome::Check(_)
                        | Outcome::Leaves(_)
                        | Outcome::Refused(_) => Err(PageError::OutOfDate),
                    };
                }
                return Err(PageError::OutOfDate);
            }
            let asked = ask(tx, call, (&person, request, reason.as_ref()), &mut rng).await?;
            Ok(Answered::Asked(asked))
        })
        .await?;
    match answered {
        Answered::Asked(Asked::Parked(parked)) => Ok(see_other(
            ContinueTo::waiting(&visit.place, parked).as_str(),
        )),
        Answered::Asked(Asked::Decided(request)) => Ok(see_other(
            ContinueTo::authorize(&visit.place, &request).as_str(),
        )),
        Answered::NoReason(page) => {
            let words = format!("Say why you need it, in up to {} characters", Reason::MAX);
            undecided_page(visit, *page, Some(words), StatusCode::UNPROCESSABLE_ENTITY)
        }
    }
}
