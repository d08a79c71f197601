//! `issue.signing_key` and `issue.published_key`. Private keys are sealed before they come here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::issue::{published_key as p, signing_key as k},
};
use narthex_vocab::{Environment, SigningAlgorithm, Timestamp};
use serde_json::Value;

/// A key that signs now.
pub(crate) struct CurrentKey {
    pub(crate) kid: String,
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) sealed: Vec<u8>,
}

/// A key as it is made.
pub(crate) struct NewKey {
    pub(crate) kid: String,
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) sealed: Vec<u8>,
    pub(crate) jwk: Value,
}

pub(crate) async fn current(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<Vec<CurrentKey>, StoreError> {
    let rows: Vec<(String, String, Vec<u8>)> = k::table
        .filter(
            k::tenant_id
                .eq(tx.tenant_uuid())
                .and(k::environment.eq(environment.as_str()))
                .and(k::state.eq("current")),
        )
        .select((k::kid, k::algorithm, k::sealed))
        .load(tx.connection()?)
        .await?;
    let key = |(kid, algorithm, sealed): (_, String, _)| {
        Ok(CurrentKey {
            kid,
            algorithm: algorithm
                .parse()
                .map_err(StoreError::corrupt("issue.signing_key", "algorithm"))?,
            sealed,
        })
    };
    rows.into_iter().map(key).collect()
}

/// The public keys that tokens may still be checked with, and until when.
pub(crate) async fn published(
    tx: &mut TenantTx,
    environment: Environment,
    now: Timestamp,
) -> Result<Vec<(String, Value, Option<Timestamp>)>, StoreError> {
    let rows = p::table
        .filter(
            p::tenant_id
                .eq(tx.tenant_uuid())
                .and(p::environment.eq(environment.as_str())),
        )
        .filter(p::withdraw_at.is_null().or(p::withdraw_at.gt(now)))
        .select((p::kid, p::jwk, p::withdraw_at))
        .load(tx.connection()?)
        .await?;
    Ok(rows)
}

/// Adds a key as the current one of its algorithm, unless another process was faster.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    key: NewKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    let since = Some(now);
    add(tx, environment, (key, KeyState::Current, since), now).await
}

/// Adds a key that waits for its turn, unless one waits already.
pub(crate) async fn show(
    tx: &mut TenantTx,
    environment: Environment,
    key: NewKey,
    now: Timestamp,
) -> Result<(), StoreError> {
    add(tx, environment, (key, KeyState::Next, None), now).await
}

async fn add(
    tx: &mut TenantTx,
    environment: Environment,
    (key, state, current_since): (NewKey, KeyState, Option<Timestamp>),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let added = diesel::insert_into(k::table)
        .values((
            k::tenant_id.eq(tenant_id),
            k::environment.eq(environment.as_str()),
            k::kid.eq(&key.kid),
            k::algorithm.eq(key.algorithm.as_str()),
            k::sealed.eq(key.sealed),
            k::state.eq(state.as_str()),
            k::created_at.eq(now),
            k::current_since.eq(current_since),
        ))
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    if added == 0 {
        return Ok(());
    }
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tenant_id),
            p::environment.eq(environment.as_str()),
            p::kid.eq(key.kid),
            p::jwk.eq(key.jwk),
            p::published_at.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Where a key stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyState {
    /// Shown, and waiting for its turn.
    Next,
    /// Signs.
    Current,
    /// Signs no more.
    Retired,
}

impl KeyState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Next => "next",
            Self::Current => "current",
            Self::Retired => "retired",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        match text {
            "next" => Ok(Self::Next),
            "current" => Ok(Self::Current),
            "retired" => Ok(Self::Retired),
            _ => Err(StoreError::Corrupt {
                table: "issue.signing_key",
                column: "state",
            }),
        }
    }
}

/// A key as far as its turn goes.
#[derive(Debug, Clone)]
pub(crate) struct KeyRow {
    pub(crate) kid: String,
    pub(crate) state: KeyState,
    pub(crate) created_at: Timestamp,
    /// `None` for one that never signed.
    pub(crate) current_since: Option<Timestamp>,
}

/// The key that signs and the one that waits, of one algorithm.
pub(crate) async fn turns(
    tx: &mut TenantTx,
    environment: Environment,
    algorithm: SigningAlgorithm,
) -> Result<Vec<KeyRow>, StoreError> {
    let rows = k::table
        .filter(
            k::tenant_id
                .eq(tx.tenant_uuid())
                .and(k::environment.eq(environment.as_str())),
        )
        .filter(
            k::algorithm
                .eq(algorithm.as_str())
                .and(k::state.ne("retired")),
        )
        .select((k::kid, k::state, k::created_at, k::current_since))
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(key_row).collect()
}

/// The same, when nobody else is about them any more: of two processes one takes the step, and the other sees it. What the
/// first one added is in no answer to the question that waited for it, so they are read afterwards. The oldest is held
/// first: it is there for everybody, so that of many nobody holds what another waits for.
pub(crate) async fn lock(
    tx: &mut TenantTx,
    environment: Environment,
    algorithm: SigningAlgorithm,
) -> Result<Vec<KeyRow>, StoreError> {
    let _held: Vec<String> = k::table
        .filter(
            k::tenant_id
                .eq(tx.tenant_uuid())
                .and(k::environment.eq(environment.as_str()))
                .and(k::algorithm.eq(algorithm.as_str())),
        )
        .select(k::kid)
        .order((k::created_at, k::kid))
        .for_update()
        .load(tx.connection()?)
        .await?;
    turns(tx, environment, algorithm).await
}

type Row = (String, String, Timestamp, Option<Timestamp>);

fn key_row((kid, state, created_at, current_since): Row) -> Result<KeyRow, StoreError> {
    let state = KeyState::parse(&state)?;
    let signs = state == KeyState::Current;
    Ok(KeyRow {
        kid,
        state,
        created_at,
        current_since: current_since.or(signs.then_some(created_at)),
    })
}

/// The key that waits begins to sign.
pub(crate) async fn begin(
    tx: &mut TenantTx,
    (environment, kid): (Environment, &str),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant = tx.tenant_uuid();
    diesel::update(k::table.find((tenant, environment.as_str(), kid)))
        .set((
            k::state.eq(KeyState::Current.as_str()),
            k::current_since.eq(now),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Nothing that is shown now is shown any more.
pub(crate) async fn withdraw_all(
    tx: &mut TenantTx,
    environment: Environment,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant = tx.tenant_uuid();
    diesel::update(p::table)
        .filter(
            p::tenant_id
                .eq(tenant)
                .and(p::environment.eq(environment.as_str())),
        )
        .filter(p::withdraw_at.is_null().or(p::withdraw_at.gt(now)))
        .set(p::withdraw_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// A key signs no more; it is shown until then.
pub(crate) async fn retire(
    tx: &mut TenantTx,
    (environment, kid): (Environment, &str),
    shown_until: Timestamp,
) -> Result<(), StoreError> {
    let tenant = tx.tenant_uuid();
    diesel::update(k::table.find((tenant, environment.as_str(), kid)))
        .set(k::state.eq(KeyState::Retired.as_str()))
        .execute(tx.connection()?)
        .await?;
    diesel::update(p::table.find((tenant, environment.as_str(), kid)))
        .set(p::withdraw_at.eq(shown_until))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
