//! The page of one's own tokens of the management API, in the dashboard and in the portal alike: the list, the form that
//! makes one, and the one page that shows it.

use askama::Template;
use narthex_http::form::FormError;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, Shell, When};
use narthex_people::api_token::{ApiToken, CreateError, MOST};
use narthex_tenancy::StoreError;
use narthex_vocab::{HashKey, Label, Secret};

use super::portal::posted::Posted;
use super::portal::problems::Problems;
use super::portal::secret_page::SecretPage;
use crate::acting::NotPermitted;
use crate::api_token::{CreateApiToken, CreateApiTokenError, May};

const LIFETIMES: [(&str, &str); 4] = [
    ("1", "1 day"),
    ("7", "7 days"),
    ("30", "30 days"),
    ("90", "90 days"),
];

/// One token.
struct Row {
    name: String,
    may: &'static str,
    used: Option<When>,
    ends: When,
    end: String,
}

/// The page.
#[derive(Template)]
#[template(path = "api_tokens.html")]
pub(crate) struct ApiTokensPage {
    shell: Shell,
    errors: ErrorSummary,
    rows: Vec<Row>,
    fields: Vec<Field>,
    newest: String,
    here: String,
    base: String,
}

/// Where the page is.
pub(crate) struct Place<'a> {
    /// Its path.
    pub(crate) here: String,
    /// The origin of its listener.
    pub(crate) base: &'a str,
    /// When acting takes a code, in words.
    pub(crate) codes: &'static str,
}

/// What somebody typed.
#[derive(Debug)]
pub(crate) struct Typed {
    name: String,
    may: String,
    days: String,
}

impl Typed {
    /// An empty form.
    pub(crate) fn at_first() -> Self {
        Self {
            name: String::new(),
            may: May::Read.as_str().to_owned(),
            days: "30".to_owned(),
        }
    }

    /// As it was sent.
    pub(crate) fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            name: posted.text("name")?,
            may: posted.text("may")?,
            days: posted.text("days")?,
        })
    }

    /// The command, or what to mend.
    pub(crate) fn parse<'a>(
        &self,
        hash_key: &'a HashKey,
        problems: &mut Problems,
    ) -> Option<CreateApiToken<'a>> {
        let may = problems.keep("may", self.may.parse::<May>(), |_| {
            "Choose what it may do".to_owned()
        });
        let offered = LIFETIMES.iter().any(|(days, _)| *days == self.days);
        let days = self.days.parse().ok().filter(|_| offered);
        let days = problems.keep("days", days.ok_or(()), |()| {
            "Choose when it ends".to_owned()
        });
        let name = problems.keep("name", Label::parse(&self.name), |error| {
            format!("Enter a name for the token: {error}")
        });
        Some(CreateApiToken {
            name: name?,
            may: may?,
            days: days?,
            hash_key,
        })
    }
}

/// Why there is no token, beside the form, when somebody can mend it.
pub(crate) fn refused<E>(error: CreateApiTokenError, problems: &mut Problems) -> Result<(), E>
where
    E: From<NotPermitted> + From<StoreError>,
{
    match error {
        CreateApiTokenError::NotPermitted(error) => return Err(error.into()),
        CreateApiTokenError::Store(error)
        | CreateApiTokenError::Create(CreateError::Store(error)) => return Err(error.into()),
        CreateApiTokenError::Create(error @ CreateError::Lifetime) => {
            problems.add("days", error.to_string());
        }
        CreateApiTokenError::Create(CreateError::TooMany) => {
            problems.add("", format!("You have {MOST} tokens. End one first"));
        }
    }
    Ok(())
}

/// The newest token, by which a form that is sent again is known.
pub(crate) fn newest(tokens: &[ApiToken]) -> String {
    tokens
        .first()
        .map_or_else(String::new, |newest| newest.id.to_string())
}

/// The list with the form.
pub(crate) fn page(
    shell: Shell,
    own: &[ApiToken],
    (typed, problems): (&Typed, &Problems),
    place: Place<'_>,
) -> ApiTokensPage {
    let choices = |all: &[(&str, &str)]| {
        let choice = |(value, label): &(&str, &str)| Choice::new(*value, *label);
        all.iter().map(choice).collect::<Vec<_>>()
    };
    let mays = May::ALL.map(|may| (may.as_str(), may.label()));
    let fields = [
        Field::text("name", "Name")
            .hint("What uses it, such as “queue on my laptop”.")
            .value(typed.name.as_str())
            .autocomplete("off"),
        Field::radios("may", "It may", choices(&mays))
            .hint(place.codes)
            .value(typed.may.as_str()),
        Field::select("days", "It ends after", choices(&LIFETIMES)).value(typed.days.as_str()),
    ];
    ApiTokensPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        rows: own.iter().map(|token| row(token, &place.here)).collect(),
        fields: fields.map(|field| problems.beside(field)).into(),
        newest: newest(own),
        here: place.here,
        base: place.base.trim_end_matches('/').to_owned(),
    }
}

fn row(token: &ApiToken, here: &str) -> Row {
    Row {
        name: token.name.to_string(),
        may: token.may.label(),
        used: token.used_at.map(When::new),
        ends: When::new(token.expires_at).day(),
        end: format!("{here}/{}/end", token.id),
    }
}

/// The one page that shows a token, with what a `.env` file says about it.
pub(crate) fn shown<'a>(
    shell: Shell,
    (token, secret): (&ApiToken, &'a Secret),
    (base, tenant): (&str, Option<&str>),
    back: String,
) -> SecretPage<'a> {
    let mut env = vec![
        ("NARTHEX_API_URL", base.trim_end_matches('/')),
        ("NARTHEX_API_TOKEN", secret.reveal()),
    ];
    env.extend(tenant.map(|slug| ("NARTHEX_TENANT", slug)));
    SecretPage::new(shell.without_script(), secret, &env)
        .fact(Fact::text("Name", token.name.as_str()))
        .fact(Fact::text("It may", token.may.label()))
        .fact(Fact::when("Ends", When::new(token.expires_at).day()))
        .back("Back to the tokens", back)
}
