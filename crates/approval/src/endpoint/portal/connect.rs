//! A provider named somebody whom nobody here is known by. Whoever has an account shows its password, once, and is known from then
//! on; the address that the provider gave is a hint and proves nothing. The page loads no script.

use actix_web::http::StatusCode;
use actix_web::web::Path;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use narthex_http::page::{ErrorSummary, Field, Narrow};
use narthex_http::{Agent, Cookies, Peer};
use narthex_people::identity::Asserted;
use narthex_people::password::Password;
use narthex_people::provider::{Provider, Way};
use narthex_people::session::{Surface, Whence};
use narthex_people::sign_in::{self, SignIn, SignInError};
use narthex_tenancy::{TenantTx, ambient};
use narthex_vocab::{Email, Id, Secret, kind};

use super::doorway::Doorway;
use super::elsewhere::{self, Held};
use super::frame::bare_page;
use super::posted::Posted;
use super::refusal::Refusal;
use crate::Acting;
use crate::enter::{EnterError, Unknown, connect};

#[derive(Template)]
#[template(path = "portal/connect.html")]
struct ConnectPage {
    narrow: Narrow,
    errors: ErrorSummary,
    why: String,
    sealed: String,
    fields: [Field; 3],
    here: String,
    host: String,
}

/// The page behind an answer that leads to nobody.
pub(super) fn offer(
    door: &Doorway,
    (asserted, why): (&Asserted, Unknown),
    browser: &str,
) -> Result<HttpResponse, Refusal> {
    let key = &way(door)?.key;
    let sealed = asserted.seal(key, (door.tenant.id, browser), &mut ambient::rng())?;
    let typed = asserted.email();
    let page = ConnectPage {
        why: words(why, asserted.provider()),
        ..view(
            door,
            asserted.provider(),
            &URL_SAFE_NO_PAD.encode(sealed),
            typed.as_ref().map_or("", Email::as_str),
            ErrorSummary::default(),
        )
    };
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST /t/{tenant}/sign-in/with/{provider}/connect`
pub(crate) async fn submit(
    door: Doorway,
    (request, cookies, peer, agent): (HttpRequest, Cookies, Peer, Agent),
    path: Path<(String, Id<kind::IdentityProvider>)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let provider = elsewhere::of_path(&door, path.1).await?;
    let held = Held::read(&door, &request, cookies).ok_or(Refusal::NotFound)?;
    let sealed = posted.text("sealed")?;
    let bytes = URL_SAFE_NO_PAD
        .decode(&sealed)
        .map_err(|_| Refusal::NotFound)?;
    let key = &way(&door)?.key;
    let whose = (door.tenant.id, held.browser.as_str());
    let said = (provider.clone(), bytes.as_slice());
    // Of another browser, mangled, or too old: there is nothing to go on with.
    let asserted = Asserted::open(key, whose, said, ambient::now()).ok_or(Refusal::NotFound)?;
    let typed = posted.text("email")?;
    let command = SignIn {
        tenant: door.tenant.id,
        surface: Surface::Portal,
        email: Email::parse(typed.trim()).ok(),
        password: Password::to_check(&posted.text("password")?),
        code: posted.text("code")?,
        from: Whence {
            source: peer.source(),
            agent: agent.to_string(),
        },
    };
    match enter(&door, &asserted, command).await {
        Ok(session) => Ok(elsewhere::go_on(cookies, &session, held.way_on.as_str())?),
        Err(EnterError::SignIn(error)) => {
            let page = |words: String| {
                let errors = ErrorSummary::whole(words);
                bare_page(
                    &view(&door, &provider, &sealed, &typed, errors),
                    StatusCode::UNPROCESSABLE_ENTITY,
                )
            };
            match error {
                SignInError::Wrong => Ok(page("The email address, the password or the code is not right. Check them and try again".to_owned())),
                SignInError::Throttled { retry_after } => Ok(page(format!("Too many tries. Try again in {retry_after} seconds"))),
                SignInError::Hash(error) => Err(Refusal::from(error).into()),
                SignInError::Store(error) => Err(Refusal::from(error).into()),
            }
        }
        Err(error) => Ok(elsewhere::refused(&door, &provider, error)?),
    }
}

async fn enter(door: &Doorway, asserted: &Asserted, command: SignIn) -> Result<Secret, EnterError> {
    let now = ambient::now();
    let checked = sign_in::check(door.people(), command, now).await?;
    let key = &door.people().hash_key;
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        connect(tx, (asserted, &checked), key, acting).await
    };
    let session = door.act(now, work).await?;
    checked.forgive(door.people()).await;
    Ok(session)
}

fn way(door: &Doorway) -> Result<&Way, Refusal> {
    door.people().providers.as_ref().ok_or(Refusal::NotFound)
}

fn view(
    door: &Doorway,
    provider: &Provider,
    sealed: &str,
    typed: &str,
    errors: ErrorSummary,
) -> ConnectPage {
    ConnectPage {
        narrow: door
            .narrow("Connect your account")
            .problem(!errors.is_empty()),
        errors,
        why: String::new(),
        sealed: sealed.to_owned(),
        fields: [
            Field::email("email", "Email address")
                .autocomplete("username")
                .value(typed),
            Field::password("password", "Password of your account here"),
            Field::code("code", "One-time code")
                .hint("Six digits from your authenticator, or a recovery code")
                .optional(),
        ],
        here: door.path(&format!("/sign-in/with/{}/connect", provider.id)),
        host: door.host(),
    }
}

fn words(why: Unknown, provider: &Provider) -> String {
    let name = &provider.name;
    match why {
        Unknown::HasAccount => format!("There is an account with your address. {name} cannot open it before you have shown once that it is yours."),
        Unknown::Unverified => format!("{name} gave no email address that it has checked, so you cannot join by it."),
        Unknown::NotProved => "Your address is of a domain that this tenant has not proved to be its own, so you cannot join by it.".to_owned(),
        Unknown::NobodyJoins => format!("Nobody joins by {name} without an invitation."),
        Unknown::Left => "Your account was removed. Ask an owner to invite you again.".to_owned(),
        Unknown::Frozen => "The platform's staff froze this tenant: nobody joins it now.".to_owned(),
    }
}
