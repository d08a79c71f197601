//! What one call on the plane carries into every verb: where, when, under which request id, with which keys, under which
//! policy. It never carries what the caller said.

use std::sync::Arc;

use narthex_http::RequestId;
use narthex_policy::Layers;
use narthex_tenancy::ambient;
use narthex_vocab::{HashKey, Timestamp};

use crate::Token;
use crate::error::TokenError;
use crate::keys::{self, Ring};
use crate::place::Place;

/// The context of one call.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) place: &'a Place,
    /// The keys of this issuer.
    pub(crate) ring: &'a Ring,
    /// What is in force on top of the baseline.
    pub(crate) layers: &'a Layers,
    /// Under which credentials and one-time values are hashed.
    pub(crate) hash_key: &'a HashKey,
    /// To be found in the logs by.
    pub(crate) request_id: &'a str,
    pub(crate) now: Timestamp,
}

/// What a handler gathers before it opens a transaction.
pub(crate) struct Arrival<'a> {
    token: &'a Token,
    place: &'a Place,
    request_id: &'a RequestId,
    ring: Arc<Ring>,
    layers: Arc<Layers>,
    now: Timestamp,
}

impl<'a> Arrival<'a> {
    /// Takes the time, the issuer's keys, which are made now if they never were, and the policy.
    pub(crate) async fn new(
        token: &'a Token,
        place: &'a Place,
        request_id: &'a RequestId,
    ) -> Result<Self, TokenError> {
        let now = ambient::now();
        let at = (place.tenant, place.environment);
        let ring = keys::ring(token, at, now).await?;
        let layers = token.layers(place.tenant, now).await?;
        Ok(Self {
            token,
            place,
            request_id,
            ring,
            layers,
            now,
        })
    }

    /// The context for verbs.
    pub(crate) fn call(&self) -> Call<'_> {
        Call {
            place: self.place,
            ring: &self.ring,
            layers: &self.layers,
            hash_key: &self.token.people.hash_key,
            request_id: self.request_id.as_str(),
            now: self.now,
        }
    }
}
