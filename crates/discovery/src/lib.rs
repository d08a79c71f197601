//! The public plane: metadata, key sets and registration, and looking at hosts that others named. Strangers come here
//! and nowhere else. It cannot write a client, read a credential or see a private key: its database role has no right
//! to.

mod agent;
pub mod cancel_registration;
mod candidate;
pub mod client_document;
mod crowd;
pub mod defer;
mod digest;
mod docs;
mod endpoint;
mod error;
pub mod fetch_orders;
pub mod gate;
pub mod initial_access;
pub mod key_set;
pub mod logo;
mod logout_notice;
pub mod manage;
mod memory;
pub mod metadata;
pub mod place;
mod places;
pub mod poll;
mod pricing;
mod push;
pub mod register;
pub mod routes;
mod sent;
pub mod software_statement;
pub mod source;
mod splits;
pub mod statement_keys;
mod store;
pub mod tally;
pub mod update_registration;
mod waiting;
pub mod workers;

use narthex_egress::Guard;
use narthex_tenancy::{Database, budget::Budgets};
use narthex_vocab::HashKey;
use url::Url;

pub use memory::Memory;
use tally::Tally;

/// What the plane needs, per process.
pub struct Discovery {
    /// The pool of `narthex_discovery`.
    pub database: Database,
    /// The shared budgets; without them registration is closed.
    pub budgets: Budgets,
    /// What a crowd shares; begins empty.
    pub memory: Memory,
    /// The attempt log.
    pub tally: Tally,
    /// Below which issuers live.
    pub discovery_base: Url,
    /// Where the token plane's endpoints are reached.
    pub token_base: Url,
    /// The portal, where people find a registration that waits for a decision.
    pub portal_base: Url,
    /// Under which the codes of waiting registrations are hashed; no other secret is.
    pub hash_key: HashKey,
    /// The only way out to a host that somebody else named.
    pub guard: Guard,
}

impl Discovery {
    /// The issuer of a place.
    pub(crate) fn issuer(&self, place: &place::Place) -> narthex_vocab::Issuer {
        narthex_vocab::Issuer::new(&self.discovery_base, &place.slug, place.environment)
    }
}
