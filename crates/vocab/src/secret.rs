//! A secret in the clear, for as long as it must be. It never has a Display, a Serialize, a Clone
//! or a telling Debug; only its [`SecretHash`] reaches a store.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::secret_hash::{HashKey, SecretHash};
use crate::secret_kind::SecretKind;

/// A value we issued: prefix, 32 random bytes in base64url (43 characters), 6 characters of
/// checksum. Wiped when dropped.
pub struct Secret {
    kind: SecretKind,
    text: Zeroizing<String>,
}

/// Why a text is not a secret of the kind asked for. Carries nothing of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// The prefix is another kind's, or none.
    #[error("this is not a value of the kind expected here")]
    Kind,
    /// The length or alphabet is wrong.
    #[error("this value is incomplete or has a wrong character")]
    Shape,
    /// The checksum is wrong: mistyped or cut.
    #[error("this value is mistyped: its checksum is wrong")]
    Checksum,
}

const PREFIX: usize = 4;
const BODY: usize = 43;
const CHECKSUM: usize = 6;

impl Secret {
    /// A new secret of 256 bits.
    pub fn generate(kind: SecretKind, rng: &mut dyn CryptoRng) -> Self {
        let mut random = Zeroizing::new([0_u8; 32]);
        rng.fill_bytes(random.as_mut());
        let mut text = Zeroizing::new(String::with_capacity(PREFIX + BODY + CHECKSUM));
        text.push_str(kind.prefix());
        URL_SAFE_NO_PAD.encode_string(random.as_ref(), &mut text);
        let checksum = checksum(&text);
        text.push_str(&checksum);
        Self { kind, text }
    }

    /// Reads a secret of one kind; another kind's, a cut or a mistyped one is refused before any
    /// store is asked.
    pub fn parse(kind: SecretKind, text: &str) -> Result<Self, SecretError> {
        if !text.starts_with(kind.prefix()) {
            return Err(SecretError::Kind);
        }
        let alphabet = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
        if text.len() != PREFIX + BODY + CHECKSUM || !text.bytes().all(alphabet) {
            return Err(SecretError::Shape);
        }
        let (value, given) = text.split_at(PREFIX + BODY);
        if !bool::from(checksum(value).as_bytes().ct_eq(given.as_bytes())) {
            return Err(SecretError::Checksum);
        }
        Ok(Self {
            kind,
            text: Zeroizing::new(text.to_owned()),
        })
    }

    /// What it is for.
    pub const fn kind(&self) -> SecretKind {
        self.kind
    }

    /// The text, to hand to its owner once.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// HMAC-SHA-256 under `key`, the kind mixed in.
    pub fn hash(&self, key: &HashKey) -> SecretHash {
        let kind = self.kind.prefix().as_bytes();
        key.mac(&[b"narthex secret ", kind, self.text.as_bytes()])
    }

    /// The last four characters, by which its owner recognises it. They are of the checksum, so
    /// they take nothing from the 256 bits that would help to guess it.
    pub fn last4(&self) -> &str {
        self.text
            .get(PREFIX + BODY + CHECKSUM - 4..)
            .unwrap_or_default()
    }
}

fn checksum(value: &str) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(Sha256::digest(value));
    text.truncate(CHECKSUM);
    text
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({}redacted)", self.kind.prefix())
    }
}

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

    use super::*;
    use crate::chance::Chance;

    #[test]
    fn a_secret_redeems_as_its_own_kind_alone() {
        for kind in SecretKind::ALL.iter().copied() {
            let secret = Secret::generate(kind, &mut Chance(7));
            assert!(secret.reveal().starts_with(kind.prefix()));
            for other in SecretKind::ALL.iter().copied() {
                let read = Secret::parse(other, secret.reveal());
                assert_eq!(read.is_ok(), other == kind, "{kind:?} {other:?}");
            }
            let own_prefix = format!("nzz_{}", &secret.reveal()[4..]);
            assert_eq!(
                Secret::parse(kind, &own_prefix).unwrap_err(),
                SecretError::Kind
            );
        }
        // Another kind's prefix on a body whose checksum was made for this kind.
        let code = Secret::generate(SecretKind::AuthorizationCode, &mut Chance(7));
        let swapped = format!("nrt_{}", &code.reveal()[4..]);
        let error = Secret::parse(SecretKind::RefreshToken, &swapped).unwrap_err();
        assert_eq!(error, SecretError::Checksum);
    }

    #[test]
    fn a_hash_depends_on_key_kind_and_text() {
        let key = HashKey::from_bytes([1; 32]);
        let secret = Secret::generate(SecretKind::RefreshToken, &mut Chance(7));
        let hash = secret.hash(&key);
        let again = Secret::parse(SecretKind::RefreshToken, secret.reveal()).unwrap();
        assert!(hash.ct_eq(&again.hash(&key)));
        assert_eq!(SecretHash::from_bytes(*hash.as_bytes()), hash);
        assert!(!hash.ct_eq(&secret.hash(&HashKey::from_bytes([2; 32]))));
        let other = Secret::generate(SecretKind::RefreshToken, &mut Chance(8));
        assert!(!hash.ct_eq(&other.hash(&key)));
        let code = Secret::generate(SecretKind::AuthorizationCode, &mut Chance(7));
        assert!(!hash.ct_eq(&code.hash(&key)));
    }

    #[test]
    fn debug_tells_nothing() {
        let secret = Secret::generate(SecretKind::SessionToken, &mut Chance(7));
        assert_eq!(format!("{secret:?}"), "Secret(nst_redacted)");
        let key = HashKey::from_bytes([1; 32]);
        assert_eq!(
            format!("{key:?} {:?}", secret.hash(&key)),
            "HashKey(redacted) SecretHash(redacted)"
        );
        assert_eq!(secret.last4(), &secret.reveal()[49..]);
    }

    proptest! {
        #[test]
        fn one_changed_character_is_seen(seed in any::<u64>(), at in 4_usize..53, to in "[A-Za-z0-9_-]") {
            let kind = SecretKind::Invitation;
            let secret = Secret::generate(kind, &mut Chance(seed));
            let mut text = secret.reveal().to_owned();
            prop_assert_eq!(text.len(), 53);
            prop_assert!(Secret::parse(kind, &text).is_ok());
            text.replace_range(at..=at, &to);
            prop_assert_eq!(Secret::parse(kind, &text).is_ok(), text == secret.reveal());
            text.pop();
            prop_assert_eq!(Secret::parse(kind, &text).unwrap_err(), SecretError::Shape);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            for kind in SecretKind::ALL.iter().copied() {
                prop_assert!(Secret::parse(kind, &text).is_err());
                let prefixed = format!("{}{text}", kind.prefix());
                prop_assert!(Secret::parse(kind, &prefixed).is_err());
            }
        }
    }
}
