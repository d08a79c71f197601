//! Sealing of values that must be readable again: AES-256-GCM with the row's place as additional data, so that a
//! sealed value moved to another row does not open. It never stores a key.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

/// A 256-bit key that seals and opens.
pub struct SealingKey(LessSafeKey);

impl std::fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealingKey(…)")
    }
}

/// A sealed value did not open: another key, another place, or damage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealed value did not open")]
pub struct SealError;

impl SealingKey {
    /// A key from its 32 bytes.
    pub fn new(bytes: &[u8; 32]) -> Result<Self, SealError> {
        let key = UnboundKey::new(&AES_256_GCM, bytes).map_err(|_| SealError)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Seals `plain` for `place` (table, tenant and row as text): nonce, ciphertext, tag.
    pub fn seal(
        &self,
        plain: &[u8],
        place: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        let mut nonce = [0_u8; NONCE_LEN];
        rng.fill_bytes(&mut nonce);
        let mut sealed = plain.to_vec();
        self.0
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(place.as_bytes()),
                &mut sealed,
            )
            .map_err(|_| SealError)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Opens what was sealed for the same `place`.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN).ok_or(SealError)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
        let mut plain = Zeroizing::new(rest.to_vec());
        let length = self
            .0
            .open_in_place(nonce, Aad::from(place.as_bytes()), &mut plain)
            .map_err(|_| SealError)?
            .len();
        plain.truncate(length);
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;

    #[test]
    fn a_sealed_value_opens_in_its_place_alone() {
        let mut rng = crate::ambient::rng();
        let key = SealingKey::new(&[7; 32]).unwrap();
        let sealed = key.seal(b"seed", "tenant.member/a", &mut rng).unwrap();
        assert_eq!(
            key.open(&sealed, "tenant.member/a").unwrap().as_slice(),
            b"seed"
        );
        assert_eq!(key.open(&sealed, "tenant.member/b"), Err(SealError));
        assert_eq!(
            SealingKey::new(&[8; 32])
                .unwrap()
                .open(&sealed, "tenant.member/a"),
            Err(SealError)
        );
        assert_eq!(key.open(&sealed[..11], "tenant.member/a"), Err(SealError));
        let mut bent = sealed;
        *bent.last_mut().unwrap() ^= 1;
        assert_eq!(key.open(&bent, "tenant.member/a"), Err(SealError));
    }
}
