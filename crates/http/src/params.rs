//! Parameters of a form body or a query: `application/x-www-form-urlencoded`, read strictly.
//!
//! Never guesses: a bad percent sign, bytes that are not UTF-8, or a parameter that came twice
//! where it may come once, is an error (RFC 6749 sections 3.1 and 3.2).

use std::collections::HashSet;

/// Why a text is not a list of parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParamsError {
    /// A `%` without two hexadecimal digits.
    #[error("a percent sign is not followed by two hexadecimal digits")]
    InvalidPercent,
    /// The decoded bytes are not UTF-8.
    #[error("a parameter is not UTF-8")]
    InvalidUtf8,
    /// More than [`Params::LIMIT`] parameters.
    #[error("too many parameters")]
    TooMany,
    /// A parameter that may come once came again.
    #[error("the parameter {name:?} came more than once")]
    Duplicate {
        /// Its name, cut to 64 characters.
        name: String,
    },
}

/// Name and value pairs, decoded, in the order they came.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

/// Names only: values may be passwords and codes.
impl std::fmt::Debug for Params {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set()
            .entries(self.pairs.iter().map(|(name, _)| name))
            .finish()
    }
}

impl Params {
    /// The most parameters one request may have.
    pub const LIMIT: usize = 1_000;

    /// Parses the encoded bytes.
    pub fn parse(encoded: &[u8]) -> Result<Self, ParamsError> {
        let mut pairs = Vec::new();
        for piece in encoded
            .split(|byte| *byte == b'&')
            .filter(|piece| !piece.is_empty())
        {
            if pairs.len() == Self::LIMIT {
                return Err(ParamsError::TooMany);
            }
            let mut halves = piece.splitn(2, |byte| *byte == b'=');
            let name = decode(halves.next().unwrap_or_default())?;
            let value = decode(halves.next().unwrap_or_default())?;
            pairs.push((name, value));
        }
        Ok(Self { pairs })
    }

    /// The value of a parameter that may come once; an empty value is `Some("")`.
    pub fn one(&self, name: &str) -> Result<Option<&str>, ParamsError> {
        let mut values = self.many(name);
        let first = values.next();
        match values.next() {
            None => Ok(first),
            Some(_) => Err(duplicate(name)),
        }
    }

    /// As [`Params::one`], with a parameter sent without a value treated as omitted (RFC 6749
    /// section 3.1).
    pub fn given(&self, name: &str) -> Result<Option<&str>, ParamsError> {
        Ok(self.one(name)?.filter(|value| !value.is_empty()))
    }

    /// Every value of a parameter that may repeat.
    pub fn many<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.pairs
            .iter()
            .filter(move |(n, _)| n == name)
            .map(|(_, value)| value.as_str())
    }

    /// Refuses a repeated parameter, known to the caller or not, unless it is in `may_repeat`.
    pub fn refuse_repeats(&self, may_repeat: &[&str]) -> Result<(), ParamsError> {
        let mut seen = HashSet::new();
        for (name, _) in &self.pairs {
            if !may_repeat.contains(&name.as_str()) && !seen.insert(name.as_str()) {
                return Err(duplicate(name));
            }
        }
        Ok(())
    }

    /// All pairs, in order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn duplicate(name: &str) -> ParamsError {
    ParamsError::Duplicate {
        name: name.chars().take(64).collect(),
    }
}

fn decode(encoded: &[u8]) -> Result<String, ParamsError> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next())? << 4 | hex(rest.next())?,
            plain => plain,
        });
    }
    String::from_utf8(bytes).map_err(|_| ParamsError::InvalidUtf8)
}

fn hex(digit: Option<u8>) -> Result<u8, ParamsError> {
    match digit {
        Some(d @ b'0'..=b'9') => Ok(d - b'0'),
        Some(d @ b'a'..=b'f') => Ok(d - b'a' + 10),
        Some(d @ b'A'..=b'F') => Ok(d - b'A' + 10),
        Some(_) | None => Err(ParamsError::InvalidPercent),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rstest::rstest;

    #[test]
    fn decodes() {
        let params = Params::parse(b"a=1+2&&b=%C3%A9%26&c&=x&d=p=q").unwrap();
        let pairs: Vec<_> = params.pairs().collect();
        assert_eq!(
            pairs,
            [
                ("a", "1 2"),
                ("b", "é&"),
                ("c", ""),
                ("", "x"),
                ("d", "p=q")
            ]
        );
    }

    #[rstest]
    #[case(b"a=%", ParamsError::InvalidPercent)]
    #[case(b"a=%4", ParamsError::InvalidPercent)]
    #[case(b"a=%zz", ParamsError::InvalidPercent)]
    #[case(b"a=%ff", ParamsError::InvalidUtf8)]
    #[case(b"a=%C3", ParamsError::InvalidUtf8)]
    #[case(b"%ED%A0%80=1", ParamsError::InvalidUtf8)]
    #[case(b"a=\xff", ParamsError::InvalidUtf8)]
    fn refuses(#[case] encoded: &[u8], #[case] error: ParamsError) {
        assert_eq!(Params::parse(encoded), Err(error));
    }

    #[test]
    fn one_refuses_two_even_when_they_are_equal_or_differently_encoded() {
        for encoded in ["a=1&a=1", "a=1&%61=2", "a=&a="] {
            let params = Params::parse(encoded.as_bytes()).unwrap();
            assert_eq!(
                params.one("a"),
                Err(ParamsError::Duplicate {
                    name: "a".to_owned()
                })
            );
        }
    }

    #[test]
    fn unknown_repeats_are_refused_and_named_ones_are_not() {
        let params = Params::parse(b"resource=1&resource=2&x=1&x=2").unwrap();
        assert_eq!(params.refuse_repeats(&["resource", "x"]), Ok(()));
        assert_eq!(
            params.refuse_repeats(&["resource"]),
            Err(ParamsError::Duplicate {
                name: "x".to_owned()
            })
        );
        assert_eq!(params.many("resource").collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn given_treats_an_empty_value_as_omitted() {
        let params = Params::parse(b"a=&b=1").unwrap();
        assert_eq!(
            (params.one("a"), params.given("a")),
            (Ok(Some("")), Ok(None))
        );
        assert_eq!(params.given("b"), Ok(Some("1")));
    }

    #[test]
    fn debug_shows_no_value() {
        let params = Params::parse(b"password=canary").unwrap();
        assert!(!format!("{params:?}").contains("canary"));
    }

    #[test]
    fn bounded() {
        let encoded = "a&".repeat(Params::LIMIT + 1);
        assert_eq!(Params::parse(encoded.as_bytes()), Err(ParamsError::TooMany));
    }
}
