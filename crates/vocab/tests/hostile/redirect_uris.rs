//! The table of redirect URIs: which are taken and as what, which are refused and why, which may stand for which.

use narthex_vocab::RedirectUri;

use crate::table::{Case, hold, read};

fn judge(case: &Case) -> Result<(), String> {
    let texts: Vec<_> = case.texts.iter().map(String::as_str).collect();
    match (case.words.as_slice(), texts.as_slice()) {
        (["accept", kind], [text]) => accepted(text, kind),
        (["refuse", why], [text]) => refused(text, why),
        (["same"], [registered, presented]) => matched(registered, presented, true),
        (["other"], [registered, presented]) => matched(registered, presented, false),
        other => Err(format!("nobody knows this line: {other:?}")),
    }
}

fn accepted(text: &str, kind: &str) -> Result<(), String> {
    let uri = RedirectUri::parse(text).map_err(|why| format!("refused: {why:?}"))?;
    let read = format!("{:?}", uri.kind());
    if read != kind {
        return Err(format!("taken as {read}"));
    }
    let kept = uri.as_str() == text && uri.matches(text);
    kept.then_some(())
        .ok_or_else(|| format!("kept as {}", uri.as_str()))
}

fn refused(text: &str, why: &str) -> Result<(), String> {
    match RedirectUri::parse(text) {
        Ok(uri) => Err(format!("taken as {:?}", uri.kind())),
        Err(error) if format!("{error:?}") == why => Ok(()),
        Err(error) => Err(format!("refused for {error:?}")),
    }
}

fn matched(registered: &str, presented: &str, expected: bool) -> Result<(), String> {
    let uri = RedirectUri::parse(registered).map_err(|why| format!("not registered: {why:?}"))?;
    match uri.matched(presented) {
        Some(target) if expected && target.as_str() == presented => Ok(()),
        None if !expected => Ok(()),
        found => Err(format!("matched: {found:?}")),
    }
}

#[test]
fn every_line_holds() {
    let cases = read("redirect_uris.txt", include_str!("redirect_uris.txt"));
    assert!(
        cases.len() >= 150,
        "the table has only {} lines",
        cases.len()
    );
    hold(&cases, judge);
}
