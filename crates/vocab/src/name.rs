//! The hygiene of every name that people read: clients, tenants, persons, integrations. It never
//! refuses a script, and never says whether a name imitates another: that is a finding.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;
use unicode_security::{RestrictionLevel, RestrictionLevelDetection as _, skeleton};

use crate::code_point::{is_bidi_control, is_invisible, serves};

/// Why a text is not a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// Nothing but white space.
    #[error("it is empty")]
    Empty,
    /// More characters than allowed.
    #[error("it is longer than {max} characters")]
    TooLong {
        /// The most characters allowed.
        max: usize,
    },
    /// A control character, such as a line break or tab.
    #[error("it has a control character")]
    Control,
    /// A character that changes the direction of reading.
    #[error("it has a character that changes the direction of reading")]
    Bidi,
    /// A character that cannot be seen.
    #[error("it has a character that cannot be seen")]
    Invisible,
    /// It starts with a combining mark, or piles up more than five.
    #[error("it has combining marks without a letter, or more than five on one")]
    Marks,
}

/// The most combining marks on one letter (Vietnamese needs two, Hebrew with cantillation four,
/// Burmese five).
const MAX_MARKS: usize = 5;

/// NFC, trimmed, each run of white space one space, at most `max` characters.
pub(crate) fn clean(text: &str, max: usize) -> Result<String, NameError> {
    if text.len() > max * 16 {
        return Err(NameError::TooLong { max });
    }
    check_characters(text)?;
    let composed: String = text.nfc().collect();
    let name = composed.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.chars().count() > max {
        return Err(NameError::TooLong { max });
    }
    check_marks(&name)?;
    Ok(name)
}

fn check_characters(text: &str) -> Result<(), NameError> {
    let mut before = None;
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        if c.is_control() {
            return Err(NameError::Control);
        }
        if is_bidi_control(c) {
            return Err(NameError::Bidi);
        }
        if is_invisible(c) && !serves(before, c, rest.peek().copied()) {
            return Err(NameError::Invisible);
        }
        before = Some(c);
    }
    Ok(())
}

fn check_marks(name: &str) -> Result<(), NameError> {
    let mut marks = MAX_MARKS;
    for c in name.chars() {
        marks = match c {
            ' ' => MAX_MARKS,
            c if is_combining_mark(c) => marks + 1,
            _ => 0,
        };
        if marks > MAX_MARKS {
            return Err(NameError::Marks);
        }
    }
    Ok(())
}

/// The form in which two names that look alike are equal: the skeleton of Unicode TR39 taken
/// across case, without spaces, punctuation and marks. For comparison only, never shown.
pub(crate) fn skeleton_of(name: &str) -> String {
    let compatible: String = name.nfkc().collect();
    let first: String = skeleton(&compatible).collect::<String>().to_lowercase();
    // Case folding merges what TR39 keeps apart (I is like l, and is the capital of i), so the
    // letters i and l become one class.
    let second: String = skeleton(&first)
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'i' { 'l' } else { c })
        .collect();
    let letters: String = second.chars().filter(|c| c.is_alphanumeric()).collect();
    if letters.is_empty() {
        second.chars().filter(|c| !is_invisible(*c)).collect()
    } else {
        letters
    }
}

/// Whether its letters come from scripts that no orthography mixes (TR39 section 5.2, looser than
/// "highly restrictive").
pub(crate) fn mixes_scripts(name: &str) -> bool {
    let letters: String = name.chars().filter(|c| c.is_alphabetic()).collect();
    let level = letters.as_str().detect_restriction_level();
    level > RestrictionLevel::HighlyRestrictive
}

#[cfg(test)]
mod tests;
