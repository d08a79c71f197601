//! The private keys of an issuer, one of each algorithm: ES256 and RS256 (RFC 7518 section 3.1), Ed25519 (RFC 8037). A key signs
//! with its own algorithm and no other, and leaves this file only as PKCS#8 on its way to be sealed.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256,
    RsaKeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use narthex_vocab::SigningAlgorithm;
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

/// One private key.
pub(crate) struct SigningKey {
    kid: String,
    pair: Pair,
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
    Rs256(RsaKeyPair),
}

impl SigningKey {
    /// A pair of RSA keys takes a tenth of a second or more: not for async threads.
    pub(crate) fn generate(
        algorithm: SigningAlgorithm,
        kid: String,
    ) -> Result<Self, SigningKeyError> {
        let pair = match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map(Pair::Es256)
            }
            SigningAlgorithm::EdDsa => Ed25519KeyPair::generate().map(Pair::EdDsa),
            SigningAlgorithm::Rs256 => RsaKeyPair::generate(KeySize::Rsa2048).map(Pair::Rs256),
        };
        let pair = pair.map_err(|_| SigningKeyError)?;
        Ok(Self { kid, pair })
    }

    pub(crate) fn from_pkcs8(
        algorithm: SigningAlgorithm,
        kid: String,
        pkcs8: &[u8],
    ) -> Result<Self, SigningKeyError> {
        let pair = match algorithm {
            SigningAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map(Pair::Es256)
            }
            SigningAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8(pkcs8).map(Pair::EdDsa),
            SigningAlgorithm::Rs256 => RsaKeyPair::from_pkcs8(pkcs8).map(Pair::Rs256),
        };
        let pair = pair.map_err(|_| SigningKeyError)?;
        Ok(Self { kid, pair })
    }

    pub(crate) fn pkcs8(&self) -> Result<Zeroizing<Vec<u8>>, SigningKeyError> {
        let bytes = match &self.pair {
            Pair::Es256(pair) => pair.to_pkcs8v1().map(|it| it.as_ref().to_vec()),
            Pair::EdDsa(pair) => pair.to_pkcs8v1().map(|it| it.as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let der: Result<Pkcs8V1Der<'_>, _> = pair.as_der();
                der.map(|der| der.as_ref().to_vec())
            }
        };
        Ok(Zeroizing::new(bytes.map_err(|_| SigningKeyError)?))
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) const fn algorithm(&self) -> SigningAlgorithm {
        match self.pair {
            Pair::Es256(_) => SigningAlgorithm::Es256,
            Pair::EdDsa(_) => SigningAlgorithm::EdDsa,
            Pair::Rs256(_) => SigningAlgorithm::Rs256,
        }
    }

    /// RFC 7518 sections 6.2.1 and 6.3.1, RFC 8037 section 2.
    pub(crate) fn public_jwk(&self) -> Result<Value, SigningKeyError> {
        let text = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let mut jwk = match &self.pair {
            Pair::Es256(pair) => {
                let point = pair.public_key().as_ref();
                let (Some(0x04), Some(x), Some(y), 65) = (
                    point.first(),
                    point.get(1..33),
                    point.get(33..65),
                    point.len(),
                ) else {
                    return Err(SigningKeyError);
                };
                json!({ "kty": "EC", "crv": "P-256", "x": text(x), "y": text(y) })
            }
            Pair::EdDsa(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "x": text(pair.public_key().as_ref()) })
            }
            Pair::Rs256(pair) => {
                let key = pair.public_key();
                json!({
                    "kty": "RSA",
                    "n": text(key.modulus().big_endian_without_leading_zero()),
                    "e": text(key.exponent().big_endian_without_leading_zero()),
                })
            }
        };
        let members = jwk.as_object_mut().ok_or(SigningKeyError)?;
        members.insert("use".to_owned(), "sig".into());
        members.insert("alg".to_owned(), self.algorithm().as_str().into());
        members.insert("kid".to_owned(), self.kid.as_str().into());
        Ok(jwk)
    }

    /// A JWS in compact form (RFC 7515 section 7.1) of the given type.
    pub(crate) fn sign(
        &self,
        typ: &'static str,
        claims: &impl Serialize,
    ) -> Result<String, SigningKeyError> {
        let header = json!({ "alg": self.algorithm(), "kid": self.kid, "typ": typ });
        let claims = serde_json::to_vec(claims).map_err(|_| SigningKeyError)?;
        let mut text = URL_SAFE_NO_PAD.encode(header.to_string());
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(claims, &mut text);
        let signature = self.signature(text.as_bytes())?;
        text.push('.');
        URL_SAFE_NO_PAD.encode_string(signature, &mut text);
        Ok(text)
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, SigningKeyError> {
        let signature = match &self.pair {
            Pair::Es256(pair) => pair
                .sign(&unused_random(), message)
                .map(|it| it.as_ref().to_vec()),
            Pair::EdDsa(pair) => pair.try_sign(message).map(|it| it.as_ref().to_vec()),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &unused_random(), message, &mut signature)
                    .map(|()| signature)
            }
        };
        signature.map_err(|_| SigningKeyError)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rstest::rstest;

    fn key(algorithm: SigningAlgorithm) -> SigningKey {
        SigningKey::generate(algorithm, "k".to_owned()).unwrap()
    }

    #[rstest]
    fn a_key_survives_its_sealed_form_and_is_of_no_other_kind(
        #[values(
            SigningAlgorithm::Es256,
            SigningAlgorithm::EdDsa,
            SigningAlgorithm::Rs256
        )]
        algorithm: SigningAlgorithm,
    ) {
        let key = key(algorithm);
        let pkcs8 = key.pkcs8().unwrap();
        for other in SigningAlgorithm::ALL.iter().copied() {
            let again = SigningKey::from_pkcs8(other, "k".to_owned(), &pkcs8);
            if other == algorithm {
                assert_eq!(
                    again.unwrap().public_jwk().unwrap(),
                    key.public_jwk().unwrap()
                );
            } else {
                assert!(again.is_err(), "{algorithm} as {other}");
            }
        }
    }

    #[test]
    fn a_public_key_shows_no_private_member_and_checks_what_was_signed() {
        for algorithm in SigningAlgorithm::ALL.iter().copied() {
            let key = key(algorithm);
            let jwk = key.public_jwk().unwrap();
            for member in ["d", "p", "q", "k", "dp", "dq", "qi"] {
                assert!(jwk.get(member).is_none(), "{member}");
            }
            narthex_vocab::PublicKey::parse(&jwk).unwrap();
            let jwk = serde_json::from_value(jwk).unwrap();
            let check = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
            let named: jsonwebtoken::Algorithm = algorithm.as_str().parse().unwrap();
            let mut rules = jsonwebtoken::Validation::new(named);
            rules.validate_exp = false;
            rules.required_spec_claims.clear();
            let token = key.sign("JWT", &json!({ "a": 1 })).unwrap();
            let read = jsonwebtoken::decode::<Value>(&token, &check, &rules).unwrap();
            assert_eq!(read.claims, json!({ "a": 1 }));
            assert_eq!(read.header.kid.as_deref(), Some("k"));
        }
    }
}
