//! The token plane: sign-in and consent of end users, tokens, introspection, revocation, decisions, keys.
//! It cannot write a client or an entitlement: its database role has no right to.
//!
//! Every read goes straight through to Postgres: there is no cache of clients, entitlements or revocations yet, so
//! what the approval plane commits counts from the next request on. Only parsed signing keys live in memory.
//!
//! Reading order: [`routes`] is the table of endpoints; `endpoint/` parses and renders; one verb a file beside it;
//! `store/` is the only place with diesel.

mod ask;
mod assertion;
mod authorize;
mod bearer;
mod call;
mod check;
mod claims;
mod client;
mod client_auth;
mod client_credentials;
mod consent;
mod continue_to;
mod endpoint;
mod entitlement;
mod error;
mod evaluate;
mod guard;
mod id_token;
mod introspect;
mod issue;
mod keys;
mod lineage;
mod page_error;
mod place;
mod reach;
mod redeem;
mod refresh;
mod resource_auth;
mod revoke;
mod routes;
mod sealed;
mod signed_in;
mod signing_key;
mod store;
mod throttle;
mod userinfo;
mod verify;
mod waiting;
mod wording;

use actix_web::web::{Data, ServiceConfig};
use narthex_people::People;
use narthex_tenancy::{
    Database, ambient,
    budget::{Budgets, LocalLimiter},
    listen::{self, Hint},
    sealing::SealingKey,
};
use narthex_vocab::Id;
use url::Url;

pub use guard::Guard;
pub use keys::Keys;
pub use routes::routes;

/// What the token plane needs, per process: made once by the binary, shared by every handler.
pub struct Token {
    /// The pool of the role `narthex_token`.
    pub database: Database,
    /// Passwords and sessions of end users, on the same pool; without a TOTP key.
    pub people: People,
    /// The shared budgets.
    pub budgets: Budgets,
    /// What limits while Redis is away.
    pub fallback: LocalLimiter,
    /// The key-encryption key: signing keys and pending consents are sealed under it. No other plane has it.
    pub sealing: SealingKey,
    /// The origin of the discovery plane, of which issuers are made.
    pub discovery_base: Url,
    /// The origin of this plane, as metadata names it.
    pub token_base: Url,
    /// Parsed signing keys; begins empty.
    pub keys: Keys,
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

/// Makes the keys of new environments as they appear, so that key sets are never empty for long. What is missed is
/// made on first use.
pub async fn watch(state: Data<Token>, listen_url: String) {
    let mut hints = listen::listen(listen_url, &["narthex_environment"]);
    while let Some(hint) = hints.recv().await {
        let Hint::Notice { payload, .. } = hint else {
            continue;
        };
        let mut words = payload.split(' ');
        let tenant = words
            .next()
            .and_then(|word| uuid::Uuid::try_parse(word).ok());
        let environment = words.next().and_then(|word| word.parse().ok());
        let (Some(tenant), Some(environment)) = (tenant, environment) else {
            tracing::warn!(%payload, "a hint about an environment could not be read");
            continue;
        };
        let at = (Id::from_uuid(tenant), environment);
        let made = state
            .keys
            .ring(&state, at, ambient::now(), &mut ambient::rng())
            .await;
        if let Err(error) = made {
            tracing::warn!(%error, "keys of a new environment were not made; they are on first use");
        }
    }
}
