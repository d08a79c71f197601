//! Initial access tokens (RFC 7591 section 3): who shows one may register in the environment, within its ceiling.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientId, Label, ScopeSet, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::{Body, Nothing};
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::moment::Moment;
use super::super::reason::Standing;
use crate::Acting;
use crate::create_initial_access_token::{
    Allowance, CreateInitialAccessToken, CreateInitialAccessTokenError, create_initial_access_token,
};
use crate::revoke_initial_access_token::{
    RevokeInitialAccessToken, RevokeInitialAccessTokenError, revoke_initial_access_token,
};
use crate::store::initial_access_token::{self as tokens, Token};

/// The tokens of an environment.
#[derive(Serialize, ToSchema)]
pub(crate) struct InitialAccessTokens {
    initial_access_tokens: Vec<InitialAccessToken>,
}

/// One of them, without what it is shown by.
#[derive(Serialize, ToSchema)]
struct InitialAccessToken {
    /// `iat_…`.
    initial_access: String,
    label: String,
    last4: String,
    sponsor: String,
    /// The client that registers others with it.
    parent: Option<String>,
    /// The most that it can ask for.
    ceiling: String,
    uses_left: i32,
    expires_at: Moment,
    used_at: Option<Moment>,
    revoked_at: Option<Moment>,
    live: bool,
}

/// A token to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInitialAccessToken {
    /// What it is for.
    #[schema(value_type = String)]
    label: Label,
    /// The most that it can ask for: scopes of the environment, separated by blanks.
    #[schema(value_type = String)]
    ceiling: ScopeSet,
    /// The client that registers others with it, if one does.
    #[schema(value_type = Option<String>)]
    parent: Option<ClientId>,
    /// How many registrations; 1 to 1000.
    uses: i32,
    /// How many days; 1 to 90.
    days: i64,
}

/// A new token.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeInitialAccessToken {
    initial_access: String,
    expires_at: Moment,
    /// Shown once: absent when asked again with the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// List initial access tokens.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/initial-access-tokens",
    operation_id = "initial_access_tokens",
    responses((status = 200, body = InitialAccessTokens))
)]
pub(crate) async fn list(holder: Holder) -> Result<HttpResponse, Fault> {
    let environment = holder.environment()?;
    let work = async |tx: &mut TenantTx| tokens::list(tx, environment).await;
    let all = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(InitialAccessTokens {
        initial_access_tokens: all.iter().map(|one| entry(one, holder.now)).collect(),
    }))
}

/// Make an initial access token. It is shown once; its maker is its sponsor.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/initial-access-tokens",
    operation_id = "create_initial_access_token",
    request_body = NewInitialAccessToken,
    responses((status = 200, body = MadeInitialAccessToken))
)]
pub(crate) async fn make(
    holder: Holder,
    body: Body<NewInitialAccessToken>,
) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let (uses, days) = (Allowance::MOST_USES, Allowance::MOST_DAYS);
    let words = || format!("1 to {uses} registrations within 1 to {days} days");
    let command = CreateInitialAccessToken {
        environment: holder.environment()?,
        label: says.label,
        ceiling: says.ceiling,
        parent: says.parent,
        allowance: Allowance::new(says.uses, says.days)
            .ok_or_else(|| Fault::member("uses", words()))?,
        hash_key: holder.registration_key(),
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let made = create_initial_access_token(tx, command, acting).await?;
        let shown = MadeInitialAccessToken {
            initial_access: made.id.to_string(),
            expires_at: made.expires_at.into(),
            secret: None,
        };
        Ok((shown, Some(made.secret)))
    };
    holder
        .make((Action::EditIntegration, &body.object), act)
        .await
}

/// Revoke an initial access token.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/initial-access-tokens/{initial_access}/revoke",
    operation_id = "revoke_initial_access_token",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn revoke(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let command = RevokeInitialAccessToken {
        environment: holder.environment()?,
        token: holder.named("initial_access")?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        tokens::load(tx, command.environment, command.token).await?;
        revoke_initial_access_token(tx, command, acting).await?;
        Ok(Standing { state: "revoked" })
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

fn entry(token: &Token, now: Timestamp) -> InitialAccessToken {
    InitialAccessToken {
        initial_access: token.id.to_string(),
        label: token.label.to_string(),
        last4: token.last4.clone(),
        sponsor: token.sponsor_name.clone(),
        parent: token.parent.as_ref().map(ToString::to_string),
        ceiling: token.ceiling.to_string(),
        uses_left: token.uses_left,
        expires_at: token.expires_at.into(),
        used_at: token.used_at.map(Into::into),
        revoked_at: token.revoked_at.map(Into::into),
        live: crate::endpoint::portal::initial_access_tokens::is_live(token, now),
    }
}

faults! {
    CreateInitialAccessTokenError {
        UnknownScope | BeyondParent => |words| Fault::member("ceiling", words),
        ParentStopped | TooDeep => |words| Fault::member("parent", words),
    }
    RevokeInitialAccessTokenError { NotLive => fault::state }
}
