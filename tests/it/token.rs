//! The token plane through its own `App`: clients that act for themselves, people at the front door, resources that ask.
//! Clients are approved by the approval plane's verbs; nothing is written that the product would refuse.

mod arrives;
mod bench;

mod client_credentials;
mod dpop;
mod front_door;
mod keys;
mod policies;
mod remembered;
mod terms;
