//! What is wrong with a form: field by field, in the order found, with the same words above the form and beside the
//! field. It never keeps what was typed.

use narthex_http::page::{ErrorSummary, Field};

/// Field ids, each with what is wrong and what to do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Problems(Vec<(String, String)>);

impl Problems {
    /// A single problem of the field with this id.
    pub(crate) fn one(field: impl Into<String>, words: impl Into<String>) -> Self {
        let mut problems = Self::default();
        problems.add(field, words);
        problems
    }

    /// Notes a problem of the field with this id; an empty id is a problem of the whole form.
    pub(crate) fn add(&mut self, field: impl Into<String>, words: impl Into<String>) {
        self.0.push((field.into(), words.into()));
    }

    /// The value, or its problem noted in `words`.
    pub(crate) fn keep<T, E>(
        &mut self,
        field: &str,
        parsed: Result<T, E>,
        words: impl FnOnce(E) -> String,
    ) -> Option<T> {
        parsed.map_err(|error| self.add(field, words(error))).ok()
    }

    /// The field, with its problem beside it.
    pub(crate) fn beside(&self, field: Field) -> Field {
        let found = self.0.iter().find(|(id, _)| *id == field.id);
        let words = found.map(|(_, words)| words.clone());
        field.error(words)
    }

    /// All of them, for above the form.
    pub(crate) fn summary(&self) -> ErrorSummary {
        ErrorSummary {
            items: self.0.clone(),
        }
    }

    /// Nothing is wrong.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// An error's words as a sentence.
pub(crate) fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_stand_in_both_places() {
        let mut problems = Problems::default();
        let kept = problems.keep("age", "x".parse::<u8>(), |_| "Enter a number".to_owned());
        assert_eq!(kept, None);
        assert_eq!(
            problems.keep("size", "7".parse::<u8>(), |_| String::new()),
            Some(7)
        );
        let field = problems.beside(Field::text("age", "Age"));
        assert_eq!(field.error.as_deref(), Some("Enter a number"));
        assert_eq!(problems.beside(Field::text("size", "Size")).error, None);
        let items = problems.summary().items;
        assert_eq!(items, [("age".to_owned(), "Enter a number".to_owned())]);
    }
}
