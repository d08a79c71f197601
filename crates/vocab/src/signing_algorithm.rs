//! What an issuer signs with (RFC 7518 section 3.1, RFC 8037). Neither `none` nor anything symmetric is among them.

/// A signature algorithm of issuers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SigningAlgorithm {
    /// ECDSA with P-256 and SHA-256.
    Es256,
    /// Ed25519.
    EdDsa,
    /// RSA PKCS#1 v1.5 with SHA-256: what every relying party knows (OpenID Connect Core section 15.1).
    Rs256,
}

impl SigningAlgorithm {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Es256, Self::EdDsa, Self::Rs256];

    /// The `alg`, as on the wire and in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Rs256 => "RS256",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Es256 => "ES256: short, and known almost everywhere",
            Self::EdDsa => "EdDSA (Ed25519): short and quick, not known everywhere",
            Self::Rs256 => "RS256: long, and known everywhere",
        }
    }
}

crate::word::closed_word!(SigningAlgorithm, "signing algorithm");
