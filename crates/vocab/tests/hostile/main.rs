//! What hostile registrants send, as tables of vectors, properties and a kept corpus, against the public parsers of
//! this crate. Nothing here sees an inside: what a table says holds for everybody who calls them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "tests, and tables are as long as they are"
)]

mod claims;
mod corpus;
mod json;
mod members;
mod names;
mod readings;
mod redirect_uris;
mod table;
