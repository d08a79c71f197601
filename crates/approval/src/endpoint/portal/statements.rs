//! Whose software statements an environment believes: the list with its pinned keys, and the forms that change it. Keys
//! are pasted, never fetched.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{ErrorSummary, Field, NavItem, Shell};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_tenancy::statement_issuer::{self, MOST, StatementIssuer};
use narthex_vocab::{Environment, KeySet, PublicKey, WebUri};

use super::banner::Done;
use super::frame::{again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::settings_tabs::Tab;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::statement_issuer::{
    DistrustIssuer, StatementIssuerError, TrustIssuer, distrust_issuer, thumbprint, trust_issuer,
};

#[derive(Template)]
#[template(path = "portal/statements.html")]
struct StatementsPage {
    shell: Shell,
    tabs: Vec<NavItem>,
    errors: ErrorSummary,
    rows: Vec<Row>,
    fields: Option<[Field; 2]>,
    here: String,
    who_may: String,
}

struct Row {
    issuer: String,
    keys: Vec<String>,
}

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    issuer: String,
    jwks: String,
}

/// `GET /t/{tenant}/{environment}/settings/statements`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let (_, environment) = path.into_inner();
    let mut page = view(&who, environment, &Typed::default(), &Problems::default()).await?;
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/settings/statements`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::EditSettings)?;
    let typed = Typed {
        issuer: posted.text("issuer")?,
        jwks: posted.text("jwks")?,
    };
    let issuer = match typed.parse() {
        Ok(issuer) => issuer,
        Err(problems) => return Ok(again(&view(&who, environment, &typed, &problems).await?)),
    };
    let command = TrustIssuer {
        environment,
        issuer,
    };
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| trust_issuer(tx, command, acting).await;
    match who.act(&permit, work).await {
        Ok(()) => Ok(done(&who, environment)),
        Err(StatementIssuerError::TooMany) => {
            let words =
                format!("There are {MOST} issuers already. Remove one that you do not need");
            let problems = Problems::one("issuer", words);
            Ok(again(&view(&who, environment, &typed, &problems).await?))
        }
        Err(error) => Err(refusal(error).into()),
    }
}

/// `POST /t/{tenant}/{environment}/settings/statements/remove`
pub(crate) async fn submit_remove(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let (_, environment) = path.into_inner();
    let permit = who.permit(Action::EditSettings)?;
    let issuer = WebUri::parse(&posted.text("issuer")?).map_err(|_| Refusal::NotFound)?;
    let command = DistrustIssuer {
        environment,
        issuer,
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        distrust_issuer(tx, command, acting).await
    };
    who.act(&permit, work).await.map_err(refusal)?;
    Ok(done(&who, environment))
}

fn done(who: &SignedIn, environment: Environment) -> HttpResponse {
    Done::Saved.at(&who.path(&Tab::Statements.path(environment)))
}

fn refusal(error: StatementIssuerError) -> Refusal {
    match error {
        StatementIssuerError::NotPermitted(error) => error.into(),
        StatementIssuerError::Unknown => Refusal::NotFound,
        StatementIssuerError::TooMany => Refusal::Stale,
        StatementIssuerError::Store(error) => error.into(),
    }
}

impl Typed {
    fn parse(&self) -> Result<StatementIssuer, Problems> {
        let mut problems = Problems::default();
        let issuer = problems.keep("issuer", WebUri::parse(self.issuer.trim()), |error| {
            format!("Enter the issuer as its statements name it, an https address: {error}")
        });
        let keys = problems.keep("jwks", key_set(&self.jwks), |words| words);
        match (issuer, keys) {
            (Some(issuer), Some(keys)) => Ok(StatementIssuer { issuer, keys }),
            (None | Some(_), None | Some(_)) => Err(problems),
        }
    }
}

/// A key set, or a single key, as JSON.
fn key_set(text: &str) -> Result<KeySet, String> {
    let value: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| format!("Enter the keys as JSON: line {}", error.line()))?;
    let value = if value.get("keys").is_some() {
        value
    } else {
        serde_json::json!({ "keys": [value] })
    };
    KeySet::parse(&value).map_err(|error| format!("Enter other keys: {error}"))
}

async fn view(
    who: &SignedIn,
    environment: Environment,
    typed: &Typed,
    problems: &Problems,
) -> Result<StatementsPage, Refusal> {
    let trusted = who
        .within(async |tx| statement_issuer::trusted(tx, environment).await)
        .await?;
    let fields = [
        Field::address("issuer", "Issuer")
            .hint("As iss of its statements says it, letter by letter, such as https://registry.example.com.")
            .value(typed.issuer.as_str()),
        Field::area("jwks", "Its public keys", 8)
            .hint("A key set or a single key as JSON. They are pinned: when the issuer changes its keys, enter them again.")
            .mono()
            .value(typed.jwks.as_str()),
    ];
    let key = |key: &PublicKey| match key.kid() {
        Some(kid) => format!("{kid} ({})", thumbprint(&key.thumbprint())),
        None => thumbprint(&key.thumbprint()),
    };
    let row = |one: &StatementIssuer| Row {
        issuer: one.issuer.to_string(),
        keys: one.keys.keys().iter().map(key).collect(),
    };
    Ok(StatementsPage {
        shell: who
            .settings_shell(environment, Tab::Statements)
            .problem(!problems.is_empty()),
        tabs: who.settings_tabs(environment, Tab::Statements),
        errors: problems.summary(),
        rows: trusted.iter().map(row).collect(),
        fields: who
            .may(Action::EditSettings)
            .then(|| fields.map(|field| problems.beside(field))),
        here: who.path(&Tab::Statements.path(environment)),
        who_may: who.who_may(Action::EditSettings),
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    const KEY: &str =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

    #[rstest]
    #[case::one(KEY, true)]
    #[case::set(&format!("{{\"keys\":[{KEY}]}}"), true)]
    #[case::private(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}"#, false)]
    #[case::symmetric(r#"{"kty":"oct","k":"c2VjcmV0"}"#, false)]
    #[case::none("{\"keys\":[]}", false)]
    #[case::text("https://registry.example.com/jwks", false)]
    fn keys_are_public_and_pasted(#[case] text: &str, #[case] taken: bool) {
        assert_eq!(key_set(text).is_ok(), taken);
    }
}
