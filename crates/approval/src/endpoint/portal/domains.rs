//! The domains of a tenant, how far each proof has come, and the form that adds one. Adding proves nothing.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, ErrorSummary, Field, Shell, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{HostError, HostName};

use super::banner::Done;
use super::domain::{badge, path_of};
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::add_domain::{AddDomain, AddDomainError, add_domain};
use crate::domain::{Domain, MOST};
use crate::store;

#[derive(Template)]
#[template(path = "portal/domains.html")]
struct DomainsPage {
    shell: Shell,
    errors: ErrorSummary,
    rows: Vec<Row>,
    form: Option<Field>,
    here: String,
    who_may: String,
}

struct Row {
    host: String,
    href: String,
    state: Badge,
    seen: String,
    checked: Option<When>,
}

/// `GET /t/{tenant}/domains`
pub(crate) async fn page(who: SignedIn, query: StrictQuery) -> Result<HttpResponse, Refusal> {
    let domains = who.within(store::domain::list).await?;
    let mut page = view(&who, &domains, "", &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/domains`
pub(crate) async fn submit(who: SignedIn, posted: Posted) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditIntegration)?;
    let typed = posted.text("host")?;
    let problems = match parse(&typed) {
        Err(problems) => problems,
        Ok(host) => {
            let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
                add_domain(tx, AddDomain { host }, acting).await
            };
            match who.act(&permit, work).await {
                Ok(domain) => return Ok(Done::DomainAdded.at(&path_of(&who, domain.id))),
                Err(error) => problems(error)?,
            }
        }
    };
    let domains = who
        .within(store::domain::list)
        .await
        .map_err(Refusal::from)?;
    Ok(again(&view(&who, &domains, &typed, &problems)))
}

/// A host as people paste it: with the scheme and a slash behind it, too.
fn parse(typed: &str) -> Result<HostName, Problems> {
    let host = typed.trim();
    let host = host.strip_prefix("https://").unwrap_or(host);
    let host = host.strip_suffix('/').unwrap_or(host);
    HostName::parse(host).map_err(|error| {
        Problems::one(
            "host",
            match error {
                HostError::Empty => "Enter the host, such as app.example.com".to_owned(),
                error => format!("Enter a host such as app.example.com: {error}"),
            },
        )
    })
}

fn problems(error: AddDomainError) -> Result<Problems, Refusal> {
    let words = match error {
        AddDomainError::Unownable => {
            "Enter a host below a domain that you own: many share this name, or it means this computer".to_owned()
        }
        AddDomainError::AlreadyThere(_) => "This domain is in the list already".to_owned(),
        AddDomainError::TooMany => {
            format!("There are {MOST} domains already. Remove one that you do not need")
        }
        AddDomainError::NotPermitted(error) => return Err(error.into()),
        AddDomainError::Store(error) => return Err(error.into()),
    };
    Ok(Problems::one("host", words))
}

fn view(who: &SignedIn, domains: &[Domain], typed: &str, problems: &Problems) -> DomainsPage {
    let row = |domain: &Domain| Row {
        host: domain.host.unicode(),
        href: path_of(who, domain.id),
        state: badge(domain.state),
        seen: domain.last_seen.clone().unwrap_or_default(),
        checked: domain.checked_at.map(When::new),
    };
    let field = Field::text("host", "Host")
        .hint("As it stands in your redirect addresses, such as app.example.com. A proof covers this host and none below it.")
        .mono()
        .value(typed);
    let area = Area::Domains;
    DomainsPage {
        shell: who.shell(area, area.label()).problem(!problems.is_empty()),
        errors: problems.summary(),
        rows: domains.iter().map(row).collect(),
        form: who
            .may(Action::EditIntegration)
            .then(|| problems.beside(field)),
        here: who.path(&area.path()),
        who_may: who.who_may(Action::EditIntegration),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("app.example.com", Some("app.example.com"))]
    #[case(" https://App.example.com/ ", Some("app.example.com"))]
    #[case("bücher.example", Some("xn--bcher-kva.example"))]
    #[case("https://app.example.com/path", None)]
    #[case("http://app.example.com", None)]
    #[case("192.0.2.1", None)]
    #[case("", None)]
    fn a_pasted_address_is_its_host(#[case] typed: &str, #[case] host: Option<&str>) {
        let parsed = parse(typed).ok();
        assert_eq!(parsed.as_ref().map(HostName::as_str), host);
    }
}
