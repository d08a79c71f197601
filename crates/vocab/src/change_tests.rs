//! Every change, environment and choice: what is standard, what is least, and that nothing is ever below it.
#![allow(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use rstest::rstest;

use super::*;

#[rstest]
#[case(Change::Redirects, "pauses", "asked_again")]
#[case(Change::Keys, "pauses", "asked_again")]
#[case(Change::Authentication, "pauses", "asked_again")]
#[case(Change::Scopes, "pauses", "goes_on")]
#[case(Change::Terms, "pauses", "asked_again")]
#[case(Change::Silence, "pauses", "asked_again")]
#[case(Change::Proof, "pauses", "asked_again")]
#[case(Change::Owner, "pauses", "pauses")]
#[case(Change::Tool, "goes_on", "goes_on")]
fn what_is_standard_and_least(
    #[case] change: Change,
    #[case] standard: &str,
    #[case] least_in_production: &str,
) {
    assert_eq!(change.standard().as_str(), standard);
    let least = change.least(Environment::Production);
    assert_eq!(least.as_str(), least_in_production);
    assert_eq!(change.least(Environment::Sandbox), Meanwhile::GoesOn);
    for environment in Environment::ALL.iter().copied() {
        let rules = ChangeRules::standard(environment);
        assert_eq!(rules.of(change), change.standard());
        assert!(change.standard() >= change.least(environment));
        for wanted in Meanwhile::ALL.iter().copied() {
            let offered = change.choices(environment).any(|one| one == wanted);
            let taken = rules.clone().with(change, wanted);
            assert_eq!(taken.is_ok(), offered, "{change} {environment} {wanted}");
            assert_eq!(offered, wanted >= change.least(environment));
            if let Ok(taken) = taken {
                assert_eq!(taken.of(change), wanted);
            }
        }
    }
}

#[test]
fn where_nobody_can_be_asked_a_reviewer_agrees() {
    for meanwhile in Meanwhile::ALL.iter().copied() {
        assert!(meanwhile.without_people() >= meanwhile);
        assert_ne!(meanwhile.without_people(), Meanwhile::AskedAgain);
    }
}

#[test]
fn what_matters_in_metadata_is_a_change() {
    for member in ["client_name", "logo_uri", "contacts", "client_name#ja", ""] {
        assert_eq!(Change::of_member(member), None, "{member}");
    }
    assert_eq!(Change::of_member("jwks_uri"), Some(Change::Keys));
}

fn any_rules() -> impl Strategy<Value = (Environment, Vec<(Change, Meanwhile)>)> {
    let change = prop::sample::select(Change::ALL);
    let meanwhile = prop::sample::select(Meanwhile::ALL);
    let environment = prop::sample::select(Environment::ALL);
    (
        environment,
        prop::collection::vec((change, meanwhile), 0..20),
    )
}

proptest! {
    /// Whatever is tried, in whatever order, no change is ever below its least, and together they are as the strictest.
    #[test]
    fn the_least_is_never_undercut((environment, tries) in any_rules()) {
        let standard = ChangeRules::standard(environment);
        let mut rules = standard.clone();
        for (change, meanwhile) in tries {
            rules = rules.clone().with(change, meanwhile).unwrap_or(rules);
        }
        for (change, meanwhile) in rules.iter() {
            prop_assert!(meanwhile >= change.least(environment));
            prop_assert!(rules.of_all(Change::ALL.iter().copied()) >= Some(meanwhile));
            let loosened = standard.loosened_by(&rules).contains(&change);
            prop_assert_eq!(loosened, meanwhile < change.standard());
        }
        prop_assert_eq!(rules.of_all([]), None);
    }
}
