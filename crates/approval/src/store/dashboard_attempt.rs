//! One attempt with what was sent and what was accepted. Read in the staff role only; a counted attempt has no row.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::intake::{attempt as a, quarantine as q},
};
use narthex_vocab::{
    AttemptOutcome, ClientId, ClientMetadata, Environment, Fingerprint, Id, QuarantineState,
    Timestamp, kind,
};
use serde_json::{Map, Value};

use super::{dashboard_attempts::Logged, dashboard_families, dashboard_known};
use crate::similarity;

const TABLE: &str = "intake.attempt";
const WAITING: &str = "intake.quarantine";

/// An attempt, and what became of it.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) logged: Logged,
    /// The members that were sent; none where they were not kept.
    pub(crate) sent: Option<Vec<Map<String, Value>>>,
    /// What of it is registered, and how that stands.
    pub(crate) registered: Option<Registered>,
    /// Its family, where one is stored.
    pub(crate) family: Option<Fingerprint>,
    /// What it looks like.
    pub(crate) similar: Vec<String>,
}

/// What waits, or waited.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) client_id: ClientId,
    pub(crate) metadata: ClientMetadata,
    pub(crate) scope: String,
    pub(crate) state: QuarantineState,
}

/// What the log has of it.
type Row = (
    (Timestamp, String, IpNet, Option<Vec<u8>>, Option<String>),
    (
        Option<String>,
        Option<String>,
        String,
        String,
        Option<Value>,
    ),
);

/// One attempt of `tenant`.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    id: Id<kind::Attempt>,
) -> Result<Attempt, StoreError> {
    let at = moment(id).ok_or(StoreError::NotFound)?;
    let second = Duration::seconds(1);
    let row: Row = a::table
        .filter(
            a::tenant_id
                .eq(tenant.as_uuid())
                .and(a::environment.eq(environment.as_str())),
        )
        .filter(a::at.between(at - second, at + second))
        .filter(a::attempt_id.eq(id.as_uuid()))
        .select((
            (a::at, a::outcome, a::source, a::fingerprint, a::client_id),
            (a::client_name, a::error, a::reason, a::request_id, a::sent),
        ))
        .first(tx.connection()?)
        .await?;
    let (
        (at, outcome, source, fingerprint, client_id),
        (client_name, error, reason, request_id, sent),
    ) = row;
    let outcome: AttemptOutcome = outcome
        .parse()
        .map_err(StoreError::corrupt(TABLE, "outcome"))?;
    let registered = match &client_id {
        Some(client) => registered(tx, tenant, environment, client).await?,
        None => None,
    };
    let family = family(tx, tenant, environment, fingerprint).await?;
    let known = dashboard_known::load(tx, [tenant.as_uuid()].into()).await?;
    let metadata = registered.as_ref().map(|registered| &registered.metadata);
    let similar = metadata.map(|metadata| similarity::similar(metadata, known.of(tenant)));
    Ok(Attempt {
        logged: Logged {
            id: id.as_uuid(),
            at,
            outcome,
            source,
            client_id,
            client_name,
            error,
            reason,
            request_id,
            calls: 1,
        },
        sent: sent.map(members).transpose()?,
        registered,
        family,
        similar: similar.unwrap_or_default(),
    })
}

/// When an id was made: where in the log its row is.
fn moment(id: Id<kind::Attempt>) -> Option<Timestamp> {
    let (seconds, nanos) = id.as_uuid().get_timestamp()?.to_unix();
    Timestamp::from_timestamp(i64::try_from(seconds).ok()?, nanos)
}

fn members(sent: Value) -> Result<Vec<Map<String, Value>>, StoreError> {
    serde_json::from_value(sent).map_err(StoreError::corrupt(TABLE, "sent"))
}

async fn registered(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    client: &str,
) -> Result<Option<Registered>, StoreError> {
    let row: Option<(Value, String, String)> = q::table
        .find((tenant.as_uuid(), environment.as_str(), client))
        .select((q::metadata, q::scope, q::state))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((metadata, scope, state)) = row else {
        return Ok(None);
    };
    Ok(Some(Registered {
        client_id: ClientId::parse(client).map_err(StoreError::corrupt(WAITING, "client_id"))?,
        metadata: super::metadata(WAITING, metadata)?,
        scope,
        state: state
            .parse()
            .map_err(StoreError::corrupt(WAITING, "state"))?,
    }))
}

/// The family that it names, if there is one.
async fn family(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
    fingerprint: Option<Vec<u8>>,
) -> Result<Option<Fingerprint>, StoreError> {
    let print = fingerprint.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    let Some(print) = print.map(Fingerprint::from_bytes) else {
        return Ok(None);
    };
    match dashboard_families::find(tx, tenant, (environment, &print)).await {
        Ok(_) => Ok(Some(print)),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
