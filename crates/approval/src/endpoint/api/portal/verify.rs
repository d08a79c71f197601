//! Registrations that wait under a code which an app shows: one of the tenant's people looks, and vouches or turns away.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::ProblemKind as Kind;
use narthex_vocab::{Environment, Label, SecretHash, VerificationCode};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::link::{Opened, said, screened};
use super::super::moment::Moment;
use super::super::reason::Standing;
use crate::Acting;
use crate::prose::Purpose;
use crate::store::deferral;
use crate::turn_away::{TurnAway, TurnAwayError, turn_away};
use crate::vouch::{Vouch, VouchError, vouch};

/// The code that an app shows.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Shown {
    /// Eight letters.
    code: String,
}

/// What somebody vouches for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Vouching {
    /// Eight letters.
    code: String,
    /// The name of the new integration.
    #[schema(value_type = String)]
    name: Label,
    /// Who runs it: `us`, `partner` or `agent`.
    operator: String,
    /// What it is for.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    purpose: Purpose,
}

/// A registration that waits.
#[derive(Serialize, ToSchema)]
pub(crate) struct Registrant {
    /// What it says about itself (RFC 7591 section 2); nobody checked it.
    #[schema(value_type = Object)]
    metadata: Value,
    /// What it asked for.
    scope: String,
    sent_at: Moment,
    expires_at: Moment,
}

/// Look at the registration that waits under a code.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/registrations",
    operation_id = "verify",
    request_body = Shown,
    responses((status = 200, body = Registrant))
)]
pub(crate) async fn look(holder: Holder, body: Body<Shown>) -> Result<HttpResponse, Fault> {
    holder.permit(Action::EditIntegration)?;
    let (environment, hash) = counted(&holder, &body.says.code).await?;
    let now = holder.now;
    let work = async |tx: &mut TenantTx| deferral::find(tx, environment, &hash, now).await;
    let found = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(Registrant {
        metadata: Value::Object(found.metadata.to_json()),
        scope: found.scope.to_string(),
        sent_at: found.created_at.into(),
        expires_at: found.expires_at.into(),
    }))
}

/// Vouch for it: it becomes an integration of yours, and a case.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/registrations/vouch",
    operation_id = "vouch",
    request_body = Vouching,
    responses((status = 200, body = Opened))
)]
pub(crate) async fn vouch_for(holder: Holder, body: Body<Vouching>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let (environment, verification) = counted(&holder, &says.code).await?;
    let command = Vouch {
        environment,
        verification,
        name: says.name,
        purpose: says.purpose,
        operator: said("operator", &says.operator)?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let vouched = vouch(tx, command, acting).await?;
        let state = screened(&vouched.screened);
        Ok(Opened::new(vouched.integration, vouched.request, state))
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

/// Turn it away: the app is told so when it asks.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/registrations/turn-away",
    operation_id = "turn_away",
    request_body = Shown,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn turn(holder: Holder, body: Body<Shown>) -> Result<HttpResponse, Fault> {
    let (environment, verification) = counted(&holder, &body.says.code).await?;
    let command = TurnAway {
        environment,
        verification,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        turn_away(tx, command, acting).await?;
        Ok(Standing { state: "rejected" })
    };
    holder
        .act((Action::EditIntegration, &body.object), act)
        .await
}

/// A code can be guessed: tries are counted with those of the page.
async fn counted(holder: &Holder, code: &str) -> Result<(Environment, SecretHash), Fault> {
    let environment = holder.environment()?;
    let code = VerificationCode::parse(code)
        .map_err(|_| Fault::member("code", "the eight letters that the app shows"))?;
    holder.may_try(&format!("verify/{environment}")).await?;
    Ok((environment, code.hash(holder.registration_key())))
}

faults! {
    VouchError {
        NotWaiting => |words| Fault::of(Kind::NOT_THERE, words),
        UnknownReach => fault::state,
    }
    TurnAwayError { NotWaiting => |words| Fault::of(Kind::NOT_THERE, words) }
}
