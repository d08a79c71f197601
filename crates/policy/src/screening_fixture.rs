//! Requests that tests begin with: nothing is wrong with them but what their names say.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use narthex_vocab::{AuthMethod, Environment, GrantType, Host, Imitation, Risk, Scope};

use crate::facts::{Descent, LogoFact, NamesElsewhere, Origin, Past, ScopeFact, ScreeningFacts};

/// A scope.
pub(crate) fn scope(name: &str, risk: Risk, open: bool) -> ScopeFact {
    ScopeFact {
        scope: Scope::parse(name).unwrap(),
        risk,
        open,
    }
}

/// A sandbox open registration that R-20 allows.
pub(crate) fn open() -> ScreeningFacts {
    ScreeningFacts {
        environment: Environment::Sandbox,
        origin: Origin::Open,
        descent: Descent::Root,
        auth_method: AuthMethod::None,
        grants: BTreeSet::from([GrantType::AuthorizationCode, GrantType::RefreshToken]),
        requested: vec![scope("notes.read", Risk::Read, true)],
        hosts_unproved: vec![Host::parse("app.example").unwrap()],
        disallowed: None,
        loopback_only: false,
        sponsor: false,
        name_conflict: false,
        imitation: Imitation::default(),
        logo: LogoFact::default(),
        reused: BTreeSet::new(),
        names: NamesElsewhere::default(),
        vouched: None,
        trusted: None,
        first_request: true,
        shared_key: false,
        sandbox_first: true,
        new_scopes: BTreeSet::new(),
        tenant_age_days: 400,
        past: Past::default(),
    }
}

/// A portal request in production with nothing to complain about.
pub(crate) fn portal() -> ScreeningFacts {
    ScreeningFacts {
        environment: Environment::Production,
        origin: Origin::Portal,
        auth_method: AuthMethod::PrivateKeyJwt,
        hosts_unproved: Vec::new(),
        sponsor: true,
        first_request: false,
        ..open()
    }
}
