//! The page of a request: how far it is, what the checks saw, what was decided and why; and answering an offer. It never
//! changes what is offered.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{Badge, Day, ErrorSummary, Fact, Field, Finding, Logo, Shell, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, kind};

use super::banner::Done;
use super::case_words::{facts, findings, findings_summary, history, last_word};
use super::frame::{Area, again, page as answer};
use super::logo;
use super::offer_words;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::resource::risk_badge;
use super::signed_in::SignedIn;
use super::standing::{request_badge, request_next};
use super::withdraw;
use crate::Acting;
use crate::answer_offer::{AnswerOffer, AnswerOfferError, Answered, answer_offer};
use crate::approved::NotApprovable;
use crate::prose::ScopeReason;
use crate::request::RequestRef;
use crate::store::portal_request::{self, Case, Offered};

#[derive(Template)]
#[template(path = "portal/request.html")]
struct RequestPage {
    shell: Shell,
    errors: ErrorSummary,
    next: &'static str,
    last_word: Option<(&'static str, String)>,
    asked: Vec<AskedRow>,
    findings: Vec<Finding>,
    findings_summary: String,
    facts: Vec<Fact>,
    logos: Vec<Logo>,
    history: Vec<Day>,
    offer: Option<OfferView>,
    withdraw: Option<String>,
}

struct AskedRow {
    name: String,
    meaning: String,
    reason: String,
    risk: Badge,
    /// What became of it in the offer, when there is one.
    offered: Option<Badge>,
    /// Why it is not offered as it was asked for.
    why: String,
}

struct OfferView {
    id: String,
    version: i32,
    count: String,
    reason: String,
    /// What stops working for want of what is not offered.
    loses: Vec<String>,
    lapses: When,
    /// The comment field and where the form goes, for those who may answer.
    form: Option<(Field, String)>,
    who_may: String,
}

/// The path of a request's page.
type At = (String, Environment, Id<kind::Request>);

/// An answer, as sent.
struct Typed {
    offer: String,
    version: String,
    answer: String,
    comment: String,
}

/// `GET /t/{tenant}/{environment}/requests/{request}`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<At>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, environment, id) = path.into_inner();
    let case = who
        .within(async |tx| portal_request::load(tx, environment, id).await)
        .await?;
    let mut page = view(&who, &case, "", &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/requests/{request}/answer`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment, id) = path.into_inner();
    let permit = who.permit(Action::AnswerOffer)?;
    let typed = Typed::read(&posted)?;
    let problems = match typed.parse(environment, id)? {
        Err(problems) => problems,
        Ok(command) => {
            let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
                answer_offer(tx, command, acting).await
            };
            match who.act(&permit, work).await {
                Ok(answered) => return Ok(done(&who, environment, id, &answered)),
                Err(error) => problems(error)?,
            }
        }
    };
    let case = who
        .within(async |tx| portal_request::load(tx, environment, id).await)
        .await
        .map_err(Refusal::from)?;
    Ok(again(&view(&who, &case, &typed.comment, &problems)))
}

fn done(
    who: &SignedIn,
    environment: Environment,
    id: Id<kind::Request>,
    answered: &Answered,
) -> HttpResponse {
    let done = match answered {
        Answered::Activated(_) => Done::OfferAccepted,
        Answered::AwaitsSecond { .. } => Done::OfferAwaitsSecond,
        Answered::BackInReview => Done::OfferDeclined,
    };
    done.at(&who.request_path(environment, id))
}

impl Typed {
    fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            offer: posted.text("offer")?,
            version: posted.text("version")?,
            answer: posted.text("answer")?,
            comment: posted.text("comment")?,
        })
    }

    /// The command, or what to mend; an offer that is none is not there.
    fn parse(
        &self,
        environment: Environment,
        id: Id<kind::Request>,
    ) -> Result<Result<AnswerOffer, Problems>, Refusal> {
        let offer = self.offer.parse().map_err(|_| Refusal::NotFound)?;
        let version = self.version.parse().map_err(|_| Refusal::NotFound)?;
        let accept = self.answer == "accept";
        let mut problems = Problems::default();
        let reason = problems.keep("comment", ScopeReason::parse(&self.comment), |error| {
            format!("Enter another comment: {error}")
        });
        if !accept && reason.as_ref().is_some_and(ScopeReason::is_empty) {
            let words = "Enter what is missing in the offer, so that the review team can go on";
            problems.add("comment", words);
        }
        Ok(match reason {
            Some(reason) if problems.is_empty() => Ok(AnswerOffer {
                request: RequestRef {
                    environment,
                    id,
                    version,
                },
                offer,
                accept,
                reason,
            }),
            Some(_) | None => Err(problems),
        })
    }
}

/// What the person can mend, or why the answer does not count.
fn problems(error: AnswerOfferError) -> Result<Problems, Refusal> {
    match error {
        AnswerOfferError::NotPermitted(error) => Err(error.into()),
        AnswerOfferError::Gone | AnswerOfferError::Lapsed(_) => Err(Refusal::Stale),
        AnswerOfferError::NotApprovable(why) => Ok(Problems::one("", not_approvable(&why))),
        AnswerOfferError::Store(error) => Err(error.into()),
    }
}

fn not_approvable(why: &NotApprovable) -> String {
    match why {
        NotApprovable::Unproved { hosts } => {
            let hosts: Vec<_> = hosts.iter().map(ToString::to_string).collect();
            let hosts = hosts.join(", ");
            format!("Production needs a proof that these hosts are yours: {hosts}")
        }
        NotApprovable::AgainstPolicy => {
            "The rules have changed and refuse this request now. Decline, and say so".to_owned()
        }
        NotApprovable::NoSponsor => {
            "Nobody answers for this integration any more. Name a sponsor first".to_owned()
        }
        NotApprovable::Over(end) => format!(
            "A part of the offer ended on {}. Decline it, and say so",
            When::new(*end).day()
        ),
        NotApprovable::NeedsSecond
        | NotApprovable::NeedsPerson
        | NotApprovable::ByWhoAsked
        | NotApprovable::NotAsked(_) => {
            "This offer cannot be accepted as it stands. Decline it, and say so".to_owned()
        }
    }
}

fn view(who: &SignedIn, case: &Case, comment: &str, problems: &Problems) -> RequestPage {
    let request = &case.request;
    let environment = request.at.environment;
    let open = case.offer.as_ref().filter(|offer| offer.open);
    let back = who.path(&format!("/integrations/{}", request.integration));
    let mut shell = who
        .shell(
            Area::Integrations,
            format!("Request for {}", environment.as_str()),
        )
        .crumb(case.integration.as_str(), back)
        .badge(request_badge(request.state))
        .problem(!problems.is_empty());
    shell.environment = Some(environment);
    RequestPage {
        shell,
        errors: problems.summary(),
        next: request_next(request.state),
        last_word: last_word(case),
        asked: asked(case, open),
        findings: findings(&case.findings),
        findings_summary: findings_summary(&case.findings, request.state),
        facts: facts(case),
        logos: logo::views(who, environment, &case.logos),
        history: history(case),
        offer: open.map(|offer| offer_view(who, case, offer, (comment, problems))),
        withdraw: (who.may(Action::EditIntegration) && withdraw::is_possible(request.state))
            .then(|| format!("{}/withdraw", who.request_path(environment, request.at.id))),
    }
}

fn asked(case: &Case, offer: Option<&Offered>) -> Vec<AskedRow> {
    let asked = &case.request.asked;
    let scopes = asked.scopes.iter().map(|(scope, wanted)| {
        let line = offer.map(|offer| offer_words::of_scope(&offer.proposal, scope));
        AskedRow {
            name: scope.as_str().to_owned(),
            meaning: case
                .catalogue
                .scope(scope)
                .map_or_else(String::new, |entry| entry.description.clone()),
            reason: wanted.reason.as_str().to_owned(),
            risk: risk_badge(wanted.risk),
            why: line
                .as_ref()
                .map_or_else(String::new, |line| line.why.clone()),
            offered: line.map(|line| line.badge),
        }
    });
    let tools = asked.tools.iter().map(|(tool, wanted)| {
        let line = offer.map(|offer| offer_words::of_tool(&offer.proposal, tool));
        let risk = asked.scopes.get(&wanted.scope).map(|scope| scope.risk);
        AskedRow {
            name: tool.tool.as_str().to_owned(),
            meaning: format!("A tool that needs {}", wanted.scope),
            reason: String::new(),
            risk: risk_badge(risk.unwrap_or(narthex_vocab::Risk::Admin)),
            why: line
                .as_ref()
                .map_or_else(String::new, |line| line.why.clone()),
            offered: line.map(|line| line.badge),
        }
    });
    scopes.chain(tools).collect()
}

fn offer_view(
    who: &SignedIn,
    case: &Case,
    offer: &Offered,
    (comment, problems): (&str, &Problems),
) -> OfferView {
    let at = case.request.at;
    let (asked, given) = (&case.request.asked, &offer.proposal.reach);
    let reason = case.decisions.first().map(|decided| decided.reason.clone());
    let field = Field::area("comment", "Comment", 3)
        .hint("The review team reads it. Needed when you decline.")
        .optional()
        .value(comment);
    let path = format!("{}/answer", who.request_path(at.environment, at.id));
    OfferView {
        id: offer.id.to_string(),
        version: at.version,
        count: format!(
            "You asked for {} and {}. Offered are {} and {}.",
            counted(asked.scopes.len(), "scope"),
            counted(asked.tools.len(), "tool"),
            counted(given.scopes.len(), "scope"),
            counted(given.tools.len(), "tool"),
        ),
        reason: reason.unwrap_or_default(),
        loses: offer_words::loses(asked, &offer.proposal),
        lapses: When::new(offer.expires_at).day(),
        form: who
            .may(Action::AnswerOffer)
            .then(|| (problems.beside(field), path)),
        who_may: who.who_may(Action::AnswerOffer),
    }
}

/// A number and its noun: `1 scope`, `3 scopes`, `no tools`.
fn counted(count: usize, noun: &str) -> String {
    match count {
        0 => format!("no {noun}s"),
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}
