//! What happens when an approved client changes: each change with what it means, what can be chosen, and why not less. What
//! asks fewer people in production is asked for a second time, on a page that says what will be so.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, NavItem, Shell};
use narthex_tenancy::permission::Action;
use narthex_tenancy::{TenantTx, change_rules};
use narthex_vocab::{Change, ChangeRules, Environment, Meanwhile};

use super::banner::Done;
use super::frame::{again, page as answer};
use super::opening_page::{REASON, opening_page};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::settings_tabs::Tab;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::change_rules::{ChangeChangeRules, ChangeChangeRulesError, change_change_rules};
use crate::endpoint::change_words::{does, facts, meaning, why_least};
use crate::prose::Reason;

#[derive(Template)]
#[template(path = "portal/changes.html")]
struct ChangesPage {
    shell: Shell,
    tabs: Vec<NavItem>,
    errors: ErrorSummary,
    facts: Vec<Fact>,
    fields: Option<Vec<Field>>,
    /// What nobody can choose, with why.
    fixed: Vec<Fact>,
    here: String,
    who_may: String,
}

/// What somebody chose, as sent; in the order of [`Change::ALL`].
type Typed = Vec<(Change, String)>;

/// `GET /t/{tenant}/{environment}/settings/changes`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, environment) = path.into_inner();
    let rules = who
        .within(async |tx| change_rules::load(tx, environment).await)
        .await?;
    let mut page = view(&who, environment, &typed(&rules), &Problems::default());
    page.facts = facts(&rules, None);
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/settings/changes`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::EditSettings)?;
    let typed = read(environment, &posted)?;
    let chosen = match parse(environment, &typed) {
        Ok(chosen) => chosen,
        Err(problems) => return Ok(again(&view(&who, environment, &typed, &problems))),
    };
    let command = ChangeChangeRules {
        environment,
        chosen,
        because: Reason::parse(&posted.text(REASON)?).ok(),
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        change_change_rules(tx, command, acting).await
    };
    let here = who.path(&Tab::Changes.path(environment));
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::Saved.at(&here)),
        Err(ChangeChangeRulesError::OpensProduction(opened)) => {
            let shell = who.settings_shell(environment, Tab::Changes);
            let opens = opened.into_iter().map(|(change, meanwhile)| {
                let (what, happens) = (change.label(), meanwhile.label().to_lowercase());
                format!("{what}: {happens}. {}", does(change, meanwhile))
            });
            Ok(opening_page(shell, opens.collect(), &posted, here))
        }
        Err(ChangeChangeRulesError::TooLoose(error)) => {
            let words = format!("Choose another answer: {error}");
            let problems = Problems::one(error.change.as_str(), words);
            Ok(again(&view(&who, environment, &typed, &problems)))
        }
        Err(ChangeChangeRulesError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(ChangeChangeRulesError::Store(error)) => Err(Refusal::from(error).into()),
    }
}

/// Changes with more than one choice here.
fn open_to_choice(environment: Environment) -> impl Iterator<Item = Change> {
    let all = Change::ALL.iter().copied();
    all.filter(move |change| change.choices(environment).count() > 1)
}

fn typed(rules: &ChangeRules) -> Typed {
    let text = |(change, meanwhile): (Change, Meanwhile)| (change, meanwhile.to_string());
    rules.iter().map(text).collect()
}

fn read(environment: Environment, posted: &Posted) -> Result<Typed, FormError> {
    let text = |change: Change| Ok((change, posted.text(change.as_str())?));
    open_to_choice(environment).map(text).collect()
}

fn parse(environment: Environment, typed: &Typed) -> Result<Vec<(Change, Meanwhile)>, Problems> {
    let mut problems = Problems::default();
    let mut chosen = Vec::new();
    for (change, text) in typed {
        let offered = change.choices(environment).find(|one| one.as_str() == text);
        let kept = problems.keep(change.as_str(), offered.ok_or(()), |()| {
            let why = why_least(*change, environment).unwrap_or("Nothing was chosen.");
            format!("Choose what happens: {}. {why}", change.label())
        });
        chosen.extend(kept.map(|meanwhile| (*change, meanwhile)));
    }
    if problems.is_empty() {
        Ok(chosen)
    } else {
        Err(problems)
    }
}

fn field(environment: Environment, (change, value): (Change, &str), problems: &Problems) -> Field {
    let choices = change
        .choices(environment)
        .map(|one| Choice::new(one.as_str(), one.label()).hint(does(change, one)));
    let why = why_least(change, environment).unwrap_or_default();
    let hint = format!("{} {why}", meaning(change));
    let field = Field::radios(change.as_str(), change.label(), choices.collect())
        .hint(hint.trim_end())
        .value(value);
    problems.beside(field)
}

fn view(
    who: &SignedIn,
    environment: Environment,
    typed: &Typed,
    problems: &Problems,
) -> ChangesPage {
    let tab = Tab::Changes;
    let of = |change: Change| {
        let found = typed.iter().find(|(own, _)| *own == change);
        let value = found.map_or("", |(_, text)| text.as_str());
        field(environment, (change, value), problems)
    };
    let fixed = Change::ALL.iter().copied();
    let fixed = fixed.filter(|change| change.choices(environment).count() == 1);
    let fixed = fixed.map(|change| {
        let fact = Fact::text(change.label(), change.least(environment).label());
        let fact = fact.and_text(meaning(change));
        fact.and_text(why_least(change, environment).unwrap_or_default())
    });
    ChangesPage {
        shell: who
            .settings_shell(environment, tab)
            .problem(!problems.is_empty()),
        tabs: who.settings_tabs(environment, tab),
        errors: problems.summary(),
        facts: Vec::new(),
        fields: who
            .may(Action::EditSettings)
            .then(|| open_to_choice(environment).map(of).collect()),
        fixed: fixed.collect(),
        here: who.path(&tab.path(environment)),
        who_may: who.who_may(Action::EditSettings),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_offered_is_taken() {
        let typed = |meanwhile: &str| vec![(Change::Keys, meanwhile.to_owned())];
        for (environment, meanwhile, taken) in [
            (Environment::Production, "goes_on", false),
            (Environment::Production, "asked_again", true),
            (Environment::Production, "pauses", true),
            (Environment::Sandbox, "goes_on", true),
            (Environment::Sandbox, "", false),
            (Environment::Sandbox, "stops", false),
        ] {
            let parsed = parse(environment, &typed(meanwhile));
            assert_eq!(parsed.is_ok(), taken, "{environment} {meanwhile}");
        }
        assert!(!open_to_choice(Environment::Production).any(|change| change == Change::Owner));
        assert_eq!(
            open_to_choice(Environment::Sandbox).count(),
            Change::ALL.len()
        );
    }
}
