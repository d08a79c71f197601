//! `intake.initial_access_token`: found by its keyed hash, or by the client that stands for it, and spent one use at a
//! time. This plane makes none.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::initial_access_token as t};
use narthex_vocab::{ClientId, Environment, Id, InitialAccess, SecretHash, Timestamp};

/// A token that counts at this moment; it may be used up.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) id: Id<InitialAccess>,
    /// The identifier of the client that registers others with it.
    pub(crate) parent: Option<String>,
    /// Whether that client shows access tokens of its own.
    pub(crate) standing: bool,
}

type Row = (uuid::Uuid, Option<String>, bool);

/// The token with this hash, locked until the end of the transaction, unless it is over, held or revoked.
pub(crate) async fn valid(
    tx: &mut TenantTx,
    environment: Environment,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<Token>, StoreError> {
    let found: Option<Row> = t::table
        .filter(
            t::tenant_id
                .eq(tx.tenant_uuid())
                .and(t::environment.eq(environment.as_str())),
        )
        .filter(t::token_hash.eq(hash.as_bytes().to_vec()))
        .filter(t::expires_at.gt(now).and(t::revoked_at.is_null()))
        .filter(t::held.eq(false))
        .select((t::initial_access_id, t::parent_client_id, t::standing))
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(found.map(Token::from))
}

/// What this client stands for itself, in the same way.
pub(crate) async fn standing(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    now: Timestamp,
) -> Result<Option<Token>, StoreError> {
    let found: Option<Row> = t::table
        .filter(
            t::tenant_id
                .eq(tx.tenant_uuid())
                .and(t::environment.eq(environment.as_str())),
        )
        .filter(t::parent_client_id.eq(client.as_str()))
        .filter(t::expires_at.gt(now).and(t::revoked_at.is_null()))
        .filter(t::standing.and(t::held.eq(false)))
        .select((t::initial_access_id, t::parent_client_id, t::standing))
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(found.map(Token::from))
}

impl From<Row> for Token {
    fn from((id, parent, standing): Row) -> Self {
        Self {
            id: Id::from_uuid(id),
            parent,
            standing,
        }
    }
}

/// Takes one use; false when there is none left.
pub(crate) async fn spend(
    tx: &mut TenantTx,
    environment: Environment,
    token: Id<InitialAccess>,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let spent = diesel::update(t::table)
        .filter(
            t::tenant_id
                .eq(tx.tenant_uuid())
                .and(t::environment.eq(environment.as_str())),
        )
        .filter(
            t::initial_access_id
                .eq(token.as_uuid())
                .and(t::uses_left.gt(0)),
        )
        .set((t::uses_left.eq(t::uses_left - 1), t::used_at.eq(now)))
        .execute(tx.connection()?)
        .await?;
    Ok(spent == 1)
}
