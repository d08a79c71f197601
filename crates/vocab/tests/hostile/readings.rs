//! Differential properties of redirect URIs: what this house takes, WHATWG (`url`) and RFC 3986 (`fluent-uri`) read as
//! the same address. The inputs are the lines of the table with a little changed, and texts near the grammar.

use narthex_vocab::RedirectUri;
use proptest::prelude::*;
use proptest::sample::select;

use crate::claims;
use crate::table::read;

/// Pieces that parsers disagree about.
const PIECES: &[&str] = &[
    "@",
    ":",
    "/",
    "//",
    "\\",
    "?",
    "#",
    "%",
    "%2f",
    "%2e",
    "%5c",
    "%25",
    "%252e",
    "%00",
    "%c0%af",
    "..",
    "./",
    "..;",
    ";",
    "*",
    "[",
    "]",
    "[::1]",
    "127.0.0.1",
    "127.1",
    "0x7f",
    "localhost",
    ".",
    "xn--",
    "evil.example",
    "\t",
    "\n",
    " ",
    "\u{3002}",
    "\u{ff0f}",
    ":80",
    ":0",
    "http:",
    "https:",
    "javascript:",
    "com.example:",
    "&",
    "=",
    "'",
    "|",
    "~",
    "+",
    "$",
    ",",
    "!",
    "(",
];

/// Every text of the table.
fn known() -> Vec<String> {
    let cases = read("redirect_uris.txt", include_str!("redirect_uris.txt"));
    let texts = cases.into_iter().flat_map(|case| case.texts);
    texts.filter(|text| text.len() < 4_000).collect()
}

/// `text` with `piece` put in, or put in place of what follows, at a place between two characters.
fn changed(text: &str, at: prop::sample::Index, removed: usize, piece: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let at = at.index(characters.len() + 1);
    let after = (at + removed).min(characters.len());
    let (before, after) = (&characters[..at], &characters[after..]);
    before
        .iter()
        .copied()
        .chain(piece.chars())
        .chain(after.iter().copied())
        .collect()
}

fn near() -> impl Strategy<Value = String> {
    let grammar = (
        select(vec![
            "https://a.example",
            "https://",
            "http://localhost",
            "http://127.0.0.1:",
            "http://[::1]",
            "com.example.app:/",
            "com.example.app://",
            "HTTPS://",
            "hTTp://",
        ]),
        "[a-z0-9./:?#%@;&=*'\\[\\]\\\\-]{0,24}",
    );
    let change = (any::<prop::sample::Index>(), 0..3_usize, select(PIECES));
    let table =
        (select(known()), prop::collection::vec(change, 0..3)).prop_map(|(text, changes)| {
            changes
                .into_iter()
                .fold(text, |text, (at, removed, piece)| {
                    changed(&text, at, removed, piece)
                })
        });
    prop_oneof![
        1 => grammar.prop_map(|(start, rest)| format!("{start}{rest}")),
        3 => table,
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_500))]

    #[test]
    fn whatever_is_taken_everybody_reads_alike(registered in near(), presented in near()) {
        claims::redirect_uri(format!("{registered}\n{presented}").as_bytes());
    }

    #[test]
    fn one_changed_place_is_another_address(text in select(known()), at in any::<prop::sample::Index>(), piece in select(PIECES)) {
        let other = changed(&text, at, 0, piece);
        if let Ok(uri) = RedirectUri::parse(&text) {
            claims::redirect_uri(format!("{text}\n{other}").as_bytes());
            prop_assert!(uri.is_loopback() || !uri.matches(&other), "{} is taken for {}", other, text);
        }
    }
}

#[test]
fn every_text_of_the_table_holds_against_every_other() {
    let known = known();
    for registered in &known {
        for presented in &known {
            claims::redirect_uri(format!("{registered}\n{presented}").as_bytes());
        }
    }
}
