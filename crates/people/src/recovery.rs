//! Recovery codes: they take the place of a one-time code when the authenticator is lost, once each. Stored as keyed hashes
//! bound to their person; shown once, when they are made.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{HashKey, Id, SecretHash, Timestamp, kind};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

use crate::store;

/// How many a person gets.
pub const HOW_MANY: usize = 10;

/// Thirty-two letters and digits that are not taken for one another.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 16;

/// A recovery code: 80 bits. No Display, no Debug of its content, wiped when dropped.
pub struct Code(Zeroizing<String>);

impl std::fmt::Debug for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Code(…)")
    }
}

impl Code {
    /// A new one.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut random = Zeroizing::new([0_u8; LENGTH]);
        rng.fill_bytes(random.as_mut());
        let letter = |byte: &u8| ALPHABET.get(usize::from(byte % 32)).copied();
        let letters = random.iter().filter_map(letter).map(char::from);
        Self(Zeroizing::new(letters.collect()))
    }

    /// Reads what somebody typed; capitals, blanks and hyphens do not matter. `None` for what has another shape.
    #[must_use]
    pub fn parse(typed: &str) -> Option<Self> {
        let kept = typed
            .chars()
            .filter(|one| !one.is_whitespace() && *one != '-')
            .take(LENGTH + 1);
        let text: Zeroizing<String> = Zeroizing::new(kept.collect::<String>().to_ascii_lowercase());
        let sound = text.len() == LENGTH && text.bytes().all(|one| ALPHABET.contains(&one));
        sound.then_some(Self(text))
    }

    /// As its person reads it, once: four groups of four.
    #[must_use]
    pub fn reveal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + 3));
        for (at, letter) in self.0.chars().enumerate() {
            if at > 0 && at.is_multiple_of(4) {
                text.push('-');
            }
            text.push(letter);
        }
        text
    }

    /// As the store has it: of this person alone.
    #[must_use]
    pub fn hash(&self, key: &HashKey, member: Id<kind::Member>) -> SecretHash {
        let whose = member.as_uuid();
        key.mac(&[
            b"narthex recovery code ",
            whose.as_bytes(),
            self.0.as_bytes(),
        ])
    }
}

/// Makes new codes; those of before are worth nothing from now on.
pub async fn renew(
    tx: &mut TenantTx,
    hash_key: &HashKey,
    member: Id<kind::Member>,
    (now, rng): (Timestamp, &mut dyn CryptoRng),
) -> Result<Vec<Code>, StoreError> {
    let codes: Vec<_> = (0..HOW_MANY).map(|_| Code::generate(&mut *rng)).collect();
    let hashes: Vec<_> = codes.iter().map(|one| one.hash(hash_key, member)).collect();
    store::recovery_code::replace(tx, (member, &hashes), now).await?;
    Ok(codes)
}

/// How many a person can still use.
pub async fn left(tx: &mut TenantTx, member: Id<kind::Member>) -> Result<i64, StoreError> {
    store::recovery_code::left(tx, member).await
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_code_is_read_as_people_type_it_and_is_of_one_person() {
        let rng = &mut narthex_tenancy::ambient::rng();
        let at = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let (ana, ben): (Id<kind::Member>, Id<kind::Member>) = (Id::new(at, rng), Id::new(at, rng));
        let key = HashKey::from_bytes([5; 32]);
        let code = Code::generate(rng);
        let shown = code.reveal();
        assert_eq!(shown.len(), 19);
        for typed in [
            shown.to_string(),
            shown.to_uppercase(),
            shown.replace('-', " "),
            format!(" {} ", shown.replace('-', "")),
        ] {
            let read = Code::parse(&typed).unwrap();
            assert_eq!(read.hash(&key, ana), code.hash(&key, ana), "{typed}");
        }
        assert_ne!(code.hash(&key, ana), code.hash(&key, ben));
        assert_eq!(format!("{code:?}"), "Code(…)");
    }

    #[test]
    fn another_shape_is_no_code() {
        for typed in [
            "",
            "123456",
            "0123-4567-89ab-cde",
            "0123-4567-89ab-cdefg",
            "0123-4567-89ab-cdel",
            "０123-4567-89ab-cdef",
        ] {
            assert!(Code::parse(typed).is_none(), "{typed}");
        }
    }
}
