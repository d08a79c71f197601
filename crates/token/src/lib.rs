//! The token plane: sign-in and consent of end users, tokens, introspection, revocation, decisions, keys.
//! It cannot write a client or an entitlement: its database role has no right to.
//!
//! What is read of tenants, clients, resources and keys is kept in memory while every change is heard of ([`Memory`]).
//! Revocations never are.
//!
//! Reading order: [`routes`] is the table of endpoints; `endpoint/` parses and renders; one verb a file beside it;
//! `store/` is the only place with diesel.

mod apps;
mod ask;
mod assertion;
mod assurance;
mod authorize;
mod bearer;
mod call;
mod changed;
mod check;
mod claims;
mod client;
mod client_auth;
mod client_credentials;
mod consent;
mod continue_to;
mod device;
mod device_authorization;
mod device_code;
mod endpoint;
mod entitlement;
mod error;
mod evaluate;
mod event_stream;
mod exchange;
mod guard;
#[doc(hidden)]
pub mod hostile;
mod id_jag;
mod id_token;
mod introspect;
mod issuances;
mod issue;
mod keys;
mod lineage;
mod logout_notice;
mod memory;
mod page_error;
mod place;
mod poll;
mod possession;
mod push;
mod reach;
mod redeem;
mod refresh;
mod resource_auth;
mod revoke;
pub mod rotate;
mod routes;
mod sealed;
mod security_event;
mod shelf;
mod sign_out;
mod signed_in;
mod signing_key;
mod store;
mod throttle;
mod userinfo;
mod verify;
mod waiting;
mod wording;
mod workload;

use actix_web::web::{Data, ServiceConfig};
use narthex_people::People;
use narthex_tenancy::{
    Database, ambient,
    budget::{Budgets, LocalLimiter},
    lease::Leases,
    listen::{self, Hint},
    sealing::SealingKey,
};
use url::Url;

pub use guard::Guard;
pub use issuances::Issuances;
pub use memory::Memory;
pub use routes::routes;

/// What the token plane needs, per process: made once by the binary, shared by every handler.
pub struct Token {
    /// The pool of the role `narthex_token`.
    pub database: Database,
    /// Passwords and sessions of end users, on the same pool; without a TOTP key.
    pub people: People,
    /// The shared budgets.
    pub budgets: Budgets,
    /// What was taken of them and not given out; begins empty.
    pub leases: Leases,
    /// What limits while Redis is away.
    pub fallback: LocalLimiter,
    /// The key-encryption key: signing keys and pending consents are sealed under it. No other plane has it.
    pub sealing: SealingKey,
    /// The origin of the discovery plane, of which issuers are made.
    pub discovery_base: Url,
    /// The origin of this plane, as metadata names it.
    pub token_base: Url,
    /// What was read before; begins empty.
    pub memory: Memory,
    /// Where tokens are logged.
    pub issuances: Issuances,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Token")
            .field("discovery_base", &self.discovery_base.as_str())
            .field("token_base", &self.token_base.as_str())
            .finish_non_exhaustive()
    }
}

/// Registers the plane's state and every row of its table.
pub fn configure(config: &mut ServiceConfig, state: Data<Token>) {
    config.app_data(state);
    routes().configure(config);
}

/// Takes word of every change, and makes the keys of new environments as they appear, so that key sets are never empty for
/// long. `listen_url` is a connection of `narthex_token` that no pooler sits before.
pub async fn watch(state: Data<Token>, listen_url: String) {
    let mut hints = listen::attend(listen_url, memory::CHANNELS);
    while let Some(hint) = hints.recv().await {
        state.memory.take(&hint);
        for at in state.memory.take_due() {
            actix_web::rt::spawn(look_after_keys(state.clone(), at));
        }
        let Hint::Notice { channel, payload } = hint else {
            continue;
        };
        let mut words = payload.split(' ');
        let (Some(tenant), Some(environment)) = (words.next(), words.next()) else {
            continue;
        };
        let Some(at) = memory::at(tenant, environment) else {
            continue;
        };
        // Beside the listening: both take a while.
        match channel.as_ref() {
            memory::ENVIRONMENT => {
                actix_web::rt::spawn(make_keys(state.clone(), at));
            }
            memory::EVENT => {
                actix_web::rt::spawn(sign_events(state.clone(), at));
            }
            _ => {}
        }
    }
}

async fn look_after_keys(state: Data<Token>, at: memory::At) {
    if let Err(error) = rotate::rotate(&state, at, rotate::Why::Schedule).await {
        tracing::warn!(%error, "the keys of an issuer did not take their turn; they do on the next use");
    }
}

async fn sign_events(state: Data<Token>, at: memory::At) {
    if let Err(error) = security_event::sign_waiting(&state, at).await {
        tracing::warn!(%error, "security events were not signed; they are with the next one, or in half a minute");
    }
}

async fn make_keys(state: Data<Token>, at: memory::At) {
    if let Err(error) = keys::ring(&state, at, ambient::now()).await {
        tracing::warn!(%error, "keys of a new environment were not made; they are on first use");
    }
}
