//! How people prove who they are, for portal, dashboard and end users alike: passwords, second factors, sessions,
//! invitations, throttles, single sign-on as the relying party. It renders no page and knows no OAuth client.

pub mod account;
pub mod api_token;
pub mod elsewhere;
pub mod identity;
pub mod invitation;
pub mod leaving;
pub mod password;
pub mod provider;
pub mod recovery;
mod relying_party;
pub mod reset;
pub mod session;
pub mod sign_in;
mod store;
pub mod totp;
pub mod way_out;

pub use relying_party::ProviderFault;

use narthex_tenancy::{
    Database,
    budget::{Budgets, LocalLimiter},
    sealing::SealingKey,
};
use narthex_vocab::HashKey;

/// What proving people needs, per process: made once by the binary, shared by every handler.
pub struct People {
    /// The pool of the plane's own role.
    pub database: Database,
    /// The shared budgets, for throttling.
    pub budgets: Budgets,
    /// What throttles while Redis is away.
    pub fallback: LocalLimiter,
    /// argon2id, off the async threads.
    pub passwords: password::Passwords,
    /// Under which cookies and invitations are hashed.
    pub hash_key: HashKey,
    /// Under which TOTP seeds are sealed; the token plane has none and asks end users for no second factor.
    pub totp_key: Option<SealingKey>,
    /// The way to identity providers, where there is one.
    pub providers: Option<provider::Way>,
}
