//! Introspection (RFC 7662): what a token is worth right now, told to the resource it is for or to the client it was
//! issued to. Every other token, and every token that does not count, is `{"active": false}` and nothing else.

use narthex_vocab::{ClientId, ResourceUri, ScopeSet, Timestamp};
use serde_json::{Value, json};

use crate::Token;
use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::verify::{self, Live};

/// Who asks.
pub(crate) enum Asker {
    /// A resource: it sees the tokens that are for it.
    Resource(ResourceUri),
    /// A client with a secret: it sees its own tokens.
    Client(ClientId),
}

/// What is known of one token that counts.
pub(crate) struct Active {
    live: Live,
    scopes: ScopeSet,
}

/// Answers for one token. `None` is inactive.
pub(crate) async fn introspect(
    token: &Token,
    call: Call<'_>,
    asker: &Asker,
    text: &str,
) -> Result<Option<Active>, TokenError> {
    let Some(live) = verify::live(token, call, text).await? else {
        return Ok(None);
    };
    let entitled = match asker {
        Asker::Resource(identifier) => live.claims.aud == identifier.as_str(),
        Asker::Client(client) => live.claims.client_id == *client,
    };
    if !entitled {
        return Ok(None);
    }
    let scopes = in_force(&live, call.now);
    Ok(Some(Active { live, scopes }))
}

/// The scopes of the token that its client still has, and every client that it stands on: an approval for less counts at
/// once. Identity scopes are the person's own.
pub(crate) fn in_force(live: &Live, now: Timestamp) -> ScopeSet {
    let held = |client: &ApprovedClient| -> ScopeSet {
        let scopes = client.entitlement(now).scopes.into_iter();
        scopes
            .filter(|entry| entry.identifier.as_str() == live.claims.aud)
            .map(|entry| entry.scope)
            .collect()
    };
    let held: Vec<_> = std::iter::once(&live.client)
        .chain(&live.origins)
        .map(held)
        .collect();
    let own = |scope: &&narthex_vocab::Scope| {
        held.iter().all(|held| held.contains(scope))
            || crate::reach::IDENTITY.contains(&scope.as_str())
    };
    live.claims.scope.iter().filter(own).cloned().collect()
}

impl Active {
    /// RFC 7662 section 2.2.
    pub(crate) fn json(&self) -> Value {
        let claims = &self.live.claims;
        let mut answer = json!({
            "active": true,
            "token_type": if claims.cnf.is_some() { "DPoP" } else { "Bearer" },
            "iss": claims.iss,
            "sub": claims.sub,
            "aud": claims.aud,
            "client_id": claims.client_id,
            "scope": self.scopes,
            "exp": claims.exp,
            "iat": claims.iat,
            "jti": claims.jti,
            "https://narthex.dev/claims/tenant": claims.tenant,
            "https://narthex.dev/claims/environment": claims.environment,
            "https://narthex.dev/claims/approval": claims.approval,
        });
        if let Some(members) = answer.as_object_mut() {
            let signed_in = claims.auth_time.iter();
            members.extend(signed_in.map(|at| ("auth_time".to_owned(), json!(at))));
            members.extend(claims.acr.iter().map(|acr| ("acr".to_owned(), json!(acr))));
            members.extend(claims.act.iter().map(|act| ("act".to_owned(), json!(act))));
            members.extend(claims.cnf.iter().map(|cnf| ("cnf".to_owned(), json!(cnf))));
        }
        answer
    }
}
