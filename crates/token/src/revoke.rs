//! Revocation (RFC 7009): a client gives a token back. A refresh token ends its whole grant. What is unknown is as
//! good as revoked.

use narthex_tenancy::TenantTx;
use narthex_vocab::{Secret, SecretKind, Timestamp};

use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::store;
use crate::verify;

/// Revokes one token of this client.
pub(crate) async fn revoke(
    tx: &mut TenantTx,
    call: Call<'_>,
    client: &ApprovedClient,
    text: &str,
) -> Result<(), TokenError> {
    let environment = call.place.environment;
    let foreign = || TokenError::Request("the token is not one of this client".to_owned());
    if let Ok(token) = Secret::parse(SecretKind::RefreshToken, text) {
        let hash = token.hash(call.hash_key);
        let Some(row) = store::refresh::lock(tx, environment, &hash).await? else {
            return Ok(());
        };
        let grant = store::grant::lock_open(tx, environment, row.grant, call.now).await?;
        let Some(grant) = grant else {
            return Ok(());
        };
        if grant.client != *client.id() {
            return Err(foreign());
        }
        let why = "revoked by its client";
        store::grant::end(tx, environment, grant.id, why, call.now).await?;
        return Ok(());
    }
    let Some(claims) = verify::signed(call.ring, call.place, text, call.now) else {
        return Ok(());
    };
    if claims.client_id != *client.id() {
        return Err(foreign());
    }
    let expires_at = Timestamp::from_timestamp(claims.exp, 0).unwrap_or(call.now);
    store::issuance::revoke(tx, environment, claims.jti, expires_at, call.now).await?;
    Ok(())
}
