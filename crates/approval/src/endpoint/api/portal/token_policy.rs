//! What an environment demands of every client's requests and tokens, and what access tokens are signed with.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_tenancy::token_policy::{self, TokenPolicy};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::Fault;
use super::super::holder::Holder;
use super::super::link::said;
use crate::Acting;
use crate::change_token_policy::{ChangeTokenPolicy, ChangeTokenPolicyError, change_token_policy};
use crate::prose::Reason;

/// What is demanded.
#[derive(Serialize, ToSchema)]
pub(crate) struct Demands {
    /// Whether every request to sign people in must be pushed (RFC 9126).
    pushed_requests: bool,
    /// Whether every access token must be bound to a key (RFC 9449).
    bound_tokens: bool,
    /// What access tokens are signed with: `ES256`, `EdDSA` or `RS256`.
    access_algorithm: &'static str,
}

/// What shall be demanded.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDemands {
    /// Whether every request to sign people in must be pushed (RFC 9126).
    pushed_requests: bool,
    /// Whether every access token must be bound to a key (RFC 9449).
    bound_tokens: bool,
    /// What access tokens are signed with: `ES256`, `EdDSA` or `RS256`.
    access_algorithm: String,
    /// Why; needed for what demands less in production.
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
}

/// Read what an environment demands of requests and tokens.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/settings/tokens",
    operation_id = "token_policy",
    responses((status = 200, body = Demands))
)]
pub(crate) async fn get(holder: Holder) -> Result<HttpResponse, Fault> {
    let environment = holder.environment()?;
    let work = async |tx: &mut TenantTx| token_policy::load(tx, environment).await;
    let policy = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(shown(policy)))
}

/// Set what an environment demands of requests and tokens.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/settings/tokens",
    operation_id = "change_token_policy",
    request_body = NewDemands,
    responses((status = 200, body = Demands))
)]
pub(crate) async fn change(holder: Holder, body: Body<NewDemands>) -> Result<HttpResponse, Fault> {
    let environment = holder.environment()?;
    let policy = TokenPolicy {
        pushed_requests: body.says.pushed_requests,
        bound_tokens: body.says.bound_tokens,
        access_algorithm: said("access_algorithm", &body.says.access_algorithm)?,
    };
    let command = ChangeTokenPolicy {
        environment,
        policy,
        because: body.says.reason,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        change_token_policy(tx, command, acting).await?;
        Ok(shown(policy))
    };
    holder.act((Action::EditSettings, &body.object), act).await
}

fn shown(policy: TokenPolicy) -> Demands {
    Demands {
        pushed_requests: policy.pushed_requests,
        bound_tokens: policy.bound_tokens,
        access_algorithm: policy.access_algorithm.as_str(),
    }
}

impl From<ChangeTokenPolicyError> for Fault {
    fn from(error: ChangeTokenPolicyError) -> Self {
        let words = error.to_string();
        match error {
            ChangeTokenPolicyError::NotPermitted(error) => error.into(),
            ChangeTokenPolicyError::Store(error) => error.into(),
            ChangeTokenPolicyError::DemandsLess => Self::member("reason", words),
        }
    }
}
