//! The short code that a device shows and a person types elsewhere (RFC 8628 section 6.1). It has the letters of a
//! [`VerificationCode`] and is hashed as a kind of its own; it opens nothing without a person who is signed in.

use std::fmt;
use std::str::FromStr;

use rand_core::CryptoRng;

use crate::secret_hash::{HashKey, SecretHash};
use crate::verification_code::{VerificationCode, VerificationCodeError};

/// Eight letters, about 34 bits: enough where guesses are counted.
#[derive(Clone, PartialEq, Eq)]
pub struct UserCode(VerificationCode);

impl UserCode {
    /// A new code, every letter equally likely.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        Self(VerificationCode::generate(rng))
    }

    /// HMAC-SHA-256 under `key`.
    pub fn hash(&self, key: &HashKey) -> SecretHash {
        key.mac(&[b"narthex user code ", self.0.letters()])
    }
}

/// Reads what a person typed: case, blanks and dashes do not count.
impl FromStr for UserCode {
    type Err = VerificationCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        VerificationCode::parse(text).map(Self)
    }
}

/// In two groups: `WDJB-MJHT`.
impl fmt::Display for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Debug for UserCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(redacted)")
    }
}

crate::word::serde_as_text!(UserCode);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_code_of_another_kind_is_none_of_these() {
        let key = HashKey::from_bytes([1; 32]);
        let user: UserCode = "wdjb mjht".parse().unwrap();
        let other = VerificationCode::parse("WDJB-MJHT").unwrap();
        assert_eq!(user.to_string(), other.to_string());
        assert_ne!(user.hash(&key).as_bytes(), other.hash(&key).as_bytes());
        assert_eq!(format!("{user:?}"), "UserCode(redacted)");
        assert!("WDJB-MJHA".parse::<UserCode>().is_err());
    }
}
