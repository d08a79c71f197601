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
