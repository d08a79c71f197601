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
