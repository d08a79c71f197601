//! A request on its way through a page: sealed for one session, so that the form of one browser is worth nothing in
//! another, and for one step, so that asking is not consenting.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::Duration;
use narthex_people::session::Session;
use narthex_tenancy::sealing::SealingKey;
use narthex_vocab::{ScopeSet, Timestamp};
use rand_core::CryptoRng;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::authorize::request::AuthorizationRequest;
use crate::page_error::PageError;
use crate::place::Place;

/// How long a person may think.
const VALID: Duration = Duration::minutes(30);

/// The page that a form is on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Consent,
    Ask,
    Device,
}

/// What the form brings back: a request of the front door, or what else a person is asked about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Pending<T = AuthorizationRequest> {
    pub(crate) request: T,
    /// What the page showed, which is all that may be allowed.
    pub(crate) shown: ScopeSet,
    /// The page had the warning with which the client was approved.
    pub(crate) warned: bool,
    until: Timestamp,
}

impl<T: Serialize + DeserializeOwned> Pending<T> {
    pub(crate) fn new(request: T, shown: ScopeSet, now: Timestamp) -> Self {
        Self {
            request,
            shown,
            warned: false,
            until: now + VALID,
        }
    }

    /// When the page was made: what changed later it does not say.
    pub(crate) fn shown_at(&self) -> Timestamp {
        self.until - VALID
    }

    /// The same on a page with the warning, or without.
    #[must_use]
    pub(crate) fn warned(self, warned: bool) -> Self {
        Self { warned, ..self }
    }

    /// As a form field.
    pub(crate) fn seal(
        &self,
        key: &SealingKey,
        (step, place, session): (Step, &Place, &Session),
        rng: &mut dyn CryptoRng,
    ) -> Result<String, PageError> {
        let failed = || PageError::Request("a form could not be sealed".to_owned());
        let plain = serde_json::to_vec(self).map_err(|_| failed())?;
        let sealed = key
            .seal(&plain, &belongs(step, place, session), rng)
            .map_err(|_| failed())?;
        Ok(URL_SAFE_NO_PAD.encode(sealed))
    }

    /// From a form field; anything but our own, in time, from this session, is out of date.
    pub(crate) fn open(
        field: &str,
        key: &SealingKey,
        (step, place, session): (Step, &Place, &Session),
        now: Timestamp,
    ) -> Result<Self, PageError> {
        let pending: Option<Self> = URL_SAFE_NO_PAD
            .decode(field)
            .ok()
            .and_then(|sealed| key.open(&sealed, &belongs(step, place, session)).ok())
            .and_then(|plain| serde_json::from_slice(&plain).ok());
        pending
            .filter(|pending| pending.until > now)
            .ok_or(PageError::OutOfDate)
    }
}

fn belongs(step: Step, place: &Place, session: &Session) -> String {
    let step = match step {
        Step::Consent => "consent",
        Step::Ask => "ask",
        Step::Device => "device",
    };
    let (tenant, environment) = (place.tenant, place.environment);
    format!("page/{step}/{tenant}/{environment}/{}", session.id)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use narthex_vocab::{Environment, Id, Issuer, TenantSlug};
    use url::Url;
    use uuid::Uuid;

    fn session(number: u128) -> Session {
        Session {
            id: Id::from_uuid(Uuid::from_u128(number)),
            member: Id::from_uuid(Uuid::from_u128(7)),
            created_at: now(),
            second_factor_at: None,
            word: None,
        }
    }

    fn place(environment: Environment) -> Place {
        let base = Url::parse("https://id.example").unwrap();
        Place {
            tenant: Id::from_uuid(Uuid::from_u128(5)),
            environment,
            issuer: Issuer::new(&base, &TenantSlug::parse("acme").unwrap(), environment),
        }
    }

    fn now() -> Timestamp {
        Timestamp::from_timestamp(1_800_000_000, 0).unwrap()
    }

    #[test]
    fn a_form_counts_in_its_own_browser_and_step() {
        let key = SealingKey::new(&[7; 32]).unwrap();
        let mut rng = narthex_tenancy::ambient::rng();
        let request = crate::authorize::request::sample();
        let here = place(Environment::Production);
        let there = place(Environment::Sandbox);
        let (mine, other) = (session(1), session(2));
        let pending = Pending::new(request, ScopeSet::parse("notes:read").unwrap(), now());
        let field = pending
            .seal(&key, (Step::Consent, &here, &mine), &mut rng)
            .unwrap();
        let open = |at, when| Pending::<AuthorizationRequest>::open(&field, &key, at, when);
        assert_eq!(open((Step::Consent, &here, &mine), now()).unwrap(), pending);
        for at in [
            (Step::Consent, &here, &other),
            (Step::Ask, &here, &mine),
            (Step::Device, &here, &mine),
            (Step::Consent, &there, &mine),
        ] {
            assert!(matches!(open(at, now()), Err(PageError::OutOfDate)));
        }
        let late = open((Step::Consent, &here, &mine), now() + VALID);
        assert!(matches!(late, Err(PageError::OutOfDate)));
    }
}
