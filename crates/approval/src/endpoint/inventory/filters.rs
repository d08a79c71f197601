//! What an address of the inventory asks for. What cannot be read is named, and nothing is listed then: a filter that is
//! silently dropped would show more than was asked for.

use chrono::Duration;
use narthex_http::page::{Choice, Field, Link};
use narthex_http::{Params, StrictQuery};
use narthex_vocab::{ClientState, Environment, Id, Timestamp, kind};

use crate::integration::Operator;
use crate::store::inventory::{After, Order, Wanted};

/// The filters, in the order of the address.
const NAMES: [&str; 9] = [
    "q",
    "tenant",
    "environment",
    "state",
    "operator",
    "sponsor",
    "ends",
    "idle",
    "sort",
];
/// The longest text that somebody may look for.
const LONGEST: usize = 200;
/// The longest place in the list: it has an identifier in it, which may be an address.
const PLACE: usize = 1_500;
const DAYS: [(&str, i64); 3] = [("7", 7), ("30", 30), ("90", 90)];

/// What was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    given: Vec<(&'static str, String)>,
    view: Option<Id<kind::SavedView>>,
    wanted: Wanted,
    wrong: Vec<(String, String)>,
    bare: bool,
}

impl Asked {
    /// Reads an address at this moment.
    pub(crate) fn read(query: &StrictQuery, now: Timestamp) -> Self {
        let mut asked = Self {
            given: Vec::new(),
            view: None,
            wanted: Wanted::default(),
            wrong: Vec::new(),
            bare: query.0.pairs().next().is_none(),
        };
        for name in NAMES {
            let text = asked.one(&query.0, name, LONGEST);
            if let Some(text) = text {
                if !asked.take(name, &text, now) {
                    let words = format!("{name}: {text:?} is none of its words");
                    asked.wrong.push((name.to_owned(), words));
                }
                asked.given.push((name, text));
            }
        }
        let view = asked.one(&query.0, "view", LONGEST);
        asked.view = view.and_then(|text| text.parse().ok());
        if let Some(text) = asked.one(&query.0, "after", PLACE) {
            if let Ok(after) = serde_json::from_str::<After>(&text) {
                asked.wanted.after = Some(after);
            } else {
                let words = "after: this is no place in the list".to_owned();
                asked.wrong.push((String::new(), words));
            }
        }
        asked
    }

    fn one(&mut self, query: &Params, name: &str, longest: usize) -> Option<String> {
        let Ok(text) = query.one(name) else {
            let words = format!("{name}: it is there more than once");
            self.wrong.push((name.to_owned(), words));
            return None;
        };
        let text = text.map(str::trim).filter(|text| !text.is_empty())?;
        if text.chars().count() > longest || text.contains('\0') {
            let words = format!("{name}: it is too long, {longest} characters at most");
            self.wrong.push((name.to_owned(), words));
            return None;
        }
        Some(text.to_owned())
    }

    /// Takes one filter; false when the text is none of its words.
    fn take(&mut self, name: &str, text: &str, now: Timestamp) -> bool {
        let days = || {
            let found = DAYS.iter().find(|(word, _)| *word == text);
            found.map(|(_, days)| Duration::days(*days))
        };
        let wanted = &mut self.wanted;
        match name {
            "q" => wanted.text = Some(text.to_owned()),
            "tenant" => wanted.tenant = Some(text.to_owned()),
            "environment" => wanted.environment = text.parse().ok(),
            "state" if text == "none" => wanted.clientless = true,
            "state" => wanted.state = text.parse().ok(),
            "operator" => wanted.operator = text.parse().ok(),
            "sponsor" => wanted.orphans = text == "none",
            "ends" => wanted.ends_before = days().map(|days| now + days),
            "idle" => wanted.idle_since = days().map(|days| now - days),
            _ => {
                let order = Order::ALL.iter().find(|order| order.as_str() == text);
                wanted.order = order.copied().unwrap_or_default();
                return order.is_some();
            }
        }
        match name {
            "environment" => wanted.environment.is_some(),
            "state" => wanted.clientless || wanted.state.is_some(),
            "operator" => wanted.operator.is_some(),
            "sponsor" => wanted.orphans,
            "ends" => wanted.ends_before.is_some(),
            "idle" => wanted.idle_since.is_some(),
            _ => true,
        }
    }

    /// Which lines.
    pub(crate) const fn wanted(&self) -> &Wanted {
        &self.wanted
    }

    /// What could not be read: field and words.
    pub(crate) fn wrong(&self) -> &[(String, String)] {
        &self.wrong
    }

    /// Nothing at all was said: a view of the person's own may be shown instead.
    pub(crate) const fn is_bare(&self) -> bool {
        self.bare
    }

    /// The view that the address belongs to.
    pub(crate) const fn view(&self) -> Option<Id<kind::SavedView>> {
        self.view
    }

    /// No filter is set.
    pub(crate) fn is_everything(&self) -> bool {
        self.view.is_none() && self.given.iter().all(|(name, _)| *name == "sort")
    }

    /// It is a later page.
    pub(crate) const fn goes_on(&self) -> bool {
        self.wanted.after.is_some()
    }

    /// Filters and order as an address has them; never empty.
    pub(crate) fn query(&self) -> String {
        let query = self.joined(|_| true, None);
        if query.is_empty() {
            "all=yes".to_owned()
        } else {
            query
        }
    }

    /// The same list, from its beginning or after a place.
    pub(crate) fn at(&self, path: &str, after: Option<&str>) -> String {
        let mut query = self.query();
        if let Some(view) = self.view {
            query = format!("{query}&view={view}");
        }
        if let Some(after) = after {
            let place: String = url::form_urlencoded::byte_serialize(after.as_bytes()).collect();
            query = format!("{query}&after={place}");
        }
        format!("{path}?{query}")
    }

    /// The list with `name` set to `value`, or without it when that is empty; always from its first page.
    pub(crate) fn with(&self, path: &str, name: &str, value: &str) -> String {
        let added = (!value.is_empty()).then_some((name, value));
        let query = self.joined(|other| other != name, added);
        if query.is_empty() {
            format!("{path}?all=yes")
        } else {
            format!("{path}?{query}")
        }
    }

    /// Where the same lines are taken away.
    pub(crate) fn export(&self, path: &str, form: &str) -> String {
        format!("{path}/export/{form}?{}", self.query())
    }

    fn joined(&self, keep: impl Fn(&str) -> bool, added: Option<(&str, &str)>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in self.given.iter().filter(|(name, _)| keep(name)) {
            query.append_pair(name, value);
        }
        if let Some((name, value)) = added {
            query.append_pair(name, value);
        }
        query.finish()
    }

    fn text_of(&self, name: &str) -> &str {
        let found = self.given.iter().find(|(own, _)| *own == name);
        found.map_or("", |(_, text)| text.as_str())
    }

    /// The filters that apply, each removing itself.
    pub(crate) fn chips(&self, path: &str) -> Vec<Link> {
        let chip = |(name, text): &(&'static str, String)| {
            let label = match *name {
                "q" => format!("Text: {text}"),
                "tenant" => format!("Tenant: {text}"),
                "environment" => format!("Environment: {text}"),
                "state" => format!("State: {}", state_label(text)),
                "operator" => format!("Run by: {}", operator_label(text)),
                "sponsor" => "Without sponsor".to_owned(),
                "ends" => format!("Ends within {text} days"),
                "idle" => format!("Not used for {text} days"),
                _ => return None,
            };
            Some(Link::new(label, self.with(path, name, "")))
        };
        self.given.iter().filter_map(chip).collect()
    }

    /// The form of the filters.
    pub(crate) fn fields(&self, with_tenants: bool) -> Vec<Field> {
        let any = |words: Vec<(String, String)>| {
            let words = words
                .into_iter()
                .map(|(value, label)| Choice::new(value, label));
            std::iter::once(Choice::new("", "Any"))
                .chain(words)
                .collect()
        };
        let select = |name: &str, label: &str, words| {
            Field::select(name, label, any(words)).value(self.text_of(name))
        };
        let text = |name: &str, label: &str| {
            let mut field = Field::search(name, label).value(self.text_of(name));
            field.optional = false;
            field
        };
        let environments = Environment::ALL.iter();
        let environments = environments.map(|one| (one.to_string(), one.label().to_owned()));
        let states = ClientState::ALL.iter();
        let states = states.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
        let none = ("none".to_owned(), "No client".to_owned());
        let operators = Operator::ALL.iter();
        let operators = operators.map(|one| (one.as_str().to_owned(), one.label().to_owned()));
        let orphans = vec![("none".to_owned(), "Nobody".to_owned())];
        let days = |words: &str| -> Vec<(String, String)> {
            let day =
                |(word, days): &(&str, i64)| ((*word).to_owned(), format!("{words} {days} days"));
            DAYS.iter().map(day).collect()
        };
        let mut fields = vec![text("q", "Name, id or host")];
        if with_tenants {
            fields.push(text("tenant", "Tenant"));
        }
        fields.extend([
            select("environment", "Environment", environments.collect()),
            select("state", "State", states.chain([none]).collect()),
            select("operator", "Run by", operators.collect()),
            select("sponsor", "Answers for it", orphans),
            select("ends", "Approval ends", days("Within")),
            select("idle", "Not used", days("For")),
        ]);
        fields
    }
}

fn state_label(text: &str) -> String {
    let known = text.parse::<ClientState>();
    known.map_or_else(|_| "No client".to_owned(), |state| state.label().to_owned())
}

fn operator_label(text: &str) -> String {
    let known = text.parse::<Operator>();
    known.map_or_else(|_| text.to_owned(), |one| one.label().to_owned())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn asked(query: &str) -> Asked {
        let query = StrictQuery(Params::parse(query.as_bytes()).unwrap());
        Asked::read(&query, "2026-11-27T12:00:00Z".parse().unwrap())
    }

    #[test]
    fn an_address_is_read_as_it_is_written() {
        let all = asked("q=a%26b&environment=sandbox&state=none&sponsor=none&ends=30&sort=name");
        assert!(all.wrong().is_empty());
        assert_eq!(
            all.query(),
            "q=a%26b&environment=sandbox&state=none&sponsor=none&ends=30&sort=name"
        );
        assert!(all.wanted().clientless && all.wanted().orphans);
        assert_eq!(all.wanted().order, Order::Name);
        assert_eq!(
            all.with("/x", "q", ""),
            "/x?environment=sandbox&state=none&sponsor=none&ends=30&sort=name"
        );
        assert!(asked("").is_bare() && asked("").is_everything());
        assert!(!asked("all=yes").is_bare() && asked("all=yes").is_everything());
    }

    #[test]
    fn what_is_no_filter_is_named_and_not_dropped() {
        for wrong in [
            "environment=staging",
            "state=live",
            "sponsor=olga",
            "ends=31",
            "idle=-1",
            "sort=luck",
            "after=1",
            "q=a&q=b",
        ] {
            assert_eq!(asked(wrong).wrong().len(), 1, "{wrong}");
        }
        assert_eq!(asked(&format!("q={}", "x".repeat(201))).wrong().len(), 1);
    }

    #[test]
    fn a_place_survives_the_address() {
        let after = After(
            "1".to_owned(),
            uuid::Uuid::from_u128(7),
            "sandbox ns_a".to_owned(),
        );
        let text = serde_json::to_string(&after).unwrap();
        let address = asked("sort=name").at("/x", Some(&text));
        let again = asked(address.split_once('?').unwrap().1);
        assert_eq!(again.wanted().after, Some(after));
    }
}
