//! The text of a published policy before Cedar reads it: where its statements begin, and that it is small and flat enough
//! to be read and evaluated in bounded time. Cedar has no loops: what bounds the text bounds the work. It never parses.

use std::fmt;

/// What is wrong with a text, and where: lines and columns from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct Problem {
    /// The line.
    pub line: usize,
    /// The column.
    pub column: usize,
    /// What is wrong, as a sentence without its full stop.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Line {}, column {}: {}",
            self.line, self.column, self.message
        )
    }
}

/// The longest text, in bytes.
pub const LONGEST: usize = 24 * 1024;
/// The most policies of one text.
pub const MOST_POLICIES: usize = 100;
/// The longest policy, in bytes, its annotations included.
const LONGEST_POLICY: usize = 4 * 1024;
/// How deep brackets nest.
const DEEPEST: usize = 16;
/// The most operators and dots of one policy: a chain of them nests too.
const MOST_OPERATORS: usize = 200;

/// A text that was looked over, with the beginning of each statement.
#[derive(Debug)]
pub(crate) struct Source<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Source<'a> {
    /// Looks a text over; all that is wrong comes back together.
    pub(crate) fn read(text: &'a str) -> Result<Self, Vec<Problem>> {
        let mut source = Self {
            text,
            starts: Vec::new(),
        };
        if text.len() > LONGEST {
            let words = format!("The text has {} bytes; {LONGEST} are the most", text.len());
            return Err(vec![source.at(0, words)]);
        }
        let mut problems = source.characters();
        let mut scan = Scan::new(text);
        problems.extend(
            scan.run()
                .into_iter()
                .map(|(at, words)| source.at(at, words)),
        );
        source.starts = scan.starts;
        if let Some(start) = source.starts.get(MOST_POLICIES) {
            let words = format!("More than {MOST_POLICIES} policies begin here and before");
            problems.push(source.at(*start, words));
        }
        if problems.is_empty() {
            return Ok(source);
        }
        problems.sort();
        Err(problems)
    }

    /// Where a byte of the text stands.
    pub(crate) fn at(&self, offset: usize, message: impl Into<String>) -> Problem {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        Problem {
            line: before.matches('\n').count() + 1,
            column,
            message: message.into(),
        }
    }

    /// Where the statement with this number begins; the beginning where there is none.
    pub(crate) fn start_of(&self, statement: usize) -> usize {
        self.starts.get(statement).copied().unwrap_or(0)
    }

    /// A reader sees what Cedar reads: nothing invisible, nothing that reorders.
    fn characters(&self) -> Vec<Problem> {
        let hidden = |c: char| {
            (c.is_control() && !matches!(c, '\n' | '\t' | '\r')) || narthex_vocab::is_hidden(c)
        };
        let found = self.text.char_indices().filter(|(_, c)| hidden(*c));
        found
            .take(5)
            .map(|(at, c)| {
                let words = format!("The character U+{:04X} cannot be seen", u32::from(c));
                self.at(at, words)
            })
            .collect()
    }
}

/// One pass over the text, aware of strings and comments.
struct Scan<'a> {
    bytes: &'a [u8],
    starts: Vec<usize>,
    start: Option<usize>,
    depth: usize,
    operators: usize,
    told: bool,
    wrong: Vec<(usize, String)>,
}

impl<'a> Scan<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            bytes: text.as_bytes(),
            starts: Vec::new(),
            start: None,
            depth: 0,
            operators: 0,
            told: false,
            wrong: Vec::new(),
        }
    }

    fn run(&mut self) -> Vec<(usize, String)> {
        let mut at = 0;
        while let Some(byte) = self.bytes.get(at) {
            at = match byte {
                b'"' => {
                    self.begin(at);
                    self.past_string(at + 1)
                }
                b'/' if self.bytes.get(at + 1) == Some(&b'/') => self.past_line(at),
                byte if byte.is_ascii_whitespace() => at + 1,
                byte => {
                    self.begin(at);
                    self.one(at, *byte);
                    at + 1
                }
            };
        }
        std::mem::take(&mut self.wrong)
    }

    fn begin(&mut self, at: usize) {
        if self.start.is_none() {
            self.start = Some(at);
            self.starts.push(at);
            (self.depth, self.operators, self.told) = (0, 0, false);
        }
        let length = self.start.map_or(0, |start| at - start);
        if length > LONGEST_POLICY {
            self.tell(at, format!("A policy has {LONGEST_POLICY} bytes at most"));
        }
    }

    fn one(&mut self, at: usize, byte: u8) {
        match byte {
            b';' => self.start = None,
            b'(' | b'[' | b'{' => {
                self.depth += 1;
                if self.depth > DEEPEST {
                    self.tell(at, format!("Brackets nest {DEEPEST} deep at most"));
                }
            }
            b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
            b'&' | b'|' | b'.' | b'!' | b'+' | b'-' | b'*' | b'<' | b'>' | b'=' => {
                self.operators += 1;
                if self.operators > MOST_OPERATORS {
                    let words = format!("A policy has {MOST_OPERATORS} operators and dots at most");
                    self.tell(at, words);
                }
            }
            _ => {}
        }
    }

    /// Once for each statement.
    fn tell(&mut self, at: usize, words: String) {
        if !self.told {
            self.told = true;
            self.wrong.push((at, words));
        }
    }

    fn past_string(&mut self, mut at: usize) -> usize {
        while let Some(byte) = self.bytes.get(at) {
            match byte {
                b'"' => return at + 1,
                b'\\' => at += 2,
                _ => at += 1,
            }
        }
        at
    }

    fn past_line(&self, at: usize) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        rest.iter()
            .position(|byte| *byte == b'\n')
            .map_or(self.bytes.len(), |end| at + end + 1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rstest::rstest;

    use super::*;

    #[test]
    fn statements_begin_where_they_begin() {
        let text = "// one; not\n@id(\"a;b\\\"c\") forbid(x);\n  // and\n\tpermit(y);\n// end";
        let source = Source::read(text).unwrap();
        assert_eq!(source.starts.len(), 2);
        let told = source.at(source.start_of(1), "here");
        assert_eq!(told.to_string(), "Line 4, column 2: here");
        assert_eq!(source.at(source.start_of(0), "").line, 2);
        assert_eq!(source.at(usize::MAX, "").line, 5);
    }

    #[rstest]
    #[case::long(" ".repeat(LONGEST + 1), "bytes; 24576")]
    #[case::long_policy(format!("forbid({});", "a".repeat(5000)), "4096 bytes at most")]
    #[case::many("f;".repeat(101), "More than 100 policies")]
    #[case::deep("(".repeat(17), "16 deep")]
    #[case::deep_in_all_ways(format!("{}{}", "[{".repeat(8), "("), "16 deep")]
    #[case::chain("a&&".repeat(101), "200 operators")]
    #[case::not("!".repeat(201), "200 operators")]
    #[case::dots("a.".repeat(201), "200 operators")]
    #[case::bidi("forbid \u{202e}(x);".to_owned(), "U+202E")]
    #[case::invisible("for\u{200b}bid(x);".to_owned(), "U+200B")]
    #[case::control("forbid\0(x);".to_owned(), "U+0000")]
    fn a_text_that_could_take_long_or_hide_is_refused(#[case] text: String, #[case] words: &str) {
        let problems = Source::read(&text).unwrap_err();
        assert!(
            problems.iter().any(|one| one.message.contains(words)),
            "{problems:?}"
        );
        assert!(problems.len() <= 6, "{}", problems.len());
    }

    #[test]
    fn strings_and_comments_are_not_counted() {
        let text = format!(
            "// {}\n@reason(\"{}\") forbid(x);",
            "(".repeat(90),
            "&(".repeat(500)
        );
        assert!(Source::read(&text).is_ok());
    }
}
