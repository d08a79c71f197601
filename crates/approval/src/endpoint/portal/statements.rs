//! Whose signatures an environment believes, about software or about workloads: the list with its keys, and the forms that
//! change it. Keys are pasted, or their address is; nothing is fetched here.

use std::collections::BTreeSet;

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Choice, ErrorSummary, Field, Icon, NavItem, Shell, Tone, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_tenancy::statement_issuer::{self, IssuerKeys, Looked, MOST, StatementIssuer};
use narthex_vocab::{
    Environment, IssuerName, IssuerPurpose, KeySet, PublicKey, Purposes, PurposesError, Timestamp,
    WebUri,
};

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
    fields: Option<[Field; 4]>,
    here: String,
    who_may: String,
}

struct Row {
    issuer: String,
    counts_for: Vec<&'static str>,
    keys: Vec<String>,
    /// Where they are read.
    url: Option<String>,
    reading: Option<Reading>,
}

/// How reading an issuer's keys goes.
struct Reading {
    state: Badge,
    found: Option<When>,
    looked: Option<When>,
    refusal: Option<String>,
}

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    issuer: String,
    counts_for: BTreeSet<String>,
    jwks_uri: String,
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
        counts_for: posted.many("counts_for").map(str::to_owned).collect(),
        jwks_uri: posted.text("jwks_uri")?,
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
    let issuer = IssuerName::parse(&posted.text("issuer")?).map_err(|_| Refusal::NotFound)?;
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
        let issuer = problems.keep("issuer", IssuerName::parse(self.issuer.trim()), |error| {
            format!("Enter the issuer as its statements or tokens name it, an https address or a trust domain: {error}")
        });
        let words = problems.keep("counts_for", self.purposes(), |error| error.to_string());
        let keys = match (self.jwks_uri.trim(), self.jwks.trim()) {
            ("", _) => problems.keep("jwks", key_set(&self.jwks), |words| words),
            (url, "") => problems.keep("jwks_uri", key_address(url), |words| words),
            (_, _) => {
                let words = "Enter the address of the keys or the keys, and not both".to_owned();
                problems.keep("jwks_uri", Err(words), |words| words)
            }
        };
        let (Some(issuer), Some(keys), Some(words)) = (issuer, keys, words) else {
            return Err(problems);
        };
        let counts_for = Purposes::of(&issuer, words)
            .map_err(|error| Problems::one("counts_for", error.to_string()))?;
        Ok(StatementIssuer {
            issuer,
            keys,
            counts_for,
        })
    }

    fn purposes(&self) -> Result<Vec<IssuerPurpose>, PurposesError> {
        let words = self.counts_for.iter().map(|word| word.parse());
        let words: Vec<_> = words.collect::<Result<_, _>>().unwrap_or_default();
        if words.is_empty() {
            return Err(PurposesError::None);
        }
        Ok(words)
    }
}

fn key_address(text: &str) -> Result<IssuerKeys, String> {
    let url = WebUri::parse(text)
        .map_err(|error| format!("Enter where the keys are, an https address: {error}"))?;
    Ok(IssuerKeys::At { url, looked: None })
}

/// A key set, or a single key, as JSON.
fn key_set(text: &str) -> Result<IssuerKeys, String> {
    let value: serde_json::Value = serde_json::from_str(text)
        .map_err(|error| format!("Enter the keys as JSON: line {}", error.line()))?;
    let value = if value.get("keys").is_some() {
        value
    } else {
        serde_json::json!({ "keys": [value] })
    };
    let keys = KeySet::parse(&value).map_err(|error| format!("Enter other keys: {error}"))?;
    Ok(IssuerKeys::Pinned(keys))
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
    let purpose = |one: &IssuerPurpose| {
        let ticked = typed.counts_for.contains(one.as_str());
        Choice::new(one.as_str(), one.label()).chosen(ticked)
    };
    let fields = [
        Field::text("issuer", "Issuer")
            .hint("As iss of its statements or tokens says it, letter by letter, such as https://registry.example.com; or a SPIFFE trust domain, such as spiffe://prod.example.com.")
            .mono()
            .value(typed.issuer.as_str()),
        Field::checkboxes(
            "counts_for",
            "What its signature counts for",
            IssuerPurpose::ALL.iter().map(purpose).collect(),
        ),
        Field::address("jwks_uri", "Address of its keys")
            .optional()
            .hint("Where the issuer publishes its key set. It is read every few hours; keys that could not be read for 24 hours (7 days for software statements) count no longer.")
            .value(typed.jwks_uri.as_str()),
        Field::area("jwks", "Its public keys", 8)
            .optional()
            .hint("Instead of the address: a key set or a single key as JSON. They are pinned: when the issuer changes its keys, enter them again.")
            .mono()
            .value(typed.jwks.as_str()),
    ];
    let now = who.now;
    Ok(StatementsPage {
        shell: who
            .settings_shell(environment, Tab::Statements)
            .problem(!problems.is_empty()),
        tabs: who.settings_tabs(environment, Tab::Statements),
        errors: problems.summary(),
        rows: trusted.iter().map(|one| row(one, now)).collect(),
        fields: who
            .may(Action::EditSettings)
            .then(|| fields.map(|field| problems.beside(field))),
        here: who.path(&Tab::Statements.path(environment)),
        who_may: who.who_may(Action::EditSettings),
    })
}

fn row(one: &StatementIssuer, now: Timestamp) -> Row {
    let name = |key: &PublicKey| match key.kid() {
        Some(kid) => format!("{kid} ({})", thumbprint(&key.thumbprint())),
        None => thumbprint(&key.thumbprint()),
    };
    let keys = one.keys(now).map(KeySet::keys).unwrap_or_default();
    Row {
        issuer: one.issuer.to_string(),
        counts_for: one.counts_for.iter().map(IssuerPurpose::label).collect(),
        keys: keys.iter().map(name).collect(),
        url: one.url().map(ToString::to_string),
        reading: match &one.keys {
            IssuerKeys::Pinned(_) => None,
            IssuerKeys::At { looked, .. } => Some(reading(looked.as_ref(), !keys.is_empty())),
        },
    }
}

fn reading(looked: Option<&Looked>, count: bool) -> Reading {
    let found = looked.and_then(|looked| looked.found.as_ref());
    let refusal = looked.and_then(|looked| looked.refusal.clone());
    Reading {
        state: match (found, count, &refusal) {
            (Some(_), true, None) => Badge::new(Tone::Ok, "Read").icon(Icon::Tick),
            (Some(_), true, Some(_)) => {
                Badge::new(Tone::Warn, "Earlier keys count").icon(Icon::Warning)
            }
            (Some(_), false, _) => Badge::new(Tone::Danger, "Too old to count").icon(Icon::Cross),
            (None, _, _) => Badge::new(Tone::Warn, "No keys yet").icon(Icon::Warning),
        },
        found: found.map(|(_, at)| When::new(*at)),
        looked: looked.map(|looked| When::new(looked.at)),
        refusal,
    }
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

    #[rstest]
    #[case::address("https://registry.example.com/jwks", true)]
    #[case::plain("http://registry.example.com/jwks", false)]
    #[case::machine("https://localhost/jwks", false)]
    #[case::metadata_service("https://169.254.169.254/jwks", false)]
    #[case::key(KEY, false)]
    fn an_address_of_keys_is_https_and_somewhere_else(#[case] text: &str, #[case] taken: bool) {
        assert_eq!(key_address(text).is_ok(), taken);
    }

    #[rstest]
    #[case::both("https://registry.example.com/jwks", KEY, Some("jwks_uri"))]
    #[case::neither("", "", Some("jwks"))]
    #[case::address("https://registry.example.com/jwks", " ", None)]
    #[case::keys(" ", KEY, None)]
    fn keys_or_their_address(
        #[case] jwks_uri: &str,
        #[case] jwks: &str,
        #[case] wrong: Option<&str>,
    ) {
        let typed = Typed {
            issuer: "https://registry.example.com".to_owned(),
            counts_for: BTreeSet::from(["statements".to_owned()]),
            jwks_uri: jwks_uri.to_owned(),
            jwks: jwks.to_owned(),
        };
        assert_eq!(typed.parse().is_err(), wrong.is_some());
    }

    #[rstest]
    #[case("https://ci.example.com", &["workloads"], true)]
    #[case("https://ci.example.com", &["statements", "workloads"], false)]
    #[case("https://ci.example.com", &["people", "workloads"], true)]
    #[case("https://ci.example.com", &[], false)]
    #[case("https://ci.example.com", &["everything"], false)]
    #[case("spiffe://prod.example.com", &["workloads"], true)]
    #[case("spiffe://prod.example.com", &["statements"], false)]
    #[case("spiffe://prod.example.com", &["statements", "workloads"], false)]
    #[case("spiffe://prod.example.com/x", &["workloads"], false)]
    fn an_issuer_is_believed_about_something(
        #[case] issuer: &str,
        #[case] counts_for: &[&str],
        #[case] taken: bool,
    ) {
        let typed = Typed {
            issuer: issuer.to_owned(),
            counts_for: counts_for.iter().map(|word| (*word).to_owned()).collect(),
            jwks: KEY.to_owned(),
            ..Typed::default()
        };
        assert_eq!(typed.parse().is_ok(), taken);
    }
}
