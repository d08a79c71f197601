//! Extractor for a JSON body: one object, bounded in size and depth, no member twice (`vocab/src/json_object.rs`).
//!
//! Never reads a body of another type, and never shows a value.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::{FromRequest, HttpRequest, ResponseError};
use narthex_vocab::{JsonObjectError, json_object};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::body::{self, BodyError};

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
    /// Nested deeper than [`narthex_vocab::JSON_DEPTH`].
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

impl From<JsonObjectError> for JsonError {
    fn from(error: JsonObjectError) -> Self {
        match error {
            JsonObjectError::InvalidUtf8 => Self::InvalidUtf8,
            JsonObjectError::Syntax { line, column } => Self::Syntax { line, column },
            JsonObjectError::NotAnObject => Self::NotAnObject,
            JsonObjectError::TooDeep => Self::TooDeep,
            JsonObjectError::Duplicate { name } => Self::Duplicate { name },
        }
    }
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
        Ok(Self(json_object(bytes)?))
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
