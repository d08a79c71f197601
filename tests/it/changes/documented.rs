//! The page about changes says what the code does: its tables are those of the noun.

use narthex_vocab::{Change, Environment};

#[test]
fn the_page_has_every_change_as_it_is() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/changes.md");
    let page = std::fs::read_to_string(path).unwrap();
    for change in Change::ALL.iter().copied() {
        let least = |environment| change.least(environment).label().to_lowercase();
        let line = format!(
            "| `{change}` | {} | {} | {} | {} |",
            change.label(),
            change.standard().label().to_lowercase(),
            least(Environment::Sandbox),
            least(Environment::Production)
        );
        assert!(
            page.contains(&line),
            "docs/changes.md lacks the line\n{line}"
        );
    }
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let known = rows.filter(|line| line.matches('|').count() == 6).count();
    assert_eq!(known, Change::ALL.len(), "a line of a change that is none");
}
