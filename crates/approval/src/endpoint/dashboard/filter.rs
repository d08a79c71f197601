//! Filters of a list as part of its address: read strictly, shown as chips that remove themselves. It filters nothing.

use narthex_http::page::{Choice, Field, Link};
use narthex_http::{Params, StrictQuery};
use narthex_vocab::Environment;

use super::refusal::Refusal;
use crate::store::dashboard_search::Before;

/// The longest text that somebody may look for.
const LONGEST: usize = 200;

/// The filters that an address carries.
#[derive(Debug, Clone)]
pub(crate) struct Filter {
    path: &'static str,
    given: Params,
}

impl Filter {
    /// The filters of the list at `path`.
    pub(crate) fn new(path: &'static str, query: &StrictQuery) -> Self {
        Self {
            path,
            given: query.0.clone(),
        }
    }

    /// Free text; none when it is empty.
    pub(crate) fn text(&self, name: &str) -> Result<Option<String>, Refusal> {
        let text = self.given.one(name).map_err(|_| Refusal::Unreadable)?;
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        match text {
            Some(text) if text.chars().count() > LONGEST || text.contains('\0') => {
                Err(Refusal::Unreadable)
            }
            Some(text) => Ok(Some(text.to_owned())),
            None => Ok(None),
        }
    }

    /// One of `words`; none when it is empty.
    pub(crate) fn word<T: Copy>(
        &self,
        name: &str,
        words: &[T],
        key: fn(T) -> &'static str,
    ) -> Result<Option<T>, Refusal> {
        let Some(text) = self.text(name)? else {
            return Ok(None);
        };
        let found = words.iter().copied().find(|word| key(*word) == text);
        found.map(Some).ok_or(Refusal::Unreadable)
    }

    /// The last row of the page before, on a log's later pages.
    pub(crate) fn before(&self) -> Result<Option<Before>, Refusal> {
        let text = self.text("before")?;
        text.map(|text| Before::parse(&text).ok_or(Refusal::Unreadable))
            .transpose()
    }

    /// The list without this filter.
    pub(crate) fn chip(&self, name: &str, label: &str, value: &str) -> Link {
        Link::new(format!("{label}: {value}"), self.with(name, ""))
    }

    /// The list with `name` set to `value`, or without it when that is empty; always from its first page.
    pub(crate) fn with(&self, name: &str, value: &str) -> String {
        let kept = self.given.pairs().filter(|(other, value)| {
            *other != name && *other != "before" && *other != "done" && !value.is_empty()
        });
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(kept);
        if !value.is_empty() {
            query.append_pair(name, value);
        }
        let query = query.finish();
        if query.is_empty() {
            self.path.to_owned()
        } else {
            format!("{}?{query}", self.path)
        }
    }
}

/// A field of free text. Every filter may stay empty, so none of them says so.
pub(crate) fn text(name: &str, label: &str) -> Field {
    let mut field = Field::search(name, label);
    field.optional = false;
    field
}

/// The field that chooses an environment.
pub(crate) fn environments(chosen: Option<Environment>) -> Field {
    let any = Choice::new("", "Any");
    let each = Environment::ALL
        .iter()
        .map(|one| Choice::new(one.as_str(), one.label()));
    Field::select(
        "environment",
        "Environment",
        std::iter::once(any).chain(each).collect(),
    )
    .value(chosen.map_or("", Environment::as_str))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn filter(query: &str) -> Filter {
        let query = StrictQuery(Params::parse(query.as_bytes()).unwrap());
        Filter::new("/clients", &query)
    }

    #[test]
    fn a_chip_removes_itself_and_nothing_else() {
        let filter = filter("q=np+a%26b&state=active&environment=&before=2026");
        assert_eq!(
            filter.chip("state", "State", "Live").href,
            "/clients?q=np+a%26b"
        );
        assert_eq!(filter.chip("q", "Name", "x").href, "/clients?state=active");
        assert_eq!(
            filter.with("before", "9"),
            "/clients?q=np+a%26b&state=active&before=9"
        );
    }

    #[test]
    fn only_known_words_are_read() {
        let read = |query| filter(query).word("environment", Environment::ALL, Environment::as_str);
        assert_eq!(
            read("environment=sandbox").unwrap(),
            Some(Environment::Sandbox)
        );
        assert_eq!(read("environment=").unwrap(), None);
        assert!(read("environment=Sandbox").is_err());
        assert!(read("environment=sandbox&environment=sandbox").is_err());
    }
}
