//! The review page: what asks, who asks, what the checks saw, what it wants, what happened; and the decision beside it.
//! It shows and never decides: the form goes to `decide.rs`.

mod closed;
mod history;
mod lines;
mod promotion;
mod reach;
mod taken;
mod warn;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{
    Badge, Banner, Choice, Day, Diff, ErrorSummary, Fact, Field, Finding, Icon, Outcome, ScopeRow,
    Shell, Tone, When,
};
use narthex_policy::{FindingOutcome, Verdict};
use narthex_tenancy::permission::Action;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{Id, RequestState, kind};

pub(super) use self::closed::{given, token_life};
pub(super) use self::lines::Lines;
pub(super) use self::warn::Warn;
use super::asker::{self, AskLine};
use super::banner::Done;
use super::document_card;
use super::frame::{self, Area};
use super::identity::{Identity, identity, logos};
use super::place::Place;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use super::{paths, words};
use crate::decision::DecisionKind;
use crate::endpoint::change_words;
use crate::store::dashboard_findings::Found;
use crate::store::dashboard_review::{self, Case, Run};

/// What the page was asked to look at.
pub(super) type Looked = Seen<(Tenant, Case)>;

/// What the form holds, at first or when it comes back.
#[derive(Debug, Clone, Default)]
pub(super) struct Filled {
    /// The chosen decision.
    pub(super) decision: Option<DecisionKind>,
    /// The reason as it was written.
    pub(super) reason: String,
    /// What becomes of each line; all are given at first.
    pub(super) lines: Lines,
    /// The warning that people shall read.
    pub(super) warn: Warn,
}

#[derive(Template)]
#[template(path = "dashboard/review.html")]
pub(super) struct ReviewPage {
    shell: Shell,
    errors: ErrorSummary,
    checks: Badge,
    findings: Vec<Finding>,
    passed: Vec<Finding>,
    identity: Identity,
    /// What it would change of the client that is there.
    changes: Option<Diff>,
    /// What happens until that is decided.
    meanwhile: Vec<Fact>,
    /// The client of the sandbox that it promotes.
    promotion: Option<promotion::Card>,
    asker: Vec<Fact>,
    asks: Vec<AskLine>,
    rows: Vec<ScopeRow>,
    asked: String,
    policy: Vec<Fact>,
    history: Vec<Day>,
    taken: Option<taken::Taken>,
    form: Option<Form>,
    closed: Vec<Fact>,
    closed_text: String,
    /// Where a second person answers.
    second: Option<String>,
    kept: String,
}

/// The decision that can be made now.
struct Form {
    action: String,
    version: i32,
    payload: String,
    decision: Field,
    /// Where it can be given with a warning.
    warn: Option<[Field; 2]>,
    tokens: Field,
    reason: Field,
    /// The policy wants a second person for all that is asked for.
    needs_two: bool,
}

/// `GET /requests/{tenant}/{environment}/{request_id}`
pub(crate) async fn page(
    staff: StaffSignedIn,
    place: Place,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let looked = look(&staff, &place, place.named("request_id")?).await?;
    let mut page = view(&staff, &looked, &Filled::default(), &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(frame::page(&page))
}

/// Reads the latest version of a case and all that belongs to it.
pub(super) async fn look(
    staff: &StaffSignedIn,
    place: &Place,
    id: Id<kind::Request>,
) -> Result<Looked, Refusal> {
    let (at, now) = ((place.environment, id), staff.now);
    staff
        .look_at(place, id.to_string(), async |tx, tenant| {
            dashboard_review::load(tx, tenant, at, now).await
        })
        .await
}

/// The page again, with what was typed and what is wrong.
pub(super) fn again(
    staff: &StaffSignedIn,
    looked: &Looked,
    filled: &Filled,
    problems: &Problems,
) -> HttpResponse {
    frame::again(&view(staff, looked, filled, problems))
}

/// The page again, because the case is not what was read any more; what was typed is kept.
pub(super) fn changed(
    staff: &StaffSignedIn,
    looked: &Looked,
    filled: &Filled,
    banner: Banner,
) -> HttpResponse {
    let mut page = view(staff, looked, filled, &Problems::default());
    page.shell = page.shell.banner(Some(banner));
    page.kept.clone_from(&filled.reason);
    frame::with_status(&page, StatusCode::CONFLICT)
}

fn view(
    staff: &StaffSignedIn,
    looked: &Looked,
    filled: &Filled,
    problems: &Problems,
) -> ReviewPage {
    let (tenant, case) = &looked.found;
    let shell = staff.shell(Area::Requests, looked, case.integration.name.as_str());
    let may = staff.may(Action::Decide);
    let mut page = review_page(shell, (tenant, case), filled, problems, may);
    page.taken = may
        .then(|| taken::taken(tenant, case, staff.member.id))
        .flatten();
    if !may && case.request.state == RequestState::InReview {
        page.closed_text = staff.who_may(Action::Decide);
    }
    page
}

/// The whole page from what was read: no request, no clock.
fn review_page(
    shell: Shell,
    (tenant, case): (&Tenant, &Case),
    filled: &Filled,
    problems: &Problems,
    may_decide: bool,
) -> ReviewPage {
    let environment = case.request.at.environment;
    let shell = badges(frame::of_tenant(shell, tenant, environment), case);
    let open = case.request.state == RequestState::InReview && may_decide;
    let (passed, open_findings): (Vec<&Found>, Vec<&Found>) = case
        .findings
        .iter()
        .partition(|found| found.outcome == FindingOutcome::Pass);
    ReviewPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        checks: checks(
            open_findings.len(),
            &case.findings,
            !case.request.state.is_open(),
        ),
        findings: open_findings.into_iter().map(finding).collect(),
        passed: passed.into_iter().map(finding).collect(),
        identity: identity(
            &case.request.metadata,
            case.request.client_id.as_ref(),
            &case.unproved,
            logos((&tenant.slug, case.request.at.environment), &case.logos),
        ),
        changes: case
            .changes
            .as_ref()
            .map(|changed| document_card::diff(&changed.drifts)),
        meanwhile: case
            .changes
            .as_ref()
            .filter(|_| case.request.state.is_open())
            .map_or_else(Vec::new, change_words::meanwhile),
        promotion: promotion::card(tenant, case),
        asker: asker::asker(case),
        asks: asker::asks(&case.asks, &case.people),
        rows: reach::rows(case, open.then_some((&filled.lines, problems))),
        asked: reach::summary(&case.request.asked),
        policy: policy(case),
        history: history::days(case),
        taken: None,
        form: open.then(|| form(tenant, case, filled, problems)),
        closed: closed::facts(tenant, case),
        closed_text: closed::text(case.request.state).to_owned(),
        second: closed::second(tenant, case),
        kept: String::new(),
    }
}

fn badges(shell: Shell, case: &Case) -> Shell {
    let mut shell = shell.badge(words::request_state(case.request.state));
    for badge in taken::badges(case) {
        shell = shell.badge(badge);
    }
    if let Some(score) = case.score {
        shell = shell.badge(words::level(score).scored(score));
    }
    if case.request.metadata.hosts().is_empty() {
        return shell.badge(Badge::new(Tone::Neutral, "No host to prove"));
    }
    shell.badge(if case.unproved.is_empty() {
        Badge::verified("Hosts proved")
    } else {
        Badge::new(Tone::Warn, "Hosts not proved").icon(Icon::Warning)
    })
}

/// How many checks a person has to look at, or had to before the decision.
fn checks(open: usize, all: &[Found], decided: bool) -> Badge {
    let failed = all
        .iter()
        .any(|found| found.outcome == FindingOutcome::Fail);
    match (all.len(), open) {
        (0, _) => Badge::new(Tone::Neutral, "Not run yet"),
        (all, 0) => Badge::verified(format!("All {all} passed")),
        (all, open) => {
            let tone = if failed { Tone::Danger } else { Tone::Warn };
            if decided {
                let words = format!("{open} of {all} needed a decision");
                return Badge::new(Tone::Neutral, words);
            }
            let verb = if open == 1 { "needs" } else { "need" };
            Badge::new(tone, format!("{open} of {all} {verb} a decision")).icon(Icon::Warning)
        }
    }
}

fn finding(found: &Found) -> Finding {
    let outcome = match found.outcome {
        FindingOutcome::Pass => Outcome::Passed,
        FindingOutcome::Attention => Outcome::NeedsPerson,
        FindingOutcome::Fail => Outcome::Failed,
    };
    let sentence = format!("{}: {}", found.title, found.observed);
    let finding = Finding::new(outcome, &found.check, sentence);
    if found.outcome == FindingOutcome::Pass {
        return finding;
    }
    let fix = found.fix.as_deref();
    let mut finding = finding.fix(fix.unwrap_or("Nothing that the tenant can change. You decide."));
    finding.required = Some(found.required.clone());
    finding
}

/// What the policy said when the case came in, and what weighs most in the risk.
fn policy(case: &Case) -> Vec<Fact> {
    let Some(run) = case.runs.first() else {
        return vec![Fact::text("Verdict", "The policy has not run yet.")];
    };
    let tone = match run.verdict {
        Verdict::Allow => Tone::Ok,
        Verdict::Deny => Tone::Danger,
        Verdict::NeedsPerson | Verdict::NeedsTwo => Tone::Warn,
    };
    let rules = run
        .rules
        .iter()
        .fold(Fact::new("Rules that decided"), Fact::and_code);
    let mut facts = vec![
        Fact::new("Verdict").badge(Badge::new(tone, run.verdict.label())),
        rules,
        in_force(run),
        Fact::when("Ran", When::new(run.at).to_the_second()),
    ];
    let mut heaviest: Vec<&Found> = case.findings.iter().filter(|f| f.weight > 0).collect();
    heaviest.sort_by_key(|found| std::cmp::Reverse(found.weight));
    let reason = |fact: Fact, found: &Found| {
        fact.and_text(format!(
            "{} ({}, adds {})",
            found.observed, found.check, found.weight
        ))
    };
    if !heaviest.is_empty() {
        let why = Fact::new("What makes the risk");
        facts.push(heaviest.into_iter().take(3).fold(why, reason));
    }
    facts
}

/// Which text judged it: the baseline, and what was in force on top of it.
fn in_force(run: &Run) -> Fact {
    let (platform, tenant) = run.layers;
    let number = |whose: &str, number: Option<i32>| {
        number.map(|number| format!("{whose} policy version {number}"))
    };
    let on_top = [number("Platform", platform), number("Tenant", tenant)];
    let fact = Fact::code("Policy version", &run.policy_version);
    on_top.into_iter().flatten().fold(fact, Fact::and_text)
}

fn form(tenant: &Tenant, case: &Case, filled: &Filled, problems: &Problems) -> Form {
    let at = case.request.at;
    let decision = Field::radios("decision", "What do you want to do?", choices(case))
        .value(filled.decision.map_or("", DecisionKind::as_str));
    let reason = Field::area("reason", "Reason", 4)
        .hint("The tenant reads it, and it is kept in the ledger.")
        .value(filled.reason.as_str());
    Form {
        action: paths::request(&tenant.slug, at.environment, at.id),
        version: at.version,
        payload: case.request.payload.to_string(),
        decision: problems.beside(decision),
        warn: (case.request.may_be_warned_of()).then(|| filled.warn.fields(problems)),
        tokens: reach::tokens(&filled.lines, problems),
        reason: problems.beside(reason),
        needs_two: case
            .runs
            .first()
            .is_some_and(|run| run.verdict == Verdict::NeedsTwo),
    }
}

fn choices(case: &Case) -> Vec<Choice> {
    let all = reach::summary(&case.request.asked);
    let stranger = case.request.narrowing_is_agreed();
    let choice =
        |kind: DecisionKind, label: &str, hint: &str| Choice::new(kind.as_str(), label).hint(hint);
    let less = if stranger {
        "Less than it asked for. It counts at once: registering accepted less beforehand."
    } else {
        "Less than it asked for. The tenant answers within 14 days."
    };
    let mut choices = vec![
        choice(
            DecisionKind::Approve,
            "Approve as requested",
            &format!("Gives {all}. If a line says less, that is sent as an offer."),
        ),
        choice(DecisionKind::Offer, "Offer what the lines say", less),
        choice(
            DecisionKind::AskForChanges,
            "Ask for changes",
            "A new version has to be sent.",
        ),
        choice(DecisionKind::Reject, "Reject", "It may ask again."),
    ];
    if case.request.client_id.is_some() {
        let hint = "This registration may not ask again.";
        choices.push(choice(
            DecisionKind::RejectAndBlock,
            "Reject and block",
            hint,
        ));
    }
    choices
}

#[cfg(test)]
#[path = "review_tests.rs"]
pub(super) mod tests;
