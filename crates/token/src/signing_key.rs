//! The two private keys of an issuer: ES256 for access tokens (RFC 9068), RS256 for ID tokens (OpenID Connect Core
//! section 2). A private key leaves this file only as PKCS#8 on its way to be sealed.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openidconnect::core::{CoreJsonWebKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey, SigningError};
use serde::Serialize;
use serde_json::{Value, json};
use zeroize::Zeroizing;

/// A key could not be made, read or used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a signing key could not be made, read or used")]
pub(crate) struct SigningKeyError;

/// The library takes a source of randomness for compatibility and draws its own.
#[expect(
    clippy::disallowed_methods,
    reason = "a value of the library's signature that it does not look at"
)]
fn unused_random() -> SystemRandom {
    SystemRandom::new()
}

/// Signs access tokens.
pub(crate) struct Es256Key {
    kid: String,
    pair: EcdsaKeyPair,
}

impl Es256Key {
    pub(crate) const ALGORITHM: &'static str = "ES256";

    pub(crate) fn generate(kid: String) -> Result<Self, SigningKeyError> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| SigningKeyError)?;
        Ok(Self { kid, pair })
    }

    pub(crate) fn from_pkcs8(kid: String, pkcs8: &[u8]) -> Result<Self, SigningKeyError> {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8)
            .map_err(|_| SigningKeyError)?;
        Ok(Self { kid, pair })
    }

    pub(crate) fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, SigningKeyError> {
        let document = self.pair.to_pkcs8v1().map_err(|_| SigningKeyError)?;
        Ok(Zeroizing::new(document.as_ref().to_vec()))
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// RFC 7518 section 6.2.1.
    pub(crate) fn public_jwk(&self) -> Result<Value, SigningKeyError> {
        let point = self.pair.public_key().as_ref();
        let (Some(0x04), Some(x), Some(y), 65) = (
            point.first(),
            point.get(1..33),
            point.get(33..65),
            point.len(),
        ) else {
            return Err(SigningKeyError);
        };
        Ok(json!({
            "kty": "EC", "crv": "P-256", "use": "sig", "alg": Self::ALGORITHM, "kid": self.kid,
            "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y),
        }))
    }

    /// A JWS in compact form (RFC 7515 section 7.1) of the given type.
    pub(crate) fn sign(
        &self,
        typ: &'static str,
        claims: &impl Serialize,
    ) -> Result<String, SigningKeyError> {
        let header = json!({ "alg": Self::ALGORITHM, "kid": self.kid, "typ": typ });
        let claims = serde_json::to_vec(claims).map_err(|_| SigningKeyError)?;
        let mut text = URL_SAFE_NO_PAD.encode(header.to_string());
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut text);
        let signature = self
            .pair
            .sign(&unused_random(), text.as_bytes())
            .map_err(|_| SigningKeyError)?;
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(signature.as_ref(), &mut text);
        Ok(text)
    }
}

/// Signs ID tokens.
pub(crate) struct Rs256Key {
    kid: String,
    pair: RsaKeyPair,
}

impl Rs256Key {
    pub(crate) const ALGORITHM: &'static str = "RS256";

    /// Takes about a tenth of a second: not for async threads.
    pub(crate) fn generate(kid: String) -> Result<Self, SigningKeyError> {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| SigningKeyError)?;
        Ok(Self { kid, pair })
    }

    pub(crate) fn from_pkcs8(kid: String, pkcs8: &[u8]) -> Result<Self, SigningKeyError> {
        let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(|_| SigningKeyError)?;
        Ok(Self { kid, pair })
    }

    pub(crate) fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, SigningKeyError> {
        let der: Pkcs8V1Der<'_> = self.pair.as_der().map_err(|_| SigningKeyError)?;
        Ok(Zeroizing::new(der.as_ref().to_vec()))
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// RFC 7518 section 6.3.1.
    pub(crate) fn public_jwk(&self) -> Value {
        let key = self.pair.public_key();
        json!({
            "kty": "RSA", "use": "sig", "alg": Self::ALGORITHM, "kid": self.kid,
            "n": URL_SAFE_NO_PAD.encode(key.modulus().big_endian_without_leading_zero()),
            "e": URL_SAFE_NO_PAD.encode(key.exponent().big_endian_without_leading_zero()),
        })
    }
}

impl PrivateSigningKey for Rs256Key {
    type VerificationKey = CoreJsonWebKey;

    fn sign(
        &self,
        algorithm: &CoreJwsSigningAlgorithm,
        message: &[u8],
    ) -> Result<Vec<u8>, SigningError> {
        if *algorithm != CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256 {
            return Err(SigningError::UnsupportedAlg(format!("{algorithm:?}")));
        }
        let mut signature = vec![0; self.pair.public_modulus_len()];
        self.pair
            .sign(&RSA_PKCS1_SHA256, &unused_random(), message, &mut signature)
            .map_err(|_| SigningError::CryptoError)?;
        Ok(signature)
    }

    fn as_verification_key(&self) -> CoreJsonWebKey {
        let key = self.pair.public_key();
        CoreJsonWebKey::new_rsa(
            key.modulus().big_endian_without_leading_zero().to_vec(),
            key.exponent().big_endian_without_leading_zero().to_vec(),
            Some(JsonWebKeyId::new(self.kid.clone())),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_key_survives_its_sealed_form() {
        let key = Es256Key::generate("k".to_owned()).unwrap();
        let again = Es256Key::from_pkcs8("k".to_owned(), &key.pkcs8().unwrap()).unwrap();
        assert_eq!(key.public_jwk().unwrap(), again.public_jwk().unwrap());
        let key = Rs256Key::generate("r".to_owned()).unwrap();
        let again = Rs256Key::from_pkcs8("r".to_owned(), &key.pkcs8().unwrap()).unwrap();
        assert_eq!(key.public_jwk(), again.public_jwk());
        assert!(Es256Key::from_pkcs8("r".to_owned(), &key.pkcs8().unwrap()).is_err());
    }

    #[test]
    fn a_public_key_shows_no_private_member() {
        let ec = Es256Key::generate("k".to_owned())
            .unwrap()
            .public_jwk()
            .unwrap();
        let rsa = Rs256Key::generate("r".to_owned()).unwrap().public_jwk();
        for jwk in [ec, rsa] {
            for member in ["d", "p", "q", "k", "dp", "dq", "qi"] {
                assert!(jwk.get(member).is_none(), "{member}");
            }
            narthex_vocab::PublicKey::parse(&jwk).unwrap();
        }
    }

    #[test]
    fn rs256_signs_nothing_else() {
        let key = Rs256Key::generate("r".to_owned()).unwrap();
        assert!(
            key.sign(&CoreJwsSigningAlgorithm::RsaSsaPssSha256, b"x")
                .is_err()
        );
        assert!(key.sign(&CoreJwsSigningAlgorithm::None, b"x").is_err());
    }
}
