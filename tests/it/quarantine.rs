//! Quarantine as people work in it: families as one line each, decided as one, claimed by whose they are, and as quick
//! to show with forty thousand attempts as with ten.

mod attempt;
mod claims;
mod crowd;
mod decided;
mod limits;
mod own_list;
mod shown;
mod split_network;
