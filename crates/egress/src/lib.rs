//! The only code that opens an outbound connection for a name that somebody else chose.
//!
//! [`Guard::fetch`] reads one small https document; [`Guard::post`] sends something short; [`Guard::exchange`] talks to an identity
//! provider; [`Guard::txt`] asks several resolvers for TXT records. A name is resolved once, every address is checked, and the connection goes to a
//! checked address. The guard never follows a redirect, uses a proxy, sends a credential (but the one that
//! a provider gave for itself),
//! decompresses a body or logs a path or query.
//!
//! [`OperatorApi`] is apart from it: what the command line calls its own management API with.

mod address;
mod config;
mod error;
mod exchange;
mod fetched;
mod flight;
mod gate;
mod guard;
mod operator;
mod post;
mod record;
mod resolve;
mod target;
mod tls;

pub use address::{Special, is_public};
pub use config::{GuardConfig, GuardError, Limits, NameServer, TestHost};
pub use error::FetchError;
pub use exchange::{Exchange, Exchanged};
pub use fetched::{FetchKind, Fetched};
pub use guard::Guard;
pub use operator::{Answered, OperatorApi, OperatorError};
pub use resolve::{TxtAnswer, TxtError};

/// A DER certificate, as [`GuardConfig::test_roots`] takes it.
pub use rustls::pki_types::CertificateDer;
