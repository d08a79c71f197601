//! Time-based one-time passwords (RFC 6238, SHA-1, six digits, 30 s): a code works once, one step of clock skew
//! either way. The seed is stored sealed.

use narthex_tenancy::sealing::{SealError, SealingKey};
use narthex_vocab::{Id, Timestamp, kind};
use rand_core::CryptoRng;
use totp_rs::{Builder, Totp, TotpError};
use zeroize::Zeroizing;

/// The seed of somebody's second factor.
pub struct Seed(Zeroizing<Vec<u8>>);

impl std::fmt::Debug for Seed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seed(…)")
    }
}

impl Seed {
    /// A fresh seed of 160 bits (RFC 4226 section 4, R6).
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut bytes = Zeroizing::new(vec![0_u8; 20]);
        rng.fill_bytes(&mut bytes);
        Self(bytes)
    }

    /// What a person types into an authenticator: base32 without padding. Show it once.
    #[must_use]
    pub fn to_base32(&self) -> Zeroizing<String> {
        Zeroizing::new(self.totp().secret().to_base32())
    }

    /// The seed as `tenant.member.totp_sealed` holds it.
    pub fn seal(
        &self,
        key: &SealingKey,
        member: Id<kind::Member>,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        key.seal(&self.0, &place(member), rng)
    }

    /// Opens a sealed seed of `member`.
    pub fn open(
        key: &SealingKey,
        member: Id<kind::Member>,
        sealed: &[u8],
    ) -> Result<Self, SealError> {
        key.open(sealed, &place(member)).map(Self)
    }

    /// The seed on its way through a form, for this place alone.
    pub(crate) fn seal_for(
        &self,
        key: &SealingKey,
        place: &str,
        rng: &mut dyn CryptoRng,
    ) -> Result<Vec<u8>, SealError> {
        key.seal(&self.0, place, rng)
    }

    /// The seed that came back to this place.
    pub(crate) fn open_from(
        key: &SealingKey,
        place: &str,
        sealed: &[u8],
    ) -> Result<Self, SealError> {
        key.open(sealed, place).map(Self)
    }

    /// What an authenticator reads from a picture: an `otpauth` address, named by who issues it and whose it is. Show it
    /// once.
    pub fn uri(&self, issuer: &str, account: &str) -> Result<Zeroizing<String>, TotpError> {
        let named = |name: &str| name.replace(':', " ");
        let totp = Builder::new()
            .with_secret(self.0.to_vec())
            .with_skew(1)
            .with_issuer(Some(named(issuer)))
            .with_account_name(named(account))
            .build_noncompliant();
        totp.to_url().map(Zeroizing::new)
    }

    /// The time step that `code` belongs to, when it is right and later than the last one used.
    #[must_use]
    pub fn check(&self, code: &str, last_step: Option<i64>, now: Timestamp) -> Option<i64> {
        let code: String = code
            .chars()
            .filter(|character| !character.is_whitespace())
            .collect();
        if code.len() != 6 || !code.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let seconds = u64::try_from(now.timestamp()).ok()?;
        let step = i64::try_from(self.totp().check(&code, seconds)?).ok()?;
        last_step.is_none_or(|last| step > last).then_some(step)
    }

    fn totp(&self) -> Totp {
        Builder::new()
            .with_secret(self.0.to_vec())
            .with_skew(1)
            .build_noncompliant()
    }
}

fn place(member: Id<kind::Member>) -> String {
    format!("tenant.member.totp_sealed/{member}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    /// RFC 6238 appendix B, SHA-1, cut to six digits.
    #[test]
    fn the_vectors_of_the_rfc() {
        let seed = Seed(Zeroizing::new(b"12345678901234567890".to_vec()));
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (2_000_000_000, "279037"),
        ] {
            let now = Timestamp::from_timestamp(seconds, 0).unwrap();
            assert_eq!(seed.check(code, None, now), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_works_once_and_not_long() {
        let seed = Seed(Zeroizing::new(b"12345678901234567890".to_vec()));
        let at = |seconds| Timestamp::from_timestamp(seconds, 0).unwrap();
        let step = seed.check("287082", None, at(59)).unwrap();
        assert_eq!(seed.check("287082", Some(step), at(59)), None, "replayed");
        assert_eq!(
            seed.check(" 287 082 ", Some(step - 1), at(80)),
            Some(step),
            "one step late, typed with blanks"
        );
        assert_eq!(seed.check("287082", None, at(120)), None, "two steps late");
        for wrong in ["", "287083", "28708", "2870821", "２８７０８２", "abcdef"] {
            assert_eq!(seed.check(wrong, None, at(59)), None, "{wrong}");
        }
    }

    #[test]
    fn a_seed_opens_for_its_person_alone() {
        let mut rng = narthex_tenancy::ambient::rng();
        let key = SealingKey::new(&[3; 32]).unwrap();
        let at = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let (ana, ben) = (Id::new(at, &mut rng), Id::new(at, &mut rng));
        let seed = Seed::generate(&mut rng);
        let sealed = seed.seal(&key, ana, &mut rng).unwrap();
        assert_eq!(
            Seed::open(&key, ana, &sealed).unwrap().to_base32(),
            seed.to_base32()
        );
        assert!(Seed::open(&key, ben, &sealed).is_err());
    }
}
