//! What strangers registered and nobody decided: families, one registration with who wants it, and what staff do about
//! it. A registration has no reach, whatever it says of itself.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{ClientId, Environment, QuarantineState};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::clients::word;
use super::cursor::{self, Part, given};
use super::fault::{self, Fault, faults};
use super::moment::Moment;
use super::place::Place;
use super::reason::{self, Standing, WithReason};
use crate::Acting;
use crate::block::{Block, BlockError, block};
use crate::endpoint::staff::Look;
use crate::invite_claim::{InviteClaim, InviteClaimError, invite_claim};
use crate::let_expire::{LetExpire, LetExpireError, Which, let_expire};
use crate::split::{Split, SplitError, split};
use crate::store::dashboard_families::{self, After, OfTenant, Sort, Wanted};
use crate::store::dashboard_people::name_of;
use crate::store::dashboard_quarantine::{self, Registration};

const LIST: &str = "families";

/// A page of families, the latest seen first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Families {
    families: Vec<Family>,
    /// Where the list goes on; absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// Attempts with one metadata fingerprint.
#[derive(Serialize, ToSchema)]
struct Family {
    /// SHA-256 of the metadata, in hexadecimal.
    fingerprint: String,
    /// The tenant's slug.
    tenant: String,
    environment: &'static str,
    /// The name they all give themselves; nobody checked it.
    name: String,
    attempts: i64,
    networks: i64,
    /// How many people want it.
    asks: i64,
    first_seen: Moment,
    last_seen: Moment,
    /// How its registrations stand, the one that waits first.
    state: Option<&'static str>,
    /// The identifier that they share, or else the newest.
    client_id: Option<String>,
}

/// One registration.
#[derive(Serialize, ToSchema)]
pub(crate) struct WaitingRegistration {
    client_id: String,
    tenant: String,
    environment: &'static str,
    state: &'static str,
    fingerprint: String,
    created_at: Moment,
    expires_at: Moment,
    /// What it says about itself (RFC 7591 section 2).
    #[schema(value_type = Object)]
    metadata: Value,
    /// What it asked for, in its own words.
    scope: String,
    unproved_hosts: Vec<String>,
    /// Who wants it, and why.
    asks: Vec<Ask>,
    /// The latest case about it, `req_…`.
    request: Option<String>,
}

/// A person wants it.
#[derive(Serialize, ToSchema)]
struct Ask {
    /// `mem_…`: who may be named as its sponsor.
    member: String,
    name: String,
    scope: String,
    reason: String,
    at: Moment,
}

/// List families of registrations.
#[utoipa::path(
    get,
    path = "/api/v1/quarantine",
    operation_id = "quarantine",
    params(
        ("state" = Option<String>, Query, description = "With a registration in this state; `quarantined` when not said."),
        ("q" = Option<String>, Query, description = "Whose name or redirect hosts have this text."),
        ("tenant" = Option<String>, Query, description = "Of tenants whose slug or name has this text."),
        ("environment" = Option<String>, Query, description = "`sandbox` or `production`."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    responses((status = 200, body = Families))
)]
pub(crate) async fn list(caller: Caller, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let key = &caller.approval().people.hash_key;
    let part: Part<String> = Part::read(&query, (key, LIST))?;
    let state = word(&query, "state", |text| text.parse::<QuarantineState>().ok())?;
    let sort = Sort::Latest;
    let wanted = Wanted {
        state: state.or(Some(QuarantineState::Quarantined)),
        text: given(&query, "q")?.map(str::to_owned),
        tenant: given(&query, "tenant")?.map(str::to_owned),
        environment: word(&query, "environment", |text| {
            text.parse::<Environment>().ok()
        })?,
        sort,
        after: part.after.and_then(|text| After::parse(&text)),
    };
    let seen = caller
        .look(Look::over("api/quarantine"), async |tx| {
            dashboard_families::list(tx, &wanted).await
        })
        .await?;
    // WaitingRegistration more than a page comes back when the list goes on.
    let mut listed = seen.found;
    let page = usize::try_from(dashboard_families::PAGE).unwrap_or_default();
    let goes_on = listed.len() > page;
    listed.truncate(page);
    let last = listed.last().filter(|_| goes_on);
    let next = last.and_then(|last| cursor::seal(&last.line.after(sort).text(), (key, LIST)));
    Ok(HttpResponse::Ok().json(Families {
        families: listed.iter().map(family).collect(),
        next,
    }))
}

/// Read a registration in quarantine.
#[utoipa::path(
    get,
    path = "/api/v1/quarantine/{tenant}/{environment}/{client_id}",
    operation_id = "registration",
    responses((status = 200, body = WaitingRegistration))
)]
pub(crate) async fn one(caller: Caller, place: Place) -> Result<HttpResponse, Fault> {
    let (tenant, registration) = look(&caller, &place).await?;
    Ok(HttpResponse::Ok().json(whole(&tenant, &registration)))
}

/// Block a registration: it leads nowhere from now on.
#[utoipa::path(
    post,
    path = "/api/v1/quarantine/{tenant}/{environment}/{client_id}/block",
    operation_id = "block",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn block_one(
    caller: Caller,
    place: Place,
    body: Body<WithReason>,
) -> Result<HttpResponse, Fault> {
    let command = Block {
        environment: place.environment,
        client_id: place.named("client_id")?,
        reason: reason::parse(&body.says.reason)?,
    };
    handle(&caller, (&place, &body.object), async |tx, acting| {
        block(tx, command, acting).await?;
        Ok(QuarantineState::Blocked)
    })
    .await
}

/// Let a registration expire now: the same software may register again.
#[utoipa::path(
    post,
    path = "/api/v1/quarantine/{tenant}/{environment}/{client_id}/expire",
    operation_id = "let_expire",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn expire_one(
    caller: Caller,
    place: Place,
    body: Body<WithReason>,
) -> Result<HttpResponse, Fault> {
    let command = LetExpire {
        environment: place.environment,
        which: Which::Registration(place.named("client_id")?),
        reason: reason::parse(&body.says.reason)?,
    };
    handle(&caller, (&place, &body.object), async |tx, acting| {
        let_expire(tx, command, acting).await?;
        Ok(QuarantineState::Expired)
    })
    .await
}

/// Take a registration out of its family: it is decided on its own.
#[utoipa::path(
    post,
    path = "/api/v1/quarantine/{tenant}/{environment}/{client_id}/split",
    operation_id = "split",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn split_one(
    caller: Caller,
    place: Place,
    body: Body<WithReason>,
) -> Result<HttpResponse, Fault> {
    let command = Split {
        environment: place.environment,
        client_id: place.named("client_id")?,
        reason: reason::parse(&body.says.reason)?,
    };
    handle(&caller, (&place, &body.object), async |tx, acting| {
        split(tx, command, acting).await?;
        Ok(QuarantineState::Quarantined)
    })
    .await
}

/// Ask the tenant whether a registration is its own.
#[utoipa::path(
    post,
    path = "/api/v1/quarantine/{tenant}/{environment}/{client_id}/claim",
    operation_id = "invite_claim",
    request_body = WithReason,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn claim_one(
    caller: Caller,
    place: Place,
    body: Body<WithReason>,
) -> Result<HttpResponse, Fault> {
    let command = InviteClaim {
        environment: place.environment,
        client_id: place.named("client_id")?,
        reason: reason::parse(&body.says.reason)?,
    };
    handle(&caller, (&place, &body.object), async |tx, acting| {
        invite_claim(tx, command, acting).await?;
        Ok(QuarantineState::Quarantined)
    })
    .await
}

/// Does an act on a registration once, and says how it stands.
async fn handle(
    caller: &Caller,
    (place, body): (&Place, &Value),
    act: impl AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<QuarantineState, Fault>,
) -> Result<HttpResponse, Fault> {
    let (tenant, _) = look(caller, place).await?;
    let asked = (Action::HandleQuarantine, body);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let state = act(tx, acting).await?;
        Ok(Standing {
            state: state.as_str(),
        })
    };
    caller.act(tenant.id, asked, act).await
}

/// The registration of a path, looked at by this person.
pub(super) async fn look(caller: &Caller, place: &Place) -> Result<(Tenant, Registration), Fault> {
    let client: ClientId = place.named("client_id")?;
    let (at, now) = ((place.environment, client.clone()), caller.now);
    let seen = caller
        .look_at(place.at(), client.to_string(), async |tx, tenant| {
            dashboard_quarantine::load(tx, tenant, at, now).await
        })
        .await?;
    Ok(seen.found)
}

fn family(of: &OfTenant) -> Family {
    let line = &of.line;
    Family {
        fingerprint: line.fingerprint.to_string(),
        tenant: of.slug.to_string(),
        environment: line.environment.as_str(),
        name: line.name.clone(),
        attempts: line.attempts,
        networks: line.networks,
        asks: line.asks,
        first_seen: line.first_seen.into(),
        last_seen: line.last_seen.into(),
        state: line.state.map(QuarantineState::as_str),
        client_id: line.client_id.as_ref().map(ToString::to_string),
    }
}

fn whole(tenant: &Tenant, registration: &Registration) -> WaitingRegistration {
    let ask = |ask: &dashboard_quarantine::Asked| Ask {
        member: ask.member.to_string(),
        name: name_of(&registration.people, ask.member),
        scope: ask.scope.clone(),
        reason: ask.reason.clone(),
        at: ask.at.into(),
    };
    WaitingRegistration {
        client_id: registration.client_id.to_string(),
        tenant: tenant.slug.to_string(),
        environment: registration.environment.as_str(),
        state: registration.state.as_str(),
        fingerprint: registration.fingerprint.to_string(),
        created_at: registration.created_at.into(),
        expires_at: registration.expires_at.into(),
        metadata: Value::Object(registration.metadata.to_json()),
        scope: registration.scope.clone(),
        unproved_hosts: registration
            .unproved
            .iter()
            .map(ToString::to_string)
            .collect(),
        asks: registration.asks.iter().map(ask).collect(),
        request: registration.request.map(|id| id.to_string()),
    }
}

faults! {
    BlockError { NotWaiting => fault::state }
    LetExpireError { NothingWaits => fault::state }
    InviteClaimError { NotWaiting | Asked => fault::state }
    SplitError { Over | Apart | Shared => fault::state }
}
