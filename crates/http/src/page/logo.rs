//! The logo of a client beside its name: a picture of our own origin, or a placeholder with the reason, and always with
//! words that say what it is worth.

use super::Badge;

/// A logo, display-ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Logo {
    /// The picture, on our own origin.
    pub src: Option<String>,
    /// Where it comes from, or why there is none.
    pub words: String,
    /// What it is worth.
    pub badge: Badge,
}
