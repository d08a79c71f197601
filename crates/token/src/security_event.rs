//! Signs what receivers are to hear: security event tokens (RFC 8417) of CAEP 1.0, RISC 1.0 and SSF 1.0. What happened is in rows
//! that the database wrote beside the change; here it gets words and a signature. This plane sends them to nobody.

use narthex_tenancy::{TenantTx, ambient, tenant};
use narthex_vocab::{
    EventStream, Id, Issuer, Resource, ResourceUri, SecurityEvent, SigningAlgorithm, Timestamp,
};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::Token;
use crate::client::Standing;
use crate::error::TokenError;
use crate::keys;
use crate::memory::At;
use crate::store::{self, security_event::Unsigned};

/// The media type of the header (RFC 8417 section 2.3): no other check takes it for another token.
const TYPE: &str = "secevent+jwt";
/// Signed in one transaction.
const AT_ONCE: i64 = 20;

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    jti: Uuid,
    iat: i64,
    aud: &'a str,
    sub_id: Value,
    events: Value,
}

/// Signs everything of an environment that waits for it. Several processes may do it at once.
pub(crate) async fn sign_waiting(token: &Token, at: At) -> Result<(), TokenError> {
    let (tenant, environment) = at;
    loop {
        let now = ambient::now();
        let ring = keys::ring(token, at, now).await?;
        // What every receiver can check, whatever else is signed here.
        let key = ring.key(SigningAlgorithm::Rs256);
        let signed = async |tx: &mut TenantTx| {
            let slug = tenant::load(tx).await?.slug;
            let issuer = Issuer::new(&token.discovery_base, &slug, environment);
            let waiting = store::security_event::take_unsigned(tx, environment, AT_ONCE).await?;
            let receivers = store::security_event::receivers(tx, environment).await?;
            for event in &waiting {
                let Some((resource, identifier)) = receivers.get(&event.stream) else {
                    continue;
                };
                let body = body(tx, at, (event, *resource), now).await?;
                let claims = claims(&issuer, event, (identifier, body), now);
                let signed = key.sign(TYPE, &claims).map_err(|_| TokenError::Signing)?;
                store::security_event::keep_signed(tx, environment, event, &signed).await?;
            }
            Ok::<_, TokenError>(waiting.len())
        };
        let signed = token.database.tenant(tenant, signed).await?;
        if i64::try_from(signed).is_ok_and(|signed| signed < AT_ONCE) {
            return Ok(());
        }
    }
}

fn claims<'a>(
    issuer: &'a Issuer,
    event: &Unsigned,
    (identifier, body): (&'a ResourceUri, Map<String, Value>),
    now: Timestamp,
) -> Claims<'a> {
    Claims {
        iss: issuer.as_str(),
        jti: event.id,
        iat: now.timestamp(),
        aud: identifier.as_str(),
        sub_id: subject(issuer, event),
        events: json!({ event.kind.uri(): body }),
    }
}

/// Whom it is about (RFC 9493): the stream itself, or client, person and session as far as each has to do with it.
fn subject(issuer: &Issuer, event: &Unsigned) -> Value {
    if matches!(
        event.kind,
        SecurityEvent::Verification | SecurityEvent::StreamUpdated
    ) {
        return json!({ "format": "opaque", "id": event.stream });
    }
    let ours = |sub: &dyn std::fmt::Display| json!({ "format": "iss_sub", "iss": issuer.as_str(), "sub": sub.to_string() });
    let mut members = Map::new();
    members.insert("format".to_owned(), "complex".into());
    if let Some(client) = &event.client {
        members.insert("application".to_owned(), ours(client));
    }
    if let Some(member) = &event.member {
        members.insert("user".to_owned(), ours(member));
    }
    if let Some(session) = &event.session {
        let session = json!({ "format": "opaque", "id": session });
        members.insert("session".to_owned(), session);
    }
    Value::Object(members)
}

/// What is said of it (CAEP 1.0 sections 2 and 3, SSF 1.0 sections 8.1.4 and 8.1.5).
async fn body(
    tx: &mut TenantTx,
    at: At,
    (event, resource): (&Unsigned, Id<Resource>),
    now: Timestamp,
) -> Result<Map<String, Value>, TokenError> {
    let detail = event.detail.as_deref();
    let own = match event.kind {
        SecurityEvent::Verification => return Ok(members([("state", detail.map(Value::from))])),
        SecurityEvent::StreamUpdated => return Ok(members([("status", detail.map(Value::from))])),
        SecurityEvent::AccountDisabled | SecurityEvent::AccountEnabled => return Ok(Map::new()),
        SecurityEvent::SessionRevoked => Map::new(),
        SecurityEvent::CredentialChange => {
            let (change, kind) = detail
                .unwrap_or_default()
                .split_once(' ')
                .unwrap_or_default();
            let kind = match kind {
                "key" => "public_key",
                _ => "client_secret",
            };
            members([
                ("change_type", Some(change.into())),
                ("credential_type", Some(kind.into())),
            ])
        }
        SecurityEvent::TokenClaimsChange => {
            let claims = claims_now(tx, at, (event, resource), now).await?;
            members([("claims", Some(claims))])
        }
    };
    let why = event.cause.as_deref().map(|words| json!({ "en": words }));
    let mut common = members([
        ("event_timestamp", Some(event.at.timestamp().into())),
        (
            "initiating_entity",
            event.initiator.as_deref().map(Value::from),
        ),
        ("reason_admin", why),
    ]);
    common.extend(own);
    Ok(common)
}

fn members<const N: usize>(given: [(&str, Option<Value>); N]) -> Map<String, Value> {
    let given = given.into_iter();
    given
        .filter_map(|(name, value)| Some((name.to_owned(), value?)))
        .collect()
}

/// What a token of the client for this resource would say now.
async fn claims_now(
    tx: &mut TenantTx,
    (_, environment): At,
    (event, resource): (&Unsigned, Id<Resource>),
    now: Timestamp,
) -> Result<Value, TokenError> {
    let mut scopes = Vec::new();
    let mut tools = Vec::new();
    if let Some(client) = &event.client
        && let Standing::Approved(client) =
            store::client::find(tx, environment, client, now).await?
    {
        let own = client.entitlement(now).scopes.into_iter();
        let own = own.filter(|entry| entry.resource == resource);
        scopes.extend(own.map(|entry| entry.scope.to_string()));
        tools.extend(
            client
                .tools(resource, now)
                .map(|tool| tool.tool.to_string()),
        );
    }
    Ok(json!({ "scope": scopes.join(" "), "https://narthex.dev/claims/tools": tools }))
}

/// The stream that a notice of the database names, as `narthex_signed` has it.
pub(crate) fn name_of((tenant, environment): At, stream: Id<EventStream>) -> String {
    format!("{} {environment} {}", tenant.as_uuid(), stream.as_uuid())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use narthex_vocab::{ClientId, Environment, TenantSlug};

    fn event(kind: SecurityEvent) -> Unsigned {
        Unsigned {
            id: Uuid::from_u128(1),
            stream: Id::from_uuid(Uuid::from_u128(2)),
            kind,
            client: Some(ClientId::parse("np_abcdefghijklmnopqrstuvwx27").unwrap()),
            member: None,
            session: Some(Id::from_uuid(Uuid::from_u128(3))),
            detail: None,
            cause: None,
            initiator: None,
            at: Timestamp::from_timestamp(1_800_000_000, 0).unwrap(),
        }
    }

    #[test]
    fn subjects() {
        let base = url::Url::parse("https://id.example").unwrap();
        let slug = TenantSlug::parse("acme").unwrap();
        let issuer = Issuer::new(&base, &slug, Environment::Production);
        let about = subject(&issuer, &event(SecurityEvent::SessionRevoked));
        assert_eq!(about["application"]["sub"], "np_abcdefghijklmnopqrstuvwx27");
        assert_eq!(about["application"]["iss"], "https://id.example/t/acme");
        assert_eq!(about["session"]["format"], "opaque");
        assert_eq!(about.get("user"), None);
        let itself = subject(&issuer, &event(SecurityEvent::Verification));
        assert_eq!(itself["format"], "opaque");
        assert_eq!(itself.get("application"), None);
    }
}
