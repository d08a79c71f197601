//! What the proof found, as a table for people. It decides nothing.

use std::fmt;

/// Everything that was looked at and tried, in order.
#[derive(Debug, Default)]
pub struct Report {
    /// One line each.
    pub lines: Vec<Line>,
    /// How many statements were tried.
    pub tries: usize,
    /// How many of them again without the obstacle, to show that nothing else was in their way.
    pub controls: usize,
}

/// One line of the table.
#[derive(Debug)]
pub struct Line {
    /// The heading it stands under.
    pub part: &'static str,
    /// What must hold, or must not be possible.
    pub what: String,
    /// As which role; empty when it is about all.
    pub whom: String,
    /// What was found.
    pub outcome: Outcome,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It was tried and refused, by this.
    Refused(String),
    /// It holds, or works as it must; how often it was looked at, or nothing.
    Holds(String),
    /// It was possible, or it does not hold, or the try proved nothing: why.
    Hole(String),
}

impl Report {
    /// Whether there is no hole.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holes().next().is_none()
    }

    /// The lines with a hole.
    pub fn holes(&self) -> impl Iterator<Item = &Line> {
        self.lines
            .iter()
            .filter(|line| matches!(line.outcome, Outcome::Hole(_)))
    }

    pub(super) fn push(
        &mut self,
        part: &'static str,
        what: impl Into<String>,
        whom: &str,
        outcome: Outcome,
    ) {
        self.lines.push(Line {
            part,
            what: what.into(),
            whom: whom.to_owned(),
            outcome,
        });
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mark, word, why) = match &self.outcome {
            Outcome::Refused(by) => ("ok  ", "refused by ", by),
            Outcome::Holds(how) => ("ok  ", "", how),
            Outcome::Hole(why) => ("HOLE", "", why),
        };
        let line = format!("{mark}  {:<74}  {:<9}  {word}{why}", self.what, self.whom);
        f.write_str(line.trim_end())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut part = "";
        for line in &self.lines {
            if line.part != part {
                part = line.part;
                writeln!(f, "\n{part}")?;
            }
            writeln!(f, "{line}")?;
        }
        let holes = self.holes().count();
        writeln!(
            f,
            "\n{} lines, {} tries, {} controls, {holes} holes",
            self.lines.len(),
            self.tries,
            self.controls
        )?;
        f.write_str(if holes == 0 {
            "Isolation holds."
        } else {
            "Isolation does not hold."
        })
    }
}
