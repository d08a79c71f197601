//! Where in a list somebody looks: text as a pattern for `like`, and the row that a page of a log begins after. It never
//! lets what was typed be a pattern itself.

use narthex_vocab::Timestamp;

/// The last row of the page before: a log is read from there on, however much was written since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Before {
    /// Its moment.
    pub(crate) at: Timestamp,
    /// Its id, since many rows share a moment.
    pub(crate) id: uuid::Uuid,
}

impl Before {
    /// As the address has it: microseconds and id.
    pub(crate) fn text(&self) -> String {
        format!("{}_{}", self.at.timestamp_micros(), self.id.simple())
    }

    /// Reads what [`Before::text`] writes.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (micros, id) = text.split_once('_')?;
        Some(Self {
            at: Timestamp::from_timestamp_micros(micros.parse().ok()?)?,
            id: uuid::Uuid::try_parse(id).ok()?,
        })
    }
}

/// The pattern for "contains this text".
pub(crate) fn like(text: &str) -> String {
    let mut pattern = String::with_capacity(text.len() + 2);
    pattern.push('%');
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_place_in_a_log_is_read_as_it_is_written() {
        let at = "2026-11-22T09:14:05.123456Z".parse().unwrap();
        let before = Before {
            at,
            id: uuid::Uuid::from_u128(7),
        };
        assert_eq!(
            before.text(),
            "1795338845123456_00000000000000000000000000000007"
        );
        assert_eq!(Before::parse(&before.text()), Some(before));
        for text in [
            "",
            "1795338845123456",
            "x_00000000000000000000000000000007",
            "1_2",
        ] {
            assert_eq!(Before::parse(text), None, "{text}");
        }
    }

    #[test]
    fn typed_text_is_no_pattern() {
        assert_eq!(like("np_50%\\"), "%np\\_50\\%\\\\%");
        assert_eq!(like(""), "%%");
    }
}
