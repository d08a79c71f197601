//! `intake.quarantine`: the one identifier of a family that is not expired.

use diesel::{dsl::count_star, prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::intake::{initial_access_token as t, quarantine as q},
};
use narthex_vocab::{
    ClientId, Environment, Fingerprint, Id, InitialAccess, QuarantineState, Timestamp,
};
use serde_json::{Map, Value};

use crate::{
    candidate::Candidate,
    place::Place,
    pricing::History,
    store::{family, initial_access_token::Token},
};

/// A row of quarantine, as far as this plane may know it.
#[derive(Debug, Clone)]
pub(crate) struct Waiting {
    pub(crate) client_id: ClientId,
    pub(crate) state: QuarantineState,
    pub(crate) metadata: Map<String, Value>,
    pub(crate) answer: Option<Map<String, Value>>,
    pub(crate) created_at: Timestamp,
}

/// A row to be.
#[derive(Debug)]
pub(crate) struct New {
    pub(crate) client_id: ClientId,
    /// The range that it came from.
    pub(crate) introduced_by: IpNet,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

/// The family's row: the one that is there, or the new one. The flag says which.
pub(crate) async fn join(
    tx: &mut TenantTx,
    place: &Place,
    candidate: &Candidate,
    new: New,
) -> Result<(Waiting, bool), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let inserted = diesel::insert_into(q::table)
        .values((
            q::tenant_id.eq(tenant_id),
            q::environment.eq(place.environment.as_str()),
            q::client_id.eq(new.client_id.as_str()),
            q::fingerprint.eq(candidate.fingerprint.as_bytes().to_vec()),
            q::metadata.eq(Value::Object(candidate.registered())),
            q::scope.eq(candidate.wish()),
            q::vouched_by.eq(candidate
                .vouched
                .as_ref()
                .map(|vouched| vouched.issuer.as_str())),
            q::created_at.eq(new.created_at),
            q::expires_at.eq(new.expires_at),
            q::introduced_by.eq(new.introduced_by),
        ))
        // The partial unique index on the fingerprint: one identifier a family, also for two at the same moment.
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    let waiting = known(tx, place, &candidate.fingerprint).await?;
    Ok((waiting.ok_or(StoreError::NotFound)?, inserted == 1))
}

/// The row of a family that is not expired.
pub(crate) async fn known(
    tx: &mut TenantTx,
    place: &Place,
    family: &Fingerprint,
) -> Result<Option<Waiting>, StoreError> {
    let row: Option<Row> = q::table
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(place.environment.as_str())),
        )
        .filter(q::fingerprint.eq(family.as_bytes().to_vec()))
        .filter(
            q::state
                .ne(QuarantineState::Expired.as_str())
                .and(q::initial_access_id.is_null()),
        )
        .select(Row::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(TryInto::try_into).transpose()
}

/// How many wait in the environment.
pub(crate) async fn waiting(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<i64, StoreError> {
    Ok(q::table
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(environment.as_str())),
        )
        .filter(q::state.eq(QuarantineState::Quarantined.as_str()))
        .count()
        .get_result(tx.connection()?)
        .await?)
}

/// What became of the families that were introduced since then, from everywhere or from one range. Where registrations
/// become clients by a rule (`open`), becoming one confirms nothing.
pub(crate) async fn history(
    tx: &mut TenantTx,
    (environment, since, open): (Environment, Timestamp, bool),
    range: Option<IpNet>,
) -> Result<History, StoreError> {
    let mut introduced = q::table
        .group_by(q::state)
        .select((q::state, count_star()))
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(environment.as_str())),
        )
        .filter(q::created_at.gt(since).and(q::initial_access_id.is_null()))
        .into_boxed();
    if let Some(range) = range {
        introduced = introduced.filter(q::introduced_by.eq(range));
    }
    let states: Vec<(String, i64)> = introduced.load(tx.connection()?).await?;
    let mut history = History::default();
    for (state, families) in states {
        let state: QuarantineState = state
            .parse()
            .map_err(StoreError::corrupt("intake.quarantine", "state"))?;
        history.introduced += families;
        if state == QuarantineState::Linked || (state == QuarantineState::Activated && !open) {
            history.confirmed += families;
        }
    }
    Ok(history)
}

/// Lets an identifier that is an address wait, with what its document says now. One that was decided about, or about
/// which a case is open, stays as it is.
pub(crate) async fn wait_at(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, &ClientId),
    candidate: &Candidate,
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let known: Option<(String, Vec<u8>)> = q::table
        .find((tenant_id, environment.as_str(), client_id.as_str()))
        .select((q::state, q::fingerprint))
        .first(tx.connection()?)
        .await
        .optional()?;
    let fingerprint = candidate.fingerprint.as_bytes().to_vec();
    let open =
        [QuarantineState::Quarantined, QuarantineState::Expired].map(QuarantineState::as_str);
    match known {
        Some((state, _)) if !open.contains(&state.as_str()) => return Ok(()),
        Some((_, known)) if known == fingerprint => {}
        Some(_) | None => family::count(tx, environment, candidate, now).await?,
    }
    diesel::insert_into(q::table)
        .values((
            q::tenant_id.eq(tenant_id),
            q::environment.eq(environment.as_str()),
            q::client_id.eq(client_id.as_str()),
            q::fingerprint.eq(fingerprint),
            q::metadata.eq(Value::Object(candidate.registered())),
            q::scope.eq(candidate.wish()),
            q::created_at.eq(now),
            q::expires_at.eq(expires_at),
        ))
        .on_conflict((q::tenant_id, q::environment, q::client_id))
        .do_update()
        .set((
            q::fingerprint.eq(excluded(q::fingerprint)),
            q::metadata.eq(excluded(q::metadata)),
            q::scope.eq(excluded(q::scope)),
            q::state.eq(QuarantineState::Quarantined.as_str()),
            q::expires_at.eq(excluded(q::expires_at)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What a token brought of this software, unless that is over; of a client that stands for itself, by any approval.
pub(crate) async fn brought(
    tx: &mut TenantTx,
    place: &Place,
    candidate: &Candidate,
    by: &Token,
) -> Result<Option<Waiting>, StoreError> {
    let rests_on = t::table
        .filter(
            t::tenant_id
                .eq(tx.tenant_uuid())
                .and(t::environment.eq(place.environment.as_str())),
        )
        .select(t::initial_access_id.nullable())
        .into_boxed();
    let rests_on = match &by.parent {
        Some(parent) if by.standing => rests_on
            .filter(t::standing)
            .filter(t::parent_client_id.eq(parent)),
        Some(_) | None => rests_on.filter(t::initial_access_id.eq(by.id.as_uuid())),
    };
    let row: Option<Row> = q::table
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(place.environment.as_str())),
        )
        .filter(q::fingerprint.eq(candidate.fingerprint.as_bytes().to_vec()))
        .filter(
            q::state
                .ne(QuarantineState::Expired.as_str())
                .and(q::initial_access_id.eq_any(rests_on)),
        )
        .select(Row::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(TryInto::try_into).transpose()
}

/// A new row of a token's own: it joins no stranger, and no stranger joins it.
pub(crate) async fn bring(
    tx: &mut TenantTx,
    place: &Place,
    candidate: &Candidate,
    (fresh, by): (ClientId, Id<InitialAccess>),
    (now, expires_at): (Timestamp, Timestamp),
) -> Result<Waiting, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let row: Row = diesel::insert_into(q::table)
        .values((
            q::tenant_id.eq(tenant_id),
            q::environment.eq(place.environment.as_str()),
            q::client_id.eq(fresh.as_str()),
            q::fingerprint.eq(candidate.fingerprint.as_bytes().to_vec()),
            q::metadata.eq(Value::Object(candidate.registered())),
            q::scope.eq(candidate.wish()),
            q::initial_access_id.eq(by.as_uuid()),
            q::vouched_by.eq(candidate
                .vouched
                .as_ref()
                .map(|vouched| vouched.issuer.as_str())),
            q::created_at.eq(now),
            q::expires_at.eq(expires_at),
        ))
        .returning(Row::as_returning())
        .get_result(tx.connection()?)
        .await?;
    row.try_into()
}

/// Whether what a token brought of this software was taken out of its family.
pub(crate) async fn is_apart(
    tx: &mut TenantTx,
    place: &Place,
    candidate: &Candidate,
    by: Id<InitialAccess>,
) -> Result<bool, StoreError> {
    let apart = q::table
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(place.environment.as_str())),
        )
        .filter(q::fingerprint.eq(candidate.fingerprint.as_bytes().to_vec()))
        .filter(
            q::initial_access_id
                .eq(by.as_uuid())
                .and(q::state.ne(QuarantineState::Expired.as_str())),
        )
        .filter(q::apart);
    Ok(diesel::select(diesel::dsl::exists(apart))
        .get_result(tx.connection()?)
        .await?)
}

/// Whether the family was blocked, whoever brought it.
pub(crate) async fn is_blocked(
    tx: &mut TenantTx,
    place: &Place,
    candidate: &Candidate,
) -> Result<bool, StoreError> {
    let blocked = q::table
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(place.environment.as_str())),
        )
        .filter(q::fingerprint.eq(candidate.fingerprint.as_bytes().to_vec()))
        .filter(q::state.eq(QuarantineState::Blocked.as_str()));
    Ok(diesel::select(diesel::dsl::exists(blocked))
        .get_result(tx.connection()?)
        .await?)
}

/// One row by its identifier.
pub(crate) async fn find(
    tx: &mut TenantTx,
    place: &Place,
    client_id: &ClientId,
) -> Result<Option<Waiting>, StoreError> {
    let row: Option<Row> = q::table
        .filter(
            q::tenant_id
                .eq(tx.tenant_uuid())
                .and(q::environment.eq(place.environment.as_str())),
        )
        .filter(q::client_id.eq(client_id.as_str()))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(TryInto::try_into).transpose()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = q)]
struct Row {
    client_id: String,
    state: String,
    metadata: Value,
    answer: Option<Value>,
    created_at: Timestamp,
}

impl TryFrom<Row> for Waiting {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        const TABLE: &str = "intake.quarantine";
        let object = |value, column| match value {
            Value::Object(map) => Ok(map),
            _ => Err(StoreError::Corrupt {
                table: TABLE,
                column,
            }),
        };
        Ok(Self {
            client_id: ClientId::parse(&row.client_id)
                .map_err(StoreError::corrupt(TABLE, "client_id"))?,
            state: row
                .state
                .parse()
                .map_err(StoreError::corrupt(TABLE, "state"))?,
            metadata: object(row.metadata, "metadata")?,
            answer: row
                .answer
                .map(|answer| object(answer, "answer"))
                .transpose()?,
            created_at: row.created_at,
        })
    }
}
