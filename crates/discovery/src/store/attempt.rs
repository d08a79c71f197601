//! `intake.attempt`: one row a call, added and never changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::attempt as a};
use narthex_vocab::{AttemptOutcome, ClientId, Environment, Fingerprint, Id, Timestamp, kind};
use rand_core::CryptoRng;

use crate::{place::Place, register::RegisterError};

/// A call as the log will know it.
#[derive(Debug)]
pub(crate) struct Attempt {
    environment: Environment,
    source: IpNet,
    request_id: String,
    outcome: AttemptOutcome,
    client_id: Option<String>,
    error: Option<&'static str>,
    reason: String,
    pub(crate) client_name: Option<String>,
    pub(crate) fingerprint: Option<Fingerprint>,
}

impl Attempt {
    /// A call that nothing has been decided about.
    pub(crate) fn new(place: &Place, source: IpNet, request_id: String) -> Self {
        Self {
            environment: place.environment,
            source,
            request_id,
            outcome: AttemptOutcome::Refused,
            client_id: None,
            error: None,
            reason: String::new(),
            client_name: None,
            fingerprint: None,
        }
    }

    /// It got the family's identifier, `new` or known.
    pub(crate) fn admitted(&mut self, new: bool, client_id: &ClientId) {
        self.outcome = if new {
            AttemptOutcome::Quarantined
        } else {
            AttemptOutcome::Joined
        };
        self.client_id = Some(client_id.as_str().to_owned());
        let reason = if new {
            "waits in quarantine"
        } else {
            "the same metadata was known"
        };
        self.reason = String::from(reason);
    }

    /// The caller's /32 or /64.
    pub(crate) const fn source(&self) -> &IpNet {
        &self.source
    }

    /// It waits for a decision, without an identifier.
    pub(crate) fn deferred(&mut self) {
        self.outcome = AttemptOutcome::Deferred;
        self.reason = String::from("waits for a decision");
    }

    /// It got nothing, for this reason.
    pub(crate) fn refused(
        &mut self,
        outcome: AttemptOutcome,
        code: &'static str,
        why: &RegisterError,
    ) {
        self.outcome = outcome;
        self.client_id = None;
        self.error = Some(code);
        self.reason = why.to_string().chars().take(500).collect();
    }
}

pub(crate) async fn insert(
    tx: &mut TenantTx,
    attempt: &Attempt,
    now: Timestamp,
    rng: &mut dyn CryptoRng,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(a::table)
        .values((
            a::tenant_id.eq(tenant_id),
            a::environment.eq(attempt.environment.as_str()),
            a::at.eq(now),
            a::attempt_id.eq(Id::<kind::Attempt>::new(now, rng).as_uuid()),
            a::outcome.eq(attempt.outcome.as_str()),
            a::source.eq(attempt.source),
            a::fingerprint.eq(attempt
                .fingerprint
                .as_ref()
                .map(|print| print.as_bytes().to_vec())),
            a::client_id.eq(attempt.client_id.as_deref()),
            a::client_name.eq(attempt.client_name.as_deref()),
            a::error.eq(attempt.error),
            a::reason.eq(&attempt.reason),
            a::request_id.eq(&attempt.request_id),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
