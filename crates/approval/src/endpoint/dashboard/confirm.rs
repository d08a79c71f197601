//! The second of two people: exactly what was decided, by whom and why, and the answer to it. Who decided first reads
//! who may confirm, and has no button. The page loads no script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::page::{ErrorSummary, Fact, Field, Shell, When};
use narthex_policy::RuleId;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::RequestState;

use super::banner::Done;
use super::decide::{not_approvable, reason_words};
use super::frame::{self, Area};
use super::identity::{Identity, identity, logos};
use super::place::Place;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::review::{self, Looked};
use super::signed_in::StaffSignedIn;
use super::{asker, paths};
use crate::confirm::{Confirm, ConfirmError, Confirmed, confirm};
use crate::prose::Reason;
use crate::request::RequestRef;
use crate::store::dashboard_decisions::Decided;
use crate::store::dashboard_people::name_of;
use crate::store::dashboard_review::Case;

#[derive(Template)]
#[template(path = "dashboard/confirm.html")]
struct ConfirmPage {
    shell: Shell,
    errors: ErrorSummary,
    decided: Vec<Fact>,
    frozen: Vec<Fact>,
    asker: Vec<Fact>,
    identity: Identity,
    form: Option<Form>,
    /// What stands in the place of the form when there is none.
    obstacle: String,
    review: String,
}

struct Form {
    action: String,
    version: i32,
    payload: String,
    first: String,
    reason: Field,
    object: String,
}

/// `GET /requests/{tenant}/{environment}/{request_id}/confirm`
pub(crate) async fn page(staff: StaffSignedIn, place: Place) -> Result<HttpResponse, Refusal> {
    let looked = review::look(&staff, &place, place.named("request_id")?).await?;
    let page = view(&staff, &looked, "", &Problems::default());
    Ok(frame::bare_page(&page, StatusCode::OK))
}

/// `POST /requests/{tenant}/{environment}/{request_id}/confirm`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::Confirm)?;
    let looked = review::look(&staff, &place, place.named("request_id")?).await?;
    let written = posted.text("reason")?;
    let mut problems = Problems::default();
    let status = match read(&looked, &posted, &mut problems)? {
        None => StatusCode::UNPROCESSABLE_ENTITY,
        Some(command) => match carry_out(&staff, &permit, &looked, command).await {
            Ok(confirmed) => return Ok(done(&looked, &confirmed)),
            Err(error) => refused(&staff, error, &mut problems)?,
        },
    };
    let page = view(&staff, &looked, &written, &problems);
    Ok(frame::bare_page(&page, status))
}

fn read(
    looked: &Looked,
    posted: &Posted,
    problems: &mut Problems,
) -> Result<Option<Confirm>, Refusal> {
    let at = looked.found.1.request.at;
    let version = posted.text("version")?;
    let version = version.parse().map_err(|_| Refusal::Unreadable)?;
    let first = posted.text("first")?;
    let seen = posted.text("payload")?;
    let confirm = match posted.text("answer")?.as_str() {
        "confirm" => true,
        "refuse" => false,
        _ => return Err(Refusal::Unreadable),
    };
    let reason = problems.keep(
        "reason",
        Reason::parse(&posted.text("reason")?),
        reason_words,
    );
    Ok(Some(Confirm {
        request: RequestRef { version, ..at },
        first: first.parse().map_err(|_| Refusal::Unreadable)?,
        seen: seen.parse().map_err(|_| Refusal::Unreadable)?,
        confirm,
        reason: match reason {
            Some(reason) => reason,
            None => return Ok(None),
        },
    }))
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    looked: &Looked,
    command: Confirm,
) -> Result<Confirmed, ConfirmError> {
    staff
        .within(looked.found.0.id, async |tx| {
            let mut rng = ambient::rng();
            confirm(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn done(looked: &Looked, confirmed: &Confirmed) -> HttpResponse {
    let (tenant, case) = &looked.found;
    let at = case.request.at;
    let done = match confirmed {
        Confirmed::Activated(_) => Done::Confirmed,
        Confirmed::Refused => Done::Refused,
    };
    done.at(&paths::request(&tenant.slug, at.environment, at.id))
}

/// What the page says when the verb refuses, with the status that goes with it.
fn refused(
    staff: &StaffSignedIn,
    error: ConfirmError,
    problems: &mut Problems,
) -> Result<StatusCode, Refusal> {
    let (words, status) = match error {
        ConfirmError::NotPermitted(error) => return Err(error.into()),
        ConfirmError::Store(error) => return Err(error.into()),
        ConfirmError::ByWhoDecided => (own(staff), StatusCode::FORBIDDEN),
        ConfirmError::NotAwaiting(state) => (not_awaiting(state), StatusCode::CONFLICT),
        ConfirmError::Stale => (
            "This request changed while you were reading. Nothing was confirmed: look at what is here now".to_owned(),
            StatusCode::CONFLICT,
        ),
        ConfirmError::Lapsed(at) => (
            format!("It could be confirmed until {}. The tenant may send it again", When::new(at).text()),
            StatusCode::CONFLICT,
        ),
        ConfirmError::NotApprovable(why) => {
            (not_approvable(&why), StatusCode::UNPROCESSABLE_ENTITY)
        }
    };
    problems.add("", words);
    Ok(status)
}

fn own(staff: &StaffSignedIn) -> String {
    format!(
        "You decided this first, and the rule is that who decides does not confirm. {}",
        staff.who_may(Action::Confirm)
    )
}

fn not_awaiting(state: RequestState) -> String {
    format!(
        "This request does not wait for a second person: {}. Nothing was changed",
        state.label().to_lowercase()
    )
}

/// The first decision, if the case waits for a second person now.
fn first(case: &Case) -> Option<&Decided> {
    let wanted = case.second.as_ref()?;
    let waits = case.request.state == RequestState::AwaitingSecond;
    let first = case
        .decisions
        .iter()
        .find(|decided| decided.id == wanted.decision);
    first.filter(|_| waits)
}

/// Why this person has no button here.
fn obstacle(staff: &StaffSignedIn, case: &Case) -> Option<String> {
    match first(case) {
        None => Some(not_awaiting(case.request.state)),
        Some(first) if first.by == Some(staff.member.id) => Some(own(staff)),
        Some(_) if !staff.may(Action::Confirm) => Some(staff.who_may(Action::Confirm)),
        Some(_) => None,
    }
}

fn view(staff: &StaffSignedIn, looked: &Looked, written: &str, problems: &Problems) -> ConfirmPage {
    let (tenant, case) = &looked.found;
    let at = case.request.at;
    let name = case.integration.name.as_str();
    let shell = staff.shell(Area::Requests, looked, format!("Second approval: {name}"));
    let shell = frame::of_tenant(shell, tenant, at.environment);
    let review = paths::request(&tenant.slug, at.environment, at.id);
    let obstacle = obstacle(staff, case);
    let reason = Field::area("reason", "Reason", 3)
        .hint("Kept in the ledger. The tenant reads it when you refuse.")
        .value(written);
    let form = first(case)
        .filter(|_| obstacle.is_none())
        .map(|first| Form {
            action: format!("{review}/confirm"),
            version: at.version,
            payload: case.request.payload.to_string(),
            first: first.id.to_string(),
            reason: problems.beside(reason),
            object: name.to_owned(),
        });
    ConfirmPage {
        shell: shell.problem(!problems.is_empty()).without_script(),
        errors: problems.summary(),
        decided: decided(case),
        frozen: frozen(case),
        asker: asker::asker(case),
        identity: identity(
            &case.request.metadata,
            case.request.client_id.as_ref(),
            &case.unproved,
            logos((&tenant.slug, case.request.at.environment), &case.logos),
        ),
        form,
        obstacle: obstacle.unwrap_or_default(),
        review,
    }
}

/// Who decided first, why, and which rules want a second person.
fn decided(case: &Case) -> Vec<Fact> {
    let (Some(wanted), Some(first)) = (&case.second, first(case)) else {
        return Vec::new();
    };
    let person = first.by.map(|person| name_of(&case.people, person));
    let rule = |fact: Fact, rule: &RuleId| {
        let title = narthex_policy::rule(rule.as_str()).map_or("", |rule| &rule.title);
        fact.and_text(format!("{rule}: {title}"))
    };
    vec![
        Fact::text("Decided first by", person.unwrap_or_default()),
        Fact::text("Decision", first.kind.label()),
        Fact::text("Reason", &first.reason),
        Fact::when("When", When::new(first.at).to_the_second()),
        wanted
            .rules
            .iter()
            .fold(Fact::new("Needs two people by"), rule),
        Fact::when("Can be confirmed until", When::new(wanted.expires_at)),
    ]
}

/// Exactly what is confirmed.
fn frozen(case: &Case) -> Vec<Fact> {
    let lines = review::given(case).into_iter();
    vec![
        lines.fold(Fact::new("It gives"), Fact::and_code),
        Fact::text("Access tokens live", review::token_life(case)),
        Fact::text("Version", case.request.at.version.to_string()),
        Fact::code("Payload hash", case.request.payload.to_string()),
    ]
}
