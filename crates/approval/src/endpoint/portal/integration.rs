//! One integration: how it stands in each environment, its newest requests with what the checks saw, its clients with
//! what they may reach and how they prove themselves.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Fact, Finding, Shell, StripCell, When};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, kind};

use super::banner::Done;
use super::case_words::{findings, findings_summary, last_word};
use super::client_view::{ClientView, client_view};
use super::frame::{Area, page as answer};
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use super::standing::{request_badge, request_next};
use crate::store::portal_integration::{self, Whole};
use crate::store::portal_request::Case;

#[derive(Template)]
#[template(path = "portal/integration.html")]
struct IntegrationPage {
    shell: Shell,
    strip: Vec<StripCell>,
    purpose: String,
    clients: Vec<ClientView>,
    requests: Vec<RequestView>,
    facts: Vec<Fact>,
}

struct RequestView {
    id: &'static str,
    title: String,
    href: String,
    state: Badge,
    next: &'static str,
    sent: Option<When>,
    last_word: Option<(&'static str, String)>,
    findings: Vec<Finding>,
    findings_summary: String,
}

/// `GET /t/{tenant}/integrations/{integration}`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Id<kind::Integration>)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, id) = path.into_inner();
    let whole = who
        .within(async |tx| portal_integration::load(tx, id, who.now).await)
        .await?;
    let mut page = view(&who, &whole);
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

fn view(who: &SignedIn, whole: &Whole) -> IntegrationPage {
    let integration = &whole.integration;
    let cell = |environment: &Environment| {
        who.standing(
            integration.id,
            *environment,
            whole.standings.get(environment),
        )
    };
    let purpose = match integration.purpose.as_str() {
        "" => "No purpose was given.",
        purpose => purpose,
    };
    IntegrationPage {
        shell: who.shell(Area::Integrations, integration.name.as_str()),
        strip: Environment::ALL.iter().map(cell).collect(),
        purpose: purpose.to_owned(),
        clients: whole
            .clients
            .iter()
            .map(|client| client_view(who, client))
            .collect(),
        requests: whole
            .cases
            .values()
            .map(|case| request_view(who, case))
            .collect(),
        facts: vec![
            Fact::text("Run by", integration.operator.label()),
            answers(who, whole),
            Fact::when("Created", When::new(whole.created_at)),
            Fact::code("Integration id", integration.id.to_string()),
        ],
    }
}

/// Who answers for it, and where that is handed over.
fn answers(who: &SignedIn, whole: &Whole) -> Fact {
    let mut fact = match &whole.sponsor {
        None => Fact::text("Answers for it", "Nobody: it registered itself"),
        Some(sponsor) if sponsor.is_there => Fact::text("Answers for it", sponsor.name.as_str()),
        Some(sponsor) => {
            let words = format!("Nobody: {} has left", sponsor.name);
            Fact::text("Answers for it", words)
        }
    };
    if let Some(asked) = &whole.asked {
        fact = fact.and_text(format!("{} is asked to", asked.to_name));
    }
    let asked = whole.asked.as_ref();
    let mine = asked.is_some_and(|asked| asked.to == who.member.id);
    if mine || who.may(Action::ManagePeople) {
        let id = whole.integration.id;
        let label = if mine { "Answer" } else { "Hand it over" };
        return fact.link(label, who.path(&format!("/integrations/{id}/hand-over")));
    }
    fact
}

/// Checks that passed, or that somebody has decided over, are on the request's own page; here stands what needs somebody.
fn request_view(who: &SignedIn, case: &Case) -> RequestView {
    let at = case.request.at;
    let worked_on = case.request.state.is_open();
    let open = case
        .findings
        .iter()
        .filter(|seen| worked_on && seen.outcome != "pass");
    let open: Vec<_> = open.cloned().collect();
    RequestView {
        id: match at.environment {
            Environment::Sandbox => "request-sandbox",
            Environment::Production => "request-production",
        },
        title: format!("Request for {}", at.environment),
        href: who.request_path(at.environment, at.id),
        state: request_badge(case.request.state),
        next: request_next(case.request.state),
        sent: case.submitted_at.map(When::new),
        last_word: last_word(case),
        findings: findings(&open),
        findings_summary: findings_summary(&case.findings, case.request.state),
    }
}

/// The page of an integration.
pub(super) fn path_of(who: &SignedIn, integration: Id<kind::Integration>) -> String {
    who.path(&format!("/integrations/{integration}"))
}
