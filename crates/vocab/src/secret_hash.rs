//! What a store keeps of a secret, and the key it is made with. The hash never leads back.

use std::fmt;

use hmac::{Hmac, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The key of [`Secret::hash`](crate::Secret::hash): 32 bytes. Redacted, wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub struct HashKey([u8; 32]);

impl HashKey {
    /// The key with these bytes, as the configuration or the vault gives them.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// HMAC-SHA-256 of the parts, one after the other.
    pub fn mac(&self, parts: &[&[u8]]) -> SecretHash {
        // HMAC fills a short key with zeros up to the block of 64 bytes (RFC 2104 section 2).
        let mut block = Zeroizing::new([0_u8; 64]);
        block
            .iter_mut()
            .zip(&self.0)
            .for_each(|(to, from)| *to = *from);
        let mut mac = <Hmac<Sha256> as Mac>::new((&*block).into());
        for part in parts {
            mac.update(part);
        }
        SecretHash::from_bytes(mac.finalize().into_bytes().into())
    }
}

impl fmt::Debug for HashKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HashKey(redacted)")
    }
}

/// HMAC-SHA-256 of a secret and its kind. Compared in constant time.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash with these bytes, as a store reads it.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The bytes, as a store writes and looks it up.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Whether both are the same, in constant time.
    pub fn ct_eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl PartialEq for SecretHash {
    fn eq(&self, other: &Self) -> bool {
        self.ct_eq(other)
    }
}

impl Eq for SecretHash {}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(redacted)")
    }
}
