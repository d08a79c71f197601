//! Families that were split by network: calls from there are known by the fingerprint and the network, so whatever is kept
//! by fingerprint (identifier, counts, budgets, lists) keeps them apart. Pure; they are read with the other terms.

use std::collections::HashSet;

use ipnet::IpNet;
use narthex_vocab::Fingerprint;

use crate::{candidate::Candidate, source::Source, store::attempt::Attempt};

/// The splits of one environment: family and network.
#[derive(Debug, Default)]
pub(crate) struct Splits(HashSet<(Fingerprint, IpNet)>);

impl FromIterator<(Fingerprint, IpNet)> for Splits {
    fn from_iter<I: IntoIterator<Item = (Fingerprint, IpNet)>>(all: I) -> Self {
        Self(all.into_iter().collect())
    }
}

impl Splits {
    /// What a family is known by where it comes from there.
    pub(crate) fn known(&self, family: Fingerprint, source: Source) -> Fingerprint {
        if self.0.contains(&(family, source.range)) {
            family.from_network(&source.range.to_string())
        } else {
            family
        }
    }

    /// What a registrant asks for, known by what it is known by here; the attempt learns it.
    pub(crate) fn apart(
        &self,
        candidate: Candidate,
        source: Source,
        attempt: &mut Attempt,
    ) -> Candidate {
        let fingerprint = self.known(candidate.fingerprint, source);
        attempt.fingerprint = Some(fingerprint);
        Candidate {
            fingerprint,
            ..candidate
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn b5_only_the_pair_that_was_split_is_apart() {
        let (one, other) = (
            Fingerprint::from_bytes([1; 32]),
            Fingerprint::from_bytes([2; 32]),
        );
        let from = |address: &str| Source::of(address.parse().unwrap());
        let splits = Splits::from_iter([(one, "192.0.2.0/24".parse().unwrap())]);
        let apart = splits.known(one, from("192.0.2.7"));
        assert_ne!(apart, one);
        assert_eq!(splits.known(one, from("192.0.2.200")), apart);
        assert_eq!(splits.known(one, from("192.0.3.7")), one);
        assert_eq!(splits.known(other, from("192.0.2.7")), other);
        // What is apart is not split again by the same line.
        assert_eq!(splits.known(apart, from("192.0.2.7")), apart);
    }
}
