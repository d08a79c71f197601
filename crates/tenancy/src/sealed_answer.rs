//! The one-time answer to a registrant on its way from the approval plane, which makes it, to the discovery plane, which
//! gives it: sealed to a key pair that only the registration code leads to (RFC 9180, base mode, X25519, HKDF-SHA256,
//! AES-256-GCM). Only the public half is ever stored; who reads the database reads nothing.

use aws_lc_rs::{
    agreement::{self, X25519},
    hkdf::{HKDF_SHA256, KeyType, Salt},
};
use narthex_vocab::{Environment, Id, Secret, kind};
use rustls::crypto::{
    aws_lc_rs::hpke::DH_KEM_X25519_HKDF_SHA256_AES_256 as SUITE,
    hpke::{EncapsulatedSecret, Hpke as _, HpkePrivateKey, HpkePublicKey},
};
use zeroize::Zeroizing;

use crate::sealing::SealError;

/// What the seal is for; another use of the same key would not open it.
const INFO: &[u8] = b"narthex registration answer";
const SALT: &[u8] = b"narthex registration code";
const KEY: usize = 32;

/// Where the answer of a deferral is kept, as the seal binds it.
#[must_use]
pub fn place(
    tenant: Id<kind::Tenant>,
    environment: Environment,
    deferral: Id<kind::Deferral>,
) -> String {
    format!("intake.deferral/{tenant}/{environment}/{deferral}")
}

/// What seals: the public half, as the row keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerSeal([u8; KEY]);

/// What opens: derived from the registration code for the length of one request, never stored.
pub struct AnswerKey(Zeroizing<[u8; KEY]>);

impl std::fmt::Debug for AnswerKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AnswerKey(…)")
    }
}

impl AnswerKey {
    /// The key that a registration code leads to.
    pub fn of(code: &Secret) -> Result<Self, SealError> {
        let secret = Salt::new(HKDF_SHA256, SALT).extract(code.reveal().as_bytes());
        let mut key = Zeroizing::new([0_u8; KEY]);
        secret
            .expand(&[b"x25519"], Length)
            .and_then(|derived| derived.fill(key.as_mut_slice()))
            .map_err(|_| SealError)?;
        Ok(Self(key))
    }

    /// Its public half.
    pub fn seal(&self) -> Result<AnswerSeal, SealError> {
        let private = agreement::PrivateKey::from_private_key(&X25519, self.0.as_slice())
            .map_err(|_| SealError)?;
        let public = private.compute_public_key().map_err(|_| SealError)?;
        AnswerSeal::from_bytes(public.as_ref())
    }

    /// Opens what was sealed for the same `place`.
    pub fn open(&self, sealed: &[u8], place: &str) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let (encapsulated, text) = sealed.split_at_checked(KEY).ok_or(SealError)?;
        let encapsulated = EncapsulatedSecret(encapsulated.to_vec());
        let key = HpkePrivateKey::from(self.0.to_vec());
        SUITE
            .open(&encapsulated, INFO, place.as_bytes(), text, &key)
            .map(Zeroizing::new)
            .map_err(|_| SealError)
    }
}

impl AnswerSeal {
    /// The public half with these bytes, as a store reads it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        bytes.try_into().map(Self).map_err(|_| SealError)
    }

    /// The bytes, as a store writes them.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; KEY] {
        &self.0
    }

    /// Seals `plain` for `place` (table, tenant and row as text): encapsulated key, ciphertext, tag.
    pub fn close(&self, plain: &[u8], place: &str) -> Result<Vec<u8>, SealError> {
        let to = HpkePublicKey(self.0.to_vec());
        let (EncapsulatedSecret(encapsulated), text) = SUITE
            .seal(INFO, place.as_bytes(), plain, &to)
            .map_err(|_| SealError)?;
        Ok([encapsulated, text].concat())
    }
}

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        KEY
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use narthex_vocab::SecretKind;

    use super::*;

    #[test]
    fn only_the_code_of_the_registration_opens_its_answer() {
        let mut rng = crate::ambient::rng();
        let code = Secret::generate(SecretKind::RegistrationCode, &mut rng);
        let other = Secret::generate(SecretKind::RegistrationCode, &mut rng);
        let key = AnswerKey::of(&code).unwrap();
        let stored = AnswerSeal::from_bytes(key.seal().unwrap().as_bytes()).unwrap();
        let sealed = stored.close(b"nps_secret", "here").unwrap();
        assert!(!sealed.windows(10).any(|window| window == b"nps_secret"));

        let again = Secret::parse(SecretKind::RegistrationCode, code.reveal()).unwrap();
        let key = AnswerKey::of(&again).unwrap();
        assert_eq!(key.open(&sealed, "here").unwrap().as_slice(), b"nps_secret");
        assert_eq!(key.open(&sealed, "elsewhere"), Err(SealError));
        assert_eq!(key.open(&sealed[..40], "here"), Err(SealError));
        assert_eq!(key.open(&sealed[..31], "here"), Err(SealError));
        let stranger = AnswerKey::of(&other).unwrap();
        assert_eq!(stranger.open(&sealed, "here"), Err(SealError));
        assert_ne!(stored.close(b"nps_secret", "here").unwrap(), sealed);
        assert_eq!(AnswerSeal::from_bytes(&[0; 31]), Err(SealError));
    }
}
