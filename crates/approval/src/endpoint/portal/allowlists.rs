//! The allowlists of an environment: which hosts, schemes, members and contacts it takes. What opens production up is
//! asked for a second time, on a page that says what will happen.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{ErrorSummary, Fact, NavItem, Shell};
use narthex_tenancy::TenantTx;
use narthex_tenancy::metadata_rules;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Widening};

use super::allowlists_form::{Group, Typed, facts, groups};
use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::opening_page::{REASON, opening_page};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::settings_tabs::Tab;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::metadata_rules::{ChangeMetadataRules, ChangeMetadataRulesError, change_metadata_rules};
use crate::prose::Reason;

#[derive(Template)]
#[template(path = "portal/allowlists.html")]
struct AllowlistsPage {
    shell: Shell,
    tabs: Vec<NavItem>,
    errors: ErrorSummary,
    groups: Option<[Group; 4]>,
    facts: Vec<Fact>,
    domains: String,
    here: String,
    who_may: String,
}

/// `GET /t/{tenant}/{environment}/settings/allowlists`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, environment) = path.into_inner();
    let rules = who
        .within(async |tx| metadata_rules::load(tx, environment).await)
        .await?;
    let mut page = view(&who, environment, &Typed::of(&rules), &Problems::default());
    page.facts = facts(&rules);
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/settings/allowlists`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::EditSettings)?;
    let typed = Typed::read(&posted)?;
    let rules = match typed.parse() {
        Ok(rules) => rules,
        Err(problems) => return Ok(again(&view(&who, environment, &typed, &problems))),
    };
    let command = ChangeMetadataRules {
        environment,
        rules,
        because: Reason::parse(&posted.text(REASON)?).ok(),
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        change_metadata_rules(tx, command, acting).await
    };
    let here = who.path(&Tab::Allowlists.path(environment));
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::Saved.at(&here)),
        Err(ChangeMetadataRulesError::OpensProduction(opened)) => {
            let shell = who.settings_shell(environment, Tab::Allowlists);
            let opens = opened.into_iter().map(|one| opens(one).to_owned());
            Ok(opening_page(shell, opens.collect(), &posted, here))
        }
        Err(ChangeMetadataRulesError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(ChangeMetadataRulesError::Store(error)) => Err(Refusal::from(error).into()),
    }
}

const fn opens(opened: Widening) -> &'static str {
    match opened {
        Widening::AnyHost => "Redirect addresses, pages and logos may be at any https host.",
        Widening::Loopback => {
            "Redirect addresses may lead to a program on the person's own computer."
        }
        Widening::AppSchemes => "Redirect addresses may have the scheme of an app.",
        Widening::Members => "More members of client metadata are taken than before.",
        Widening::AnyContact => "Contacts may be at any domain, or be no mail address.",
    }
}

fn view(
    who: &SignedIn,
    environment: Environment,
    typed: &Typed,
    problems: &Problems,
) -> AllowlistsPage {
    let tab = Tab::Allowlists;
    AllowlistsPage {
        shell: who
            .settings_shell(environment, tab)
            .problem(!problems.is_empty()),
        tabs: who.settings_tabs(environment, tab),
        errors: problems.summary(),
        groups: who
            .may(Action::EditSettings)
            .then(|| groups(typed, problems)),
        facts: Vec::new(),
        domains: who.path(&Area::Domains.path()),
        here: who.path(&tab.path(environment)),
        who_may: who.who_may(Action::EditSettings),
    }
}
