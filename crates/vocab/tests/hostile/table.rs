//! Reads a table of vectors: one line a case, words first, then texts as JSON strings. It never skips a line that it
//! cannot read.

use std::fmt;

use serde_json::Deserializer;

/// One line of a table.
#[derive(Debug)]
pub(crate) struct Case {
    file: &'static str,
    number: usize,
    line: &'static str,
    pub(crate) words: Vec<&'static str>,
    pub(crate) texts: Vec<String>,
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.number, self.line)
    }
}

/// The cases of a table; empty lines and lines that start with `#` are for people.
pub(crate) fn read(file: &'static str, content: &'static str) -> Vec<Case> {
    let lines = (1..).zip(content.lines());
    let cases = lines.filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#'));
    cases
        .map(|(number, line)| case(file, number, line))
        .collect()
}

/// Shows every failing case at once, each by its line.
pub(crate) fn hold(cases: &[Case], judge: impl Fn(&Case) -> Result<(), String>) {
    let faults: Vec<_> = cases
        .iter()
        .filter_map(|case| {
            judge(case)
                .err()
                .map(|fault| format!("{case}\n    {fault}"))
        })
        .collect();
    assert!(
        faults.is_empty(),
        "{} lines:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

fn case(file: &'static str, number: usize, line: &'static str) -> Case {
    let quote = line
        .find('"')
        .unwrap_or_else(|| panic!("{file}:{number}: no text"));
    let (words, texts) = line.split_at(quote);
    Case {
        file,
        number,
        line,
        words: words.split_whitespace().collect(),
        texts: texts_of(texts).unwrap_or_else(|| panic!("{file}:{number}: not read: {texts}")),
    }
}

/// `"a" "b"` is two texts, `"a" + "b"` one, `"a" * 3` is `"aaa"`.
fn texts_of(mut rest: &str) -> Option<Vec<String>> {
    let mut texts: Vec<String> = Vec::new();
    let mut joined = false;
    while !rest.is_empty() {
        let mut strings = Deserializer::from_str(rest).into_iter::<String>();
        let mut text = strings.next()?.ok()?;
        rest = rest.get(strings.byte_offset()..)?.trim_start();
        if let Some(times) = rest.strip_prefix('*') {
            let times = times.trim_start();
            let end = times
                .find(|c: char| !c.is_ascii_digit())
                .unwrap_or(times.len());
            text = text.repeat(times.get(..end)?.parse().ok()?);
            rest = times.get(end..)?.trim_start();
        }
        match texts.last_mut().filter(|_| joined) {
            Some(before) => before.push_str(&text),
            None => texts.push(text),
        }
        let next = rest.strip_prefix('+').map(str::trim_start);
        joined = next.is_some();
        rest = next.unwrap_or(rest);
    }
    (!joined).then_some(texts)
}

#[test]
fn a_table_is_read_as_it_is_written() {
    let cases = read(
        "x",
        "# a comment\n\nrefuse  Empty \"\"\nsame \"a\\u0000\" \"b\" * 3 + \"c\"\n",
    );
    assert_eq!(cases.len(), 2);
    assert_eq!(cases[0].words, ["refuse", "Empty"]);
    assert_eq!(cases[1].texts, ["a\u{0}", "bbbc"]);
    assert_eq!(
        cases[1].to_string(),
        "x:4: same \"a\\u0000\" \"b\" * 3 + \"c\""
    );
    assert!(texts_of("\"a\" +").is_none() && texts_of("\"a\" b").is_none());
}
