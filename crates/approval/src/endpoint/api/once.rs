//! An act that carries an `Idempotency-Key` is done once (draft-ietf-httpapi-idempotency-key-header-07): its answer is
//! written in the transaction of the act, and given again to the same person who asks the same. What failed is not kept.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use narthex_tenancy::TenantTx;
use serde::Serialize;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::caller::Caller;
use super::fault::{self, Fault};
use super::place::Place;
use crate::store::api_answer::{self, Kept};

/// The header.
const HEADER: &str = "Idempotency-Key";

/// What the caller calls this act.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key(String);

impl Key {
    /// Reads the header: printable ASCII, 255 characters at most; a string in quotes is taken out of them.
    pub(crate) fn of(request: &HttpRequest) -> Result<Option<Self>, Fault> {
        let mut lines = request.headers().get_all(HEADER);
        let line = match (lines.next(), lines.next()) {
            (None, _) => return Ok(None),
            (Some(line), None) => line.to_str().unwrap_or_default(),
            (Some(_), Some(_)) => "",
        };
        let text = line
            .strip_prefix('"')
            .and_then(|rest| rest.strip_suffix('"'));
        let text = text.unwrap_or(line).trim();
        let plain = text
            .bytes()
            .all(|byte| byte.is_ascii_graphic() || byte == b' ');
        if text.is_empty() || text.len() > 255 || !plain {
            return Err(Fault::member(
                HEADER,
                "one, of 1 to 255 printable characters",
            ));
        }
        Ok(Some(Self(text.to_owned())))
    }
}

/// What is asked: the same key with anything else is refused.
pub(crate) struct Asked {
    key: Option<Key>,
    hash: [u8; 32],
}

impl Asked {
    /// Of a call at this place with this body.
    pub(crate) fn new(place: &Place, body: &Value) -> Result<Self, Fault> {
        Ok(Self::at(place.path(), place.key()?, body))
    }

    /// Of a call that is about no place of a tenant.
    pub(crate) fn of(request: &HttpRequest, body: &Value) -> Result<Self, Fault> {
        Ok(Self::at(request.path(), Key::of(request)?, body))
    }

    fn at(path: &str, key: Option<Key>, body: &Value) -> Self {
        let mut hash = Sha256::new();
        hash.update(path);
        hash.update([0]);
        hash.update(body.to_string());
        Self {
            key,
            hash: hash.finalize().into(),
        }
    }
}

/// Does the act in the transaction, unless it was done: then its answer of that time comes back.
pub(crate) async fn once<T: Serialize>(
    tx: &mut TenantTx,
    (caller, asked): (&Caller, &Asked),
    act: impl AsyncFnOnce(&mut TenantTx) -> Result<T, Fault>,
) -> Result<HttpResponse, Fault> {
    let member = caller.member.id;
    if let Some(Key(key)) = &asked.key {
        match api_answer::claim(tx, (member, key), &asked.hash, caller.now).await? {
            Kept::Nothing => {}
            Kept::SomethingElse => {
                return Err(Fault::of(
                    fault::KEY_REUSED,
                    "the call was another one then",
                ));
            }
            Kept::Answer { status, body } => return Ok(again(status, &body)),
        }
    }
    let body = serde_json::to_value(act(tx).await?).unwrap_or_default();
    if let Some(Key(key)) = &asked.key {
        api_answer::keep(tx, (member, key), (StatusCode::OK.as_u16(), &body)).await?;
    }
    Ok(HttpResponse::Ok().json(body))
}

fn again(status: u16, body: &Value) -> HttpResponse {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    HttpResponse::build(status)
        .insert_header(("Idempotency-Replayed", "true"))
        .json(body)
}
