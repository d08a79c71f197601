//! What a person lets a client know of them (OpenID Connect Core section 5.3): `sub` always, name and address only by
//! their scopes, or as claims that were allowed one by one.

use serde_json::{Map, Value};

use crate::Token;
use crate::authorize::asked_claims::{known, of_scopes};
use crate::bearer::{BearerError, Shown};
use crate::call::Call;
use crate::error::TokenError;
use crate::store;
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
    let (environment, jti) = (call.place.environment, live.claims.jti);
    let asked = token
        .database
        .tenant(call.place.tenant, async |tx| {
            store::grant::claims_of_token(tx, environment, jti, call.now).await
        })
        .await?;
    let mut answer = Map::new();
    answer.insert("sub".to_owned(), live.claims.sub.into());
    answer.extend(known(of_scopes(scopes).chain(asked.userinfo), &person));
    Ok(Ok(answer.into()))
}
