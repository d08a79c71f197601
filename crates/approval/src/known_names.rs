//! Whether a newcomer calls itself by a name that others know. It never refuses: screening makes a finding of it.

use std::collections::BTreeSet;

use narthex_vocab::{ClientName, Label};

/// Whether the integration's name, or one that the client gives itself in any language, looks like a known name
/// (Unicode TR39 skeletons, so case, spaces, punctuation and look-alike letters do not help).
pub(crate) fn conflict<'a>(
    name: &Label,
    given: impl Iterator<Item = &'a ClientName>,
    known: &[Label],
) -> bool {
    let mut names: BTreeSet<String> = given.map(ClientName::skeleton).collect();
    names.insert(name.skeleton());
    let mut known = known.iter().map(Label::skeleton);
    known.any(|known| names.contains(&known))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("Notes", None, false)]
    #[case("Notes Helper", Some("Acme"), true)]
    #[case("ACME", None, true)]
    #[case("Аcme", None, true)] // a Cyrillic A
    #[case("Acme Tools", None, false)]
    fn names_that_look_alike_conflict(
        #[case] name: &str,
        #[case] given: Option<&str>,
        #[case] expected: bool,
    ) {
        let known = [Label::parse("Acme").unwrap()];
        let given = given.map(|given| ClientName::parse(given).unwrap());
        assert_eq!(
            conflict(&Label::parse(name).unwrap(), given.iter(), &known),
            expected
        );
    }
}
