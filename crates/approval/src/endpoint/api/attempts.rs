//! The log of calls on the registration surfaces: the list, and one of them with what was sent.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_tenancy::TenantTx;
use narthex_vocab::{AttemptOutcome, Environment, Id, Timestamp, kind};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::caller::Caller;
use super::clients::word;
use super::cursor::{self, Part, given};
use super::fault::Fault;
use super::moment::Moment;
use super::place::Place;
use crate::endpoint::staff::Look;
use crate::store::dashboard_attempt;
use crate::store::dashboard_attempts::{self, Logged, PAGE, Wanted};
use crate::store::dashboard_search::Before;

const LIST: &str = "attempts";

/// A page of attempts, the latest first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Attempts {
    attempts: Vec<AttemptLine>,
    /// Where the list goes on; absent at its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// One call, or many of a flood that were counted.
#[derive(Serialize, ToSchema)]
struct AttemptLine {
    /// `att_…`.
    attempt: String,
    /// The tenant's slug.
    tenant: String,
    environment: &'static str,
    at: Moment,
    outcome: &'static str,
    /// The network it came from.
    source: String,
    client_id: Option<String>,
    client_name: Option<String>,
    /// What the caller was told.
    told: Option<String>,
    reason: String,
    request_id: String,
    calls: i64,
}

/// One call, whole.
#[derive(Serialize, ToSchema)]
pub(crate) struct AttemptDetail {
    #[serde(flatten)]
    line: AttemptLine,
    /// The metadata as they were sent.
    #[schema(value_type = Option<Vec<Object>>)]
    sent: Option<Vec<Map<String, Value>>>,
    /// The metadata as they were taken.
    #[schema(value_type = Option<Object>)]
    taken: Option<Map<String, Value>>,
    fingerprint: Option<String>,
    similar: Vec<String>,
}

/// List attempts.
#[utoipa::path(
    get,
    path = "/api/v1/attempts",
    operation_id = "attempts",
    params(
        ("outcome" = Option<String>, Query, description = "With this outcome, as `quarantined`."),
        ("q" = Option<String>, Query, description = "Whose name, identifier or request id has this text."),
        ("tenant" = Option<String>, Query, description = "Of tenants whose slug or name has this text."),
        ("environment" = Option<String>, Query, description = "`sandbox` or `production`."),
        ("cursor" = Option<String>, Query, description = "`next` of the page before.")
    ),
    responses((status = 200, body = Attempts))
)]
pub(crate) async fn list(caller: Caller, query: StrictQuery) -> Result<HttpResponse, Fault> {
    let key = &caller.approval().people.hash_key;
    let part: Part<(Timestamp, uuid::Uuid)> = Part::read(&query, (key, LIST))?;
    let wanted = Wanted {
        outcome: word(&query, "outcome", |text| {
            text.parse::<AttemptOutcome>().ok()
        })?,
        text: given(&query, "q")?.map(str::to_owned),
        tenant: given(&query, "tenant")?.map(str::to_owned),
        environment: word(&query, "environment", |text| {
            text.parse::<Environment>().ok()
        })?,
        before: part.after.map(|(at, id)| Before { at, id }),
    };
    let look = async |tx: &mut TenantTx| dashboard_attempts::list(tx, &wanted).await;
    let mut found = caller.look(Look::over("api/attempts"), look).await?.found;
    let page = usize::try_from(PAGE).unwrap_or_default();
    // One more than a page comes back when the list goes on.
    let goes_on = found.len() > page;
    found.truncate(page);
    let last = found.last().filter(|_| goes_on);
    let next = last.and_then(|last| cursor::seal(&(last.logged.at, last.logged.id), (key, LIST)));
    let attempts = found
        .iter()
        .map(|one| line(one.slug.as_str(), one.environment, &one.logged));
    Ok(HttpResponse::Ok().json(Attempts {
        attempts: attempts.collect(),
        next,
    }))
}

/// Read an attempt with what was sent.
#[utoipa::path(
    get,
    path = "/api/v1/attempts/{tenant}/{environment}/{attempt}",
    operation_id = "attempt",
    responses((status = 200, body = AttemptDetail))
)]
pub(crate) async fn one(caller: Caller, place: Place) -> Result<HttpResponse, Fault> {
    let id: Id<kind::Attempt> = place.named("attempt")?;
    let environment = place.environment;
    let seen = caller
        .look_at(place.at(), id.to_string(), async |tx, tenant| {
            dashboard_attempt::load(tx, tenant, environment, id).await
        })
        .await?;
    let (tenant, attempt) = seen.found;
    let taken = attempt.registered.as_ref();
    Ok(HttpResponse::Ok().json(AttemptDetail {
        line: line(tenant.slug.as_str(), environment, &attempt.logged),
        taken: taken.map(|registered| registered.metadata.to_json()),
        sent: attempt.sent,
        fingerprint: attempt.family.map(|family| family.to_string()),
        similar: attempt.similar,
    }))
}

fn line(tenant: &str, environment: Environment, logged: &Logged) -> AttemptLine {
    AttemptLine {
        attempt: Id::<kind::Attempt>::from_uuid(logged.id).to_string(),
        tenant: tenant.to_owned(),
        environment: environment.as_str(),
        at: logged.at.into(),
        outcome: logged.outcome.as_str(),
        source: logged.source.to_string(),
        client_id: logged.client_id.clone(),
        client_name: logged.client_name.clone(),
        told: logged.error.clone(),
        reason: logged.reason.clone(),
        request_id: logged.request_id.clone(),
        calls: logged.calls,
    }
}
