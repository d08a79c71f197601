//! `intake.attempt`: one row a call, added and never changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::attempt as a};
use narthex_vocab::{
    AttemptOutcome, ClientId, Environment, Fingerprint, Id, Tenant, Timestamp, kind,
};
use rand_core::CryptoRng;
use serde_json::Value;

use crate::{digest::Alike, place::Place, source::Source};

/// A call as the log will know it.
#[derive(Debug, Clone)]
pub(crate) struct Attempt {
    pub(crate) at: Timestamp,
    pub(crate) source: Source,
    pub(crate) environment: Environment,
    pub(crate) client_name: Option<String>,
    pub(crate) fingerprint: Option<Fingerprint>,
    /// Its family is stored: the call counts there too.
    pub(crate) of_known_family: bool,
    /// What the caller sent, as far as the log may keep it.
    pub(crate) sent: Option<Value>,
    id: Id<kind::Attempt>,
    request_id: String,
    outcome: AttemptOutcome,
    client_id: Option<String>,
    error: Option<&'static str>,
    reason: String,
}

impl Attempt {
    /// A call that nothing has been decided about.
    pub(crate) fn new(
        place: &Place,
        source: Source,
        request_id: String,
        (at, rng): (Timestamp, &mut dyn CryptoRng),
    ) -> Self {
        Self {
            at,
            source,
            environment: place.environment,
            client_name: None,
            fingerprint: None,
            of_known_family: false,
            sent: None,
            id: Id::new(at, rng),
            request_id,
            outcome: AttemptOutcome::Refused,
            client_id: None,
            error: None,
            reason: String::new(),
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
        if !new {
            // It said what the family's first call said.
            self.sent = None;
        }
        let reason = if new {
            "waits in quarantine"
        } else {
            "the same metadata was known"
        };
        self.reason = String::from(reason);
    }

    /// It waits for a decision, without an identifier.
    pub(crate) fn deferred(&mut self) {
        self.outcome = AttemptOutcome::Deferred;
        self.reason = String::from("waits for a decision");
    }

    /// A client said what its registration shall say instead.
    pub(crate) fn updated(&mut self, client_id: &str) {
        self.outcome = AttemptOutcome::Updated;
        self.client_id = Some(client_id.to_owned());
        self.reason = String::from("its registration is to say this");
    }

    /// It got nothing, for this reason.
    pub(crate) fn refused(
        &mut self,
        outcome: AttemptOutcome,
        code: &'static str,
        why: &impl std::fmt::Display,
    ) {
        self.outcome = outcome;
        self.client_id = None;
        self.error = Some(code);
        self.reason = why.to_string().chars().take(500).collect();
    }

    /// The kind that it is one of.
    pub(crate) fn alike(&self, tenant: Id<Tenant>) -> Alike {
        Alike {
            tenant,
            environment: self.environment,
            outcome: self.outcome,
            error: self.error.unwrap_or_default(),
            family: self.family(),
        }
    }

    /// The stored family that it counts for; a failure of ours is no attempt of the family's.
    pub(crate) fn family(&self) -> Option<Fingerprint> {
        let answered = self.outcome != AttemptOutcome::Refused;
        self.fingerprint
            .filter(|_| self.of_known_family && answered)
    }
}

/// Adds a row for each.
pub(crate) async fn insert(tx: &mut TenantTx, attempts: &[Attempt]) -> Result<(), StoreError> {
    if attempts.is_empty() {
        return Ok(());
    }
    let tenant_id = tx.tenant_uuid();
    let rows: Vec<_> = attempts
        .iter()
        .map(|attempt| {
            let print = attempt.fingerprint.as_ref();
            (
                a::tenant_id.eq(tenant_id),
                a::environment.eq(attempt.environment.as_str()),
                a::at.eq(attempt.at),
                a::attempt_id.eq(attempt.id.as_uuid()),
                a::outcome.eq(attempt.outcome.as_str()),
                a::source.eq(attempt.source.network),
                a::fingerprint.eq(print.map(|print| print.as_bytes().to_vec())),
                a::client_id.eq(attempt.client_id.as_deref()),
                a::client_name.eq(attempt.client_name.as_deref()),
                a::error.eq(attempt.error),
                a::reason.eq(&attempt.reason),
                a::request_id.eq(&attempt.request_id),
                a::sent.eq(attempt.sent.as_ref()),
            )
        })
        .collect();
    diesel::insert_into(a::table)
        .values(rows)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
