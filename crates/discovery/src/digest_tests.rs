//! Floods of every shape through the digest: rows stay few, and rows and counts together are every call.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use crate::place::Place;
use narthex_vocab::{ClientId, PLATFORM_TENANT, TenantSlug};
use std::collections::HashSet;
use std::net::Ipv4Addr;

/// What became of some calls.
#[derive(Debug, Default)]
struct Stored {
    rows: usize,
    lines: HashMap<Line, usize>,
}

impl Stored {
    fn calls(&self) -> usize {
        self.rows + self.lines.values().sum::<usize>()
    }

    fn stored(&self) -> usize {
        self.rows + self.lines.len()
    }

    fn add(&mut self, kept: Kept) {
        match kept {
            Kept::Row => self.rows += 1,
            Kept::Counted(line) => *self.lines.entry(line).or_insert(0) += 1,
        }
    }
}

fn place() -> Place {
    Place {
        tenant: PLATFORM_TENANT,
        slug: TenantSlug::parse("acme").unwrap(),
        environment: Environment::Production,
    }
}

/// A moment so many milliseconds after the start of a minute.
fn at(millis: i64) -> Timestamp {
    Timestamp::from_timestamp_millis(1_800_000_000_000 + millis).unwrap()
}

fn attempt(millis: i64, source: u32, family: u8) -> Attempt {
    let source = Source::of(Ipv4Addr::from_bits(source).into());
    let mut rng = narthex_tenancy::ambient::rng();
    let mut attempt = Attempt::new(&place(), source, String::new(), (at(millis), &mut rng));
    attempt.fingerprint = Some(Fingerprint::from_bytes([family; 32]));
    attempt.of_known_family = true;
    attempt.admitted(
        false,
        &ClientId::generate(Environment::Production, &mut rng),
    );
    attempt
}

/// 500 calls a second for ten minutes.
fn flood(source: impl Fn(u32) -> u32, family: impl Fn(u32) -> u8) -> Stored {
    let (mut digest, mut kept) = (Digest::default(), Stored::default());
    for call in 0..300_000 {
        let attempt = attempt(i64::from(call) * 2, source(call), family(call));
        kept.add(digest.take(PLATFORM_TENANT, &attempt));
    }
    assert_eq!(kept.calls(), 300_000);
    kept
}

#[test]
fn few_calls_are_rows() {
    let (mut digest, mut kept) = (Digest::default(), Stored::default());
    for minute in 0..60 {
        for call in 0..i64::from(ROWS_AT_ONCE) {
            kept.add(digest.take(PLATFORM_TENANT, &attempt(minute * 60_000 + call, 7, 1)));
        }
    }
    assert_eq!(kept.lines.len(), 0);
}

#[test]
fn a_flood_from_one_source_is_a_line_a_minute() {
    let kept = flood(|_| 7, |_| 1);
    assert_eq!(kept.lines.len(), 10);
    assert!(kept.stored() <= 80, "{}", kept.stored());
}

/// The shape that the field knows: a handful of names from everywhere.
#[test]
fn a_flood_of_five_families_from_a_thousand_networks_is_a_few_lines_each() {
    let kept = flood(
        |call| (call % 1_000) << 8,
        |call| u8::try_from(call % 5).unwrap(),
    );
    let told_apart = kept.lines.keys().map(|line| line.network);
    let told_apart: HashSet<IpNet> = told_apart.collect();
    assert!(told_apart.contains(&"0.0.0.0/0".parse().unwrap()));
    assert_eq!(kept.lines.len(), 5 * 10 * (NETWORKS + 1));
    assert!(kept.rows <= 5 * 70, "{}", kept.rows);
}

#[test]
fn a_flood_of_made_up_kinds_is_bounded_too() {
    let (mut digest, mut kept) = (Digest::default(), Stored::default());
    for call in 0..100_000_u32 {
        let mut attempt = attempt(1, call << 8, 0);
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(call.to_be_bytes()) {
            *to = from;
        }
        attempt.fingerprint = Some(Fingerprint::from_bytes(bytes));
        attempt.of_known_family = call % 2 == 0;
        kept.add(digest.take(PLATFORM_TENANT, &attempt));
    }
    assert_eq!(kept.calls(), 100_000);
    assert!(kept.rows <= 600, "{}", kept.rows);
    assert_eq!(digest.kinds.len(), KINDS);
    // One row or line for each kind, but for strangers' kind: its first rows, its networks, and all beyond.
    let strangers = usize::try_from(ROWS_AT_ONCE).unwrap() + NETWORKS + 1;
    assert_eq!(kept.stored(), KINDS - 1 + strangers);
}

#[test]
fn the_next_minute_of_a_flood_shows_a_sample() {
    let mut digest = Digest::default();
    for call in 0..100 {
        digest.take(PLATFORM_TENANT, &attempt(call, 7, 1));
    }
    let next = [60_000, 60_001].map(|millis| digest.take(PLATFORM_TENANT, &attempt(millis, 7, 1)));
    assert_eq!(next[0], Kept::Row);
    assert!(matches!(&next[1], Kept::Counted(line) if line.minute == at(60_000)));
    let back = digest.take(PLATFORM_TENANT, &attempt(59_000, 7, 1));
    assert!(matches!(back, Kept::Counted(line) if line.minute == at(60_000)));
}
