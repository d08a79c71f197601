//! How an environment answers registrations, and what people read while an app is undecided. Production is never open.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, NavItem, Shell};
use narthex_tenancy::TenantTx;
use narthex_tenancy::environment::{self, Settings};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, RegistrationMode};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::opening_page::{REASON, opening_page};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::settings_tabs::Tab;
use super::signed_in::SignedIn;
use super::verify;
use crate::Acting;
use crate::prose::{Reason, RefusalText};
use crate::settings::{ChangeSettings, ChangeSettingsError, change_settings};

#[derive(Template)]
#[template(path = "portal/settings.html")]
struct SettingsPage {
    shell: Shell,
    tabs: Vec<NavItem>,
    errors: ErrorSummary,
    fields: Option<[Field; 3]>,
    facts: Vec<Fact>,
    addresses: Vec<(&'static str, &'static str, String)>,
    /// Where the codes of apps that wait are entered.
    verify: Option<String>,
    who_may: String,
}

/// What somebody chose and typed, as sent.
struct Typed {
    mode: String,
    documents: String,
    refusal_text: String,
}

/// Whether an address that names itself may wait, as the form says it.
const TAKEN: &str = "taken";
const REFUSED: &str = "refused";

/// `GET /t/{tenant}/{environment}/settings`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, environment) = path.into_inner();
    let settings = who
        .within(async |tx| environment::load(tx, environment).await)
        .await?;
    let typed = Typed::of(&settings);
    let mut page = view(&who, environment, &typed, &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/settings`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::EditSettings)?;
    let typed = Typed::read(&posted)?;
    let because = Reason::parse(&posted.text(REASON)?).ok();
    let command = match typed.parse(environment) {
        Ok(command) => ChangeSettings { because, ..command },
        Err(problems) => return Ok(again(&view(&who, environment, &typed, &problems))),
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        change_settings(tx, command, acting).await
    };
    match who.act(&permit, work).await {
        Ok(_) => Ok(Done::Saved.at(&who.path(&Area::Settings(environment).path()))),
        Err(ChangeSettingsError::OpenIsForTheSandbox) => {
            let words = "Production is never open. Choose another answer";
            let problems = Problems::one("registration_mode", words);
            Ok(again(&view(&who, environment, &typed, &problems)))
        }
        Err(ChangeSettingsError::OpensProduction) => Ok(opening(&who, environment, &posted)?),
        Err(ChangeSettingsError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(ChangeSettingsError::Store(error)) => Err(Refusal::from(error).into()),
    }
}

impl Typed {
    fn of(settings: &Settings) -> Self {
        Self {
            mode: settings.registration_mode.as_str().to_owned(),
            documents: if settings.client_documents {
                TAKEN
            } else {
                REFUSED
            }
            .to_owned(),
            refusal_text: settings.refusal_text.clone().unwrap_or_default(),
        }
    }

    fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            mode: posted.text("registration_mode")?,
            documents: posted.text("client_documents")?,
            refusal_text: posted.text("refusal_text")?,
        })
    }

    fn parse(&self, environment: Environment) -> Result<ChangeSettings, Problems> {
        let mut problems = Problems::default();
        let mode = self.mode.parse::<RegistrationMode>().ok();
        let mode = mode.filter(|mode| offered(environment).contains(mode));
        let mode = problems.keep("registration_mode", mode.ok_or(()), |()| {
            "Choose what happens to an app that registers itself".to_owned()
        });
        let documents = match self.documents.as_str() {
            TAKEN => Ok(true),
            REFUSED => Ok(false),
            _ => Err(()),
        };
        let documents = problems.keep("client_documents", documents, |()| {
            "Choose what happens to an app that comes with an address of its own".to_owned()
        });
        let text = match self.refusal_text.trim() {
            "" => Some(None),
            text => problems
                .keep("refusal_text", RefusalText::parse(text), |error| {
                    format!("Enter another text: {error}")
                })
                .map(Some),
        };
        match (mode, documents, text) {
            (Some(registration_mode), Some(client_documents), Some(refusal_text)) => {
                Ok(ChangeSettings {
                    environment,
                    registration_mode,
                    client_documents,
                    refusal_text,
                    because: None,
                })
            }
            (None | Some(_), None | Some(_), None | Some(_)) => Err(problems),
        }
    }
}

/// What strangers may do from now on, before it is so.
fn opening(
    who: &SignedIn,
    environment: Environment,
    posted: &Posted,
) -> Result<HttpResponse, FormError> {
    let mode = posted.text("registration_mode")?.parse();
    let opens = meaning(mode.unwrap_or(RegistrationMode::Closed));
    let shell = who.settings_shell(environment, Tab::Registration);
    let here = who.path(&Tab::Registration.path(environment));
    Ok(opening_page(shell, vec![opens.to_owned()], posted, here))
}

/// The modes that a form offers.
const fn offered(environment: Environment) -> &'static [RegistrationMode] {
    match environment {
        Environment::Production => &[
            RegistrationMode::Closed,
            RegistrationMode::Approval,
            RegistrationMode::Quarantine,
        ],
        Environment::Sandbox => &[
            RegistrationMode::Closed,
            RegistrationMode::Approval,
            RegistrationMode::Quarantine,
            RegistrationMode::Open,
        ],
    }
}

const fn meaning(mode: RegistrationMode) -> &'static str {
    match mode {
        RegistrationMode::Closed => {
            "No app can register itself. You create every integration here."
        }
        RegistrationMode::Approval => {
            "An app that registers itself shows a code and waits. One of your people enters the code and vouches for the app, and the review team decides. Only then it gets an identifier, and a secret if it needs one. After 72 hours it stops waiting. Apps that cannot wait are refused."
        }
        RegistrationMode::Quarantine => {
            "An app that registers itself gets an identifier and nothing else: no secret, no scope. A person can ask for access, and the review team decides. After 72 hours it is removed."
        }
        RegistrationMode::Open => {
            "An app that registers itself can sign people in at once, with the scopes that you marked as open and no others."
        }
    }
}

const fn documents_meaning(taken: bool) -> &'static str {
    if taken {
        "Its address is asked what the app is. It gets nothing: a person can ask for access, and the review team decides."
    } else {
        "People who come with such an app are told that it is not known. Apps that you have let in go on."
    }
}

fn documents_choices() -> Vec<Choice> {
    [
        (TAKEN, "Wait for a decision", true),
        (REFUSED, "Refused", false),
    ]
    .map(|(value, label, taken)| Choice::new(value, label).hint(documents_meaning(taken)))
    .to_vec()
}

fn fields(environment: Environment, typed: &Typed) -> [Field; 3] {
    let choices = offered(environment)
        .iter()
        .map(|mode| Choice::new(mode.as_str(), mode.label()).hint(meaning(*mode)));
    [
        Field::radios(
            "registration_mode",
            "Apps that register themselves",
            choices.collect(),
        )
        .value(typed.mode.as_str()),
        Field::radios(
            "client_documents",
            "Apps that come with an address of their own",
            documents_choices(),
        )
        .value(typed.documents.as_str()),
        Field::area(
            "refusal_text",
            "What people read while an app is undecided",
            4,
        )
        .hint("Shown to your people when they try to use such an app. Say whom to ask.")
        .optional()
        .value(typed.refusal_text.as_str()),
    ]
}

fn view(
    who: &SignedIn,
    environment: Environment,
    typed: &Typed,
    problems: &Problems,
) -> SettingsPage {
    let fields = fields(environment, typed).map(|field| problems.beside(field));
    let mode = typed.mode.parse().unwrap_or(RegistrationMode::Closed);
    let text = match typed.refusal_text.as_str() {
        "" => "The standard text",
        text => text,
    };
    SettingsPage {
        shell: who
            .settings_shell(environment, Tab::Registration)
            .problem(!problems.is_empty()),
        tabs: who.settings_tabs(environment, Tab::Registration),
        errors: problems.summary(),
        fields: who.may(Action::EditSettings).then_some(fields),
        facts: vec![
            Fact::text("Apps that register themselves", mode.label()).and_text(meaning(mode)),
            Fact::text(
                "Apps that come with an address of their own",
                documents_meaning(typed.documents == TAKEN),
            ),
            Fact::text("What people read while an app is undecided", text),
        ],
        verify: (mode == RegistrationMode::Approval && who.may(Action::EditIntegration))
            .then(|| who.path(&verify::below(environment))),
        addresses: addresses(who, environment),
        who_may: who.who_may(Action::EditSettings),
    }
}

/// Id, label and value of what clients are pointed at.
fn addresses(
    who: &SignedIn,
    environment: Environment,
) -> Vec<(&'static str, &'static str, String)> {
    vec![
        (
            "issuer",
            "Issuer",
            who.issuer(environment).as_str().to_owned(),
        ),
        (
            "token-endpoint",
            "Token endpoint",
            who.token_endpoint(environment),
        ),
    ]
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Environment::Sandbox, "open", true)]
    #[case(Environment::Sandbox, "quarantine", true)]
    #[case(Environment::Production, "closed", true)]
    #[case(Environment::Production, "open", false)]
    #[case(Environment::Production, "approval", true)]
    #[case(Environment::Sandbox, "approval", true)]
    #[case(Environment::Sandbox, "", false)]
    fn only_offered_modes(#[case] environment: Environment, #[case] mode: &str, #[case] ok: bool) {
        let typed = Typed {
            mode: mode.to_owned(),
            documents: TAKEN.to_owned(),
            refusal_text: " ".to_owned(),
        };
        let parsed = typed.parse(environment);
        assert_eq!(parsed.is_ok(), ok);
        assert!(parsed.map_or(true, |command| command.refusal_text.is_none()));
    }
}
