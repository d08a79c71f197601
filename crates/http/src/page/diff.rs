//! Differences between two versions of a thing, field by field. Display only: what changed is decided elsewhere.

/// One value of a field, with the part that people must compare set apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Before the strong part.
    pub lead: String,
    /// The strong part: of an address, its host.
    pub strong: String,
    /// After the strong part.
    pub tail: String,
}

impl Line {
    /// A value without a strong part.
    pub fn plain(text: impl Into<String>) -> Self {
        Self {
            lead: text.into(),
            strong: String::new(),
            tail: String::new(),
        }
    }

    /// An address with its host strong; text that is no address stays plain.
    pub fn address(text: &str) -> Self {
        let Some((scheme, rest)) = text.split_once("://") else {
            return Self::plain(text);
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        // Whatever stands before an `@` is not the host, however much it looks like one.
        let (user, host) = match authority.rsplit_once('@') {
            Some((user, host)) => (format!("{user}@"), host),
            None => (String::new(), authority),
        };
        Self {
            lead: format!("{scheme}://{user}"),
            strong: host.to_owned(),
            tail: tail.to_owned(),
        }
    }
}

/// What happened to one field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The field in words (`Redirect addresses`).
    pub field: String,
    /// Values that are gone.
    pub removed: Vec<Line>,
    /// Values that are new.
    pub added: Vec<Line>,
}

impl Change {
    /// A field that changed.
    pub fn new(field: impl Into<String>, removed: Vec<Line>, added: Vec<Line>) -> Self {
        Self {
            field: field.into(),
            removed,
            added,
        }
    }
}

/// All differences, widening first, and what stayed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Diff {
    /// The fields that differ, in the order shown.
    pub changes: Vec<Change>,
    /// Field and value of what stayed; folded on the page.
    pub unchanged: Vec<(String, String)>,
}

#[cfg(test)]
mod tests {
    use super::Line;

    fn parts(text: &str) -> (String, String, String) {
        let line = Line::address(text);
        (line.lead, line.strong, line.tail)
    }

    #[test]
    fn the_host_is_the_strong_part() {
        for (text, lead, strong, tail) in [
            (
                "https://app.example.com/cb?x=1",
                "https://",
                "app.example.com",
                "/cb?x=1",
            ),
            ("http://127.0.0.1:7777", "http://", "127.0.0.1:7777", ""),
            (
                "https://example.com@evil.example/cb",
                "https://example.com@",
                "evil.example",
                "/cb",
            ),
            (
                "https://evil.example?@example.com/",
                "https://",
                "evil.example",
                "?@example.com/",
            ),
            ("tickets:delete", "tickets:delete", "", ""),
        ] {
            assert_eq!(
                parts(text),
                (lead.to_owned(), strong.to_owned(), tail.to_owned()),
                "{text}"
            );
        }
    }
}
