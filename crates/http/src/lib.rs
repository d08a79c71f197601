//! What the servers of the three planes share: listeners, the one middleware, strict bodies,
//! errors on the wire, cookies, CSRF, health and metrics; the frame and the pieces of pages ([`page`]).
//!
//! Reading order: [`server`] binds and runs, [`front`] builds the `App` of one listener, [`edge`]
//! is the one middleware every request passes, [`routes`] is the table a plane fills in.
//! Never a product rule, never a database, never the clock or entropy (see [`ambient`]).

extern crate self as narthex_http; // templates name this crate by its full path, here as elsewhere

pub mod access_log;
pub mod agent;
pub mod ambient;
pub mod body;
pub mod cookie;
pub mod cors;
pub mod csrf;
pub mod dpop;
pub mod edge;
pub mod form;
pub mod front;
pub mod headers;
pub mod health;
pub mod json;
pub mod metrics;
pub mod oauth_error;
pub mod origin;
pub mod page;
pub mod params;
pub mod peer;
pub mod picture;
pub mod problem;
pub mod request_id;
pub mod routes;
pub mod server;
pub mod surface;

pub use agent::Agent;
pub use cookie::{CookieName, Cookies};
pub use form::{FormError, StrictForm, StrictQuery};
pub use front::{Front, app};
pub use headers::PagePolicy;
pub use json::{JsonError, StrictJson};
pub use oauth_error::OAuthError;
pub use origin::PublicOrigin;
pub use params::Params;
pub use peer::{Peer, TrustedProxies};
pub use problem::Problem;
pub use request_id::RequestId;
pub use routes::{Routes, Row};
pub use server::{Limits, Listener};
pub use surface::{Fault, Surface};
