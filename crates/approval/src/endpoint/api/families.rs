//! A family of registrations: what is known of it, and what staff do about all of it at once.

use actix_web::HttpResponse;
use ipnet::IpNet;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{Fingerprint, QuarantineState, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::fault::{self, Fault, faults};
use super::moment::Moment;
use super::place::Place;
use super::reason::{self, WithReason};
use crate::Acting;
use crate::block_family::{BlockFamily, BlockFamilyError, block_family};
use crate::let_expire::{LetExpire, Which, let_expire};
use crate::prose::Reason;
use crate::split_network::{SplitNetwork, SplitNetworkError, split_network};
use crate::store::dashboard_family::{self, Family};

/// A family, whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct FamilyDetail {
    fingerprint: String,
    tenant: String,
    environment: &'static str,
    /// The name they all give themselves; nobody checked it.
    name: String,
    attempts: i64,
    first_seen: Moment,
    last_seen: Moment,
    registrations: Vec<FamilyRegistration>,
    /// Where calls came from.
    networks: Vec<FamilyNetwork>,
    /// Known clients that it looks like.
    similar: Vec<String>,
}

/// One registration of a family.
#[derive(Serialize, ToSchema)]
struct FamilyRegistration {
    client_id: String,
    state: &'static str,
    /// Whether it is decided on its own.
    apart: bool,
    created_at: Moment,
    expires_at: Moment,
}

/// A network that calls came from.
#[derive(Serialize, ToSchema)]
struct FamilyNetwork {
    network: String,
    calls: i64,
    last_seen: Moment,
}

/// Until when, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UntilWithReason {
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    #[schema(value_type = String)]
    reason: Reason,
}

/// A network to take out of a family.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NetworkApart {
    /// As `192.0.2.0/24`.
    network: String,
    #[schema(value_type = String, format = DateTime)]
    until: Timestamp,
    #[schema(value_type = String)]
    reason: Reason,
}

/// How many registrations were changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct FamilyChanged {
    changed: usize,
}

/// The family that a network has from now on.
#[derive(Serialize, ToSchema)]
pub(crate) struct FamilyApart {
    fingerprint: String,
}

/// Read a family.
#[utoipa::path(
    get,
    path = "/api/v1/families/{tenant}/{environment}/{fingerprint}",
    operation_id = "family",
    responses((status = 200, body = FamilyDetail))
)]
pub(crate) async fn one(caller: Caller, place: Place) -> Result<HttpResponse, Fault> {
    let (tenant, family) = look(&caller, &place).await?;
    Ok(HttpResponse::Ok().json(whole(&tenant, &family)))
}

/// Block a family: every registration of it that waits, and all that come until then.
#[utoipa::path(
    post,
    path = "/api/v1/families/{tenant}/{environment}/{fingerprint}/block",
    operation_id = "block_family",
    request_body = UntilWithReason,
    responses((status = 200, body = FamilyChanged))
)]
pub(crate) async fn block(
    caller: Caller,
    place: Place,
    body: Body<UntilWithReason>,
) -> Result<HttpResponse, Fault> {
    let (tenant, family) = look(&caller, &place).await?;
    let command = BlockFamily {
        environment: place.environment,
        fingerprint: family.line.fingerprint,
        reason: body.says.reason,
        until: body.says.until,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let changed = block_family(tx, command, acting).await?;
        Ok(FamilyChanged { changed })
    };
    let asked = (Action::HandleQuarantine, &body.object);
    caller.act(tenant.id, asked, act).await
}

/// Let every registration of a family that waits expire now.
#[utoipa::path(
    post,
    path = "/api/v1/families/{tenant}/{environment}/{fingerprint}/expire",
    operation_id = "let_family_expire",
    request_body = WithReason,
    responses((status = 200, body = FamilyChanged))
)]
pub(crate) async fn expire(
    caller: Caller,
    place: Place,
    body: Body<WithReason>,
) -> Result<HttpResponse, Fault> {
    let (tenant, family) = look(&caller, &place).await?;
    let command = LetExpire {
        environment: place.environment,
        which: Which::Family(family.line.fingerprint),
        reason: reason::parse(&body.says.reason)?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let changed = let_expire(tx, command, acting).await?;
        Ok(FamilyChanged { changed })
    };
    let asked = (Action::HandleQuarantine, &body.object);
    caller.act(tenant.id, asked, act).await
}

/// Take what comes from a network out of a family: it is another one from now on.
#[utoipa::path(
    post,
    path = "/api/v1/families/{tenant}/{environment}/{fingerprint}/split",
    operation_id = "split_network",
    request_body = NetworkApart,
    responses((status = 200, body = FamilyApart))
)]
pub(crate) async fn split(
    caller: Caller,
    place: Place,
    body: Body<NetworkApart>,
) -> Result<HttpResponse, Fault> {
    let (tenant, family) = look(&caller, &place).await?;
    let says = body.says;
    let network: Result<IpNet, _> = says.network.parse();
    let command = SplitNetwork {
        environment: place.environment,
        fingerprint: family.line.fingerprint,
        network: network
            .map_err(|error| Fault::member("network", error.to_string()))?
            .trunc(),
        reason: says.reason,
        until: says.until,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let own = split_network(tx, command, acting).await?;
        Ok(FamilyApart {
            fingerprint: own.to_string(),
        })
    };
    let asked = (Action::HandleQuarantine, &body.object);
    caller.act(tenant.id, asked, act).await
}

async fn look(caller: &Caller, place: &Place) -> Result<(Tenant, Family), Fault> {
    let fingerprint: Fingerprint = place.named("fingerprint")?;
    let (of, now) = ((place.environment, &fingerprint), caller.now);
    let seen = caller
        .look_at(place.at(), fingerprint.to_string(), async |tx, tenant| {
            dashboard_family::load(tx, tenant, of, now).await
        })
        .await?;
    Ok(seen.found)
}

fn whole(tenant: &Tenant, family: &Family) -> FamilyDetail {
    let line = &family.line;
    let registrations = family.registrations.iter().map(|one| FamilyRegistration {
        client_id: one.client_id.to_string(),
        state: QuarantineState::as_str(one.state),
        apart: one.apart,
        created_at: one.created_at.into(),
        expires_at: one.expires_at.into(),
    });
    let networks = family.networks.iter().map(|one| FamilyNetwork {
        network: one.range.to_string(),
        calls: one.calls,
        last_seen: one.last_seen.into(),
    });
    FamilyDetail {
        fingerprint: line.fingerprint.to_string(),
        tenant: tenant.slug.to_string(),
        environment: line.environment.as_str(),
        name: line.name.clone(),
        attempts: line.attempts,
        first_seen: line.first_seen.into(),
        last_seen: line.last_seen.into(),
        registrations: registrations.collect(),
        networks: networks.collect(),
        similar: family.similar.clone(),
    }
}

faults! {
    BlockFamilyError { End => |words| Fault::member("until", words) }
    SplitNetworkError {
        Apart => fault::state,
        End => |words| Fault::member("until", words),
        Width => |words| Fault::member("network", words),
    }
}
