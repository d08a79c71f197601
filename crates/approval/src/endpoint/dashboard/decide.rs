//! The decision of a reviewer, as the review page sends it: read, handed to the verb, and told in the page's words when
//! the verb refuses.

use actix_web::HttpResponse;
use narthex_http::page::{Banner, Tone, When};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{HostName, RequestState, Timestamp};

use super::banner::Done;
use super::paths;
use super::place::Place;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::review::{self, Filled, Lines, Looked, Warn};
use super::signed_in::StaffSignedIn;
use crate::approved::NotApprovable;
use crate::decide::{Decide, DecideError, Decided, Outcome, decide};
use crate::decision::DecisionKind;
use crate::prose::{ProseError, Reason};

const STALE: &str = "This request changed while you were reading. Nothing was decided. What you wrote is kept: look \
                     at what changed, then send it again.";

const NOTHING_LESS: &str =
    "Every line is given as it was asked for: give less of one, or approve as requested";

/// `POST /requests/{tenant}/{environment}/{request_id}`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::Decide)?;
    let looked = review::look(&staff, &place, place.named("request_id")?).await?;
    let request = &looked.found.1.request;
    let sent = Lines::sent(&request.asked, |name| posted.text(name))?;
    let filled = Filled {
        decision: posted.text("decision")?.parse().ok(),
        reason: posted.text("reason")?,
        lines: sent.map_err(|_| Refusal::Unreadable)?,
        warn: Warn::sent(&posted)?,
    };
    let version = request.at.version.to_string();
    if request.state == RequestState::InReview && posted.text("version")? != version {
        return Ok(stale(&staff, &looked, &filled));
    }
    match read(&looked, &filled, (&posted.text("payload")?, staff.now))? {
        Ok(command) => carry_out(&staff, &permit, (looked, filled), command).await,
        Err(problems) => Ok(review::again(&staff, &looked, &filled, &problems)),
    }
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    (looked, filled): (Looked, Filled),
    command: Decide,
) -> Result<HttpResponse, Refusal> {
    let (tenant, at, kind) = (
        looked.found.0.clone(),
        command.request,
        command.outcome.kind(),
    );
    let decided = staff
        .within(tenant.id, async |tx| {
            let mut rng = ambient::rng();
            decide(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await;
    match decided {
        Ok(decided) => {
            let path = paths::request(&tenant.slug, at.environment, at.id);
            Ok(done(&decided, kind).at(&path))
        }
        Err(error) => refused(staff, &looked, &filled, error),
    }
}

/// The command that the form means, or what is wrong with it. A line that says less makes an approval an offer.
fn read(
    looked: &Looked,
    filled: &Filled,
    (payload, now): (&str, Timestamp),
) -> Result<Result<Decide, Problems>, Refusal> {
    let request = &looked.found.1.request;
    let seen = payload.parse().map_err(|_| Refusal::Unreadable)?;
    let mut problems = Problems::default();
    let proposal = filled.lines.proposal(&request.asked, &mut problems);
    let all = proposal.reach == request.asked.reach();
    let nothing = proposal.reach.scopes.is_empty() && !all;
    let outcome = match filled.decision {
        None | Some(DecisionKind::Confirm | DecisionKind::Refuse) => {
            problems.add("decision", "Choose what you want to do");
            None
        }
        Some(DecisionKind::Approve | DecisionKind::Offer) if nothing => {
            problems.add("decision", "Give at least one scope, or reject the request");
            None
        }
        Some(DecisionKind::Offer) if all => {
            problems.add("decision", NOTHING_LESS);
            None
        }
        Some(DecisionKind::Approve) if all => Some(Outcome::Approve),
        Some(DecisionKind::Approve | DecisionKind::Offer) => Some(Outcome::Offer(proposal)),
        Some(DecisionKind::AskForChanges) => Some(Outcome::AskForChanges),
        Some(DecisionKind::Reject) => Some(Outcome::Reject),
        Some(DecisionKind::RejectAndBlock) => Some(Outcome::RejectAndBlock),
    };
    let warning = filled.warn.read(filled.decision, now, &mut problems);
    let reason = problems.keep("reason", Reason::parse(&filled.reason), reason_words);
    Ok(match (outcome, reason) {
        (Some(outcome), Some(reason)) if problems.is_empty() => Ok(Decide {
            request: request.at,
            seen,
            outcome,
            warning,
            reason,
        }),
        (Some(_) | None, _) => Err(problems),
    })
}

/// What is wrong with a reason.
pub(super) fn reason_words(error: ProseError) -> String {
    match error {
        ProseError::TooShort(_) => "Write the reason".to_owned(),
        ProseError::TooLong(most) => format!("Write at most {most} characters"),
        ProseError::Control => "Take out the invisible control characters".to_owned(),
    }
}

const fn done(decided: &Decided, kind: DecisionKind) -> Done {
    match (decided, kind) {
        (Decided::AwaitsSecond { .. }, _) => Done::AwaitsSecond,
        (Decided::Activated(_), DecisionKind::Offer) => Done::ApprovedForLess,
        (Decided::Activated(_), _) => Done::Approved,
        (Decided::Offered { .. }, _) => Done::Offered,
        (Decided::Closed(RequestState::ChangesRequested), _) => Done::ChangesAsked,
        (Decided::Closed(RequestState::RejectedAndBlocked), _) => Done::RejectedAndBlocked,
        (Decided::Closed(_), _) => Done::Rejected,
    }
}

/// The page again in the words of what the verb found.
fn refused(
    staff: &StaffSignedIn,
    looked: &Looked,
    filled: &Filled,
    error: DecideError,
) -> Result<HttpResponse, Refusal> {
    let words = match error {
        DecideError::NotPermitted(error) => return Err(error.into()),
        DecideError::Store(error) => return Err(error.into()),
        DecideError::Stale => return Ok(stale(staff, looked, filled)),
        DecideError::NotInReview(state) => {
            return Ok(decided_already(staff, looked, filled, state));
        }
        DecideError::NothingNarrowed => NOTHING_LESS.to_owned(),
        DecideError::NothingToWarnOf => {
            "Only a client that comes with an address is approved with a warning".to_owned()
        }
        DecideError::TooShort(end) => format!(
            "A line ends on {}, before the tenant’s time to answer is over. Choose a later day, or do not give it",
            When::new(end).day()
        ),
        DecideError::OutOfPlace(_) => return Err(Refusal::Unreadable),
        DecideError::NothingToBlock => {
            "This request did not come from a registration: there is nothing to block".to_owned()
        }
        DecideError::NotApprovable(why) => not_approvable(&why),
    };
    let mut problems = Problems::default();
    problems.add("decision", words);
    Ok(review::again(staff, looked, filled, &problems))
}

pub(super) fn not_approvable(why: &NotApprovable) -> String {
    match why {
        NotApprovable::AgainstPolicy => {
            "The policy refuses what you would give. See the failed checks, then give less or reject"
                .to_owned()
        }
        NotApprovable::NeedsPerson => "A person has to decide this, not a rule".to_owned(),
        NotApprovable::NeedsSecond => "A second person has to confirm this".to_owned(),
        NotApprovable::Over(end) => format!(
            "A part of what was agreed ended on {}. Decide again",
            When::new(*end).day()
        ),
        NotApprovable::NoSponsor => {
            "Nobody of the tenant answers for it any more. Ask the tenant to name a sponsor, then decide".to_owned()
        }
        NotApprovable::ByWhoAsked => {
            "You asked for this yourself: somebody else has to decide it".to_owned()
        }
        NotApprovable::Unproved { hosts } => {
            let hosts: Vec<_> = hosts.iter().map(HostName::as_str).collect();
            format!(
                "Production needs a proof for each host. Not proved: {}. Ask the tenant to prove it, then decide",
                hosts.join(", ")
            )
        }
        NotApprovable::NotAsked(beyond) if beyond.stranded.is_empty() => {
            "The lines go beyond what is asked for".to_owned()
        }
        NotApprovable::NotAsked(beyond) => {
            let tools: Vec<_> = beyond.stranded.iter().map(|tool| tool.tool.as_str()).collect();
            format!(
                "A tool needs its scope. Give the scope, or do not give the tool: {}",
                tools.join(", ")
            )
        }
    }
}

fn stale(staff: &StaffSignedIn, looked: &Looked, filled: &Filled) -> HttpResponse {
    review::changed(staff, looked, filled, Banner::new(Tone::Warn, STALE))
}

fn decided_already(
    staff: &StaffSignedIn,
    looked: &Looked,
    filled: &Filled,
    state: RequestState,
) -> HttpResponse {
    let words = format!(
        "This request changed while you were reading. It does not wait for a decision any more: {}. Nothing of yours \
         was saved; what you wrote is below.",
        state.label().to_lowercase()
    );
    review::changed(staff, looked, filled, Banner::new(Tone::Warn, words))
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
