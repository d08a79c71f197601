//! An act that carries an `Idempotency-Key` is done once (draft-ietf-httpapi-idempotency-key-header-07): its answer is
//! written in the transaction of the act, and given again to the same person who asks the same. What failed is not kept,
//! and a secret never is.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use narthex_tenancy::TenantTx;
use narthex_vocab::ProblemKind as Kind;
use narthex_vocab::{Id, Secret, Timestamp, kind};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::fault::Fault;
use crate::store::api_answer::{self, Kept};

/// The header.
const HEADER: &str = "Idempotency-Key";

/// What the caller calls this act.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Key(String);

impl Key {
    /// Reads the header: printable ASCII, 255 characters at most; a string in quotes is taken out of them.
    fn of(request: &HttpRequest) -> Result<Option<Self>, Fault> {
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
    /// Of a call with this body.
    pub(crate) fn of(request: &HttpRequest, body: &Value) -> Result<Self, Fault> {
        Ok(Self {
            key: Key::of(request)?,
            hash: hash(&[request.path(), &body.to_string()]),
        })
    }

    /// One part of a call that does many things: a key of its own, made of the call's and the part's name.
    pub(crate) fn part(&self, name: &str) -> Self {
        let of = |key: &Key| Key(hex::encode(hash(&["part", &key.0, name])));
        Self {
            key: self.key.as_ref().map(of),
            hash: self.hash,
        }
    }
}

fn hash(parts: &[&str]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
        hash.update([0]);
    }
    hash.finalize().into()
}

/// Whose key it is, and when.
pub(crate) type By = (Id<kind::Member>, Timestamp);

/// Does the act in the transaction, unless it was done: then its answer of that time comes back.
pub(crate) async fn once<T: Serialize>(
    tx: &mut TenantTx,
    (by, asked): (By, &Asked),
    act: impl AsyncFnOnce(&mut TenantTx) -> Result<(T, Option<Secret>), Fault>,
) -> Result<HttpResponse, Fault> {
    if let Some(body) = before(tx, (by, asked)).await? {
        return Ok(HttpResponse::Ok()
            .insert_header(("Idempotency-Replayed", "true"))
            .json(body));
    }
    let (made, secret) = act(tx).await?;
    let mut body = serde_json::to_value(made).unwrap_or_default();
    keep(tx, (by, asked), &body).await?;
    if let (Some(members), Some(secret)) = (body.as_object_mut(), secret) {
        members.insert("secret".to_owned(), json!(secret.reveal()));
    }
    Ok(HttpResponse::Ok().json(body))
}

/// What was answered to the same call before, if it was made; its key is the caller's otherwise.
pub(crate) async fn before(
    tx: &mut TenantTx,
    ((member, now), asked): (By, &Asked),
) -> Result<Option<Value>, Fault> {
    let Some(Key(key)) = &asked.key else {
        return Ok(None);
    };
    match api_answer::claim(tx, (member, key), &asked.hash, now).await? {
        Kept::Nothing => Ok(None),
        Kept::SomethingElse => Err(Fault::of(Kind::KEY_REUSED, "the call was another one then")),
        Kept::Answer(body) => Ok(Some(body)),
    }
}

/// Keeps the answer of a call whose key is the caller's.
pub(crate) async fn keep(
    tx: &mut TenantTx,
    ((member, _), asked): (By, &Asked),
    body: &Value,
) -> Result<(), Fault> {
    if let Some(Key(key)) = &asked.key {
        let answer = (StatusCode::OK.as_u16(), body);
        api_answer::keep(tx, (member, key), answer).await?;
    }
    Ok(())
}
