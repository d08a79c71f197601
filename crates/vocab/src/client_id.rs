//! The OAuth client identifier (RFC 6749 section 2.2): ours, or a CIMD URL or other foreign text.
//! It never says whether such a client exists.

use rand_core::CryptoRng;

use crate::environment::Environment;

/// An OAuth `client_id`: 1 to 512 bytes of VSCHAR. Ours are `np_` or `ns_` and 26 of `[a-z2-7]`
/// (130 bits), one value for life.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(String);

/// Why a text is not a client identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClientIdError {
    /// No character at all.
    #[error("client_id is empty")]
    Empty,
    /// More than 512 bytes.
    #[error("client_id is longer than 512 bytes")]
    TooLong,
    /// A character outside VSCHAR (RFC 6749 appendix A.1).
    #[error("client_id has a character outside printable ASCII")]
    Character,
}

const MAX: usize = 512;
const OWN_LENGTH: usize = 26;
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

impl ClientId {
    /// A new identifier of an environment.
    pub fn generate(environment: Environment, rng: &mut dyn CryptoRng) -> Self {
        let mut random = [0_u8; OWN_LENGTH];
        rng.fill_bytes(&mut random);
        let mut text = String::with_capacity(3 + OWN_LENGTH);
        text.push_str(own_prefix(environment));
        let digit = |byte: &u8| {
            ALPHABET
                .get(usize::from(byte & 31))
                .copied()
                .map(char::from)
        };
        text.extend(random.iter().filter_map(digit));
        Self(text)
    }

    /// Reads any identifier that RFC 6749 allows, up to 512 bytes.
    pub fn parse(text: &str) -> Result<Self, ClientIdError> {
        if text.is_empty() {
            return Err(ClientIdError::Empty);
        }
        if text.len() > MAX {
            return Err(ClientIdError::TooLong);
        }
        if !text.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
            return Err(ClientIdError::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// The environment that made it; `None` for an identifier that is not of our form.
    pub fn environment(&self) -> Option<Environment> {
        Environment::ALL.iter().copied().find(|environment| {
            self.0
                .strip_prefix(own_prefix(*environment))
                .is_some_and(|rest| {
                    rest.len() == OWN_LENGTH && rest.bytes().all(|byte| ALPHABET.contains(&byte))
                })
        })
    }

    /// Whether it is an https URL, which a client id metadata document can live at.
    pub fn is_url(&self) -> bool {
        self.0
            .get(..8)
            .is_some_and(|start| start.eq_ignore_ascii_case("https://"))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn own_prefix(environment: Environment) -> &'static str {
    match environment {
        Environment::Production => "np_",
        Environment::Sandbox => "ns_",
    }
}

crate::word::checked_text!(ClientId, ClientIdError);

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use proptest::prelude::*;

    use super::{ClientId, ClientIdError as E};
    use crate::chance::Chance;
    use crate::environment::Environment;

    #[test]
    fn table() {
        let own = "np_abcdefghijklmnopqrstuvwx27";
        let table = [
            (own, Some(Environment::Production)),
            ("ns_abcdefghijklmnopqrstuvwx27", Some(Environment::Sandbox)),
            ("np_abcdefghijklmnopqrstuvwx2", None),
            ("np_abcdefghijklmnopqrstuvwx277", None),
            ("np_ABCDEFGHIJKLMNOPQRSTUVWX27", None),
            ("np_abcdefghijklmnopqrstuvwx28", None),
            ("nx_abcdefghijklmnopqrstuvwx27", None),
            ("https://app.example.com/client.json", None),
            ("my client", None),
        ];
        for (text, environment) in table {
            let id = ClientId::parse(text).unwrap();
            assert_eq!((id.as_str(), id.environment()), (text, environment));
            assert_eq!(id.is_url(), text.starts_with("https://"));
        }
        assert_eq!(ClientId::parse(""), Err(E::Empty));
        assert_eq!(ClientId::parse(&"a".repeat(513)), Err(E::TooLong));
        for bad in ["a\nb", "a\0", "é", "a\u{7f}", "\t"] {
            assert_eq!(ClientId::parse(bad), Err(E::Character));
        }
    }

    proptest! {
        #[test]
        fn generated_ids_know_their_environment(seed in any::<u64>()) {
            for environment in Environment::ALL.iter().copied() {
                let id = ClientId::generate(environment, &mut Chance(seed));
                prop_assert_eq!(id.as_str().len(), 29);
                prop_assert_eq!(id.environment(), Some(environment));
                prop_assert_eq!(ClientId::parse(id.as_str()), Ok(id));
            }
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            if let Ok(id) = ClientId::parse(&text) {
                prop_assert_eq!(id.as_str(), text);
            }
        }
    }
}
