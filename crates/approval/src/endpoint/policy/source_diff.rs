//! Two texts, line by line: what is gone, what is new, what stayed. Display only.

use similar::{ChangeTag, TextDiff};

/// One line of a text beside another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// What became of it: `del`, `ins`, or nothing.
    pub(crate) tag: Tag,
    /// The line without its break.
    pub(crate) text: String,
}

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tag {
    /// It is gone.
    Removed,
    /// It is new.
    Added,
    /// It stayed.
    Same,
}

/// The lines of `after`, with those of `before` that are gone where they were.
pub(crate) fn lines(before: &str, after: &str) -> Vec<Line> {
    let diff = TextDiff::from_lines(before, after);
    diff.iter_all_changes()
        .map(|change| Line {
            tag: match change.tag() {
                ChangeTag::Delete => Tag::Removed,
                ChangeTag::Insert => Tag::Added,
                ChangeTag::Equal => Tag::Same,
            },
            text: change.value().trim_end_matches('\n').to_owned(),
        })
        .collect()
}

/// How much changed, as a sentence.
pub(crate) fn summary(lines: &[Line]) -> String {
    let count = |tag| lines.iter().filter(|line| line.tag == tag).count();
    match (count(Tag::Added), count(Tag::Removed)) {
        (0, 0) => "No line differs.".to_owned(),
        (added, removed) => format!("{added} lines added, {removed} removed."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_what_became_of_them() {
        let found = lines("a\nb\nc\n", "a\nB\nc\nd");
        let found: Vec<_> = found
            .iter()
            .map(|line| (line.tag, line.text.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                (Tag::Same, "a"),
                (Tag::Removed, "b"),
                (Tag::Added, "B"),
                (Tag::Same, "c"),
                (Tag::Added, "d"),
            ]
        );
        assert_eq!(summary(&lines("x\n", "x\n")), "No line differs.");
        assert_eq!(summary(&lines("", "x\ny\n")), "2 lines added, 0 removed.");
        assert_eq!(lines("", ""), []);
    }
}
