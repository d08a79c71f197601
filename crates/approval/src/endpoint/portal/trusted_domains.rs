//! Domains whose clients with documents an environment trusts: the list with its ends, and the form. For production the
//! form is asked a second time, on a page that says what follows.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use chrono::Duration;
use narthex_http::StrictQuery;
use narthex_http::page::{Choice, ErrorSummary, Field, NavItem, Shell, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, HostName};

use super::banner::Done;
use super::frame::{again, page as answer};
use super::opening_page::{REASON, opening_page};
use super::posted::Posted;
use super::problems::{Problems, capital};
use super::refusal::Refusal;
use super::settings_tabs::Tab;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::prose::Reason;
use crate::store::trusted_domain::{self, Trust};
use crate::trust_domain::{
    DistrustDomain, DistrustDomainError, TrustDomain, TrustDomainError, distrust_domain,
    trust_domain,
};

/// For how long: its word, what people read, and the days.
const SPANS: [(&str, &str, i64); 3] = [
    ("30d", "30 days", 30),
    ("90d", "90 days", 90),
    ("365d", "1 year", 365),
];

#[derive(Template)]
#[template(path = "portal/trusted_domains.html")]
struct TrustedDomainsPage {
    shell: Shell,
    tabs: Vec<NavItem>,
    errors: ErrorSummary,
    production: bool,
    rows: Vec<Row>,
    fields: Option<[Field; 2]>,
    here: String,
    who_may: String,
}

struct Row {
    id: String,
    domain: String,
    reason: String,
    /// Two people of the platform trust it.
    by_staff: bool,
    since: When,
    ends: When,
}

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    domain: String,
    span: String,
}

/// `GET /t/{tenant}/{environment}/settings/trusted-domains`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, environment) = path.into_inner();
    let typed = Typed {
        span: "90d".to_owned(),
        ..Typed::default()
    };
    let mut page = view(&who, environment, &typed, &Problems::default()).await?;
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/settings/trusted-domains`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::EditSettings)?;
    let typed = Typed {
        domain: posted.text("domain")?,
        span: posted.text("span")?,
    };
    let mut problems = Problems::default();
    let domain = problems.keep("domain", HostName::parse(typed.domain.trim()), |error| {
        format!("Enter a domain, such as example.com: {error}")
    });
    let days = SPANS.iter().find(|(word, ..)| *word == typed.span);
    if days.is_none() {
        problems.add("span", "Choose for how long");
    }
    let (Some(domain), Some((_, _, days))) = (domain, days) else {
        return Ok(again(&view(&who, environment, &typed, &problems).await?));
    };
    let command = TrustDomain {
        environment,
        until: who.now + Duration::days(*days),
        because: Reason::parse(&posted.text(REASON)?).ok(),
        domain: domain.clone(),
    };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| trust_domain(tx, command, acting).await;
    let here = who.path(&Tab::TrustedDomains.path(environment));
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::Saved.at(&here)),
        Err(TrustDomainError::OpensProduction) => {
            let shell = who.settings_shell(environment, Tab::TrustedDomains);
            let opens = vec![format!(
                "An app whose document is at a host of {domain} is sent to the review team by itself, marked as trusted, and you answer for it."
            )];
            Ok(opening_page(shell, opens, &posted, here))
        }
        Err(TrustDomainError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(TrustDomainError::Store(error)) => Err(Refusal::from(error).into()),
        Err(
            error @ (TrustDomainError::NotRegistrable
            | TrustDomainError::Trusted
            | TrustDomainError::TooMany
            | TrustDomainError::End),
        ) => {
            problems.add("domain", capital(&error.to_string()));
            Ok(again(&view(&who, environment, &typed, &problems).await?))
        }
    }
}

/// `POST /t/{tenant}/{environment}/settings/trusted-domains/end`
pub(crate) async fn submit_end(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::EditSettings)?;
    let trust = posted
        .text("trust")?
        .parse()
        .map_err(|_| Refusal::NotFound)?;
    let command = DistrustDomain {
        environment,
        trust,
        because: None,
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        distrust_domain(tx, command, acting).await
    };
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::Saved.at(&who.path(&Tab::TrustedDomains.path(environment)))),
        Err(DistrustDomainError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(DistrustDomainError::Store(error)) => Err(Refusal::from(error).into()),
        Err(DistrustDomainError::Over) => Err(Refusal::NotFound.into()),
    }
}

async fn view(
    who: &SignedIn,
    environment: Environment,
    typed: &Typed,
    problems: &Problems,
) -> Result<TrustedDomainsPage, Refusal> {
    let now = who.now;
    let trusted = who
        .within(async |tx| trusted_domain::in_force(tx, environment, now).await)
        .await?;
    let spans = SPANS.map(|(word, label, _)| Choice::new(word, label));
    let fields = [
        Field::text("domain", "Domain")
            .hint("As it is registered, such as example.com. Every host of it counts.")
            .value(typed.domain.as_str())
            .mono(),
        Field::select("span", "Trust it for", spans.into()).value(typed.span.as_str()),
    ];
    let row = |one: &Trust| Row {
        id: one.id.to_string(),
        domain: one.domain.to_string(),
        reason: one.reason.clone(),
        by_staff: one.proposal.is_some(),
        since: When::new(one.created_at),
        ends: When::new(one.expires_at),
    };
    Ok(TrustedDomainsPage {
        shell: who
            .settings_shell(environment, Tab::TrustedDomains)
            .problem(!problems.is_empty()),
        tabs: who.settings_tabs(environment, Tab::TrustedDomains),
        errors: problems.summary(),
        production: environment == Environment::Production,
        rows: trusted.iter().map(row).collect(),
        fields: who
            .may(Action::EditSettings)
            .then(|| fields.map(|field| problems.beside(field))),
        here: who.path(&Tab::TrustedDomains.path(environment)),
        who_may: who.who_may(Action::EditSettings),
    })
}
