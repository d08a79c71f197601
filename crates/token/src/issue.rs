//! Where a token is minted. The issuance row is written in the transaction whose commit lets the token leave: no
//! token leaves that is not logged. Nothing is decided here: the reach comes narrowed.

use narthex_tenancy::TenantTx;
use narthex_vocab::{Grant, GrantType, Id, ScopeSet, Timestamp, TokenLifetime};
use rand_core::CryptoRng;
use serde::Serialize;
use uuid::Uuid;

use crate::call::Call;
use crate::claims::{ACCESS_TOKEN_TYPE, AccessClaims};
use crate::client::ApprovedClient;
use crate::entitlement::EntitledTool;
use crate::error::TokenError;
use crate::lineage;
use crate::reach::Reach;
use crate::store;
use crate::store::issuance::Issuance;

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
    let tools = tools(tx, call, &mint).await?;
    let expires_at = expires_at(call, &mint, &tools);
    let life = Life {
        jti: new_jti(call.now, rng),
        expires_at,
        tools,
    };
    let claims = claims(tx, call, &mint, life).await?;
    let row = Issuance {
        jti: claims.jti,
        client: mint.client.id(),
        grant_type: mint.grant_type,
        subject: &claims.sub,
        scope: &claims.scope,
        audience: &claims.aud,
        grant: mint.person.as_ref().map(|person| person.grant),
        at: call.now,
        expires_at,
        request_id: call.request_id,
    };
    store::issuance::insert(tx, call.place.environment, &row).await?;
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
        scope: claims.scope,
        refresh_token: None,
        id_token: None,
    })
}

/// What was agreed may end a token before its time: the approval, the first scope or tool of it that ends, the life of
/// tokens.
fn expires_at(call: Call<'_>, mint: &Mint<'_>, tools: &[EntitledTool]) -> Timestamp {
    let end = mint.client.expires_at();
    let (until, tokens) = match &mint.reach.resource {
        Some(at) => (at.until, at.tokens),
        None => (end, TokenLifetime::LONGEST),
    };
    let ends = tools.iter().filter_map(|tool| tool.until);
    ends.fold(
        (call.now + tokens.duration()).min(until).min(end),
        Timestamp::min,
    )
}

/// The tools that the token can call: of its scopes, with the schema that was approved.
async fn tools(
    tx: &mut TenantTx,
    call: Call<'_>,
    Mint { client, reach, .. }: &Mint<'_>,
) -> Result<Vec<EntitledTool>, TokenError> {
    let Some(at) = &reach.resource else {
        return Ok(Vec::new());
    };
    let environment = call.place.environment;
    let mut tools =
        store::entitlement::tools(tx, environment, client.id(), at.id, call.now).await?;
    tools.retain(|tool| reach.scopes.contains(&tool.scope) && tool.approved == tool.current);
    Ok(tools)
}

/// What a token is, until when, and what it can call.
struct Life {
    jti: Uuid,
    expires_at: Timestamp,
    tools: Vec<EntitledTool>,
}

async fn claims(
    tx: &mut TenantTx,
    call: Call<'_>,
    mint: &Mint<'_>,
    life: Life,
) -> Result<AccessClaims, TokenError> {
    let Mint { client, reach, .. } = mint;
    let environment = call.place.environment;
    let person = mint.person.as_ref();
    let subject = person.map_or_else(|| client.id().to_string(), |person| person.subject.clone());
    Ok(AccessClaims {
        iss: call.place.issuer.to_string(),
        sub: subject,
        aud: reach.audience(&call.place.issuer).to_owned(),
        client_id: client.id().clone(),
        scope: reach.scopes.clone(),
        exp: life.expires_at.timestamp(),
        iat: call.now.timestamp(),
        auth_time: person.map(|person| person.auth_time.timestamp()),
        jti: life.jti,
        act: lineage::act(tx, environment, client).await?,
        tenant: call.place.issuer.tenant().clone(),
        environment,
        approval: client.approval(),
        tools: life.tools.into_iter().map(|tool| tool.tool).collect(),
    })
}

/// A `UUIDv7`, so that the log's index grows at one end.
fn new_jti(now: Timestamp, rng: &mut dyn CryptoRng) -> Uuid {
    let mut random = [0_u8; 10];
    rng.fill_bytes(&mut random);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
