//! PKCE (RFC 7636), S256 only. It never accepts `plain`.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A `code_challenge` of method S256: 43 characters of base64url.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeChallenge {
    text: String,
    digest: [u8; 32],
}

/// A `code_verifier`: 43 to 128 unreserved characters. Redacted in `Debug`, wiped when dropped.
pub struct CodeVerifier(Zeroizing<String>);

/// Why a text is not a challenge or verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PkceError {
    /// The challenge is not base64url of 32 bytes.
    #[error("code_challenge is not the base64url text of a SHA-256 digest")]
    Challenge,
    /// The verifier's length or alphabet is wrong.
    #[error("code_verifier is not 43 to 128 unreserved characters")]
    Verifier,
}

impl CodeChallenge {
    /// Reads a challenge of method S256.
    pub fn parse(text: &str) -> Result<Self, PkceError> {
        if text.len() != 43 {
            return Err(PkceError::Challenge);
        }
        let bytes = URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| PkceError::Challenge)?;
        let digest = bytes.try_into().map_err(|_| PkceError::Challenge)?;
        Ok(Self {
            text: text.to_owned(),
            digest,
        })
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the verifier is the one that was promised (RFC 7636 section 4.6), in constant time.
    pub fn verify(&self, verifier: &CodeVerifier) -> bool {
        let digest: [u8; 32] = Sha256::digest(verifier.0.as_bytes()).into();
        digest.ct_eq(&self.digest).into()
    }
}

impl CodeVerifier {
    /// Reads a verifier.
    pub fn parse(text: &str) -> Result<Self, PkceError> {
        let unreserved =
            |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
        if !(43..=128).contains(&text.len()) || !text.bytes().all(unreserved) {
            return Err(PkceError::Verifier);
        }
        Ok(Self(Zeroizing::new(text.to_owned())))
    }

    /// The challenge that promises this verifier, as a client computes it.
    pub fn challenge(&self) -> CodeChallenge {
        let digest: [u8; 32] = Sha256::digest(self.0.as_bytes()).into();
        CodeChallenge {
            text: URL_SAFE_NO_PAD.encode(digest),
            digest,
        }
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeVerifier(redacted)")
    }
}

crate::word::checked_text!(CodeChallenge, PkceError);

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

    #[test]
    fn the_example_of_the_rfc() {
        // RFC 7636 appendix B
        let verifier = CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk").unwrap();
        let text = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
        let challenge = CodeChallenge::parse(text).unwrap();
        assert!(challenge.verify(&verifier));
        assert_eq!(verifier.challenge().as_str(), text);
        assert!(!format!("{verifier:?}").contains("dBjf"));
        let other = CodeVerifier::parse("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXl").unwrap();
        assert!(!challenge.verify(&other));
        // `plain`: the verifier as its own challenge
        let plain = CodeVerifier::parse(text).unwrap();
        assert!(!challenge.verify(&plain));
    }

    #[test]
    fn shapes() {
        let bad = [
            "",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw+cM",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cN",
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM=",
        ];
        for text in bad {
            assert_eq!(
                CodeChallenge::parse(text),
                Err(PkceError::Challenge),
                "{text}"
            );
        }
        for text in ["a".repeat(43), "~".repeat(128)] {
            assert!(CodeVerifier::parse(&text).is_ok());
        }
        for text in [
            "a".repeat(42),
            "a".repeat(129),
            "a b".repeat(15),
            "é".repeat(43),
        ] {
            assert!(CodeVerifier::parse(&text).is_err());
        }
    }

    proptest! {
        #[test]
        fn a_verifier_keeps_its_promise_alone(a in "[A-Za-z0-9._~-]{43,128}", b in "[A-Za-z0-9._~-]{43,128}") {
            let (first, second) = (CodeVerifier::parse(&a).unwrap(), CodeVerifier::parse(&b).unwrap());
            let challenge = CodeChallenge::parse(first.challenge().as_str()).unwrap();
            prop_assert!(challenge.verify(&first));
            prop_assert_eq!(challenge.verify(&second), a == b);
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = (CodeChallenge::parse(&text), CodeVerifier::parse(&text));
        }
    }
}
