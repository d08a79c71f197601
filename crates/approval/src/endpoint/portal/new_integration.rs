//! Describing a new integration on one page, checking the answers on a second, sending them. The answers travel with
//! the forms: nothing is written before the last button, and one form makes one integration.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, ScopeRow, Shell};
use narthex_tenancy::TenantTx;
use narthex_tenancy::catalogue;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, kind};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::integration_answers::{check_answers, scope_rows, tool_rows};
use super::integration_form::{Answers, Described};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::sign_in_by::SignInBy;
use super::signed_in::SignedIn;
use super::wish_list::WishList;
use crate::Acting;
use crate::integration::Operator;
use crate::onboard::{OnboardError, onboard, require_allowed};
use crate::store::portal_turn;

#[derive(Template)]
#[template(path = "portal/new_integration.html")]
struct NewIntegrationPage {
    shell: Shell,
    errors: ErrorSummary,
    about: [Field; 3],
    sign_in: [Field; 2],
    workload: [Field; 4],
    scopes: Vec<ScopeRow>,
    tools: Vec<ScopeRow>,
    after: String,
    here: String,
    cancel: String,
    resources: String,
}

#[derive(Template)]
#[template(path = "portal/check_integration.html")]
struct CheckPage {
    shell: Shell,
    /// Id of the field to change, and the answer.
    answers: Vec<(&'static str, Fact)>,
    kept: Vec<(String, String)>,
    here: String,
}

/// Which button was pressed.
enum Step {
    Check,
    Change,
    Send,
}

/// `GET /t/{tenant}/integrations/new`
pub(crate) async fn page(who: SignedIn) -> Result<HttpResponse, Refusal> {
    who.permit(Action::EditIntegration)?;
    let (wishes, newest) = who
        .within(async |tx| {
            let wishes = wishes(tx).await?;
            let newest = portal_turn::newest_integration(tx, who.member.id).await?;
            Ok::<_, Refusal>((wishes, newest))
        })
        .await?;
    let after = newest.map_or_else(String::new, |(id, _)| id.to_string());
    let page = form(
        &who,
        &wishes,
        (&Answers::empty(), &after),
        &Problems::default(),
    );
    Ok(answer(&page))
}

/// `POST /t/{tenant}/integrations/new`
pub(crate) async fn submit(who: SignedIn, posted: Posted) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditIntegration)?;
    let (answers, after) = (Answers::read(&posted)?, posted.text("after")?);
    let wishes = who.within(wishes).await?;
    let step = Step::parse(&posted.text("step")?);
    let described = match (answers.parse(&wishes), step) {
        (_, Step::Change) => {
            let page = form(&who, &wishes, (&answers, &after), &Problems::default());
            return Ok(answer(&page));
        }
        (Err(problems), Step::Check | Step::Send) => {
            return Ok(again(&form(&who, &wishes, (&answers, &after), &problems)));
        }
        (Ok(described), Step::Check) => {
            let asked = described.asks.keys().copied();
            let work =
                async |tx: &mut TenantTx| require_allowed(tx, &described.client, asked).await;
            match who.within(work).await {
                Ok(()) => return Ok(answer(&check(&who, &described, &posted))),
                Err(error) => {
                    let problems = problems(error)?;
                    return Ok(again(&form(&who, &wishes, (&answers, &after), &problems)));
                }
            }
        }
        (Ok(described), Step::Send) => described,
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        send(tx, described, &after, acting, &who).await
    };
    match who.act(&permit, work).await {
        Ok(sent) => Ok(Done::Sent.at(&who.path(&format!("/integrations/{sent}")))),
        Err(error) => {
            let problems = problems(error)?;
            Ok(again(&form(&who, &wishes, (&answers, &after), &problems)))
        }
    }
}

/// Onboards it, unless the same form did already: then the integration is the one that it made.
async fn send(
    tx: &mut TenantTx,
    described: Described,
    after: &str,
    acting: &mut Acting<'_>,
    who: &SignedIn,
) -> Result<Id<kind::Integration>, OnboardError> {
    let newest = portal_turn::newest_integration(tx, who.member.id).await?;
    if let Some((id, name)) = newest
        && name == described.name.as_str()
        && id.to_string() != after
    {
        return Ok(id);
    }
    let onboarded = onboard(tx, described.by(who.member.id), acting).await?;
    Ok(onboarded.integration)
}

/// What the person can mend: each rule with what it saw and what helps. Or why the form does not count.
fn problems(error: OnboardError) -> Result<Problems, Refusal> {
    match error {
        OnboardError::Disallowed {
            environment,
            disallowed,
        } => {
            let mut problems = Problems::default();
            for breach in disallowed.breaches() {
                let (place, fix) = (environment.label(), breach.rule.fix());
                let words = format!("{place}, rule {}: {}. {fix}", breach.rule, breach.observed);
                problems.add("redirect_uris", words);
            }
            Ok(problems)
        }
        OnboardError::NotPermitted(error) => Err(error.into()),
        // The catalogue changed while the form was open.
        OnboardError::NothingAsked
        | OnboardError::UnknownSponsor
        | OnboardError::UnknownReach { .. } => Err(Refusal::Stale),
        OnboardError::Store(error) => Err(error.into()),
    }
}

impl Step {
    fn parse(text: &str) -> Self {
        match text {
            "send" => Self::Send,
            "change" => Self::Change,
            _ => Self::Check,
        }
    }
}

async fn wishes(tx: &mut TenantTx) -> Result<WishList, Refusal> {
    let mut catalogues = BTreeMap::new();
    for environment in Environment::ALL {
        catalogues.insert(*environment, catalogue::load(tx, *environment).await?);
    }
    Ok(WishList::of(&catalogues))
}

fn form(
    who: &SignedIn,
    wishes: &WishList,
    (answers, after): (&Answers, &str),
    problems: &Problems,
) -> NewIntegrationPage {
    NewIntegrationPage {
        shell: who
            .shell(Area::Integrations, "New integration")
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        about: about_fields(answers).map(|field| problems.beside(field)),
        sign_in: sign_in_fields(answers).map(|field| problems.beside(field)),
        workload: answers
            .workload
            .fields()
            .map(|field| problems.beside(field)),
        scopes: scope_rows(wishes, answers, problems),
        tools: tool_rows(wishes, answers),
        after: after.to_owned(),
        here: who.path("/integrations/new"),
        cancel: who.path(&Area::Integrations.path()),
        resources: who.path(&Area::Resources(Environment::Sandbox).path()),
    }
}

fn about_fields(answers: &Answers) -> [Field; 3] {
    let operators = Operator::ALL.map(|one| Choice::new(one.as_str(), one.label()));
    [
        Field::text("name", "Name")
            .hint("As the people who use it know it")
            .value(answers.name.as_str()),
        Field::area("purpose", "Purpose", 3)
            .hint("What it does and for whom, in a sentence or two. The review team reads it.")
            .value(answers.purpose.as_str()),
        Field::radios("operator", "Who runs it", operators.into()).value(answers.operator.as_str()),
    ]
}

fn sign_in_fields(answers: &Answers) -> [Field; 2] {
    let ways = SignInBy::ALL.map(|one| Choice::new(one.as_str(), one.label()));
    [
        Field::radios("sign_in", "How it signs in", ways.into()).value(answers.sign_in.as_str()),
        Field::area("redirect_uris", "Redirect addresses", 4)
            .hint("Where people return to after signing in, one a line. Compared letter by letter. None for a device, or for a service that acts for itself.")
            .mono()
            .value(answers.redirect_uris.as_str()),
    ]
}

fn check(who: &SignedIn, described: &Described, posted: &Posted) -> CheckPage {
    let kept = posted.pairs().filter(|(name, _)| *name != "step");
    CheckPage {
        shell: who
            .shell(Area::Integrations, "Check your answers")
            .crumb("New integration", who.path("/integrations/new")),
        answers: check_answers(described, posted),
        kept: kept
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        here: who.path("/integrations/new"),
    }
}
