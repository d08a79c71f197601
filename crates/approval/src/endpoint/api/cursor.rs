//! Where a list goes on: opaque to the caller, signed so that nobody makes one, and of one list alone.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use narthex_http::StrictQuery;
use narthex_vocab::HashKey;
use narthex_vocab::ProblemKind as Kind;
use serde::{Serialize, de::DeserializeOwned};
use subtle::ConstantTimeEq as _;

use super::fault::Fault;

/// The rows of a page when the caller does not say.
const FEW: i64 = 50;
/// The most rows of a page.
const MOST: i64 = 200;
/// Bytes of the signature.
const SIGNATURE: usize = 16;

/// Which part of a list is wanted.
#[derive(Debug)]
pub(crate) struct Part<T> {
    /// What comes after this; from the beginning without it.
    pub(crate) after: Option<T>,
    /// How many rows; 1 to 200.
    pub(crate) limit: i64,
}

impl<T: DeserializeOwned> Part<T> {
    /// Reads `cursor` and `limit`.
    pub(crate) fn read(query: &StrictQuery, of: (&HashKey, &str)) -> Result<Self, Fault> {
        let limit = match given(query, "limit")? {
            None => FEW,
            Some(text) => text
                .parse()
                .ok()
                .filter(|limit| (1..=MOST).contains(limit))
                .ok_or_else(|| Fault::member("limit", format!("a number from 1 to {MOST}")))?,
        };
        let after = given(query, "cursor")?
            .map(|text| open(text, of))
            .transpose()?;
        Ok(Self { after, limit })
    }
}

/// A parameter that may come once; an empty one was not given.
pub(crate) fn given<'a>(query: &'a StrictQuery, name: &str) -> Result<Option<&'a str>, Fault> {
    let value = query.0.given(name);
    value.map_err(|error| Fault::member(name, error.to_string()))
}

/// The cursor that goes on after this place of a list.
pub(crate) fn seal<T: Serialize>(place: &T, of: (&HashKey, &str)) -> Option<String> {
    let payload = serde_json::to_vec(place).ok()?;
    let mut bytes = sign(&payload, of).to_vec();
    bytes.extend(payload);
    Some(URL_SAFE_NO_PAD.encode(bytes))
}

fn open<T: DeserializeOwned>(text: &str, of: (&HashKey, &str)) -> Result<T, Fault> {
    let read = || {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (signature, payload) = bytes.split_at_checked(SIGNATURE)?;
        let ours = bool::from(signature.ct_eq(&sign(payload, of)));
        ours.then(|| serde_json::from_slice(payload).ok()).flatten()
    };
    read().ok_or_else(|| Fault::of(Kind::CURSOR, "it was changed, or is of another list"))
}

fn sign(payload: &[u8], (key, list): (&HashKey, &str)) -> [u8; SIGNATURE] {
    let whole = key.mac(&[b"narthex cursor ", list.as_bytes(), b"\0", payload]);
    let mut cut = [0; SIGNATURE];
    cut.iter_mut()
        .zip(whole.as_bytes())
        .for_each(|(to, from)| *to = *from);
    cut
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    #[test]
    fn a_cursor_is_of_one_list_and_unchanged() {
        let (key, other) = (HashKey::from_bytes([1; 32]), HashKey::from_bytes([2; 32]));
        let cursor = seal(&"req_7", (&key, "requests")).unwrap();
        let read = |text: &str, of| open::<String>(text, of).ok();
        assert_eq!(read(&cursor, (&key, "requests")).as_deref(), Some("req_7"));
        assert_eq!(read(&cursor, (&key, "clients")), None);
        assert_eq!(read(&cursor, (&other, "requests")), None);
        for at in 0..cursor.len() {
            let mut changed = cursor.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(read(&changed, (&key, "requests")), None, "at {at}");
        }
        for text in ["", "A", "====", "req_7"] {
            assert_eq!(read(text, (&key, "requests")), None, "{text}");
        }
    }
}
