//! S9, S12, B5, B6: what a flood of registrations may cost, whom it may hurt, and who can stop it. The running product,
//! called as strangers call it; each control is tried to be got past.

mod counted;
pub(crate) mod crowd;
pub(crate) mod hands;
mod priced;
mod stopped;
