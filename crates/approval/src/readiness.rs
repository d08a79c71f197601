//! How ready a client of the sandbox is for production: five things that are looked at, each with what was seen. It
//! decides nothing: what is missing is shown to who asks and to who decides.

use narthex_policy::{Screening, Verdict};
use narthex_vocab::{HostName, RedirectUri, Timestamp};
use serde_json::{Value, json};

/// One thing that is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Every host of the metadata is proved.
    Hosts,
    /// The client got a token in the sandbox.
    Token,
    /// No rule of the policy refuses what would be sent.
    Policy,
    /// Who answers for it is there and has signed in lately.
    Contact,
    /// People have come back to each of its addresses in the sandbox.
    Redirects,
}

impl Item {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 5] = [
        Self::Hosts,
        Self::Token,
        Self::Policy,
        Self::Contact,
        Self::Redirects,
    ];

    /// The text form, as in rows and on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Hosts => "hosts",
            Self::Token => "token",
            Self::Policy => "policy",
            Self::Contact => "contact",
            Self::Redirects => "redirects",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Hosts => "Domains proved",
            Self::Token => "A token in the sandbox",
            Self::Policy => "No rule refuses it",
            Self::Contact => "Somebody answers for it",
            Self::Redirects => "Redirect addresses tried",
        }
    }
}

/// What was seen of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// What was looked at.
    pub item: Item,
    /// Whether it is there.
    pub met: bool,
    /// In a sentence.
    pub seen: String,
}

/// What is known of the client in the sandbox.
#[derive(Debug, Clone, Default)]
pub(crate) struct Evidence {
    /// When it last got a token.
    pub(crate) last_token: Option<Timestamp>,
    /// The addresses to which people came back.
    pub(crate) tried: Vec<String>,
    /// Who answers for it, while they are with the tenant.
    pub(crate) sponsor: Option<String>,
    /// When that person last signed in to the portal.
    pub(crate) signed_in: Option<Timestamp>,
}

/// How lately who answers has to have signed in.
const LATELY: chrono::Duration = chrono::Duration::days(90);

/// The list, over what would be sent.
pub(crate) fn judge(
    evidence: &Evidence,
    (redirects, unproved): (&[RedirectUri], &[HostName]),
    screening: &Screening,
    now: Timestamp,
) -> Vec<Ready> {
    let of = |item| {
        let (met, seen) = match item {
            Item::Hosts => hosts(redirects, unproved),
            Item::Token => token(evidence),
            Item::Policy => policy(screening),
            Item::Contact => contact(evidence, now),
            Item::Redirects => tried(evidence, redirects),
        };
        Ready { item, met, seen }
    };
    Item::ALL.map(of).into()
}

fn hosts(redirects: &[RedirectUri], unproved: &[HostName]) -> (bool, String) {
    if !unproved.is_empty() {
        return (false, format!("Not proved: {}.", listed(unproved)));
    }
    let seen = if redirects.is_empty() {
        "It names no host."
    } else {
        "Every host that it names is proved or is the person's own machine."
    };
    (true, seen.to_owned())
}

fn token(evidence: &Evidence) -> (bool, String) {
    match evidence.last_token {
        Some(at) => {
            let day = at.format("%-d %b %Y, %H:%M UTC");
            (true, format!("It last got one on {day}."))
        }
        None => (false, "It never got one.".to_owned()),
    }
}

fn policy(screening: &Screening) -> (bool, String) {
    let rules = screening.determining.iter().map(ToString::to_string);
    let rules = rules.collect::<Vec<_>>().join(", ");
    match screening.verdict {
        Verdict::Deny => (false, format!("It would be refused: {rules}.")),
        Verdict::Allow | Verdict::NeedsPerson => (true, "A person decides.".to_owned()),
        Verdict::NeedsTwo => (true, "Two people decide.".to_owned()),
    }
}

fn contact(evidence: &Evidence, now: Timestamp) -> (bool, String) {
    match (&evidence.sponsor, evidence.signed_in) {
        (None, _) => (false, "Nobody who is with the tenant does.".to_owned()),
        (Some(name), Some(at)) if at + LATELY > now => {
            let day = at.format("%-d %b %Y");
            (true, format!("{name} does, and signed in on {day}."))
        }
        (Some(name), _) => {
            let seen = format!("{name} does, and has not signed in for 90 days.");
            (false, seen)
        }
    }
}

/// Addresses are compared letter by letter: one that is new in production was not tried.
fn tried(evidence: &Evidence, redirects: &[RedirectUri]) -> (bool, String) {
    let untried: Vec<&str> = redirects
        .iter()
        .filter(|uri| !evidence.tried.iter().any(|tried| uri.matches(tried)))
        .map(RedirectUri::as_str)
        .collect();
    if redirects.is_empty() {
        return (true, "It has none: nobody signs in to it.".to_owned());
    }
    if untried.is_empty() {
        return (true, "People came back to each of them.".to_owned());
    }
    let seen = format!("Nobody came back to {} in the sandbox.", listed(&untried));
    (false, seen)
}

fn listed<T: std::fmt::Display>(items: &[T]) -> String {
    let texts: Vec<String> = items.iter().map(ToString::to_string).collect();
    texts.join(", ")
}

/// The list as a row keeps it.
pub(crate) fn to_json(list: &[Ready]) -> Value {
    let of = |ready: &Ready| json!({ "item": ready.item.as_str(), "met": ready.met, "seen": ready.seen });
    list.iter().map(of).collect()
}

/// What [`to_json`] wrote; nothing for what it did not write.
pub(crate) fn from_json(stored: &Value) -> Option<Vec<Ready>> {
    let read = |value: &Value| {
        let name = value.get("item")?.as_str()?;
        let item = Item::ALL.into_iter().find(|item| item.as_str() == name)?;
        Some(Ready {
            item,
            met: value.get("met")?.as_bool()?,
            seen: value.get("seen")?.as_str()?.to_owned(),
        })
    };
    stored.as_array()?.iter().map(read).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn uris(all: &[&str]) -> Vec<RedirectUri> {
        all.iter()
            .map(|uri| RedirectUri::parse(uri).unwrap())
            .collect()
    }

    #[test]
    fn an_address_that_is_new_was_not_tried() {
        let evidence = Evidence {
            tried: vec!["https://app.example/cb".to_owned()],
            ..Evidence::default()
        };
        assert!(tried(&evidence, &uris(&["https://app.example/cb"])).0);
        assert!(tried(&evidence, &[]).0);
        let (met, seen) = tried(
            &evidence,
            &uris(&["https://app.example/cb", "https://app.example/new"]),
        );
        assert!(!met && seen.contains("https://app.example/new"), "{seen}");
        assert!(!seen.contains("example/cb,"), "{seen}");
    }

    #[test]
    fn who_answers_has_to_be_there_lately() {
        let now: Timestamp = "2026-11-27T12:00:00Z".parse().unwrap();
        let of = |sponsor: Option<&str>, days: Option<i64>| {
            let evidence = Evidence {
                sponsor: sponsor.map(str::to_owned),
                signed_in: days.map(|days| now - chrono::Duration::days(days)),
                ..Evidence::default()
            };
            contact(&evidence, now).0
        };
        assert!(of(Some("Olga"), Some(89)));
        assert!(!of(Some("Olga"), Some(91)));
        assert!(!of(Some("Olga"), None));
        assert!(!of(None, Some(1)));
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let list = vec![Ready {
            item: Item::Token,
            met: false,
            seen: "It never got one.".to_owned(),
        }];
        assert_eq!(from_json(&to_json(&list)), Some(list));
        assert_eq!(
            from_json(&json!([{ "item": "luck", "met": true, "seen": "" }])),
            None
        );
        assert_eq!(from_json(&json!({})), None);
    }
}
