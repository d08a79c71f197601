//! Whether a newcomer calls itself by a name that others know. It never refuses: screening makes a finding of it.

use narthex_vocab::{ClientName, Label};

/// Whether the integration's name, or the one the client gives itself, looks like a known name (Unicode TR39
/// skeletons, so case, spaces, punctuation and look-alike letters do not help).
pub(crate) fn conflict(name: &Label, client_name: Option<&ClientName>, known: &[Label]) -> bool {
    let own = name.skeleton();
    let given = client_name.map(ClientName::skeleton);
    known
        .iter()
        .map(Label::skeleton)
        .any(|known| known == own || given.as_ref() == Some(&known))
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
            conflict(&Label::parse(name).unwrap(), given.as_ref(), &known),
            expected
        );
    }
}
