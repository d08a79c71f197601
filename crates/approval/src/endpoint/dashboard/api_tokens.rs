//! The tokens by which the person signed in uses the management API: the list, making one, which is shown once, and
//! ending one. Nobody sees another's.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Choice, ErrorSummary, Fact, Field, Shell, When};
use narthex_people::api_token::{self, ApiToken, CreateError, MOST};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, Label, PLATFORM_TENANT, Secret, kind};

use super::banner::Done;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::secret_page::{AlreadyShownPage, SecretPage};
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::api_token::{
    CreateApiToken, CreateApiTokenError, EndApiTokenError, May, create_api_token, end_api_token,
};

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

#[derive(Template)]
#[template(path = "dashboard/api_tokens.html")]
struct ApiTokensPage {
    shell: Shell,
    errors: ErrorSummary,
    rows: Vec<Row>,
    fields: Vec<Field>,
    newest: String,
    base: String,
}

/// What somebody typed.
#[derive(Debug)]
struct Typed {
    name: String,
    may: String,
    days: String,
}

/// `GET /api-tokens`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let seen = look(&staff).await?;
    let mut page = view(&staff, &seen, &Typed::at_first(), &Problems::default());
    page.shell = page.shell.banner(Done::told(&query));
    Ok(frame::page(&page))
}

/// `POST /api-tokens`
pub(crate) async fn submit(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::ReadPlatform)?;
    let seen = look(&staff).await?;
    let typed = Typed::read(&posted)?;
    if posted.text("after")? != newest(&seen.found) {
        return Ok(already_shown(&staff, &seen));
    }
    let mut problems = Problems::default();
    let Some(command) = typed.parse(&staff, &mut problems)? else {
        return Ok(frame::again(&view(&staff, &seen, &typed, &problems)));
    };
    let made = staff
        .within(PLATFORM_TENANT, async |tx| {
            let mut rng = ambient::rng();
            create_api_token(tx, command, &mut staff.acting(&permit, &mut rng)).await
        })
        .await;
    match made {
        Ok((token, secret)) => return Ok(shown(&staff, &seen, (&token, &secret))),
        Err(CreateApiTokenError::NotPermitted(error)) => return Err(error.into()),
        Err(
            CreateApiTokenError::Store(error)
            | CreateApiTokenError::Create(CreateError::Store(error)),
        ) => return Err(error.into()),
        Err(CreateApiTokenError::Create(CreateError::Lifetime)) => {
            return Err(Refusal::Unreadable);
        }
        Err(CreateApiTokenError::Create(CreateError::TooMany)) => {
            problems.add("", format!("You have {MOST} tokens. End one first"));
        }
    }
    Ok(frame::again(&view(&staff, &seen, &typed, &problems)))
}

/// `POST /api-tokens/{token}/end`
pub(crate) async fn end(
    staff: StaffSignedIn,
    path: Path<String>,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::ReadPlatform)?;
    let token: Id<kind::ApiToken> = path.parse().map_err(|_| Refusal::NotFound)?;
    let ended = staff
        .within(PLATFORM_TENANT, async |tx| {
            let mut rng = ambient::rng();
            end_api_token(tx, token, &mut staff.acting(&permit, &mut rng)).await
        })
        .await;
    match ended {
        // Ending it twice is no error.
        Ok(()) | Err(EndApiTokenError::Over) => Ok(Done::TokenEnded.at(Area::ApiTokens.path())),
        Err(EndApiTokenError::NotPermitted(error)) => Err(error.into()),
        Err(EndApiTokenError::Store(error)) => Err(error.into()),
    }
}

impl Typed {
    fn at_first() -> Self {
        Self {
            name: String::new(),
            may: May::Read.as_str().to_owned(),
            days: "30".to_owned(),
        }
    }

    fn read(posted: &Posted) -> Result<Self, Refusal> {
        Ok(Self {
            name: posted.text("name")?,
            may: posted.text("may")?,
            days: posted.text("days")?,
        })
    }

    fn parse<'a>(
        &self,
        staff: &'a StaffSignedIn,
        problems: &mut Problems,
    ) -> Result<Option<CreateApiToken<'a>>, Refusal> {
        let may: May = self.may.parse().map_err(|_| Refusal::Unreadable)?;
        let days = self.days.parse().map_err(|_| Refusal::Unreadable)?;
        let name = problems.keep("name", Label::parse(&self.name), |error| {
            format!("Enter a name for the token: {error}")
        });
        let hash_key = &staff.approval().people.hash_key;
        Ok(name.map(|name| CreateApiToken {
            name,
            may,
            days,
            hash_key,
        }))
    }
}

async fn look(staff: &StaffSignedIn) -> Result<Seen<Vec<ApiToken>>, Refusal> {
    let (member, now) = (staff.member.id, staff.now);
    let own = staff.within(PLATFORM_TENANT, async |tx| {
        api_token::of(tx, member, now).await
    });
    let own = own.await?;
    staff
        .look(Look::list(Area::ApiTokens), async |_| Ok(own))
        .await
}

fn newest(tokens: &[ApiToken]) -> String {
    tokens
        .first()
        .map_or_else(String::new, |newest| newest.id.to_string())
}

fn view(
    staff: &StaffSignedIn,
    seen: &Seen<Vec<ApiToken>>,
    typed: &Typed,
    problems: &Problems,
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
            .hint("Acting needs a one-time code of yours every 15 minutes as well.")
            .value(typed.may.as_str()),
        Field::select("days", "It ends after", choices(&LIFETIMES)).value(typed.days.as_str()),
    ];
    let base = staff.approval().staff_base.as_str();
    ApiTokensPage {
        shell: staff
            .shell(Area::ApiTokens, seen, Area::ApiTokens.label())
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        rows: seen.found.iter().map(row).collect(),
        fields: fields.map(|field| problems.beside(field)).into(),
        newest: newest(&seen.found),
        base: base.trim_end_matches('/').to_owned(),
    }
}

fn row(token: &ApiToken) -> Row {
    Row {
        name: token.name.to_string(),
        may: token.may.label(),
        used: token.used_at.map(When::new),
        ends: When::new(token.expires_at).day(),
        end: format!("{}/{}/end", Area::ApiTokens.path(), token.id),
    }
}

fn shown<T>(
    staff: &StaffSignedIn,
    seen: &Seen<T>,
    (token, secret): (&ApiToken, &Secret),
) -> HttpResponse {
    let shell = staff.shell(Area::ApiTokens, seen, "New API token");
    let base = staff.approval().staff_base.as_str().trim_end_matches('/');
    let env = [
        ("NARTHEX_API_URL", base),
        ("NARTHEX_API_TOKEN", secret.reveal()),
    ];
    let page = SecretPage::new(shell.without_script(), secret, &env)
        .fact(Fact::text("Name", token.name.as_str()))
        .fact(Fact::text("It may", token.may.label()))
        .fact(Fact::when("Ends", When::new(token.expires_at).day()))
        .back("Back to the tokens", Area::ApiTokens.path().to_owned());
    frame::bare_page(&page, StatusCode::OK)
}

fn already_shown<T>(staff: &StaffSignedIn, seen: &Seen<T>) -> HttpResponse {
    let shell = staff.shell(Area::ApiTokens, seen, "Secret already shown");
    let back = Area::ApiTokens.path().to_owned();
    let page = AlreadyShownPage::new(shell.without_script(), back);
    frame::bare_page(&page, StatusCode::OK)
}
