//! The second person before a proposal to trust a domain: what it would open, who proposed it and why. Who proposed it
//! reads who may confirm, and can only take it back. The page loads no script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use narthex_http::page::{Badge, Choice, ErrorSummary, Fact, Field, Shell, Tone, When};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{Environment, Id, kind};

use super::banner::Done;
use super::brakes::{Names, whose};
use super::decide::reason_words;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::answer_proposal::{AnswerProposal, AnswerProposalError, answer_proposal};
use crate::proposal::{MayNotAnswer, Proposal, ProposalKind, ProposalState};
use crate::prose::Reason;
use crate::store::dashboard_people::{self, People, name_of};
use crate::store::{dashboard_tenants, proposal};
use crate::trust_for_tenant::Change;

type Looked = Seen<(Proposal, Change, Names, People)>;

#[derive(Template)]
#[template(path = "dashboard/answer_trust.html")]
struct AnswerTrustPage {
    shell: Shell,
    errors: ErrorSummary,
    heading: &'static str,
    text: String,
    facts: Vec<Fact>,
    effects: Vec<(String, String)>,
    action: String,
    fields: Vec<Field>,
    button: &'static str,
}

/// `GET /trusted-domains/proposals/{proposal}`
pub(crate) async fn page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::TrustForTenant)?;
    let looked = look(&staff, &path).await?;
    let page = view(&staff, (&permit, &looked), "", &Problems::default());
    Ok(frame::bare_page(&page, StatusCode::OK))
}

/// `POST /trusted-domains/proposals/{proposal}`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::TrustForTenant)?;
    let looked = look(&staff, &path).await?;
    let written = posted.text("reason")?;
    let mut problems = Problems::default();
    let confirm = match posted.text("answer")?.as_str() {
        "confirm" => Some(true),
        "refuse" => Some(false),
        _ => None,
    };
    if confirm.is_none() {
        problems.add("answer", "Choose what you want to do");
    }
    let reason = problems.keep("reason", Reason::parse(&written), reason_words);
    let status = match (confirm, reason) {
        (None, _) | (_, None) => StatusCode::UNPROCESSABLE_ENTITY,
        (Some(confirm), Some(reason)) => {
            match carry_out(&staff, &permit, &looked.found.0, (confirm, reason)).await {
                Ok(state) => return Ok(done(state).at(Area::Trust.path())),
                Err(AnswerProposalError::NotPermitted(error)) => return Err(error.into()),
                Err(AnswerProposalError::Store(error)) => return Err(error.into()),
                Err(AnswerProposalError::TenantAnswers) => return Err(Refusal::NotAllowed),
                Err(AnswerProposalError::MayNot(why)) => {
                    problems.add("", may_not(&staff, why));
                    StatusCode::FORBIDDEN
                }
            }
        }
    };
    let page = view(&staff, (&permit, &looked), &written, &problems);
    Ok(frame::bare_page(&page, status))
}

const fn done(state: ProposalState) -> Done {
    match state {
        ProposalState::Done | ProposalState::Confirmed => Done::Trusted,
        ProposalState::Refused => Done::TrustRefused,
        ProposalState::Withdrawn => Done::TrustTakenBack,
        ProposalState::Void | ProposalState::Lapsed | ProposalState::Proposed => Done::TrustVoid,
    }
}

async fn look(staff: &StaffSignedIn, path: &str) -> Result<Looked, Refusal> {
    let id: Id<kind::Proposal> = path.parse().map_err(|_| Refusal::NotFound)?;
    let at = Look {
        object: id.to_string(),
        tenant: None,
        environment: None,
    };
    let looked = staff
        .look(at, async |tx| {
            let proposal = proposal::anywhere(tx, id).await?;
            let change = (proposal.kind == ProposalKind::TrustDomain)
                .then(|| Change::read(&proposal.change))
                .transpose()?;
            let change = change.ok_or(narthex_tenancy::StoreError::NotFound)?;
            let names = dashboard_tenants::names(tx, &[proposal.tenant]).await?;
            let people = dashboard_people::named(tx, [change.sponsor]).await?;
            Ok((proposal, change, names, people))
        })
        .await?;
    Ok(looked)
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    proposal: &Proposal,
    (confirm, reason): (bool, Reason),
) -> Result<ProposalState, AnswerProposalError> {
    let command = AnswerProposal {
        proposal: proposal.id,
        confirm,
        reason,
    };
    staff
        .within(proposal.tenant, async |tx| {
            let mut rng = ambient::rng();
            answer_proposal(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn may_not(staff: &StaffSignedIn, why: MayNotAnswer) -> String {
    match why {
        MayNotAnswer::Over => {
            "It was answered, or nobody answered in time. Nothing was changed".to_owned()
        }
        MayNotAnswer::TakesAnother => format!(
            "You proposed this. Who proposes does not confirm: somebody else does. {}",
            staff.who_may(Action::TrustForTenant)
        ),
    }
}

fn view(
    staff: &StaffSignedIn,
    (permit, looked): (&Permit, &Looked),
    written: &str,
    problems: &Problems,
) -> AnswerTrustPage {
    let (proposal, change, names, people) = &looked.found;
    let own = proposal.by.is(permit.person());
    let (heading, text, button) = match (proposal.waits(staff.now), own) {
        (false, _) => ("This is over", may_not(staff, MayNotAnswer::Over), ""),
        (true, true) => (
            "You proposed this",
            may_not(staff, MayNotAnswer::TakesAnother),
            "Take it back",
        ),
        (true, false) => (
            "You confirm or refuse what somebody else proposed",
            format!(
                "Nothing is trusted before you answer, until {}.",
                When::new(proposal.expires_at).text()
            ),
            "Send answer",
        ),
    };
    let answer = if own {
        let only = vec![Choice::new("refuse", "Take it back").chosen(true)];
        Field::radios("answer", "What do you want to do?", only)
    } else {
        let both = vec![
            Choice::new("confirm", "Confirm: trust the domain"),
            Choice::new("refuse", "Refuse"),
        ];
        Field::radios("answer", "What do you want to do?", both)
    };
    let reason = Field::area("reason", "Reason", 3)
        .hint("Kept in the ledger.")
        .value(written);
    let title = format!(
        "Trust {} for {}",
        change.domain,
        whose(names, proposal.tenant)
    );
    let shell = staff.shell(Area::Trust, looked, title);
    AnswerTrustPage {
        shell: shell.problem(!problems.is_empty()).without_script(),
        errors: problems.summary(),
        heading,
        text,
        facts: facts((proposal, change), names, people),
        effects: effects(change.environment),
        action: format!("{}/proposals/{}", Area::Trust.path(), proposal.id),
        fields: [answer, reason].map(|field| problems.beside(field)).into(),
        button,
    }
}

fn facts((proposal, change): (&Proposal, &Change), names: &Names, people: &People) -> Vec<Fact> {
    let tone = if proposal.state == ProposalState::Proposed {
        Tone::Warn
    } else {
        Tone::Neutral
    };
    let mut facts = vec![
        Fact::new("State").badge(Badge::new(tone, proposal.state.label())),
        Fact::code("Domain", change.domain.as_str()),
        Fact::text("For", whose(names, proposal.tenant)),
        Fact::text("Environment", change.environment.label()),
        Fact::text("Who answers for it", name_of(people, change.sponsor)),
        Fact::when("Trusted until", When::new(change.until).day()),
        Fact::when("Proposed", When::new(proposal.at)).and_text(format!("By {}", proposal.by.name)),
        Fact::text("Why", &proposal.reason),
    ];
    if let Some((who, at)) = &proposal.answered {
        facts.push(Fact::when("Answered", When::new(*at)).and_text(format!("By {}", who.name)));
    }
    facts
}

fn effects(environment: Environment) -> Vec<(String, String)> {
    let effect = match environment {
        Environment::Sandbox => {
            "clients whose document is at a host of it are let in by rule R-30, with the scopes that the sandbox gives to everyone"
        }
        Environment::Production => {
            "clients whose document is at a host of it become a request that says so; a person decides each"
        }
    };
    vec![("All".to_owned(), effect.to_owned())]
}
