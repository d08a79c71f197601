//! The tenant's own policy on top of the platform's: written, tried and proposed by an owner, published by two.

use actix_web::HttpResponse;
use actix_web::web::block;
use narthex_policy::Whose;
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, TenantTx, ambient};

use super::super::body::{Body, Nothing};
use super::super::fault::Fault;
use super::super::holder::Holder;
use super::super::policies::{
    Looked, OneVersion, SimulationRun, Source, Versions, looked, run, versions, whole,
};
use super::super::publish_policy::{Draft, PolicyAnswer, Propose, Stands};
use crate::Acting;
use crate::answer_proposal::answer_proposal;
use crate::draft_policy::draft_policy;
use crate::endpoint::dashboard::policies::shown;
use crate::endpoint::policy::version::Shown;
use crate::propose_policy::propose_policy;
use crate::simulate_policy::{self, SimulatePolicyError, simulate_policy};
use crate::store::policy;

/// List the versions of the tenant's policy.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/policies",
    operation_id = "policies",
    responses((status = 200, body = Versions))
)]
pub(crate) async fn list(holder: Holder) -> Result<HttpResponse, Fault> {
    let tenant = holder.tenant.id;
    let work = async |tx: &mut TenantTx| policy::of_tenant(tx, tenant).await;
    let all = holder.look(work).await?;
    let owner = holder.tenant.slug.as_str();
    Ok(HttpResponse::Ok().json(versions(owner, &all)))
}

/// Read a version with its text, its proposal and the newest run of the simulator.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/policies/{number}",
    operation_id = "policy_version",
    responses((status = 200, body = OneVersion))
)]
pub(crate) async fn one(holder: Holder) -> Result<HttpResponse, Fault> {
    let found = look(&holder).await?;
    let owner = holder.tenant.slug.as_str();
    Ok(HttpResponse::Ok().json(whole(owner, &found)))
}

/// Look at a text as saving it would: what is wrong, and where. Nothing is saved.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/policies/validate",
    operation_id = "validate_policy",
    request_body = Source,
    responses((status = 200, body = Looked))
)]
pub(crate) async fn validate(_: Holder, body: Body<Source>) -> Result<HttpResponse, Fault> {
    Ok(HttpResponse::Ok().json(looked(Whose::Tenant, &body.says)))
}

/// Save a draft of the tenant's policy, new or in place of the one that is written.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/policies/draft",
    operation_id = "draft_policy",
    request_body = Draft,
    responses((status = 200, body = Stands))
)]
pub(crate) async fn save(holder: Holder, body: Body<Draft>) -> Result<HttpResponse, Fault> {
    let command = body.says.command()?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let number = draft_policy(tx, command, acting).await?;
        Ok(Stands::new(number, "draft"))
    };
    holder.act((Action::EditOwnPolicy, &body.object), act).await
}

/// Try a draft on the requests of 30 days and today's clients. Nothing is changed by it.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/policies/{number}/simulation",
    operation_id = "simulate_policy",
    request_body = Nothing,
    responses((status = 200, body = SimulationRun))
)]
pub(crate) async fn simulate(holder: Holder, _body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let permit = holder.permit(Action::EditOwnPolicy)?;
    holder.may_try("simulate").await?;
    let (of, now) = ((holder.tenant.id, number(&holder)?), holder.now);
    let read = async |tx: &mut TenantTx| simulate_policy::read(tx, of, now).await;
    let trial = holder.look(read).await?;
    let found = block(move || trial.run())
        .await
        .map_err(|error| Fault::Store(StoreError::Unavailable(error.to_string())))?;
    let database = &holder.approval.database;
    let kept: Result<(), SimulatePolicyError> = database
        .tenant(holder.tenant.id, async |tx| {
            let mut rng = ambient::rng();
            let mut acting = Acting::person(&permit, now, &mut rng, &holder.request_id);
            simulate_policy(tx, &found, &mut acting).await
        })
        .await;
    kept?;
    let shown = look(&holder).await?;
    Ok(HttpResponse::Ok().json(shown.run.as_ref().map(run)))
}

/// Propose a draft that was tried. Another person of the tenant, or of the platform, publishes it.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/policies/{number}/proposal",
    operation_id = "propose_policy",
    request_body = Propose,
    responses((status = 200, body = Stands))
)]
pub(crate) async fn propose(holder: Holder, body: Body<Propose>) -> Result<HttpResponse, Fault> {
    let number = number(&holder)?;
    let command = body.says.command(number)?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let id = propose_policy(tx, command, acting).await?;
        Ok(Stands::proposed(number, id))
    };
    holder.act((Action::EditOwnPolicy, &body.object), act).await
}

/// Publish a version that somebody else proposed, or refuse it.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/policies/{number}/answer",
    operation_id = "answer_policy",
    request_body = PolicyAnswer,
    responses((status = 200, body = Stands))
)]
pub(crate) async fn answer(
    holder: Holder,
    body: Body<PolicyAnswer>,
) -> Result<HttpResponse, Fault> {
    let number = number(&holder)?;
    body.says.confirms()?;
    let command = body.says.command(&look(&holder).await?)?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let state = answer_proposal(tx, command, acting).await?;
        Ok(Stands::new(number, state.as_str()))
    };
    holder
        .act((Action::PublishOwnPolicy, &body.object), act)
        .await
}

fn number(holder: &Holder) -> Result<i32, Fault> {
    holder.named("number")
}

async fn look(holder: &Holder) -> Result<Shown, Fault> {
    let of = (holder.tenant.id, number(holder)?);
    let work = async |tx: &mut TenantTx| shown(tx, of).await;
    holder.look(work).await
}
