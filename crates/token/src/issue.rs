//! Where a token is minted. The issuance row is written in the transaction whose commit lets the token leave: no
//! token leaves that is not logged. Nothing is decided here: the reach comes narrowed.

use chrono::Duration;
use narthex_tenancy::TenantTx;
use narthex_vocab::{Grant, GrantType, Id, ScopeSet, Timestamp};
use rand_core::CryptoRng;
use serde::Serialize;
use uuid::Uuid;

use crate::call::Call;
use crate::claims::{ACCESS_TOKEN_TYPE, AccessClaims};
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::reach::Reach;
use crate::store;
use crate::store::issuance::Issuance;

/// How long an access token lives; the approval may end it sooner.
const LIFETIME: Duration = Duration::minutes(10);

/// For whom and under what a token is minted.
pub(crate) struct Mint<'a> {
    pub(crate) client: &'a ApprovedClient,
    pub(crate) reach: &'a Reach,
    pub(crate) grant_type: GrantType,
    /// The person; `None` when the client acts for itself.
    pub(crate) person: Option<Person>,
}

/// The person a token speaks for.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    /// The `sub` claim.
    pub(crate) subject: String,
    pub(crate) grant: Id<Grant>,
    pub(crate) auth_time: Timestamp,
}

/// The answer of the token endpoint (RFC 6749 section 5.1). It is not Debug: it holds tokens.
#[derive(Serialize)]
pub(crate) struct Issued {
    pub(crate) access_token: String,
    pub(crate) token_type: &'static str,
    /// Seconds.
    pub(crate) expires_in: i64,
    pub(crate) scope: ScopeSet,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id_token: Option<String>,
}

/// Logs and signs one access token.
pub(crate) async fn issue(
    tx: &mut TenantTx,
    call: Call<'_>,
    mint: Mint<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Issued, TokenError> {
    let Mint { client, reach, .. } = mint;
    let environment = call.place.environment;
    let until = reach
        .resource
        .as_ref()
        .map_or(client.expires_at(), |at| at.until);
    let expires_at = (call.now + LIFETIME).min(until).min(client.expires_at());
    let jti = new_jti(call.now, rng);
    let subject = match &mint.person {
        Some(person) => person.subject.as_str(),
        None => client.id().as_str(),
    };
    let audience = reach.audience(&call.place.issuer);
    let row = Issuance {
        jti,
        client: client.id(),
        grant_type: mint.grant_type,
        subject,
        scope: &reach.scopes,
        audience,
        grant: mint.person.as_ref().map(|person| person.grant),
        at: call.now,
        expires_at,
        request_id: call.request_id,
    };
    store::issuance::insert(tx, environment, &row).await?;
    let tools = match &reach.resource {
        Some(at) => {
            store::entitlement::tools(tx, environment, client.id(), at.id, call.now).await?
        }
        None => Vec::new(),
    };
    let claims = AccessClaims {
        iss: call.place.issuer.to_string(),
        sub: subject.to_owned(),
        aud: audience.to_owned(),
        client_id: client.id().clone(),
        scope: reach.scopes.clone(),
        exp: expires_at.timestamp(),
        iat: call.now.timestamp(),
        auth_time: mint
            .person
            .as_ref()
            .map(|person| person.auth_time.timestamp()),
        jti,
        tenant: call.place.issuer.tenant().clone(),
        environment,
        approval: client.approval(),
        tools: tools
            .into_iter()
            .filter(|tool| reach.scopes.contains(&tool.scope))
            .filter(|tool| tool.approved == tool.current)
            .map(|tool| tool.tool)
            .collect(),
    };
    let access_token = call
        .ring
        .access
        .sign(ACCESS_TOKEN_TYPE, &claims)
        .map_err(|_| TokenError::Signing)?;
    metrics::counter!("narthex_tokens_issued_total", "grant_type" => mint.grant_type.as_str())
        .increment(1);
    Ok(Issued {
        access_token,
        token_type: "Bearer",
        expires_in: (claims.exp - claims.iat).max(0),
        scope: reach.scopes.clone(),
        refresh_token: None,
        id_token: None,
    })
}

/// A `UUIDv7`, so that the log's index grows at one end.
fn new_jti(now: Timestamp, rng: &mut dyn CryptoRng) -> Uuid {
    let mut random = [0_u8; 10];
    rng.fill_bytes(&mut random);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
