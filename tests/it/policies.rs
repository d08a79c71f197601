//! B3: policies on top of the baseline, on the real database and the running product: written, tried, proposed, published
//! by two, in force for what is screened next, and named by whatever they decided. Each control is tried to be got past.

pub(crate) mod bench;
mod history;
mod pages;
mod published;
