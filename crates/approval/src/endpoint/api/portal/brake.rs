//! The tenant's own brake: no new registration is taken while it holds, and what is approved goes on.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::brakes::{BrakeEntry, NewBrake, entry, lifting};
use super::super::fault::Fault;
use super::super::holder::Holder;
use super::super::reason::{self, Standing, WithReason};
use crate::Acting;
use crate::lift_brake::{LiftBrake, lift_brake};
use crate::set_brake::{SetBrake, set_brake};
use crate::store;

/// Whether registration is stopped.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnBrake {
    /// The brake that holds.
    brake: Option<BrakeEntry>,
}

/// Read whether registration is stopped.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/brake",
    operation_id = "brake",
    responses((status = 200, body = OwnBrake))
)]
pub(crate) async fn get(holder: Holder) -> Result<HttpResponse, Fault> {
    let now = holder.now;
    let work = async |tx: &mut TenantTx| store::brake::holding(tx, now).await;
    let held = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(OwnBrake {
        brake: held.as_ref().map(|brake| entry(brake, None)),
    }))
}

/// Stop registration in the tenant, for a while.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/brake",
    operation_id = "set_brake",
    request_body = NewBrake,
    responses((status = 200, body = BrakeEntry))
)]
pub(crate) async fn set(holder: Holder, body: Body<NewBrake>) -> Result<HttpResponse, Fault> {
    let command = SetBrake {
        span: body.says.span()?,
        reason: body.says.reason,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        Ok(entry(&set_brake(tx, command, acting).await?, None))
    };
    holder.act((Action::BrakeOwn, &body.object), act).await
}

/// Let registration go on before the brake's end.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/brake/lift",
    operation_id = "lift_brake",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn lift(holder: Holder, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    let reason = reason::parse(&body.says.reason)?;
    let now = holder.now;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let held = store::brake::holding(tx, now).await?;
        let brake = held.ok_or_else(Fault::not_there)?.id;
        let lifted = lift_brake(tx, LiftBrake { brake, reason }, acting).await?;
        Ok(lifting(lifted))
    };
    holder.act((Action::BrakeOwn, &body.object), act).await
}
