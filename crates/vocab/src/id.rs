//! `Id<K>`: a `UUIDv7` that knows what it identifies, `ten_` and 32 lower-case hex digits in text.
//! It never reads a clock or entropy: both are parameters of [`Id::new`].

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;
use std::str::FromStr;

use rand_core::CryptoRng;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use uuid::Uuid;

use crate::kind::{IdKind, Tenant};
use crate::time::Timestamp;

/// The reserved tenant whose members are the platform's staff.
pub const PLATFORM_TENANT: Id<Tenant> =
    Id::from_uuid(Uuid::from_u128(0x0000_0000_0000_7000_8000_0000_0000_0001));

/// A typed identifier. Ordered by time of creation, as `UUIDv7` is (RFC 9562 section 5.7).
pub struct Id<K> {
    uuid: Uuid,
    kind: PhantomData<fn() -> K>,
}

/// Why a text is not an id of the kind asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text starts with another prefix, or none.
    #[error("an id of this kind starts with {expected}_")]
    Prefix {
        /// The three letters that were expected.
        expected: &'static str,
    },
    /// What follows the prefix is not 32 lower-case hex digits.
    #[error("an id has 32 lower-case hex digits after its prefix")]
    Digits,
}

impl<K> Id<K> {
    /// A new id: 48 bits of `at` in milliseconds, 74 bits from `rng`.
    pub fn new(at: Timestamp, rng: &mut dyn CryptoRng) -> Self {
        let mut random = [0_u8; 10];
        rng.fill_bytes(&mut random);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        Self::from_uuid(uuid::Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// The id with this UUID, as a store reads it.
    pub const fn from_uuid(uuid: Uuid) -> Self {
        Self {
            uuid,
            kind: PhantomData,
        }
    }

    /// The UUID, as a store writes it.
    pub const fn as_uuid(&self) -> Uuid {
        self.uuid
    }
}

impl<K: IdKind> FromStr for Id<K> {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text
            .strip_prefix(K::PREFIX)
            .and_then(|rest| rest.strip_prefix('_'))
            .ok_or(IdError::Prefix {
                expected: K::PREFIX,
            })?;
        let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if digits.len() != 32 || !digits.bytes().all(lower_hex) {
            return Err(IdError::Digits);
        }
        Uuid::try_parse(digits)
            .map(Self::from_uuid)
            .map_err(|_| IdError::Digits)
    }
}

impl<K: IdKind> fmt::Display for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", K::PREFIX, self.uuid.simple())
    }
}

impl<K: IdKind> fmt::Debug for Id<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<K: IdKind> Serialize for Id<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, K: IdKind> Deserialize<'de> for Id<K> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

impl<K> Clone for Id<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Id<K> {}

impl<K> PartialEq for Id<K> {
    fn eq(&self, other: &Self) -> bool {
        self.uuid == other.uuid
    }
}

impl<K> Eq for Id<K> {}

impl<K> Hash for Id<K> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.uuid.hash(state);
    }
}

impl<K> PartialOrd for Id<K> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<K> Ord for Id<K> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.uuid.cmp(&other.uuid)
    }
}

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
    use crate::chance::Chance;
    use crate::kind::{Member, PREFIXES};

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_timestamp_millis(millis).unwrap()
    }

    #[test]
    fn text_forms() {
        let text = "ten_00000000000070008000000000000001";
        assert_eq!(PLATFORM_TENANT.to_string(), text);
        assert_eq!(text.parse(), Ok(PLATFORM_TENANT));
        assert_eq!(serde_json::to_value(PLATFORM_TENANT).unwrap(), text);
        let prefix = IdError::Prefix { expected: "ten" };
        let table = [
            ("", prefix.clone()),
            ("mem_00000000000070008000000000000001", prefix.clone()),
            ("00000000000070008000000000000001", prefix.clone()),
            ("TEN_00000000000070008000000000000001", prefix.clone()),
            ("ten00000000000070008000000000000001", prefix),
            ("ten_", IdError::Digits),
            ("ten_0000000000007000800000000000000", IdError::Digits),
            ("ten_000000000000700080000000000000011", IdError::Digits),
            ("ten_0000000000007000800000000000000A", IdError::Digits),
            ("ten_0000000000007000800000000000000g", IdError::Digits),
            ("ten_00000000-0000-7000-8000-000000000001", IdError::Digits),
            ("ten_{000000000000700080000000000001}", IdError::Digits),
            ("ten_00000000000070008000000000000001 ", IdError::Digits),
        ];
        for (text, why) in table {
            assert_eq!(text.parse::<Id<Tenant>>(), Err(why), "{text}");
        }
    }

    #[test]
    fn prefixes_differ_and_have_three_letters() {
        let different: std::collections::BTreeSet<_> = PREFIXES.iter().collect();
        assert_eq!(different.len(), PREFIXES.len());
        assert!(
            PREFIXES
                .iter()
                .all(|p| p.len() == 3 && p.bytes().all(|b| b.is_ascii_lowercase()))
        );
    }

    proptest! {
        #[test]
        fn ids_round_trip_and_sort_by_time(seed in any::<u64>(), a in 0..1_i64 << 47, b in 0..1_i64 << 47) {
            let mut chance = Chance(seed);
            let (first, second) = (Id::<Member>::new(at(a), &mut chance), Id::<Member>::new(at(b), &mut chance));
            prop_assert_ne!(first, second);
            prop_assert_eq!(first.as_uuid().get_version_num(), 7);
            prop_assert_eq!(first.to_string().parse(), Ok(first));
            prop_assert_eq!(Id::from_uuid(first.as_uuid()), first);
            prop_assert!(first.to_string().parse::<Id<Tenant>>().is_err());
            if a != b {
                prop_assert_eq!(first < second, a < b);
            }
        }

        #[test]
        fn no_text_panics(text in any::<String>(), tail in "[0-9a-fA-F_-]{30,34}") {
            let _ = text.parse::<Id<Tenant>>();
            if let Ok(id) = format!("ten_{tail}").parse::<Id<Tenant>>() {
                prop_assert_eq!(id.to_string(), format!("ten_{tail}"));
            }
        }
    }
}
