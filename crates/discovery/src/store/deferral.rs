//! `intake.deferral`: registrations that wait for a decision. This plane finds one by the hash of its code and never
//! says that it was approved.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::deferral as d};
use narthex_vocab::{DeferralState, Fingerprint, Id, SecretHash, Timestamp, kind};
use serde_json::Value;

use crate::{candidate::Candidate, defer::NewDeferral, place::Place};

const TABLE: &str = "intake.deferral";

/// A registration that waits, as far as this plane may know it.
#[derive(Debug)]
pub(crate) struct Deferral {
    pub(crate) id: Id<kind::Deferral>,
    pub(crate) state: DeferralState,
    /// Seconds.
    pub(crate) interval: i32,
    pub(crate) polled_at: Option<Timestamp>,
    /// Sealed.
    pub(crate) answer: Option<Vec<u8>>,
    pub(crate) expires_at: Timestamp,
}

/// Writes a registration that waits.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    place: &Place,
    (candidate, network): (&Candidate, IpNet),
    new: &NewDeferral,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let vouched = candidate.vouched.as_ref();
    diesel::insert_into(d::table)
        .values((
            d::tenant_id.eq(tenant_id),
            d::environment.eq(place.environment.as_str()),
            d::deferral_id.eq(new.id.as_uuid()),
            d::code_hash.eq(new.code.as_bytes().to_vec()),
            d::verification_hash.eq(new.verification.as_bytes().to_vec()),
            d::sealing_key.eq(new.seal.as_bytes().to_vec()),
            d::fingerprint.eq(candidate.fingerprint.as_bytes().to_vec()),
            d::metadata.eq(Value::Object(candidate.registered())),
            d::scope.eq(candidate.wish()),
            d::created_at.eq(new.created_at),
            d::expires_at.eq(new.expires_at),
            d::vouched_by.eq(vouched.map(|vouched| &*vouched.issuer)),
            d::statement.eq(vouched.map(|vouched| &*vouched.text)),
            d::network.eq(network),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// How many registrations of this family, from this caller, wait for a person to enter their code.
pub(crate) async fn pending(
    tx: &mut TenantTx,
    place: &Place,
    (family, network): (&Fingerprint, IpNet),
) -> Result<i64, StoreError> {
    Ok(d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(place.environment.as_str())),
        )
        .filter(d::state.eq(DeferralState::Pending.as_str()))
        .filter(d::fingerprint.eq(family.as_bytes().to_vec()))
        .filter(d::network.eq(network))
        .count()
        .get_result(tx.connection()?)
        .await?)
}

/// Ends the oldest registrations whose code nobody entered, so that at most `most` of them wait: of one family, or of all.
pub(crate) async fn make_room(
    tx: &mut TenantTx,
    place: &Place,
    (family, most): (Option<&Fingerprint>, i64),
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let in_place = d::tenant_id
        .eq(tenant_id)
        .and(d::environment.eq(place.environment.as_str()))
        .and(d::state.eq(DeferralState::Pending.as_str()));
    let mut waiting = d::table.filter(in_place).into_boxed();
    if let Some(family) = family {
        waiting = waiting.filter(d::fingerprint.eq(family.as_bytes().to_vec()));
    }
    let beyond: Vec<uuid::Uuid> = waiting
        .order(d::created_at.desc())
        .offset(most)
        .limit(100)
        .select(d::deferral_id)
        .load(tx.connection()?)
        .await?;
    if beyond.is_empty() {
        return Ok(());
    }
    diesel::update(d::table)
        .filter(in_place)
        .filter(d::deferral_id.eq_any(beyond))
        .set(d::state.eq(DeferralState::Expired.as_str()))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The registration with this code, locked until the transaction ends.
pub(crate) async fn lock(
    tx: &mut TenantTx,
    place: &Place,
    code: &SecretHash,
) -> Result<Option<Deferral>, StoreError> {
    let row: Option<Row> = d::table
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(place.environment.as_str())),
        )
        .filter(d::code_hash.eq(code.as_bytes().to_vec()))
        .select(Row::as_select())
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(TryInto::try_into).transpose()
}

/// Remembers a poll, and how long to wait until the next (seconds).
pub(crate) async fn polled(
    tx: &mut TenantTx,
    place: &Place,
    deferral: &Deferral,
    (interval, now): (i32, Timestamp),
) -> Result<(), StoreError> {
    diesel::update(d::table)
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(place.environment.as_str())),
        )
        .filter(d::deferral_id.eq(deferral.id.as_uuid()))
        .set((d::poll_interval.eq(interval), d::polled_at.eq(now)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Ends a locked registration; an answer is destroyed.
pub(crate) async fn end(
    tx: &mut TenantTx,
    place: &Place,
    deferral: &Deferral,
    to: DeferralState,
) -> Result<(), StoreError> {
    diesel::update(d::table)
        .filter(
            d::tenant_id
                .eq(tx.tenant_uuid())
                .and(d::environment.eq(place.environment.as_str())),
        )
        .filter(d::deferral_id.eq(deferral.id.as_uuid()))
        .set((d::state.eq(to.as_str()), d::answer.eq(None::<Vec<u8>>)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = d)]
struct Row {
    deferral_id: uuid::Uuid,
    state: String,
    poll_interval: i32,
    polled_at: Option<Timestamp>,
    answer: Option<Vec<u8>>,
    expires_at: Timestamp,
}

impl TryFrom<Row> for Deferral {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: Id::from_uuid(row.deferral_id),
            state: row
                .state
                .parse()
                .map_err(StoreError::corrupt(TABLE, "state"))?,
            interval: row.poll_interval,
            polled_at: row.polled_at,
            answer: row.answer,
            expires_at: row.expires_at,
        })
    }
}
