//! Revoking an initial access token: first the page that says what ends and what stays, then the act.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::ErrorSummary;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, kind};

use super::banner::Done;
use super::frame::{Area, page as answer};
use super::initial_access_tokens::{is_live, name_of, path_of};
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::endpoint::danger_page::DangerPage;
use crate::revoke_initial_access_token::{
    RevokeInitialAccessToken, RevokeInitialAccessTokenError, revoke_initial_access_token,
};
use crate::store::initial_access_token::{self as tokens, Token};

/// The path of a token's page.
type At = (String, Environment, Id<kind::InitialAccess>);

/// `GET /t/{tenant}/{environment}/initial-access-tokens/{initial_access}/revoke`
pub(crate) async fn page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    who.permit(Action::EditIntegration)?;
    let (_, environment, id) = path.into_inner();
    let work = async |tx: &mut TenantTx| tokens::load(tx, environment, id).await;
    let token: Token = who.within(work).await?;
    if !is_live(&token, who.now) {
        return Err(Refusal::Stale);
    }
    Ok(answer(&view(&who, environment, &token)))
}

/// `POST /t/{tenant}/{environment}/initial-access-tokens/{initial_access}/revoke`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = who.permit(Action::EditIntegration)?;
    let (_, environment, token) = path.into_inner();
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        tokens::load(tx, environment, token).await?;
        let command = RevokeInitialAccessToken { environment, token };
        revoke_initial_access_token(tx, command, acting).await
    };
    who.act(&permit, work).await.map_err(|error| match error {
        RevokeInitialAccessTokenError::NotPermitted(error) => error.into(),
        RevokeInitialAccessTokenError::NotLive => Refusal::Stale,
        RevokeInitialAccessTokenError::Store(error) => error.into(),
    })?;
    let back = who.path(&Area::InitialAccess(environment).path());
    Ok(Done::InitialAccessRevoked.at(&back))
}

fn view(who: &SignedIn, environment: Environment, token: &Token) -> DangerPage {
    let area = Area::InitialAccess(environment);
    let name = name_of(token);
    DangerPage {
        shell: who.shell(area, format!("Revoke {}", token.label)),
        errors: ErrorSummary::default(),
        last: None,
        effects: vec![
            (
                "1".to_owned(),
                format!("way to register clients, {name}, is closed at once"),
            ),
            (
                token.uses_left.to_string(),
                "registrations that it had left are gone".to_owned(),
            ),
            (
                "For good".to_owned(),
                if token.standing {
                    "only another approval lets the client register others again"
                } else {
                    "a revoked token cannot be brought back; you can create another"
                }
                .to_owned(),
            ),
        ],
        kept: [
            "The requests that it led to go on.",
            "Clients that were approved keep working.",
        ]
        .map(str::to_owned)
        .into(),
        fields: Vec::new(),
        button: format!("Revoke {name}"),
        action: path_of(who, environment, token.id),
        back: who.path(&area.path()),
    }
}
