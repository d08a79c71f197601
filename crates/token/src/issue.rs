//! Where a token is minted. Its issuance row is durable before it leaves: no token leaves that is not logged. Nothing is
//! decided here: the reach comes narrowed.

use narthex_policy::{Behind, CallFacts, ToolFact, decide};
use narthex_tenancy::TenantTx;
use narthex_vocab::{Grant, GrantType, Id, ScopeSet, Timestamp, TokenLifetime};
use rand_core::CryptoRng;
use serde::Serialize;
use uuid::Uuid;

use crate::Token;
use crate::assurance;
use crate::call::Call;
use crate::claims::{ACCESS_TOKEN_TYPE, AccessClaims, Confirmation};
use crate::client::ApprovedClient;
use crate::entitlement::EntitledTool;
use crate::error::TokenError;
use crate::exchange::Exchanged;
use crate::reach::Reach;
use crate::store;
use crate::store::issuance::Issuance;
use narthex_http::dpop::Thumbprint;

/// For whom and under what a token is minted.
pub(crate) struct Mint<'a> {
    pub(crate) client: &'a ApprovedClient,
    pub(crate) reach: &'a Reach,
    pub(crate) grant_type: GrantType,
    /// The person; `None` when the client acts for itself.
    pub(crate) person: Option<Person>,
    /// The key that the token is bound to; `None` for a bearer token.
    pub(crate) key: Option<&'a Thumbprint>,
    /// What it has from the token that it came from, where it came from one.
    pub(crate) exchanged: Option<&'a Exchanged>,
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
    /// RFC 8693 section 2.2.1, where one was exchanged.
    #[serde(rename = "issued_token_type", skip_serializing_if = "Option::is_none")]
    pub(crate) kind: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id_token: Option<String>,
}

/// Logs and signs one access token, in the transaction of the grant that it is issued for.
pub(crate) async fn issue(
    tx: &mut TenantTx,
    call: Call<'_>,
    mint: Mint<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Issued, TokenError> {
    let life = Life::of(call, &mint, new_jti(call.now, rng));
    let row = row(call, &mint, &life);
    let refused = store::issuance::write(tx.connection()?, call.place.tenant, &[row]).await?;
    if !refused.is_empty() {
        return Err(TokenError::Stale);
    }
    sign(call, &mint, &life)
}

/// Logs and signs one access token that nothing else is written for, together with others that are issued now.
pub(crate) async fn issue_alone(
    token: &Token,
    call: Call<'_>,
    mint: Mint<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Issued, TokenError> {
    let life = Life::of(call, &mint, new_jti(call.now, rng));
    let row = row(call, &mint, &life);
    token.issuances.keep(call.place.tenant, row).await??;
    sign(call, &mint, &life)
}

fn row(call: Call<'_>, mint: &Mint<'_>, life: &Life<'_>) -> Issuance {
    Issuance {
        environment: call.place.environment,
        at: call.now,
        jti: life.jti,
        client_id: mint.client.id().clone(),
        approval_id: mint.client.approval().as_uuid(),
        begins: mint.grant_type != GrantType::RefreshToken,
        grant_type: mint.grant_type.as_str(),
        subject: subject(mint),
        scope: mint.reach.scopes.clone(),
        audience: mint.reach.audience(&call.place.issuer).to_owned(),
        grant_id: mint.person.as_ref().map(|person| person.grant.as_uuid()),
        expires_at: life.expires_at,
        request_id: call.request_id.to_owned(),
    }
}

fn sign(call: Call<'_>, mint: &Mint<'_>, life: &Life<'_>) -> Result<Issued, TokenError> {
    let claims = claims(call, mint, life);
    let ring = call.ring;
    let access_token = ring
        .key(ring.policy.access_algorithm)
        .sign(ACCESS_TOKEN_TYPE, &claims)
        .map_err(|_| TokenError::Signing)?;
    metrics::counter!("narthex_tokens_issued_total", "grant_type" => mint.grant_type.as_str())
        .increment(1);
    Ok(Issued {
        access_token,
        token_type: if mint.key.is_some() { "DPoP" } else { "Bearer" },
        expires_in: (claims.exp - claims.iat).max(0),
        scope: claims.scope,
        kind: None,
        refresh_token: None,
        id_token: None,
    })
}

/// What was agreed may end a token before its time: the approval, the first scope or tool of it that ends, the life of
/// tokens, the token that it came from.
fn expires_at(call: Call<'_>, mint: &Mint<'_>, tools: &[&EntitledTool]) -> Timestamp {
    let end = mint.client.expires_at();
    let (until, tokens) = match &mint.reach.resource {
        Some(at) => (at.until, at.tokens),
        None => (end, TokenLifetime::LONGEST),
    };
    let from = mint.exchanged.map(|exchanged| exchanged.until);
    let ends = tools.iter().map(|tool| tool.until).chain(from);
    ends.fold(
        (call.now + tokens.duration()).min(until).min(end),
        Timestamp::min,
    )
}

/// What a token is, until when, and what it can call: tools of its scopes, with the schema that was approved, that the
/// policy permits.
struct Life<'a> {
    jti: Uuid,
    expires_at: Timestamp,
    tools: Vec<&'a EntitledTool>,
}

impl<'a> Life<'a> {
    fn of(call: Call<'_>, mint: &Mint<'a>, jti: Uuid) -> Self {
        let Mint { client, reach, .. } = mint;
        let tools = reach.resource.iter();
        let tools: Vec<_> = tools
            .flat_map(|at| client.tools(at.id, call.now))
            .filter(|tool| reach.scopes.contains(&tool.scope) && tool.approved == tool.current)
            .filter(|tool| {
                let from = mint.exchanged;
                from.is_none_or(|from| from.tools.contains(&tool.tool))
            })
            .filter(|tool| is_permitted(call, mint, tool))
            .collect();
        Self {
            jti,
            expires_at: expires_at(call, mint, &tools),
            tools,
        }
    }
}

/// Whether what was published on top of the baseline lets this token call the tool as things are. Each call is asked about
/// all the same.
fn is_permitted(call: Call<'_>, mint: &Mint<'_>, tool: &EntitledTool) -> bool {
    if !call.layers.ask_of_calls() {
        return true;
    }
    let reach = mint.reach;
    let signed_in = mint.person.as_ref().map(|person| person.auth_time);
    let facts = CallFacts {
        client: mint.client.id().to_string(),
        resource: reach.audience(&call.place.issuer).to_owned(),
        environment: call.place.environment,
        behind: Behind {
            person: mint.person.is_some(),
            on_behalf: mint.exchanged.is_some() || mint.client.act().is_some(),
            signed_in_seconds: signed_in.map(|at| (call.now - at).num_seconds()),
        },
        client_active: true,
        audience_matches: true,
        token_scopes: reach.scopes.clone(),
        required_scopes: std::iter::once(tool.scope.clone()).collect(),
        tool: Some(ToolFact {
            name: tool.tool.to_string(),
            entitled: true,
            schema_matches: true,
        }),
    };
    decide(&facts, call.layers).allow
}

/// Whom it speaks for.
fn subject(mint: &Mint<'_>) -> String {
    match &mint.person {
        Some(person) => person.subject.clone(),
        None => mint.client.id().to_string(),
    }
}

fn claims(call: Call<'_>, mint: &Mint<'_>, life: &Life<'_>) -> AccessClaims {
    let Mint { client, reach, .. } = mint;
    let person = mint.person.as_ref();
    AccessClaims {
        iss: call.place.issuer.to_string(),
        sub: subject(mint),
        aud: reach.audience(&call.place.issuer).to_owned(),
        client_id: client.id().clone(),
        scope: reach.scopes.clone(),
        exp: life.expires_at.timestamp(),
        iat: call.now.timestamp(),
        auth_time: person.map(|person| person.auth_time.timestamp()),
        acr: person.map(|_| assurance::ACR.to_owned()),
        jti: life.jti,
        act: match mint.exchanged {
            Some(exchanged) => Some(exchanged.act.clone()),
            None => client.act().cloned(),
        },
        origins: mint
            .exchanged
            .map(|exchanged| exchanged.origins.clone())
            .unwrap_or_default(),
        cnf: mint.key.cloned().map(|jkt| Confirmation { jkt }),
        tenant: call.place.issuer.tenant().clone(),
        environment: call.place.environment,
        approval: client.approval(),
        tools: life.tools.iter().map(|tool| tool.tool.clone()).collect(),
    }
}

/// A `UUIDv7`, so that the log's index grows at one end.
pub(crate) fn new_jti(now: Timestamp, rng: &mut dyn CryptoRng) -> Uuid {
    let mut random = [0_u8; 10];
    rng.fill_bytes(&mut random);
    let millis = u64::try_from(now.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
}
