//! `tenant.token_policy`: what an environment demands of every client, whatever the client registered, and what its access tokens
//! are signed with. It can only demand more than a client's own metadata.

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use narthex_vocab::{Environment, SigningAlgorithm, Timestamp};
use serde::Serialize;

use crate::{StoreError, TenantTx, schema::tenant::token_policy as p};

/// The policy of one environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct TokenPolicy {
    /// No authorization request but a pushed one (RFC 9126).
    pub pushed_requests: bool,
    /// No access token without a proof of the client's key (RFC 9449).
    pub bound_tokens: bool,
    /// What access tokens are signed with.
    pub access_algorithm: SigningAlgorithm,
}

impl Default for TokenPolicy {
    /// What an environment has that nobody set: each client as it registered.
    fn default() -> Self {
        Self {
            pushed_requests: false,
            bound_tokens: false,
            access_algorithm: SigningAlgorithm::Es256,
        }
    }
}

/// The policy of an environment of the transaction's tenant.
pub async fn load(tx: &mut TenantTx, environment: Environment) -> Result<TokenPolicy, StoreError> {
    let found: Option<(bool, bool, String)> = p::table
        .find((tx.tenant_uuid(), environment.as_str()))
        .select((p::pushed_requests, p::bound_tokens, p::access_algorithm))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((pushed_requests, bound_tokens, algorithm)) = found else {
        return Ok(TokenPolicy::default());
    };
    Ok(TokenPolicy {
        pushed_requests,
        bound_tokens,
        access_algorithm: algorithm.parse().map_err(StoreError::corrupt(
            "tenant.token_policy",
            "access_algorithm",
        ))?,
    })
}

/// Sets it.
pub async fn save(
    tx: &mut TenantTx,
    environment: Environment,
    policy: TokenPolicy,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tenant_id),
            p::environment.eq(environment.as_str()),
            p::pushed_requests.eq(policy.pushed_requests),
            p::bound_tokens.eq(policy.bound_tokens),
            p::access_algorithm.eq(policy.access_algorithm.as_str()),
            p::changed_at.eq(now),
        ))
        .on_conflict((p::tenant_id, p::environment))
        .do_update()
        .set((
            p::pushed_requests.eq(excluded(p::pushed_requests)),
            p::bound_tokens.eq(excluded(p::bound_tokens)),
            p::access_algorithm.eq(excluded(p::access_algorithm)),
            p::changed_at.eq(excluded(p::changed_at)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
