//! Initial access tokens: who may register clients where strangers may not; and making one, which is shown once. The
//! list never has more of a token than its last characters.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::form::FormError;
use narthex_http::page::{Badge, ErrorSummary, Fact, Field, Icon, Shell, Tone, When};
use narthex_tenancy::TenantTx;
use narthex_tenancy::catalogue::{self, Catalogue};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, SecretKind, Timestamp, kind};

use super::banner::Done;
use super::frame::{Area, again, bare_page, page as answer};
use super::initial_access_form::{Typed, fields, problems};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::secret_page::{AlreadyShownPage, SecretPage};
use super::signed_in::SignedIn;
use crate::Acting;
use crate::create_initial_access_token::{CreatedInitialAccessToken, create_initial_access_token};
use crate::store::initial_access_token::{self as tokens, Token};
use crate::store::lineage::{self, Kin};
use crate::store::portal_turn;

#[derive(Template)]
#[template(path = "portal/initial_access_tokens.html")]
struct TokensPage {
    shell: Shell,
    errors: ErrorSummary,
    rows: Vec<Row>,
    form: Option<Vec<Field>>,
    newest: String,
    here: String,
    who_may: String,
}

struct Row {
    label: String,
    name: String,
    state: Badge,
    sponsor: String,
    above: String,
    ceiling: Vec<String>,
    left: String,
    used: Option<When>,
    ends: When,
    revoke_href: Option<String>,
}

/// All that the page shows.
struct Seen {
    tokens: Vec<Token>,
    parents: Vec<Kin>,
    catalogue: Catalogue,
}

/// `GET /t/{tenant}/{environment}/initial-access-tokens`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment)>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let environment = path.1;
    let seen = look(&who, environment).await?;
    let mut page = view(
        &who,
        environment,
        &seen,
        (&Typed::empty(), &Problems::default()),
    );
    page.shell = page.shell.banner(Done::told(&query));
    Ok(answer(&page))
}

/// `POST /t/{tenant}/{environment}/initial-access-tokens`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, Environment)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let environment = path.1;
    let permit = who.permit(Action::EditIntegration)?;
    let (typed, after) = read(&posted)?;
    let found = match typed.parse(environment, who.registration_key()) {
        Err(problems) => problems,
        Ok(command) => {
            let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
                let newest = portal_turn::newest_initial_access(tx, environment).await?;
                if newest.map_or_else(String::new, |id| id.to_string()) != after {
                    return Ok(None);
                }
                create_initial_access_token(tx, command, acting)
                    .await
                    .map(Some)
            };
            match who.act(&permit, work).await {
                Ok(made) => return Ok(shown(&who, environment, &typed, made)),
                Err(error) => problems(error)?,
            }
        }
    };
    let seen = look(&who, environment).await?;
    Ok(again(&view(&who, environment, &seen, (&typed, &found))))
}

fn read(posted: &Posted) -> Result<(Typed, String), FormError> {
    Ok((Typed::read(posted)?, posted.text("after")?))
}

async fn look(who: &SignedIn, environment: Environment) -> Result<Seen, Refusal> {
    let work = async |tx: &mut TenantTx| {
        Ok::<_, Refusal>(Seen {
            tokens: tokens::list(tx, environment).await?,
            parents: lineage::possible_parents(tx, environment).await?,
            catalogue: catalogue::load(tx, environment).await?,
        })
    };
    who.within(work).await
}

fn view(
    who: &SignedIn,
    environment: Environment,
    seen: &Seen,
    (typed, problems): (&Typed, &Problems),
) -> TokensPage {
    let area = Area::InitialAccess(environment);
    let may = who.may(Action::EditIntegration);
    let fields = fields(typed, &seen.catalogue, &seen.parents);
    TokensPage {
        shell: who.shell(area, area.label()).problem(!problems.is_empty()),
        errors: problems.summary(),
        rows: seen
            .tokens
            .iter()
            .map(|token| row(who, environment, token, may))
            .collect(),
        form: may.then(|| {
            fields
                .into_iter()
                .map(|field| problems.beside(field))
                .collect()
        }),
        newest: seen
            .tokens
            .iter()
            .find(|token| !token.standing)
            .map_or_else(String::new, |newest| newest.id.to_string()),
        here: who.path(&area.path()),
        who_may: who.who_may(Action::EditIntegration),
    }
}

fn row(who: &SignedIn, environment: Environment, token: &Token, may: bool) -> Row {
    let live = is_live(token, who.now);
    Row {
        label: token.label.as_str().to_owned(),
        name: name_of(token),
        state: badge(token, who.now),
        sponsor: token.sponsor_name.clone(),
        above: token.parent.as_ref().map_or_else(
            || "Nobody: a person or a pipeline".to_owned(),
            ToString::to_string,
        ),
        ceiling: token.ceiling.iter().map(ToString::to_string).collect(),
        left: token.uses_left.to_string(),
        used: token.used_at.map(When::new),
        ends: When::new(token.expires_at).day(),
        revoke_href: (may && live).then(|| path_of(who, environment, token.id)),
    }
}

/// Its kind and its last characters; nothing is shown of what has no secret.
pub(super) fn name_of(token: &Token) -> String {
    if token.standing {
        return "its own access tokens".to_owned();
    }
    format!(
        "{}…{}",
        SecretKind::InitialAccessToken.prefix(),
        token.last4
    )
}

/// The path of the page that revokes it.
pub(super) fn path_of(
    who: &SignedIn,
    environment: Environment,
    token: Id<kind::InitialAccess>,
) -> String {
    let all = Area::InitialAccess(environment).path();
    who.path(&format!("{all}/{token}/revoke"))
}

/// Whether revoking it still changes anything.
pub(in crate::endpoint) fn is_live(token: &Token, now: Timestamp) -> bool {
    token.revoked_at.is_none() && token.expires_at > now && token.uses_left > 0
}

fn badge(token: &Token, now: Timestamp) -> Badge {
    if token.revoked_at.is_some() {
        Badge::new(Tone::Danger, "Revoked")
    } else if token.expires_at <= now {
        Badge::new(Tone::Neutral, "Ended").icon(Icon::Clock)
    } else if token.uses_left == 0 {
        Badge::new(Tone::Neutral, "Used up")
    } else if token.held {
        Badge::new(Tone::Warn, "Held: its client is stopped")
    } else {
        Badge::new(Tone::Ok, "Works").icon(Icon::Tick)
    }
}

fn shown(
    who: &SignedIn,
    environment: Environment,
    typed: &Typed,
    made: Option<CreatedInitialAccessToken>,
) -> HttpResponse {
    let area = Area::InitialAccess(environment);
    let back = who.path(&area.path());
    let shell = |title: &str| who.shell(area, title).without_script();
    let Some(made) = made else {
        let page = AlreadyShownPage::new(shell("Secret already shown"), back);
        return bare_page(&page, StatusCode::OK);
    };
    let endpoint = who.registration_endpoint(environment);
    let env = [
        ("OAUTH_REGISTRATION_ENDPOINT", endpoint.as_str()),
        ("OAUTH_INITIAL_ACCESS_TOKEN", made.secret.reveal()),
    ];
    let page = SecretPage::new(shell("Initial access token"), &made.secret, &env)
        .fact(Fact::text("For", typed.label.trim()))
        .fact(Fact::code("Registration endpoint", endpoint.as_str()))
        .fact(Fact::when("Ends", When::new(made.expires_at).day()))
        .back("Back to the tokens", back);
    bare_page(&page, StatusCode::OK)
}
