//! Members of client metadata in other languages (RFC 7591 section 2.2): `client_name#ja`. The names and addresses keep
//! to the rules of the plain members. They never stand in for those, and no other member has languages.

use std::collections::BTreeMap;
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::client_name::ClientName;
use crate::language_tag::LanguageTag;
use crate::metadata_error::{MetadataError, MetadataProblem};
use crate::metadata_member::Members;
use crate::optional_member::OptionalMember;
use crate::web_uri::WebUri;

/// The most languages of one member.
pub const MAX_LANGUAGES: usize = 20;

const NAME: &str = "client_name";
/// The addresses that lead to something people read or see.
const PAGES: [OptionalMember; 4] = [
    OptionalMember::ClientUri,
    OptionalMember::LogoUri,
    OptionalMember::TosUri,
    OptionalMember::PolicyUri,
];

/// What a client says in other languages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Localized {
    /// `client_name`.
    pub(crate) names: BTreeMap<LanguageTag, ClientName>,
    /// The addresses, by member.
    pub(crate) pages: BTreeMap<(OptionalMember, LanguageTag), WebUri>,
}

impl Localized {
    /// Reads every localized member; one of a member that has no languages is as unknown as any other.
    pub(crate) fn read(members: &Members<'_>) -> Result<Self, MetadataError> {
        let names = of_member(members, NAME)?;
        let mut pages = BTreeMap::new();
        for page in PAGES {
            let of_page = of_member(members, page.as_str())?;
            pages.extend(of_page.into_iter().map(|(tag, uri)| ((page, tag), uri)));
        }
        Ok(Self { names, pages })
    }

    /// The members as they are returned and stored.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let names = self
            .names
            .iter()
            .map(|(tag, name)| (with_tag(NAME, tag), name.as_str().into()));
        let pages = self.pages.iter().map(|((page, tag), uri)| {
            let member = with_tag(page.as_str(), tag);
            (member, uri.as_str().into())
        });
        names.chain(pages).collect()
    }
}

/// The name of a member in a language.
pub(crate) fn with_tag(member: &str, tag: &LanguageTag) -> String {
    format!("{member}#{tag}")
}

/// One member in all its languages. A text that is empty says nothing, as in the plain member.
fn of_member<T>(
    members: &Members<'_>,
    member: &str,
) -> Result<BTreeMap<LanguageTag, T>, MetadataError>
where
    T: FromStr,
    MetadataProblem: From<T::Err>,
{
    let mut spoken = BTreeMap::new();
    let mut languages = Vec::new();
    for (name, tag) in members.languages(member) {
        let tag = LanguageTag::parse(tag)
            .map_err(|error| MetadataError::client(shown(member, tag), error))?;
        if languages.contains(&tag) {
            let reason = "the same language is there twice";
            let why = MetadataProblem::Conflict { reason };
            return Err(MetadataError::client(with_tag(member, &tag), why));
        }
        languages.push(tag.clone());
        if languages.len() > MAX_LANGUAGES {
            let max = MAX_LANGUAGES;
            let why = MetadataProblem::TooManyLanguages { max };
            return Err(MetadataError::client(member, why));
        }
        if let Some(value) = members.spoken(name)? {
            spoken.insert(tag, value);
        }
    }
    Ok(spoken)
}

/// A member whose tag is none, for people: a little of it, and nothing that is not plain.
fn shown(member: &str, tag: &str) -> String {
    let plain = |c: char| match c {
        c if c.is_ascii_alphanumeric() || "-_".contains(c) => c,
        _ => '?',
    };
    let tag: String = tag.chars().take(LanguageTag::MAX).map(plain).collect();
    format!("{member}#{tag}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rstest::rstest;
    use serde_json::{Value, json};

    use crate::{ClientMetadata, ClientName, Fingerprint, HostName, MetadataError};

    fn read(sent: &Value) -> Result<ClientMetadata, MetadataError> {
        let mut whole = json!({ "redirect_uris": ["https://app.example/cb"] });
        let object = whole.as_object_mut().unwrap();
        object.extend(sent.as_object().unwrap().clone());
        ClientMetadata::parse(object)
    }

    #[test]
    fn s10_what_is_said_in_a_language_is_kept_and_said_back() {
        let sent = json!({
            "client_name": "Notes",
            "client_name#ja": " ノート ",
            "client_name#ZH-hant-tw": "筆記",
            "logo_uri#ja": "https://cdn.example/logo",
            "tos_uri#ja": "https://terms.example/",
            "policy_uri#fr": "https://app.example/confidentialite",
            "client_uri#de": "",
            "client_uri#fr": null,
            "jwks_uri#ja": "https://elsewhere.example/keys",
            "unknown#ja": 7,
        });
        let metadata = read(&sent).unwrap();
        let json = metadata.to_json();
        let mut localized: Vec<_> = json.iter().filter(|(name, _)| name.contains('#')).collect();
        localized.sort_by_key(|(name, _)| *name);
        let expected = json!({
            "client_name#ja": "ノート",
            "client_name#zh-Hant-TW": "筆記",
            "logo_uri#ja": "https://cdn.example/logo",
            "policy_uri#fr": "https://app.example/confidentialite",
            "tos_uri#ja": "https://terms.example/",
        });
        let expected: Vec<_> = expected.as_object().unwrap().iter().collect();
        assert_eq!(localized, expected);
        assert_eq!(ClientMetadata::parse(&json).unwrap(), metadata);
        let names: Vec<_> = metadata.names().map(ClientName::as_str).collect();
        assert_eq!(names, ["Notes", "ノート", "筆記"]);
        let hosts = metadata.hosts();
        for host in ["app.example", "cdn.example", "terms.example"] {
            assert!(hosts.contains(&HostName::parse(host).unwrap()), "{host}");
        }
        assert_eq!(hosts.len(), 3);

        let plain = read(&json!({ "client_name": "Notes" })).unwrap();
        assert_ne!(Fingerprint::of(&metadata), Fingerprint::of(&plain));
        let other_case = read(&json!({ "client_name": "Notes", "client_name#JA": "ノート" }));
        let one_case = read(&json!({ "client_name": "Notes", "client_name#ja": "ノート" }));
        assert_eq!(other_case, one_case);
    }

    #[rstest]
    #[case(json!({ "client_name#": "x" }), "client_name#: it has no well-formed language tag (BCP 47) behind the #")]
    #[case(json!({ "client_name#ja_JP": "x" }), "client_name#ja_JP: it has no well-formed language tag (BCP 47) behind the #")]
    #[case(json!({ "logo_uri#\u{202e}ja\n": "x" }), "logo_uri#?ja?: it has no well-formed language tag (BCP 47) behind the #")]
    #[case(json!({ "client_name#ja": 7 }), "client_name#ja: it is not a text")]
    #[case(json!({ "client_name#ja": "safe\u{202e}gpj" }), "client_name#ja: it has a character that changes the direction of reading")]
    #[case(json!({ "client_name#ja": "x".repeat(101) }), "client_name#ja: it is longer than 100 characters")]
    #[case(json!({ "logo_uri#fr": "http://app.example/" }), "logo_uri#fr: it is not https")]
    #[case(json!({ "policy_uri#fr": "https://localhost/" }), "policy_uri#fr: its host is loopback")]
    #[case(json!({ "tos_uri#fr": ["https://app.example/"] }), "tos_uri#fr: it is not a text")]
    #[case(json!({ "client_name#JA": "a", "client_name#ja": "b" }), "client_name#ja: the same language is there twice")]
    #[case(json!({ "client_name#JA": "", "client_name#ja": "b" }), "client_name#ja: the same language is there twice")]
    fn s10_what_is_wrong_in_a_language_is_refused_by_its_name(
        #[case] sent: Value,
        #[case] said: &str,
    ) {
        let error = read(&sent).unwrap_err();
        assert_eq!(error.to_string(), said);
        assert_eq!(error.code.as_str(), "invalid_client_metadata");
    }

    #[test]
    fn s12_languages_are_counted() {
        let sent = |count: usize| {
            let name = |index: usize| (format!("client_name#x-{index}"), json!("Notes"));
            read(&Value::Object((0..count).map(name).collect()))
        };
        sent(super::MAX_LANGUAGES).unwrap();
        let error = sent(super::MAX_LANGUAGES + 1).unwrap_err();
        assert_eq!(
            error.to_string(),
            "client_name: it is there in more than 20 languages"
        );
    }
}
