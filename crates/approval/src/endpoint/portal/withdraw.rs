//! Taking a request back that somebody still works on, on a page of its own that says first what will happen. A client
//! that works already goes on.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::Field;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, RequestState, kind};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::integration::path_of;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::endpoint::danger_page::DangerPage;
use crate::prose::ScopeReason;
use crate::store::portal_request::{self, Case};
use crate::withdraw::{Withdraw, WithdrawError, withdraw};

/// The path of a request's pages.
type At = (String, Environment, Id<kind::Request>);

/// `GET /t/{tenant}/{environment}/requests/{request}/withdraw`
pub(crate) async fn page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    who.permit(Action::EditIntegration)?;
    let case = load(&who, &path).await?;
    Ok(answer(&view(&who, &case, "", &Problems::default())))
}

/// `POST /t/{tenant}/{environment}/requests/{request}/withdraw`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditIntegration)?;
    let case = load(&who, &path).await?;
    let typed = posted.text("reason")?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", ScopeReason::parse(&typed), |error| {
        format!("Enter another reason: {error}")
    });
    let Some(reason) = reason else {
        return Ok(again(&view(&who, &case, &typed, &problems)));
    };
    let request = case.request.at;
    let command = Withdraw { request, reason };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| withdraw(tx, command, acting).await;
    who.act(&permit, work).await.map_err(refusal)?;
    Ok(Done::Withdrawn.at(&who.request_path(request.environment, request.id)))
}

/// Whether the request's page offers it: somebody or something still works on it.
pub(super) const fn is_possible(state: RequestState) -> bool {
    matches!(
        state,
        RequestState::Submitted
            | RequestState::Screening
            | RequestState::InReview
            | RequestState::Offered
            | RequestState::AwaitingSecond
    )
}

fn refusal(error: WithdrawError) -> Refusal {
    match error {
        WithdrawError::NotPermitted(error) => error.into(),
        WithdrawError::NotOpen(_) => Refusal::Stale,
        WithdrawError::Store(error) => error.into(),
    }
}

async fn load(who: &SignedIn, (_, environment, id): &At) -> Result<Case, Refusal> {
    let work = async |tx: &mut TenantTx| portal_request::load(tx, *environment, *id).await;
    let case = who.within(work).await?;
    if is_possible(case.request.state) {
        Ok(case)
    } else {
        Err(Refusal::Stale)
    }
}

fn view(who: &SignedIn, case: &Case, reason: &str, problems: &Problems) -> DangerPage {
    let at = case.request.at;
    let name = case.integration.as_str();
    let request_path = who.request_path(at.environment, at.id);
    let mut shell = who
        .shell(Area::Integrations, "Take the request back")
        .crumb(name, path_of(who, case.request.integration))
        .crumb("Request", request_path.as_str())
        .problem(!problems.is_empty());
    shell.environment = Some(at.environment);
    let field = Field::area("reason", "Why", 2).optional().value(reason);
    let place = at.environment;
    DangerPage {
        shell,
        errors: problems.summary(),
        last: None,
        effects: vec![
            (
                "1".to_owned(),
                format!("request of {name} for {place} ends without a decision"),
            ),
            ("0".to_owned(), "clients are created from it".to_owned()),
        ],
        kept: [
            "A client that was approved earlier works on.",
            "What happened so far stays in the history.",
            "You can send a new request at any time.",
        ]
        .map(str::to_owned)
        .into(),
        fields: vec![problems.beside(field)],
        button: format!("Take back the request for {place}"),
        action: format!("{request_path}/withdraw"),
        back: request_path,
    }
}
