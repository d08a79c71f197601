//! Taking a case and handing it back, from the review page. It shows no page of its own: it goes back and says what
//! came of it.

use actix_web::HttpResponse;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::Action;

use super::banner::Done;
use super::paths;
use super::place::Place;
use super::posted::Posted;
use super::refusal::Refusal;
use super::review::{self, Looked};
use super::signed_in::StaffSignedIn;
use crate::request::RequestRef;
use crate::take::{Take, TakeError, hand_back, take};

/// `POST /requests/{tenant}/{environment}/{request_id}/take`
pub(crate) async fn take_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::Decide)?;
    let looked = review::look(&staff, &place, place.named("request_id")?).await?;
    let command = read(&looked, &posted)?;
    let done = staff
        .within(looked.found.0.id, async |tx| {
            let mut rng = ambient::rng();
            take(tx, command, &mut staff.acting(&permit, &mut rng)).await
        })
        .await;
    answer(&looked, done, Done::Taken)
}

/// `POST /requests/{tenant}/{environment}/{request_id}/hand-back`
pub(crate) async fn hand_back_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::Decide)?;
    let looked = review::look(&staff, &place, place.named("request_id")?).await?;
    let command = read(&looked, &posted)?;
    let done = staff
        .within(looked.found.0.id, async |tx| {
            let mut rng = ambient::rng();
            hand_back(tx, command, &mut staff.acting(&permit, &mut rng)).await
        })
        .await;
    answer(&looked, done, Done::HandedBack)
}

fn read(looked: &Looked, posted: &Posted) -> Result<Take, Refusal> {
    let version = posted.text("version")?;
    let version = version.parse().map_err(|_| Refusal::Unreadable)?;
    let seen = posted.text("seen")?;
    let seen = (!seen.is_empty()).then(|| seen.parse()).transpose();
    Ok(Take {
        request: RequestRef {
            version,
            ..looked.found.1.request.at
        },
        seen: seen.map_err(|_| Refusal::Unreadable)?,
    })
}

fn answer(
    looked: &Looked,
    done: Result<(), TakeError>,
    words: Done,
) -> Result<HttpResponse, Refusal> {
    let (tenant, case) = &looked.found;
    let at = case.request.at;
    let path = paths::request(&tenant.slug, at.environment, at.id);
    match done {
        Ok(()) => Ok(words.at(&path)),
        Err(TakeError::Taken | TakeError::NotWaiting(_)) => Ok(Done::TakenMeanwhile.at(&path)),
        Err(TakeError::NotPermitted(error)) => Err(error.into()),
        Err(TakeError::Store(error)) => Err(error.into()),
    }
}
