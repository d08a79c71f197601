//! Clients that come with an address of their own (draft-ietf-oauth-client-id-metadata-document), over the running
//! product and a host of the outside world: from the first knock to a token, and everything that ends before.

pub(crate) mod bench;
mod decided;
mod drift;
mod keys;
mod people;
mod refused;
mod trusted;
mod trusted_by_two;
mod warned;
