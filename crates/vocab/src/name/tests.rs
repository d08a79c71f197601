//! The table of names: whose pass unharmed, which are refused and why, which look alike.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use proptest::prelude::*;
use rstest::rstest;

use super::{NameError as E, clean, mixes_scripts, skeleton_of};
use crate::{ClientName, Label};

#[test]
fn every_script_passes() {
    let names = [
        "Notes",
        "Visual Studio Code",
        "Müller & Söhne GmbH",
        "L'Oréal",
        "Straße 7",
        "Ñandú",
        "Ελληνικά",
        "Яндекс",
        "Київстар",
        "微信",
        "任天堂",
        "トヨタ自動車",
        "삼성전자",
        "العربية",
        "עברית",
        "हिन्दी",
        "বাংলা",
        "தமிழ்",
        "ไทย",
        "ភាសាខ្មែរ",
        "ქართული",
        "Հայերեն",
        "አማርኛ",
        "Tiếng Việt",
        "Łódź",
        "İstanbul",
        "ʻŌlelo Hawaiʻi",
        "C++ / C#",
        "x",
        "42",
        "🦀 Crab",
        "Acme (EU) – Sandbox",
        "कक्षा\u{200d}क",
        "می\u{200c}خواهم",
        "O\u{2019}Reilly",
        "<b>bold</b>",
    ];
    for name in names {
        let read = ClientName::parse(name).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(
            read.as_str().chars().count(),
            name.chars().count(),
            "{name}"
        );
        assert!(!read.mixes_scripts(), "{name}");
        assert_eq!(Label::parse(name).unwrap().skeleton(), read.skeleton());
    }
}

#[rstest]
#[case("", E::Empty)]
#[case("   ", E::Empty)]
#[case("\u{a0}\u{3000}", E::Empty)]
#[case("a\nb", E::Control)]
#[case("a\tb", E::Control)]
#[case("\u{0}", E::Control)]
#[case("a\u{1b}[31m", E::Control)]
#[case("a\u{85}b", E::Control)]
#[case("a\u{7f}", E::Control)]
#[case("evil\u{202e}moc.elgoog", E::Bidi)]
#[case("a\u{202a}b", E::Bidi)]
#[case("a\u{2066}b", E::Bidi)]
#[case("a\u{2069}", E::Bidi)]
#[case("a\u{200e}b", E::Bidi)]
#[case("a\u{200f}b", E::Bidi)]
#[case("a\u{61c}b", E::Bidi)]
#[case("Goo\u{200b}gle", E::Invisible)]
#[case("Goo\u{200c}gle", E::Invisible)]
#[case("Goo\u{200d}gle", E::Invisible)]
#[case("\u{200d}می", E::Invisible)]
#[case("می\u{200c}", E::Invisible)]
#[case("\u{feff}Google", E::Invisible)]
#[case("Goo\u{ad}gle", E::Invisible)]
#[case("Goo\u{2060}gle", E::Invisible)]
#[case("Goo\u{180e}gle", E::Invisible)]
#[case("Goo\u{34f}gle", E::Invisible)]
#[case("\u{3164}", E::Invisible)]
#[case("\u{ffa0}", E::Invisible)]
#[case("\u{115f}\u{1160}", E::Invisible)]
#[case("\u{2800}", E::Invisible)]
#[case("a\u{2028}b", E::Invisible)]
#[case("a\u{e0041}b", E::Invisible)]
#[case("a\u{f8ff}", E::Invisible)]
#[case("a\u{ffff}", E::Invisible)]
#[case("a\u{fffd}", E::Invisible)]
#[case("\u{301}a", E::Marks)]
#[case("a\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}\u{306}", E::Marks)]
fn refuses(#[case] name: &str, #[case] why: E) {
    assert_eq!(clean(name, 100), Err(why));
}

#[rstest]
#[case("  Notes  ", "Notes")]
#[case("My \u{a0}  Notes", "My Notes")]
#[case("Mu\u{308}ller", "Müller")]
#[case("A\u{30a}", "Å")]
#[case("\u{212b}", "Å")]
#[case("가", "가")]
fn composes_and_trims(#[case] sent: &str, #[case] kept: &str) {
    assert_eq!(clean(sent, 100).as_deref(), Ok(kept));
}

#[test]
fn lengths_count_characters() {
    assert!(ClientName::parse(&"字".repeat(100)).is_ok());
    assert_eq!(
        ClientName::parse(&"字".repeat(101)),
        Err(E::TooLong { max: 100 })
    );
    assert!(Label::parse(&"e\u{301}".repeat(120)).is_ok());
    assert_eq!(Label::parse(&"x".repeat(121)), Err(E::TooLong { max: 120 }));
    assert_eq!(
        Label::parse(&" ".repeat(1 << 20)),
        Err(E::TooLong { max: 120 })
    );
}

#[rstest]
#[case("Google", "Gооgle")] // Cyrillic o
#[case("Google", "GOOGLE")]
#[case("Google", "G00gle")]
#[case("Google", "Ｇｏｏｇｌｅ")]
#[case("Google", "𝐆𝐨𝐨𝐠𝐥𝐞")]
#[case("Google", "Goo gle")]
#[case("Google", "Goo-gle.")]
#[case("Google", "Góógle")]
#[case("PayPal", "PayPaI")] // capital i
#[case("PayPal", "PaуPal")] // Cyrillic u
#[case("PayPal", "PAYPAL")]
#[case("PayPal", "paypa1")]
#[case("GitHub", "GITHUB")]
#[case("GitHub", "GıtHub")] // dotless i
#[case("GitHub", "GitНub")] // Cyrillic capital en
#[case("Modern", "Modem")]
#[case("Apple", "Αpple")] // Greek capital alpha
#[case("Яндекс", "яндекс")]
fn looks_alike(#[case] a: &str, #[case] b: &str) {
    assert_eq!(skeleton_of(a), skeleton_of(b), "{a} {b}");
}

#[rstest]
#[case("Google", "Goggle")]
#[case("Notes", "Votes")]
#[case("微信", "微博")]
#[case("Яндекс", "Индекс")]
#[case("🦀", "🦞")]
fn looks_different(#[case] a: &str, #[case] b: &str) {
    assert_ne!(skeleton_of(a), skeleton_of(b), "{a} {b}");
}

#[rstest]
#[case("Gооgle", true)]
#[case("Αpple", true)]
#[case("Яндекс Go", true)]
#[case("Google 検索", false)]
#[case("네이버 Naver", false)]
#[case("Notes 2.0", false)]
#[case("🦀", false)]
fn mixing_scripts_is_seen(#[case] name: &str, #[case] mixed: bool) {
    assert_eq!(mixes_scripts(name), mixed);
}

proptest! {
    #[test]
    fn no_text_panics_and_cleaning_is_idempotent(text in any::<String>()) {
        if let Ok(name) = clean(&text, 100) {
            prop_assert_eq!(clean(&name, 100), Ok(name.clone()));
            skeleton_of(&name);
            mixes_scripts(&name);
        }
    }

    #[test]
    fn readable_text_survives(text in "[\\PC\u{300}-\u{302} ]{1,40}") {
        if let Ok(name) = ClientName::parse(&text) {
            prop_assert_eq!(ClientName::parse(name.as_str()), Ok(name.clone()));
            prop_assert_eq!(name.skeleton(), Label::parse(&text).unwrap().skeleton());
        }
    }

    #[test]
    fn a_skeleton_does_not_see_case(text in "[a-zA-Z0-9 ]{1,40}") {
        prop_assert_eq!(skeleton_of(&text.to_lowercase()), skeleton_of(&text.to_uppercase()));
    }
}
