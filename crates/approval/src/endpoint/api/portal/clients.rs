//! The tenant's clients: their credentials, which are shown once, and stopping one.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_vocab::{ClientId, Environment};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::body::{Body, Nothing};
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::lineage::{Lineage, whole};
use super::super::moment::Moment;
use super::super::reason::{self, Standing, WithReason};
use super::integrations::{OwnClient, own};
use crate::Acting;
use crate::create_credential::{
    CreateCredential, CreateCredentialError, action, create_credential,
};
use crate::retire_credential::{RetireCredential, RetireCredentialError, retire_credential};
use crate::store::{lineage_tree, portal_integration};
use crate::suspend::{Stop, Suspend, suspend};

/// A new credential.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeCredential {
    /// `crd_…`.
    credential: String,
    expires_at: Moment,
    /// Shown once: absent when asked again with the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// Read a client of the tenant.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/clients/{client}",
    operation_id = "client",
    responses((status = 200, body = OwnClient))
)]
pub(crate) async fn one(holder: Holder) -> Result<HttpResponse, Fault> {
    let (environment, id) = at(&holder)?;
    let work = async |tx: &mut TenantTx| portal_integration::client(tx, environment, &id).await;
    let (_, client) = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(own(&client)))
}

/// Make a credential. It is shown once; two can work at a time.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/clients/{client}/credentials",
    operation_id = "create_credential",
    request_body = Nothing,
    responses((status = 200, body = MadeCredential))
)]
pub(crate) async fn new_credential(
    holder: Holder,
    body: Body<Nothing>,
) -> Result<HttpResponse, Fault> {
    let (environment, client_id) = at(&holder)?;
    let command = CreateCredential {
        environment,
        client_id,
        hash_key: holder.hash_key(),
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let made = create_credential(tx, command, acting).await?;
        let shown = MadeCredential {
            credential: made.id.to_string(),
            expires_at: made.expires_at.into(),
            secret: None,
        };
        Ok((shown, Some(made.secret)))
    };
    holder.make((action(environment), &body.object), act).await
}

/// Retire a credential: it works no longer.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/clients/{client}/credentials/{credential}/retire",
    operation_id = "retire_credential",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn retire(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let (environment, client_id) = at(&holder)?;
    let command = RetireCredential {
        environment,
        client_id,
        credential: holder.named("credential")?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let at = (command.environment, &command.client_id);
        let (_, client) = portal_integration::client(tx, at.0, at.1).await?;
        let known = client.credentials.iter();
        if !known.map(|one| one.id).any(|id| id == command.credential) {
            return Err(Fault::not_there());
        }
        retire_credential(tx, command, acting).await?;
        Ok(Standing { state: "retired" })
    };
    holder.act((action(environment), &body.object), act).await
}

/// Stop a client and all below it: no token is issued or honoured until it is resumed.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/clients/{client}/suspend",
    operation_id = "suspend",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn stop(holder: Holder, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    act(&holder, &body, Stop::Suspend).await
}

/// Let a client go on that the tenant stopped: as it was approved, with what stopped with it.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/clients/{client}/resume",
    operation_id = "resume",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn go_on(holder: Holder, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    act(&holder, &body, Stop::Resume).await
}

/// End a client for good, and all below it.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/clients/{client}/revoke",
    operation_id = "revoke",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn end(holder: Holder, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    act(&holder, &body, Stop::Revoke).await
}

/// Read the tree that a client is in.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/clients/{client}/lineage",
    operation_id = "lineage",
    responses((status = 200, body = Lineage))
)]
pub(crate) async fn lineage(holder: Holder) -> Result<HttpResponse, Fault> {
    let (environment, id) = at(&holder)?;
    let work = async |tx: &mut TenantTx| {
        let place = (tx.tenant(), environment);
        lineage_tree::load(tx, place, &id).await
    };
    let tree = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(whole(&tree)))
}

async fn act(holder: &Holder, body: &Body<WithReason>, what: Stop) -> Result<HttpResponse, Fault> {
    let (environment, client_id) = at(holder)?;
    let command = Suspend {
        environment,
        client_id,
        what,
        reason: reason::parse(&body.says.reason)?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let state = suspend(tx, command, acting).await?;
        Ok(Standing {
            state: state.as_str(),
        })
    };
    holder.act((what.of_tenant(), &body.object), act).await
}

pub(super) fn at(holder: &Holder) -> Result<(Environment, ClientId), Fault> {
    Ok((holder.environment()?, holder.named("client")?))
}

faults! {
    CreateCredentialError { NoSecretWanted | NotPossible | TwoLive => fault::state }
    RetireCredentialError { NotLive => fault::state }
}
