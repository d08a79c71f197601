//! The rows behind people's proofs. The only place of this crate with diesel.

pub(crate) mod account;
pub(crate) mod api_token;
pub(crate) mod identity;
pub(crate) mod invitation;
pub(crate) mod password_reset;
pub(crate) mod provider;
pub(crate) mod recovery_code;
pub(crate) mod session;
