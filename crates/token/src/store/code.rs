//! `issue.authorization_code`: single-use codes by their keyed hash, kept after use so that a replay is seen.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::issue::authorization_code as a};
use narthex_vocab::{
    ClientId, CodeChallenge, Environment, Grant, Id, RedirectUri, SecretHash, Timestamp,
};

use narthex_http::dpop::Thumbprint;

/// A code as it was promised.
#[derive(Debug)]
pub(crate) struct Code {
    pub(crate) grant: Id<Grant>,
    pub(crate) client: ClientId,
    pub(crate) redirect_uri: String,
    pub(crate) challenge: CodeChallenge,
    pub(crate) nonce: Option<String>,
    pub(crate) auth_time: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) redeemed: bool,
    /// The key that has to be proved with it.
    pub(crate) key: Option<Thumbprint>,
}

/// A code as it is made.
pub(crate) struct NewCode<'a> {
    pub(crate) hash: &'a SecretHash,
    pub(crate) grant: Id<Grant>,
    pub(crate) client: &'a ClientId,
    pub(crate) redirect_uri: &'a RedirectUri,
    pub(crate) challenge: &'a CodeChallenge,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) auth_time: Timestamp,
    pub(crate) expires_at: Timestamp,
    pub(crate) key: Option<&'a Thumbprint>,
}

type Row = (
    uuid::Uuid,
    String,
    String,
    String,
    Option<String>,
    Timestamp,
    Timestamp,
    Option<Timestamp>,
    Option<String>,
);

pub(crate) async fn insert(
    tx: &mut TenantTx,
    environment: Environment,
    code: &NewCode<'_>,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(a::table)
        .values((
            a::tenant_id.eq(tenant_id),
            a::environment.eq(environment.as_str()),
            a::code_hash.eq(code.hash.as_bytes().to_vec()),
            a::grant_id.eq(code.grant.as_uuid()),
            a::client_id.eq(code.client.as_str()),
            a::redirect_uri.eq(code.redirect_uri.as_str()),
            a::code_challenge.eq(code.challenge.as_str()),
            a::nonce.eq(code.nonce),
            a::auth_time.eq(code.auth_time),
            a::created_at.eq(now),
            a::expires_at.eq(code.expires_at),
            a::dpop_jkt.eq(code.key.map(Thumbprint::as_str)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The code with this hash, locked: two redemptions at once take turns.
pub(crate) async fn lock(
    tx: &mut TenantTx,
    environment: Environment,
    hash: &SecretHash,
) -> Result<Option<Code>, StoreError> {
    let row: Option<Row> = a::table
        .filter(
            a::tenant_id
                .eq(tx.tenant_uuid())
                .and(a::environment.eq(environment.as_str()))
                .and(a::code_hash.eq(hash.as_bytes().to_vec())),
        )
        .select((
            a::grant_id,
            a::client_id,
            a::redirect_uri,
            a::code_challenge,
            a::nonce,
            a::auth_time,
            a::expires_at,
            a::redeemed_at,
            a::dpop_jkt,
        ))
        .for_update()
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(read).transpose()
}

pub(crate) async fn redeemed(
    tx: &mut TenantTx,
    environment: Environment,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant = tx.tenant_uuid();
    diesel::update(a::table)
        .filter(
            a::tenant_id
                .eq(tenant)
                .and(a::environment.eq(environment.as_str()))
                .and(a::code_hash.eq(hash.as_bytes().to_vec())),
        )
        .set(a::redeemed_at.eq(now))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// When the person of a grant had signed in, where the grant came of a code.
pub(crate) async fn auth_time(
    tx: &mut TenantTx,
    environment: Environment,
    grant: Id<Grant>,
) -> Result<Option<Timestamp>, StoreError> {
    let at = a::table
        .filter(
            a::tenant_id
                .eq(tx.tenant_uuid())
                .and(a::environment.eq(environment.as_str()))
                .and(a::grant_id.eq(grant.as_uuid())),
        )
        .select(a::auth_time)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(at)
}

fn read(row: Row) -> Result<Code, StoreError> {
    let (grant, client, redirect_uri, challenge, nonce, auth_time, expires_at, redeemed_at, key) =
        row;
    let key = key.as_deref().map(Thumbprint::parse).transpose();
    Ok(Code {
        grant: Id::from_uuid(grant),
        client: ClientId::parse(&client)
            .map_err(StoreError::corrupt("issue.authorization_code", "client_id"))?,
        redirect_uri,
        challenge: CodeChallenge::parse(&challenge).map_err(StoreError::corrupt(
            "issue.authorization_code",
            "code_challenge",
        ))?,
        nonce,
        auth_time,
        expires_at,
        redeemed: redeemed_at.is_some(),
        key: key.map_err(StoreError::corrupt("issue.authorization_code", "dpop_jkt"))?,
    })
}
