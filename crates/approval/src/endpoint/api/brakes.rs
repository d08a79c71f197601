//! Brakes on registration: those of tenants, and the platform's, which two people lift.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{Id, PLATFORM_TENANT, TenantSlug, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::fault::{self, Fault, faults};
use super::moment::Moment;
use super::place;
use super::reason::{self, Standing, WithReason};
use crate::Acting;
use crate::brake::{Brake, Lifting, Span};
use crate::endpoint::staff::Look;
use crate::lift_brake::{LiftBrake, LiftBrakeError, lift_brake};
use crate::prose::Reason;
use crate::set_brake::{SetBrake, SetBrakeError, set_brake};
use crate::store::{brake, dashboard_tenants};

/// Whose it is, when it is the platform's and holds everybody.
const PLATFORM: &str = "platform";

/// Brakes, those that hold first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Brakes {
    brakes: Vec<BrakeEntry>,
}

/// A brake: no registration is taken while it holds.
#[derive(Serialize, ToSchema)]
pub(crate) struct BrakeEntry {
    /// `brk_…`.
    brake: String,
    /// The tenant's slug, or `platform` for everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    owner: Option<String>,
    reason: String,
    set_by: String,
    set_at: Moment,
    ends_at: Moment,
    lifted_at: Option<Moment>,
    /// Who wants it lifted, while that waits for a second person.
    lift_proposed_by: Option<String>,
}

/// A brake to set.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBrake {
    /// How long it holds: `15m`, `1h`, `4h`, `24h` or `72h`.
    span: String,
    #[schema(value_type = String)]
    pub(super) reason: Reason,
}

/// A brake to set for a tenant, or for everybody.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBrakeOf {
    /// The tenant's slug, or `platform` for everybody.
    owner: String,
    /// How long it holds: `15m`, `1h`, `4h`, `24h` or `72h`.
    span: String,
    #[schema(value_type = String)]
    reason: Reason,
}

/// List brakes.
#[utoipa::path(
    get,
    path = "/api/v1/brakes",
    operation_id = "brakes",
    responses((status = 200, body = Brakes))
)]
pub(crate) async fn list(caller: Caller) -> Result<HttpResponse, Fault> {
    let now = caller.now;
    let look = async |tx: &mut TenantTx| {
        let all = brake::everywhere(tx, now).await?;
        let whose: Vec<_> = all.iter().map(|brake| brake.tenant).collect();
        Ok((all, dashboard_tenants::slugs(tx, &whose).await?))
    };
    let seen = caller.look(Look::over("api/brakes"), look).await?;
    let (all, slugs) = &seen.found;
    let owner = |brake: &Brake| match slugs.get(&brake.tenant) {
        Some(slug) => slug.clone(),
        None => PLATFORM.to_owned(),
    };
    let brakes = all.iter().map(|brake| entry(brake, Some(owner(brake))));
    Ok(HttpResponse::Ok().json(Brakes {
        brakes: brakes.collect(),
    }))
}

/// Stop registration of a tenant, or of everybody.
#[utoipa::path(
    post,
    path = "/api/v1/brakes",
    operation_id = "set_brake",
    request_body = NewBrakeOf,
    responses((status = 200, body = BrakeEntry))
)]
pub(crate) async fn set(caller: Caller, body: Body<NewBrakeOf>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let command = SetBrake {
        span: span(&says.span)?,
        reason: says.reason,
    };
    let tenant = match says.owner.as_str() {
        PLATFORM => PLATFORM_TENANT,
        slug => find(&caller, ("owner", slug)).await?.id,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let set = set_brake(tx, command, acting).await?;
        Ok(entry(&set, Some(says.owner)))
    };
    caller
        .act(tenant, (Action::SetBrake, &body.object), act)
        .await
}

/// Let registration go on before a brake's end; for everybody by two.
#[utoipa::path(
    post,
    path = "/api/v1/brakes/{brake}/lift",
    operation_id = "lift_brake",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn lift(caller: Caller, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    let id: Id<kind::Brake> = place::read(&caller.bearer.request, "brake")?;
    let command = LiftBrake {
        brake: id,
        reason: reason::parse(&body.says.reason)?,
    };
    let (at, now) = (Look::over(id.to_string()), caller.now);
    let look = async |tx: &mut TenantTx| brake::anywhere(tx, id, now).await;
    let tenant = caller.look(at, look).await?.found.tenant;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        Ok(lifting(lift_brake(tx, command, acting).await?))
    };
    caller
        .act(tenant, (Action::LiftBrake, &body.object), act)
        .await
}

impl NewBrake {
    pub(super) fn span(&self) -> Result<Span, Fault> {
        span(&self.span)
    }
}

fn span(text: &str) -> Result<Span, Fault> {
    Span::named(text).ok_or_else(|| Fault::member("span", "15m, 1h, 4h, 24h or 72h"))
}

/// How a brake stands after somebody wanted it lifted.
pub(super) fn lifting(lifting: Lifting) -> Standing {
    Standing {
        state: match lifting {
            Lifting::Lifted => "lifted",
            Lifting::Proposed => "proposed",
        },
    }
}

pub(super) fn entry(brake: &Brake, owner: Option<String>) -> BrakeEntry {
    let proposal = brake.proposal.as_ref();
    BrakeEntry {
        brake: brake.id.to_string(),
        owner,
        reason: brake.reason.clone(),
        set_by: brake.set_by.name.clone(),
        set_at: brake.set_at.into(),
        ends_at: brake.ends_at.into(),
        lifted_at: brake.lifted.as_ref().map(|(_, at)| (*at).into()),
        lift_proposed_by: proposal.map(|proposal| proposal.by.name.clone()),
    }
}

/// The tenant that a member of a body names.
pub(super) async fn find(caller: &Caller, (member, slug): (&str, &str)) -> Result<Tenant, Fault> {
    let slug = TenantSlug::parse(slug).map_err(|error| Fault::member(member, error.to_string()))?;
    let look = async |tx: &mut TenantTx| dashboard_tenants::find(tx, &slug).await;
    Ok(caller.look(Look::over("api/tenants"), look).await?.found)
}

faults! {
    SetBrakeError { EndsLater | TooLong => |words| Fault::member("span", words) }
    LiftBrakeError { MayNot => fault::not_yours }
}
