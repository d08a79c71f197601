//! One JSON object that has one meaning: no member twice at any depth, bounded in depth, nothing after it. Never lets the
//! last of two equal members win, as `serde_json` alone would (RFC 8259 section 4 leaves it open; two parsers that
//! differ are an attack).

use std::cell::RefCell;
use std::fmt;

use serde::Deserializer;
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// The deepest nesting; the outer object is depth 1.
pub const JSON_DEPTH: usize = 8;

/// Why bytes are no such object.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JsonObjectError {
    /// The bytes are not UTF-8.
    #[error("it is not UTF-8")]
    InvalidUtf8,
    /// Not JSON.
    #[error("it is not JSON: line {line}, column {column}")]
    Syntax {
        /// From 1.
        line: usize,
        /// From 0.
        column: usize,
    },
    /// JSON, but not an object.
    #[error("it is not one JSON object")]
    NotAnObject,
    /// Nested deeper than [`JSON_DEPTH`].
    #[error("it is nested deeper than {JSON_DEPTH} levels")]
    TooDeep,
    /// A member came twice in one object.
    #[error("the member {name:?} came more than once")]
    Duplicate {
        /// Its name, cut to 64 characters.
        name: String,
    },
}

/// Reads one object and nothing after it.
pub fn json_object(bytes: &[u8]) -> Result<Map<String, Value>, JsonObjectError> {
    let text = std::str::from_utf8(bytes).map_err(|_| JsonObjectError::InvalidUtf8)?;
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
        (Ok(Value::Object(members)), None) => Ok(members),
        (Ok(_), None) => Err(JsonObjectError::NotAnObject),
        (Err(error), None) => Err(JsonObjectError::Syntax {
            line: error.line(),
            column: error.column(),
        }),
    }
}

/// One level of the document. The refusal is kept aside, since serde's errors are only text.
#[derive(Clone, Copy)]
struct Level<'a> {
    depth: usize,
    refused: &'a RefCell<Option<JsonObjectError>>,
}

impl Level<'_> {
    fn refuse<T, E: serde::de::Error>(self, error: JsonObjectError) -> Result<T, E> {
        let text = error.to_string();
        self.refused.borrow_mut().get_or_insert(error);
        Err(E::custom(text))
    }

    fn inner<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth > JSON_DEPTH {
            return self.refuse(JsonObjectError::TooDeep);
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
                return self.refuse(JsonObjectError::Duplicate { name });
            }
            let value = members.next_value_seed(inner)?;
            map.insert(name, value);
        }
        Ok(Value::Object(map))
    }
}
