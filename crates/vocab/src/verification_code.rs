//! The short code by which a person finds a registration that waits for a decision. It is typed by hand, so it has no
//! vowels and no digits (RFC 8628 section 6.1); it opens nothing by itself and is kept as a keyed hash.

use std::fmt;

use rand_core::CryptoRng;

use crate::secret_hash::{HashKey, SecretHash};

const ALPHABET: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
const LENGTH: usize = 8;
const HALF: usize = LENGTH / 2;

/// Eight letters, about 34 bits: enough where guesses are counted.
#[derive(Clone, PartialEq, Eq)]
pub struct VerificationCode([u8; LENGTH]);

/// The text is not such a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a verification code has eight letters, without vowels")]
pub struct VerificationCodeError;

impl VerificationCode {
    /// A new code, every letter equally likely.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut letters = [0_u8; LENGTH];
        for letter in &mut letters {
            *letter = draw(rng);
        }
        Self(letters)
    }

    /// Reads what a person typed: case, blanks and dashes do not count.
    pub fn parse(text: &str) -> Result<Self, VerificationCodeError> {
        let mut letters = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != '-')
            .map(|c| c.to_ascii_uppercase());
        let mut read = [0_u8; LENGTH];
        for place in &mut read {
            let letter = letters.next().and_then(|c| u8::try_from(c).ok());
            *place = letter
                .filter(|letter| ALPHABET.contains(letter))
                .ok_or(VerificationCodeError)?;
        }
        if letters.next().is_some() {
            return Err(VerificationCodeError);
        }
        Ok(Self(read))
    }

    pub(crate) const fn letters(&self) -> &[u8] {
        &self.0
    }

    /// HMAC-SHA-256 under `key`.
    pub fn hash(&self, key: &HashKey) -> SecretHash {
        key.mac(&[b"narthex verification code ", &self.0])
    }
}

/// A letter; the bytes that would make the first ones likelier are drawn again.
fn draw(rng: &mut dyn CryptoRng) -> u8 {
    loop {
        let mut byte = [0_u8; 1];
        rng.fill_bytes(&mut byte);
        let [byte] = byte;
        if byte < 240
            && let Some(letter) = ALPHABET.get(usize::from(byte % 20))
        {
            return *letter;
        }
    }
}

/// In two groups: `WDJB-MJHT`.
impl fmt::Display for VerificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = String::from_utf8_lossy(&self.0);
        let (first, second) = text.split_at_checked(HALF).unwrap_or((&text, ""));
        write!(f, "{first}-{second}")
    }
}

impl fmt::Debug for VerificationCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerificationCode(redacted)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;

    use super::*;
    use crate::chance::Chance;

    #[test]
    fn what_a_person_types_is_read_and_nothing_else() {
        let code = VerificationCode::parse("WDJB-MJHT").unwrap();
        for same in ["wdjbmjht", " WDJB MJHT ", "W-D-J-B-M-J-H-T"] {
            assert_eq!(VerificationCode::parse(same), Ok(code.clone()), "{same}");
        }
        for not in [
            "",
            "WDJB-MJH",
            "WDJB-MJHTT",
            "WDJB-MJHA",
            "WDJB-MJH0",
            "WDJB_MJHT",
            "ＷDJBMJHT",
        ] {
            assert_eq!(
                VerificationCode::parse(not),
                Err(VerificationCodeError),
                "{not}"
            );
        }
        let key = HashKey::from_bytes([1; 32]);
        assert_ne!(code.hash(&key), code.hash(&HashKey::from_bytes([2; 32])));
        assert_eq!(format!("{code:?}"), "VerificationCode(redacted)");
    }

    proptest! {
        #[test]
        fn codes_round_trip(seed in any::<u64>()) {
            let code = VerificationCode::generate(&mut Chance(seed));
            prop_assert_eq!(VerificationCode::parse(&code.to_string()), Ok(code));
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = VerificationCode::parse(&text);
        }
    }
}
