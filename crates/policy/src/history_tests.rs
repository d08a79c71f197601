//! Each check that looks back, by table. They never look at another check.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::collections::BTreeSet;

use narthex_vocab::Scope;
use rstest::rstest;

use super::*;
use crate::finding::FindingOutcome::{self, Attention, Fail, Pass};
use crate::screening::fixture;

type F = ScreeningFacts;

fn scopes(names: &[&str]) -> BTreeSet<Scope> {
    names
        .iter()
        .map(|name| Scope::parse(name).unwrap())
        .collect()
}

#[rstest]
#[case::none(0, |_: &mut F| {}, Pass, "Every scope was given to a client of the environment before.", 0)]
#[case::one(0, |f: &mut F| f.new_scopes = scopes(&["a:read"]), Attention, "Nobody in this environment was ever given: a:read.", 4)]
#[case::many(0, |f: &mut F| f.new_scopes = scopes(&["a", "b", "c", "d", "e", "f", "g"]), Attention, "Nobody in this environment was ever given: a, b, c, d, e and 2 more.", 4)]
#[case::sandbox(0, |f: &mut F| { f.environment = Environment::Sandbox; f.new_scopes = scopes(&["a"]); }, Attention, "Nobody in this environment was ever given: a.", 2)]
#[case::clean(1, |_: &mut F| {}, Pass, "Nothing is held against the same software here.", 0)]
#[case::rejected(1, |f: &mut F| f.past.rejections = 1, Attention, "The same software was rejected once here before.", 8)]
#[case::rejected_often(1, |f: &mut F| f.past.rejections = 9, Attention, "The same software was rejected 9 times here before.", 24)]
#[case::rejected_without_end(1, |f: &mut F| f.past.rejections = u32::MAX, Attention, "The same software was rejected 4294967295 times here before.", 24)]
#[case::revoked(1, |f: &mut F| f.past.revocations = 2, Fail, "The same software was revoked twice here before.", 30)]
#[case::blocked(1, |f: &mut F| f.past.blocks = 1, Fail, "The same software was blocked once here before.", 40)]
#[case::all(1, |f: &mut F| f.past = Past { rejections: 2, blocks: 1, revocations: 1 }, Fail, "The same software was rejected twice, blocked once, revoked once here before.", 40)]
#[case::in_the_sandbox(1, |f: &mut F| { f.environment = Environment::Sandbox; f.past.blocks = 1; }, Fail, "The same software was blocked once here before.", 20)]
#[case::old(2, |f: &mut F| f.tenant_age_days = 30, Pass, "The tenant came 30 days ago.", 0)]
#[case::almost(2, |f: &mut F| f.tenant_age_days = 29, Attention, "The tenant came 29 days ago.", 3)]
#[case::yesterday(2, |f: &mut F| f.tenant_age_days = 1, Attention, "The tenant came a day ago.", 3)]
#[case::today(2, |f: &mut F| { f.environment = Environment::Sandbox; f.tenant_age_days = 0; }, Attention, "The tenant came today.", 1)]
#[case::tried(3, |_: &mut F| {}, Pass, "It was approved in the sandbox before.", 0)]
#[case::untried(3, |f: &mut F| f.sandbox_first = false, Attention, "It asks for production and was never approved in the sandbox.", 2)]
#[case::in_the_sandbox_first(3, |f: &mut F| { f.environment = Environment::Sandbox; f.sandbox_first = false; }, Pass, "It asks for the sandbox, which reaches nothing real.", 0)]
fn a_check_says_what_it_saw(
    #[case] check: usize,
    #[case] change: fn(&mut F),
    #[case] outcome: FindingOutcome,
    #[case] observed: &str,
    #[case] weight: u8,
) {
    let mut facts = fixture::portal();
    change(&mut facts);
    let finding = &all(&facts)[check];
    assert_eq!(
        (finding.outcome, finding.observed.as_str(), finding.weight),
        (outcome, observed, weight)
    );
    assert!(finding.fix.is_none() || outcome != Pass);
}
