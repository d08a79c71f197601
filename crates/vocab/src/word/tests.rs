//! What holds for every closed word: one text form, round trips, labels fit for people; and for
//! every state machine: final states stay final, all states can be reached.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use std::collections::BTreeSet;

use proptest::prelude::*;

use crate::{
    ApplicationType, AttemptOutcome, AuthMethod, ClaimState, ClientState, CredentialState,
    DeferralState, Environment, GrantType, QuarantineState, RegistrationErrorCode,
    RegistrationMode, RequestState, ResponseType, Risk,
};

macro_rules! words {
    ($($test:ident: $word:ident;)*) => {$(
        #[test]
        fn $test() {
            let texts: BTreeSet<_> = $word::ALL.iter().map(|word| word.as_str()).collect();
            assert_eq!(texts.len(), $word::ALL.len(), "texts differ");
            for word in $word::ALL.iter().copied() {
                let text = word.as_str();
                // Extension grants are named by URNs (RFC 6749 section 4.5).
                let urn = text.starts_with("urn:ietf:params:oauth:");
                let plain = |b: u8| b.is_ascii_lowercase() || b == b'_' || (urn && b":-".contains(&b));
                assert!(text.bytes().all(plain), "{text}");
                assert_eq!(text.parse(), Ok(word));
                assert_eq!(word.to_string(), text);
                let json = serde_json::to_value(word).unwrap();
                assert_eq!(json, text);
                assert_eq!(serde_json::from_value::<$word>(json).unwrap(), word);
                assert!(text.to_uppercase().parse::<$word>().is_err());
                assert!(format!(" {text}").parse::<$word>().is_err());
            }
            let error = "\u{202e}nothing".repeat(50).parse::<$word>().unwrap_err();
            assert!(error.value.chars().count() == 64 && !error.to_string().contains('\u{202e}'));
        }
    )*};
}

words! {
    environments: Environment;
    grant_types: GrantType;
    response_types: ResponseType;
    auth_methods: AuthMethod;
    application_types: ApplicationType;
    risks: Risk;
    registration_modes: RegistrationMode;
    registration_errors: RegistrationErrorCode;
    attempt_outcomes: AttemptOutcome;
    request_states: RequestState;
    client_states: ClientState;
    credential_states: CredentialState;
    quarantine_states: QuarantineState;
    claim_states: ClaimState;
    deferral_states: DeferralState;
}

macro_rules! machines {
    ($($test:ident: $state:ident from $start:ident;)*) => {$(
        proptest! {
            #[test]
            fn $test(steps in prop::collection::vec(prop::sample::select($state::ALL), 0..64)) {
                let mut state = $state::$start;
                let mut ended = None;
                for next in steps {
                    if state.may_become(next) {
                        prop_assert_ne!(state, next);
                        prop_assert_eq!(ended, None, "nothing follows a final state");
                        state = next;
                    }
                    if state.is_final() {
                        ended = ended.or(Some(state));
                    }
                }
                prop_assert!(ended.is_none_or(|end| end == state));
            }
        }
    )*};
}

machines! {
    requests_stay_ended: RequestState from Draft;
    clients_stay_ended: ClientState from AwaitingCredentials;
    credentials_stay_ended: CredentialState from Active;
    quarantines_stay_ended: QuarantineState from Quarantined;
    claims_stay_answered: ClaimState from Open;
    deferrals_stay_ended: DeferralState from Pending;
}

macro_rules! reach {
    ($state:ident from $start:ident) => {{
        let mut seen = BTreeSet::from([$state::$start]);
        let mut open = vec![$state::$start];
        while let Some(state) = open.pop() {
            open.extend(
                state
                    .next()
                    .iter()
                    .copied()
                    .filter(|next| seen.insert(*next)),
            );
        }
        assert_eq!(
            seen.len(),
            $state::ALL.len(),
            "every state is reached from the first"
        );
        for state in $state::ALL {
            let label = state.label();
            assert!(label.starts_with(|c: char| c.is_uppercase()) && !label.contains('_'));
        }
    }};
}

#[test]
fn every_state_is_reached_and_has_words() {
    reach!(RequestState from Draft);
    reach!(ClientState from AwaitingCredentials);
    reach!(CredentialState from Active);
    reach!(QuarantineState from Quarantined);
}

#[test]
fn risks_are_ordered() {
    assert!(Risk::ALL.is_sorted() && Risk::Read < Risk::Admin);
}
