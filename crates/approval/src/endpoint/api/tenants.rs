//! The tenants of the platform: the list, a new one, and its first owner.

use actix_web::HttpResponse;
use narthex_tenancy::permission::Action;
use narthex_tenancy::{TenantTx, ambient};
use narthex_vocab::{Email, Id, Label, TenantSlug};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, Nothing};
use super::caller::Caller;
use super::fault::{self, Fault, faults};
use super::moment::Moment;
use super::place;
use super::reason::{self, Standing, WithReason};
use crate::Acting;
use crate::create_tenant::{CreateTenant, CreateTenantError, create_tenant};
use crate::endpoint::staff::Look;
use crate::freeze_tenant::{Freeze, FreezeTenant, FreezeTenantError, freeze_tenant};
use crate::invite_owner::{InviteOwner, InviteOwnerError, invite_owner};
use crate::store::dashboard_tenants::{self, Listed};

/// The tenants.
#[derive(Serialize, ToSchema)]
pub(crate) struct Tenants {
    tenants: Vec<TenantEntry>,
}

/// One tenant.
#[derive(Serialize, ToSchema)]
struct TenantEntry {
    /// Its slug.
    tenant: String,
    name: String,
    frozen: bool,
    created_at: Moment,
    people: i64,
    integrations: i64,
    clients: i64,
}

/// A tenant to make.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTenant {
    /// Its name in addresses.
    #[schema(value_type = String)]
    slug: TenantSlug,
    #[schema(value_type = String)]
    name: Label,
    /// The address of its first owner.
    #[schema(value_type = String)]
    owner: Email,
}

/// Who shall own a tenant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOwner {
    #[schema(value_type = String)]
    owner: Email,
}

/// An owner who was invited.
#[derive(Serialize, ToSchema)]
pub(crate) struct OwnerInvited {
    tenant: String,
    owner: String,
    /// Where the secret leads: append it. Who has the link is the owner.
    address: String,
    /// Shown once: absent when asked again with the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// List tenants.
#[utoipa::path(
    get,
    path = "/api/v1/tenants",
    operation_id = "tenants",
    responses((status = 200, body = Tenants))
)]
pub(crate) async fn list(caller: Caller) -> Result<HttpResponse, Fault> {
    let seen = caller
        .look(Look::over("api/tenants"), dashboard_tenants::list)
        .await?;
    Ok(HttpResponse::Ok().json(Tenants {
        tenants: seen.found.iter().map(entry).collect(),
    }))
}

/// Make a tenant. A slug is taken once; a lost link is made anew by `invite_owner`.
#[utoipa::path(
    post,
    path = "/api/v1/tenants",
    operation_id = "create_tenant",
    request_body = NewTenant,
    responses((status = 200, body = OwnerInvited))
)]
pub(crate) async fn create(caller: Caller, body: Body<NewTenant>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let told = (says.slug.clone(), says.owner.clone());
    let tenant = Id::new(caller.now, &mut ambient::rng());
    let asked = (Action::CreateTenant, &body.object);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let command = CreateTenant {
            slug: says.slug,
            name: says.name,
            owner: says.owner,
            hash_key: &caller.approval().people.hash_key,
        };
        let secret = create_tenant(tx, command, acting).await?.invitation;
        Ok((invited(&caller, &told), Some(secret)))
    };
    let made = caller.make(tenant, asked, act).await;
    let Err(refused) = made else { return made };
    // The key of a call that made a tenant is kept with that tenant: whoever asks again finds it there.
    let find = async |tx: &mut TenantTx| dashboard_tenants::find(tx, &told.0).await;
    match caller.look(Look::over("api/tenants"), find).await {
        Ok(there) => {
            let again = async |_: &mut TenantTx, _: &mut Acting<'_>| Err::<Nothing, _>(refused);
            caller.act(there.found.id, asked, again).await
        }
        Err(_) => Err(refused),
    }
}

/// Freeze a tenant: nobody gets a token or registers there, and its people look and change nothing.
#[utoipa::path(
    post,
    path = "/api/v1/tenants/{tenant}/freeze",
    operation_id = "freeze_tenant",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn freeze(caller: Caller, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    stand(&caller, &body, (Freeze::Freeze, "frozen")).await
}

/// Thaw a tenant: all goes on as it was.
#[utoipa::path(
    post,
    path = "/api/v1/tenants/{tenant}/thaw",
    operation_id = "thaw_tenant",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn thaw(caller: Caller, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    stand(&caller, &body, (Freeze::Thaw, "active")).await
}

async fn stand(
    caller: &Caller,
    body: &Body<WithReason>,
    (what, state): (Freeze, &'static str),
) -> Result<HttpResponse, Fault> {
    let slug: TenantSlug = place::read(&caller.bearer.request, "tenant")?;
    let find = async |tx: &mut TenantTx| dashboard_tenants::find(tx, &slug).await;
    let seen = caller.look(Look::over("api/tenants"), find).await?;
    let command = FreezeTenant {
        what,
        reason: reason::parse(&body.says.reason)?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        freeze_tenant(tx, command, acting).await?;
        Ok(Standing { state })
    };
    let asked = (Action::FreezeTenant, &body.object);
    caller.act(seen.found.id, asked, act).await
}

/// Invite the owner of a tenant that has none.
#[utoipa::path(
    post,
    path = "/api/v1/tenants/{tenant}/invite-owner",
    operation_id = "invite_owner",
    request_body = NewOwner,
    responses((status = 200, body = OwnerInvited))
)]
pub(crate) async fn invite(caller: Caller, body: Body<NewOwner>) -> Result<HttpResponse, Fault> {
    let slug: TenantSlug = place::read(&caller.bearer.request, "tenant")?;
    let look = async |tx: &mut TenantTx| dashboard_tenants::find(tx, &slug).await;
    let seen = caller.look(Look::over("api/tenants"), look).await?;
    let told = (slug.clone(), body.says.owner.clone());
    let command = InviteOwner {
        owner: body.says.owner,
        hash_key: &caller.approval().people.hash_key,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let secret = invite_owner(tx, command, acting).await?;
        Ok((invited(&caller, &told), Some(secret)))
    };
    caller
        .make(seen.found.id, (Action::CreateTenant, &body.object), act)
        .await
}

fn invited(caller: &Caller, (slug, owner): &(TenantSlug, Email)) -> OwnerInvited {
    let base = caller.approval().portal_base.as_str();
    OwnerInvited {
        tenant: slug.to_string(),
        owner: owner.to_string(),
        address: format!("{}/t/{slug}/invitation/", base.trim_end_matches('/')),
        secret: None,
    }
}

fn entry(listed: &Listed) -> TenantEntry {
    TenantEntry {
        tenant: listed.slug.to_string(),
        name: listed.name.to_string(),
        frozen: listed.frozen,
        created_at: listed.created_at.into(),
        people: listed.people,
        integrations: listed.integrations,
        clients: listed.clients,
    }
}

faults! {
    CreateTenantError { SlugTaken => fault::state }
    FreezeTenantError { Already => fault::state }
    InviteOwnerError {
        HasOwner | AlreadyMember => fault::state,
        TooOften => fault::too_often,
    }
}
