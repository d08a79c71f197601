//! What strangers may do at an environment's registration endpoint, and how many clients one client may have below it:
//! what the platform gives, and what an owner lowered.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{ErrorSummary, Fact, Field, NavItem, Shell, number};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_tenancy::registration_limits::{self, Limits};
use narthex_vocab::Environment;

use super::banner::Done;
use super::frame::{again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::settings_tabs::Tab;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::limit_registration::{
    LimitRegistration, LimitRegistrationError, given, limit_registration, wanted,
};

/// Each limit: its field and what people read.
const FIELDS: [(&str, &str); 5] = [
    ("calls", "Calls of strangers in a minute"),
    ("newcomers", "New apps in a minute"),
    ("waiting", "Apps that wait in quarantine at once"),
    ("hours", "Hours that an app waits"),
    ("children", "Clients that one client may have registered"),
];

#[derive(Template)]
#[template(path = "portal/limits.html")]
struct LimitsPage {
    shell: Shell,
    tabs: Vec<NavItem>,
    errors: ErrorSummary,
    facts: Vec<Fact>,
    fields: Option<Vec<Field>>,
    here: String,
    who_may: String,
}

/// `GET /t/{tenant}/{environment}/settings/limits`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, environment) = path.into_inner();
    let limits = who
        .within(async |tx| registration_limits::load(tx, environment).await)
        .await?;
    let typed =
        wanted(&limits).map(|limit| limit.map_or_else(String::new, |limit| limit.to_string()));
    let mut page = view(&who, environment, &typed, &Problems::default());
    page.facts = facts(limits);
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/settings/limits`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::EditSettings)?;
    let mut typed = <[String; 5]>::default();
    for (text, (field, _)) in typed.iter_mut().zip(FIELDS) {
        *text = posted.text(field).map_err(|error: FormError| error)?;
    }
    let mut problems = Problems::default();
    let mut read = [None; 5];
    let places = read.iter_mut().zip(&typed).zip(FIELDS.iter().zip(given()));
    for ((place, text), ((field, _), most)) in places {
        if text.trim().is_empty() {
            continue;
        }
        let number: Option<i32> = text.trim().parse().ok();
        let number = number.filter(|number| (1..=most).contains(number));
        let words = || format!("Enter a whole number from 1 to {most}, or nothing");
        *place = problems.keep(field, number.ok_or(()), |()| words());
    }
    if !problems.is_empty() {
        return Ok(again(&view(&who, environment, &typed, &problems)));
    }
    let [calls, newcomers, waiting, hours, children] = read;
    let command = LimitRegistration {
        environment,
        limits: Limits {
            calls,
            newcomers,
            waiting,
            hours,
            children,
        },
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        limit_registration(tx, command, acting).await
    };
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::Saved.at(&who.path(&Tab::Limits.path(environment)))),
        Err(LimitRegistrationError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(LimitRegistrationError::Store(error)) => Err(Refusal::from(error).into()),
        Err(error @ LimitRegistrationError::Beyond) => {
            problems.add("", error.to_string());
            Ok(again(&view(&who, environment, &typed, &problems)))
        }
    }
}

/// What is in force, with what the platform gives.
fn facts(limits: Limits) -> Vec<Fact> {
    let own = wanted(&limits);
    let shown = |limit: i32| number(u64::try_from(limit).unwrap_or_default());
    let rows = FIELDS.iter().zip(own).zip(given());
    rows.map(|(((_, label), own), most)| {
        let fact = Fact::text(*label, shown(own.unwrap_or(most)));
        match own {
            Some(_) => fact.and_text(format!("The platform gives {}", shown(most))),
            None => fact.and_text("What the platform gives"),
        }
    })
    .collect()
}

fn view(
    who: &SignedIn,
    environment: Environment,
    typed: &[String; 5],
    problems: &Problems,
) -> LimitsPage {
    let tab = Tab::Limits;
    let rows = FIELDS.iter().zip(given()).zip(typed);
    let fields = rows.map(|((&(at, label), most), value)| {
        let field = Field::text(at, label)
            .hint(format!("At most {most}. Empty is what the platform gives."))
            .value(value.as_str())
            .optional();
        problems.beside(field)
    });
    LimitsPage {
        shell: who
            .settings_shell(environment, tab)
            .problem(!problems.is_empty()),
        tabs: who.settings_tabs(environment, tab),
        errors: problems.summary(),
        facts: Vec::new(),
        fields: who.may(Action::EditSettings).then(|| fields.collect()),
        here: who.path(&tab.path(environment)),
        who_may: who.who_may(Action::EditSettings),
    }
}
