//! What an environment demands of every client's requests and tokens, and what access tokens are signed with.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, NavItem, Shell};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_tenancy::token_policy::{self, TokenPolicy};
use narthex_vocab::{Environment, SigningAlgorithm};

use super::banner::Done;
use super::frame::{again, page as answer};
use super::opening_page::{REASON, opening_page};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::settings_tabs::Tab;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::change_token_policy::{ChangeTokenPolicy, ChangeTokenPolicyError, change_token_policy};
use crate::prose::Reason;

/// The fields, with what people read above them.
const PUSHED: (&str, &str) = ("pushed_requests", "Requests to sign people in");
const BOUND: (&str, &str) = ("bound_tokens", "Access tokens");
const ALGORITHM: (&str, &str) = ("access_algorithm", "Access tokens are signed with");

/// The two answers of the first two fields.
const EACH: &str = "each";
const ALL: &str = "all";

#[derive(Template)]
#[template(path = "portal/token_policy.html")]
struct TokenPolicyPage {
    shell: Shell,
    tabs: Vec<NavItem>,
    errors: ErrorSummary,
    fields: Option<[Field; 3]>,
    facts: Vec<Fact>,
    here: String,
    who_may: String,
}

/// What somebody chose, as sent.
struct Typed {
    pushed: String,
    bound: String,
    algorithm: String,
}

/// `GET /t/{tenant}/{environment}/settings/tokens`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, environment) = path.into_inner();
    let policy = who
        .within(async |tx| token_policy::load(tx, environment).await)
        .await?;
    let typed = Typed::of(policy);
    let mut page = view(&who, environment, &typed, &Problems::default());
    page.facts = facts(policy);
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/settings/tokens`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::EditSettings)?;
    let typed = Typed::read(&posted)?;
    let policy = match typed.parse() {
        Ok(policy) => policy,
        Err(problems) => return Ok(again(&view(&who, environment, &typed, &problems))),
    };
    let command = ChangeTokenPolicy {
        environment,
        policy,
        because: Reason::parse(&posted.text(REASON)?).ok(),
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        change_token_policy(tx, command, acting).await
    };
    let tab = Tab::Tokens;
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::Saved.at(&who.path(&tab.path(environment)))),
        Err(ChangeTokenPolicyError::DemandsLess) => {
            let shell = who.settings_shell(environment, tab);
            let here = who.path(&tab.path(environment));
            Ok(opening_page(shell, opens(policy), &posted, here))
        }
        Err(ChangeTokenPolicyError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(ChangeTokenPolicyError::Store(error)) => Err(Refusal::from(error).into()),
    }
}

impl Typed {
    fn of(policy: TokenPolicy) -> Self {
        let answer = |all| if all { ALL } else { EACH }.to_owned();
        Self {
            pushed: answer(policy.pushed_requests),
            bound: answer(policy.bound_tokens),
            algorithm: policy.access_algorithm.as_str().to_owned(),
        }
    }

    fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            pushed: posted.text(PUSHED.0)?,
            bound: posted.text(BOUND.0)?,
            algorithm: posted.text(ALGORITHM.0)?,
        })
    }

    fn parse(&self) -> Result<TokenPolicy, Problems> {
        let mut problems = Problems::default();
        let mut of_all = |field: &str, text: &str| {
            let all = match text {
                ALL => Ok(true),
                EACH => Ok(false),
                _ => Err(()),
            };
            problems.keep(field, all, |()| "Choose what is demanded".to_owned())
        };
        let pushed = of_all(PUSHED.0, &self.pushed);
        let bound = of_all(BOUND.0, &self.bound);
        let algorithm = self.algorithm.parse::<SigningAlgorithm>();
        let algorithm = problems.keep(ALGORITHM.0, algorithm, |_| {
            "Choose one of the algorithms".to_owned()
        });
        match (pushed, bound, algorithm) {
            (Some(pushed_requests), Some(bound_tokens), Some(access_algorithm)) => {
                Ok(TokenPolicy {
                    pushed_requests,
                    bound_tokens,
                    access_algorithm,
                })
            }
            (None | Some(_), None | Some(_), None | Some(_)) => Err(problems),
        }
    }
}

const fn pushed_meaning(all: bool) -> &'static str {
    if all {
        "Every client pushes its requests (RFC 9126), and no other request is answered."
    } else {
        "A client may push its requests, and has to where it registered so."
    }
}

const fn bound_meaning(all: bool) -> &'static str {
    if all {
        "Every access token is bound to a key of its client (DPoP, RFC 9449). A client that proves no key gets none."
    } else {
        "A client may bind its tokens to a key, and has to where it registered so."
    }
}

/// What production takes again that it did not.
fn opens(policy: TokenPolicy) -> Vec<String> {
    let mut lines = Vec::new();
    if !policy.pushed_requests {
        lines.push(format!("{}: {}", PUSHED.1, pushed_meaning(false)));
    }
    if !policy.bound_tokens {
        lines.push(format!("{}: {}", BOUND.1, bound_meaning(false)));
    }
    lines
}

fn facts(policy: TokenPolicy) -> Vec<Fact> {
    vec![
        Fact::text(PUSHED.1, pushed_meaning(policy.pushed_requests)),
        Fact::text(BOUND.1, bound_meaning(policy.bound_tokens)),
        Fact::text(ALGORITHM.1, policy.access_algorithm.label()),
    ]
}

fn fields(typed: &Typed) -> [Field; 3] {
    let choices = |meaning: fn(bool) -> &'static str| {
        vec![
            Choice::new(EACH, "As the client registered").hint(meaning(false)),
            Choice::new(ALL, "Demanded of every client").hint(meaning(true)),
        ]
    };
    let algorithms = SigningAlgorithm::ALL.iter();
    let algorithms = algorithms.map(|one| Choice::new(one.as_str(), one.label()));
    [
        Field::radios(PUSHED.0, PUSHED.1, choices(pushed_meaning)).value(typed.pushed.as_str()),
        Field::radios(BOUND.0, BOUND.1, choices(bound_meaning)).value(typed.bound.as_str()),
        Field::radios(ALGORITHM.0, ALGORITHM.1, algorithms.collect())
            .hint("ID tokens are signed with what each client registered, else with RS256.")
            .value(typed.algorithm.as_str()),
    ]
}

fn view(
    who: &SignedIn,
    environment: Environment,
    typed: &Typed,
    problems: &Problems,
) -> TokenPolicyPage {
    let tab = Tab::Tokens;
    let fields = fields(typed).map(|field| problems.beside(field));
    TokenPolicyPage {
        shell: who
            .settings_shell(environment, tab)
            .problem(!problems.is_empty()),
        tabs: who.settings_tabs(environment, tab),
        errors: problems.summary(),
        fields: who.may(Action::EditSettings).then_some(fields),
        facts: Vec::new(),
        here: who.path(&tab.path(environment)),
        who_may: who.who_may(Action::EditSettings),
    }
}
