//! What a person lets a client know of them (OpenID Connect Core section 5.3): `sub` always, name and address only by
//! their scopes.

use serde_json::{Value, json};

use crate::Token;
use crate::bearer::{BearerError, Shown};
use crate::call::Call;
use crate::error::TokenError;
use crate::verify;
use narthex_http::dpop::Thumbprint;

/// Answers for the person behind a token.
pub(crate) async fn userinfo(
    token: &Token,
    call: Call<'_>,
    (shown, key): (&Shown, Option<&Thumbprint>),
) -> Result<Result<Value, BearerError>, TokenError> {
    let Some(live) = verify::live(token, call, &shown.token).await? else {
        return Ok(Err(BearerError::Invalid));
    };
    let own = live.claims.cnf.as_ref().map(|cnf| &cnf.jkt);
    if own != key || shown.bound != own.is_some() {
        return Ok(Err(BearerError::Unproved));
    }
    let Some(person) = live.person else {
        return Ok(Err(BearerError::Scope));
    };
    let scopes = &live.claims.scope;
    if !scopes.has("openid") {
        return Ok(Err(BearerError::Scope));
    }
    let mut answer = json!({ "sub": live.claims.sub });
    if let Some(members) = answer.as_object_mut() {
        if scopes.has("profile") {
            members.insert("name".to_owned(), person.name.as_str().into());
        }
        if scopes.has("email") {
            members.insert("email".to_owned(), person.email.as_str().into());
        }
    }
    Ok(Ok(answer))
}
