//! How sure an issuer is of who signed in (RFC 9470, RFC 8176, OpenID Connect Core section 2). People prove themselves by a
//! password on the pages of the token plane; nothing stronger is claimed.

/// The one `acr` that is ever said.
pub(crate) const ACR: &str = "https://narthex.dev/acr/password";
/// The `amr` that goes with it.
pub(crate) const AMR: [&str; 1] = ["pwd"];
