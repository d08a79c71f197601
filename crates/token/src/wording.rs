//! How clients, addresses and scopes are put to a person. What a stranger wrote about itself is a `ClientName` before
//! it comes here, and is always shown as its own claim.

use narthex_vocab::{ClientId, RedirectUri, RedirectUriKind, Risk, ScopeSet};

use crate::authorize::asked_claims::AskedClaims;
use crate::entitlement::EntitledScope;
use crate::reach::Reach;

/// An address in two parts: what to compare, and what it means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SentTo {
    pub(crate) host: String,
    /// Empty for a web address.
    pub(crate) meaning: &'static str,
}

impl SentTo {
    pub(crate) fn of(redirect: &RedirectUri) -> Self {
        let host = redirect.host().map(|host| host.to_string());
        match redirect.kind() {
            RedirectUriKind::Https => Self {
                host: host.unwrap_or_default(),
                meaning: "",
            },
            RedirectUriKind::Loopback => Self {
                host: host.unwrap_or_default(),
                meaning: "a program on this computer",
            },
            RedirectUriKind::PrivateUse => Self {
                host: redirect
                    .as_str()
                    .split_once(':')
                    .map_or_else(String::new, |(scheme, _)| scheme.to_owned()),
                meaning: "an app on this device",
            },
        }
    }
}

/// The address that stands for the app: the host of its identifier, where that is a URL, else where it receives
/// people.
pub(crate) fn app_address(client: &ClientId, redirect: &RedirectUri) -> String {
    own_host(client).unwrap_or_else(|| SentTo::of(redirect).host)
}

/// The host of an identifier that is an address.
pub(crate) fn own_host(client: &ClientId) -> Option<String> {
    client.document_url().map(|url| url.host().to_string())
}

/// One thing that a client could do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verb {
    pub(crate) words: String,
    /// It cannot be undone, or reaches far: shown bold.
    pub(crate) grave: bool,
}

/// What a reach means, the worst last.
pub(crate) fn verbs(
    described: &[EntitledScope],
    (reach, claims): (&Reach, &AskedClaims),
) -> Vec<Verb> {
    in_words(described, |scope| {
        reach.scopes.has(scope) || claims.has(scope)
    })
}

/// What scopes that were allowed mean.
pub(crate) fn verbs_of(described: &[EntitledScope], scopes: &ScopeSet) -> Vec<Verb> {
    in_words(described, |scope| scopes.has(scope))
}

fn in_words(described: &[EntitledScope], of_person: impl Fn(&str) -> bool) -> Vec<Verb> {
    let own = [
        ("openid", "Know that it is you, by an identifier"),
        ("profile", "See your name"),
        ("email", "See your email address"),
    ];
    let person = own
        .into_iter()
        .filter(|(scope, _)| of_person(scope))
        .map(|(_, words)| Verb {
            words: words.to_owned(),
            grave: false,
        });
    let mut entries: Vec<&EntitledScope> = described.iter().collect();
    entries.sort_by_key(|entry| entry.risk);
    let things = entries.into_iter().map(|entry| Verb {
        words: entry.description.clone(),
        grave: matches!(entry.risk, Risk::Delete | Risk::Admin),
    });
    person.chain(things).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("https://App.example.com/cb", "app.example.com", "")]
    #[case("http://127.0.0.1:4000/cb", "127.0.0.1", "a program on this computer")]
    #[case("http://localhost/cb", "localhost", "a program on this computer")]
    #[case("com.example.app:/cb", "com.example.app", "an app on this device")]
    fn addresses(#[case] redirect: &str, #[case] host: &str, #[case] meaning: &str) {
        let sent = SentTo::of(&RedirectUri::parse(redirect).unwrap());
        assert_eq!((sent.host.as_str(), sent.meaning), (host, meaning));
    }

    #[test]
    fn a_url_identifier_speaks_for_the_app() {
        let redirect = RedirectUri::parse("http://127.0.0.1/cb").unwrap();
        let client = ClientId::parse("https://tools.example.net/client.json").unwrap();
        assert_eq!(app_address(&client, &redirect), "tools.example.net");
        let client = ClientId::parse("np_abcdefghijklmnopqrstuvwx27").unwrap();
        assert_eq!(app_address(&client, &redirect), "127.0.0.1");
    }
}
