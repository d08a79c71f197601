//! A language tag (BCP 47, RFC 5646 section 2.1), as it stands behind the `#` of a localized member of client metadata.
//! It is well-formed; whether anybody speaks the language is not asked. The tags that RFC 5646 only keeps for their age
//! (`i-klingon`) are not taken.

use std::collections::BTreeSet;

/// A well-formed tag, in the case that RFC 5646 section 2.1.1 recommends: tags that differ in case alone are one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LanguageTag(String);

/// Why a text is no language tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LanguageTagError {
    /// Longer than a tag has to be (RFC 5646 section 4.4.1).
    #[error("its language tag is longer than {} characters", LanguageTag::MAX)]
    TooLong,
    /// It does not follow the grammar.
    #[error("it has no well-formed language tag (BCP 47) behind the #")]
    Malformed,
    /// A variant or an extension comes twice.
    #[error("its language tag says the same twice")]
    Repeated,
}

/// Where in a tag the reading is. Each part comes after those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    /// A language of two or three letters, which may be extended; and by how many subtags it was.
    Language(u8),
    /// Any other language.
    LongLanguage,
    Script,
    Region,
    Variant,
    /// Behind a singleton, and how many subtags are.
    Extension(u8),
    PrivateUse(u8),
}

impl LanguageTag {
    /// The longest, in characters.
    pub const MAX: usize = 35;

    /// Reads a tag.
    pub fn parse(text: &str) -> Result<Self, LanguageTagError> {
        if text.len() > Self::MAX {
            return Err(LanguageTagError::TooLong);
        }
        let lower = text.to_ascii_lowercase();
        let mut subtags = lower.split('-');
        let mut part = first(subtags.next().unwrap_or_default())?;
        let mut seen = BTreeSet::new();
        let mut canonical = vec![lower.split('-').next().unwrap_or_default().to_owned()];
        for subtag in subtags {
            part = next(part, subtag)?;
            let once = match part {
                Part::Variant | Part::Extension(0) => seen.insert(subtag),
                Part::Language(_)
                | Part::LongLanguage
                | Part::Script
                | Part::Region
                | Part::Extension(_)
                | Part::PrivateUse(_) => true,
            };
            if !once {
                return Err(LanguageTagError::Repeated);
            }
            canonical.push(cased(part, subtag));
        }
        match part {
            Part::Extension(0) | Part::PrivateUse(0) => Err(LanguageTagError::Malformed),
            Part::Language(_)
            | Part::LongLanguage
            | Part::Script
            | Part::Region
            | Part::Variant
            | Part::Extension(_)
            | Part::PrivateUse(_) => Ok(Self(canonical.join("-"))),
        }
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn first(subtag: &str) -> Result<Part, LanguageTagError> {
    let letters = subtag.bytes().all(|byte| byte.is_ascii_alphabetic());
    match subtag.len() {
        2..=3 if letters => Ok(Part::Language(0)),
        4..=8 if letters => Ok(Part::LongLanguage),
        1 if subtag == "x" => Ok(Part::PrivateUse(0)),
        _ => Err(LanguageTagError::Malformed),
    }
}

/// What this subtag is, behind `before`.
fn next(before: Part, subtag: &str) -> Result<Part, LanguageTagError> {
    let all = |is: fn(&u8) -> bool| subtag.as_bytes().iter().all(is);
    let letters = all(u8::is_ascii_alphabetic);
    let digits = all(u8::is_ascii_digit);
    let digit_first = subtag.starts_with(|first: char| first.is_ascii_digit());
    if !all(u8::is_ascii_alphanumeric) {
        return Err(LanguageTagError::Malformed);
    }
    match (before, subtag.len()) {
        (Part::PrivateUse(count), 1..=8) => Ok(Part::PrivateUse(count + 1)),
        (Part::Extension(count), 2..=8) => Ok(Part::Extension(count + 1)),
        (Part::Extension(0), _) => Err(LanguageTagError::Malformed),
        (_, 1) if subtag == "x" => Ok(Part::PrivateUse(0)),
        (_, 1) => Ok(Part::Extension(0)),
        (Part::Language(extended @ 0..=2), 3) if letters => Ok(Part::Language(extended + 1)),
        (_, 4) if letters && before < Part::Script => Ok(Part::Script),
        (_, 2) if letters && before < Part::Region => Ok(Part::Region),
        (_, 3) if digits && before < Part::Region => Ok(Part::Region),
        (_, 5..=8) if before <= Part::Variant => Ok(Part::Variant),
        (_, 4) if digit_first && before <= Part::Variant => Ok(Part::Variant),
        _ => Err(LanguageTagError::Malformed),
    }
}

/// A subtag in lower case, in the case of its part.
fn cased(part: Part, subtag: &str) -> String {
    match part {
        Part::Region => subtag.to_ascii_uppercase(),
        Part::Script => {
            let mut letters = subtag.chars();
            let capital = letters.next().map(|first| first.to_ascii_uppercase());
            capital.into_iter().chain(letters).collect()
        }
        Part::Language(_)
        | Part::LongLanguage
        | Part::Variant
        | Part::Extension(_)
        | Part::PrivateUse(_) => subtag.to_owned(),
    }
}

crate::word::checked_text!(LanguageTag, LanguageTagError);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use proptest::prelude::*;
    use rstest::rstest;

    use super::{LanguageTag, LanguageTagError as E};

    #[rstest]
    #[case("ja", "ja")]
    #[case("JA-jp", "ja-JP")]
    #[case("zh-HANT-tw", "zh-Hant-TW")]
    #[case("zh-cmn-Hans-CN", "zh-cmn-Hans-CN")]
    #[case("sl-rozaj-biske-1994", "sl-rozaj-biske-1994")]
    #[case("es-419", "es-419")]
    #[case("de-DE-u-co-phonebk", "de-DE-u-co-phonebk")]
    #[case("en-a-bbb-x-A-Ccc", "en-a-bbb-x-a-ccc")]
    #[case("x-whatever", "x-whatever")]
    #[case("hak", "hak")]
    fn a_tag_in_its_own_case(#[case] text: &str, #[case] canonical: &str) {
        assert_eq!(LanguageTag::parse(text).unwrap().as_str(), canonical);
    }

    #[rstest]
    #[case("", E::Malformed)]
    #[case("j", E::Malformed)]
    #[case("ja_JP", E::Malformed)]
    #[case("ja-", E::Malformed)]
    #[case("-ja", E::Malformed)]
    #[case("ja--JP", E::Malformed)]
    #[case("ja-JP-Latn", E::Malformed)]
    #[case("ja-JP-US", E::Malformed)]
    #[case("日本語", E::Malformed)]
    #[case("ja#en", E::Malformed)]
    #[case("i-klingon", E::Malformed)]
    #[case("en-x", E::Malformed)]
    #[case("en-a-x-b", E::Malformed)]
    #[case("de-1996-1996", E::Repeated)]
    #[case("en-a-bb-a-cc", E::Repeated)]
    #[case("ja-aaaaaaaa-bbbbbbbb-cccccccc-dddddd", E::TooLong)]
    fn what_is_no_tag(#[case] text: &str, #[case] why: E) {
        assert_eq!(LanguageTag::parse(text), Err(why), "{text}");
    }

    proptest! {
        #[test]
        fn a_tag_reads_back_as_itself_in_any_case(text in "[a-zA-Z]{1,4}(-[a-zA-Z0-9]{0,5}){0,4}|\\PC{0,10}") {
            if let Ok(tag) = LanguageTag::parse(&text) {
                prop_assert!(tag.as_str().eq_ignore_ascii_case(&text));
                prop_assert_eq!(LanguageTag::parse(tag.as_str()), Ok(tag.clone()));
                prop_assert_eq!(LanguageTag::parse(&text.to_ascii_uppercase()), Ok(tag));
            }
        }
    }
}
