//! The table of client names: which pass as they are, which are tidied, which are refused and why, which look alike.

use narthex_vocab::{ClientName, Label};

use crate::table::{Case, hold, read};

fn judge(case: &Case) -> Result<(), String> {
    let texts: Vec<_> = case.texts.iter().map(String::as_str).collect();
    match (case.words.as_slice(), texts.as_slice()) {
        (["keep"], [text]) => kept(text, text),
        (["tidy"], [text, tidied]) => kept(text, tidied),
        (["refuse", why], [text]) => refused(text, why),
        (["alike"], [one, other]) => look(one, other, true),
        (["apart"], [one, other]) => look(one, other, false),
        (["mixed"], [text]) => mixed(text, true),
        (["plain"], [text]) => mixed(text, false),
        other => Err(format!("nobody knows this line: {other:?}")),
    }
}

fn name(text: &str) -> Result<ClientName, String> {
    ClientName::parse(text).map_err(|why| format!("refused: {why:?}"))
}

fn kept(text: &str, expected: &str) -> Result<(), String> {
    let read = name(text)?;
    if read.as_str() != expected {
        return Err(format!("kept as {:?}", read.as_str()));
    }
    if ClientName::parse(read.as_str()).as_ref() != Ok(&read) {
        return Err("what is kept is not what is read again".to_owned());
    }
    let label = Label::parse(text).map_err(|why| format!("no label: {why:?}"))?;
    (label.as_str() == expected)
        .then_some(())
        .ok_or_else(|| format!("a label keeps {:?}", label.as_str()))
}

fn refused(text: &str, why: &str) -> Result<(), String> {
    match ClientName::parse(text) {
        Ok(name) => Err(format!("kept as {:?}", name.as_str())),
        Err(error) if format!("{error:?}").split(' ').next() == Some(why) => Ok(()),
        Err(error) => Err(format!("refused for {error:?}")),
    }
}

fn look(one: &str, other: &str, alike: bool) -> Result<(), String> {
    let (one, other) = (name(one)?.skeleton(), name(other)?.skeleton());
    ((one == other) == alike)
        .then_some(())
        .ok_or_else(|| format!("seen as {one:?} and {other:?}"))
}

fn mixed(text: &str, expected: bool) -> Result<(), String> {
    (name(text)?.mixes_scripts() == expected)
        .then_some(())
        .ok_or_else(|| format!("mixes scripts: {}", !expected))
}

#[test]
fn every_line_holds() {
    let cases = read("names.txt", include_str!("names.txt"));
    assert!(
        cases.len() >= 100,
        "the table has only {} lines",
        cases.len()
    );
    hold(&cases, judge);
}
