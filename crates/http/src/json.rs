//! Extractor for a JSON body: one object, bounded in size and depth, no member twice.
//!
//! Never lets the last of two equal members win, as `serde_json` alone would (RFC 8259 section 4
//! leaves it open; two parsers that differ are an attack).

use std::cell::RefCell;
use std::fmt;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, ResponseError};
use serde::Deserializer;
use serde::de::{DeserializeOwned, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::body::{self, BodyError};

/// The deepest nesting; the outer object is depth 1.
pub const DEPTH_LIMIT: usize = 8;

/// Why a JSON body was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JsonError {
    /// Not `application/json` in UTF-8.
    #[error("the Content-Type must be application/json")]
    WrongContentType,
    /// The body could not be read.
    #[error(transparent)]
    Body(#[from] BodyError),
    /// The bytes are not UTF-8.
    #[error("the body is not UTF-8")]
    InvalidUtf8,
    /// Not JSON.
    #[error("the body is not JSON: line {line}, column {column}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 0.
        column: usize,
    },
    /// JSON, but not an object.
    #[error("the body must be one JSON object")]
    NotAnObject,
    /// Nested deeper than [`DEPTH_LIMIT`].
    #[error("the body is nested deeper than 8 levels")]
    TooDeep,
    /// A member came twice in one object.
    #[error("the member {name:?} came more than once")]
    Duplicate {
        /// Its name, cut to 64 characters.
        name: String,
    },
    /// An object, but not of the form that the handler asked for.
    #[error("the body does not have the expected members")]
    Shape,
}

impl ResponseError for JsonError {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::WrongContentType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Body(error) => error.status(),
            Self::InvalidUtf8
            | Self::Syntax { .. }
            | Self::NotAnObject
            | Self::TooDeep
            | Self::Duplicate { .. }
            | Self::Shape => StatusCode::BAD_REQUEST,
        }
    }
}

/// The one object of a JSON body.
#[derive(Clone, PartialEq, Eq)]
pub struct StrictJson(pub Map<String, Value>);

/// Names only: values may be secrets.
impl fmt::Debug for StrictJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl StrictJson {
    /// Parses one object and nothing after it.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        let text = std::str::from_utf8(bytes).map_err(|_| JsonError::InvalidUtf8)?;
        let refused = RefCell::new(None);
        let mut reader = serde_json::Deserializer::from_str(text);
        let seed = Level {
            depth: 1,
            refused: &refused,
        };
        let value = seed
            .deserialize(&mut reader)
            .and_then(|value| reader.end().map(|()| value));
        match (value, refused.into_inner()) {
            (_, Some(error)) => Err(error),
            (Ok(Value::Object(members)), None) => Ok(Self(members)),
            (Ok(_), None) => Err(JsonError::NotAnObject),
            (Err(error), None) => Err(JsonError::Syntax {
                line: error.line(),
                column: error.column(),
            }),
        }
    }

    /// The object as a type.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, JsonError> {
        serde_json::from_value(Value::Object(self.0)).map_err(|_| JsonError::Shape)
    }
}

impl FromRequest for StrictJson {
    type Error = JsonError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, JsonError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        Box::pin(async move {
            if !body::is_content_type(&request, "application/json") {
                return Err(JsonError::WrongContentType);
            }
            Self::parse(&body::read(request, payload).await?)
        })
    }
}

/// One level of the document. The refusal is kept aside, since serde's errors are only text.
#[derive(Clone, Copy)]
struct Level<'a> {
    depth: usize,
    refused: &'a RefCell<Option<JsonError>>,
}

impl Level<'_> {
    fn refuse<T, E: serde::de::Error>(self, error: JsonError) -> Result<T, E> {
        let text = error.to_string();
        self.refused.borrow_mut().get_or_insert(error);
        Err(E::custom(text))
    }

    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth > DEPTH_LIMIT {
            return self.refuse(JsonError::TooDeep);
        }
        Ok(Self {
            depth: self.depth + 1,
            ..self
        })
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| E::custom("not a finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inner)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inner = self.inner()?;
        let mut map = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            if map.contains_key(&name) {
                let name = name.chars().take(64).collect();
                return self.refuse(JsonError::Duplicate { name });
            }
            let value = members.next_value_seed(inner)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rstest::rstest;

    fn nested(levels: usize) -> String {
        format!("{}1{}", "{\"a\":".repeat(levels), "}".repeat(levels))
    }

    #[test]
    fn reads_one_object() {
        let text = br#" {"a":[1,-2,1.5,true,null,"\u00e9"],"b":{"a":1}} "#;
        let expected: Value = serde_json::from_slice(text).unwrap();
        assert_eq!(Value::Object(StrictJson::parse(text).unwrap().0), expected);
    }

    #[rstest]
    #[case(br#"{"a":1,"a":1}"#, "a")]
    #[case(br#"{"a":1,"\u0061":2}"#, "a")]
    #[case(br#"{"x":[{"b":1,"b":null}]}"#, "b")]
    fn refuses_duplicate_members(#[case] text: &[u8], #[case] name: &str) {
        let expected = JsonError::Duplicate {
            name: name.to_owned(),
        };
        assert_eq!(StrictJson::parse(text), Err(expected));
    }

    #[test]
    fn depth() {
        assert!(StrictJson::parse(nested(8).as_bytes()).is_ok());
        assert_eq!(
            StrictJson::parse(nested(9).as_bytes()),
            Err(JsonError::TooDeep)
        );
        assert_eq!(
            StrictJson::parse(nested(5_000).as_bytes()),
            Err(JsonError::TooDeep)
        );
        let arrays = format!("{{\"a\":{}{}}}", "[".repeat(8), "]".repeat(8));
        assert_eq!(
            StrictJson::parse(arrays.as_bytes()),
            Err(JsonError::TooDeep)
        );
    }

    #[rstest]
    #[case(b"[]", JsonError::NotAnObject)]
    #[case(b"\"a\"", JsonError::NotAnObject)]
    #[case(b"null", JsonError::NotAnObject)]
    #[case(b"{\"a\":\"\xff\"}", JsonError::InvalidUtf8)]
    fn refuses(#[case] text: &[u8], #[case] error: JsonError) {
        assert_eq!(StrictJson::parse(text), Err(error));
    }

    #[rstest]
    #[case(b"")]
    #[case(b"{")]
    #[case(b"{}{}")]
    #[case(b"{\"a\":1,}")]
    #[case(b"{\"a\":NaN}")]
    #[case(b"{\"a\":1e999}")]
    #[case(b"{\"a\":\"\\ud800\"}")]
    #[case(b"\xef\xbb\xbf{}")]
    fn refuses_what_is_not_json(#[case] text: &[u8]) {
        assert!(matches!(
            StrictJson::parse(text),
            Err(JsonError::Syntax { .. })
        ));
    }

    #[test]
    fn debug_shows_no_value() {
        let json = StrictJson::parse(br#"{"secret":"canary"}"#).unwrap();
        assert!(!format!("{json:?}").contains("canary"));
    }
}
