//! A tenant answers a request for changes, or a refusal by the policy: the next version of the case, screened like the
//! first. It never touches the version before, nor a client.

use narthex_policy::Origin;
use narthex_tenancy::{StoreError, TenantTx, catalogue, metadata_rules, permission::Action};
use narthex_vocab::{ClientMetadata, Disallowed, RequestState};

use crate::{
    acting::{Acting, NotPermitted},
    onboard::{self, Sent},
    reach::{Ask, Asked, UnknownReach},
    request::{AccessRequest, ComesFrom, RequestRef},
    store,
};

/// The next version of a case.
#[derive(Debug, Clone)]
pub struct Revise {
    /// The version that was sent back: the newest one.
    pub request: RequestRef,
    /// What the client says about itself now.
    pub client: ClientMetadata,
    /// What it asks for now.
    pub ask: Ask,
}

/// Why there is no next version. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum ReviseError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Nobody asked for changes to it.
    #[error("the request is {0}")]
    NotSentBack(RequestState),
    /// A stranger's registration cannot be rewritten by somebody else.
    #[error("what a stranger registered is not ours to rewrite")]
    NotOurs,
    /// The version has a successor already.
    #[error("there is a newer version")]
    Superseded,
    /// The ask names what the environment does not have.
    #[error(transparent)]
    UnknownReach(#[from] UnknownReach),
    /// The environment does not take such metadata.
    #[error(transparent)]
    Disallowed(#[from] Disallowed),
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for ReviseError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("access_request_pkey") => Self::Superseded,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Sends the next version of a case.
pub async fn revise(
    tx: &mut TenantTx,
    command: Revise,
    acting: &mut Acting<'_>,
) -> Result<Sent, ReviseError> {
    let person = acting.member(tx, Action::EditIntegration)?;
    let before = store::request::load(tx, tx.tenant(), command.request).await?;
    let at = next(&before)?;
    let rules = metadata_rules::in_force(tx, at.environment).await?;
    rules.check(&command.client)?;
    let catalogue = catalogue::load(tx, at.environment).await?;
    let asked = Asked::look_up(command.ask, &catalogue)?;
    let comes = ComesFrom {
        origin: before.origin,
        client_id: None,
        requested_by: Some(person.member),
    };
    let request = AccessRequest::submitted(at, before.integration, comes, command.client, asked);
    let screened = onboard::send(tx, &request, acting).await?;
    Ok(Sent {
        request: at,
        screened,
    })
}

/// The version after one that was sent back to the tenant.
fn next(before: &AccessRequest) -> Result<RequestRef, ReviseError> {
    match (before.state, before.origin) {
        (state, Origin::Portal) if state.is_sent_back() => Ok(RequestRef {
            version: before.at.version + 1,
            ..before.at
        }),
        (
            state,
            Origin::Quarantine | Origin::Approval | Origin::Token | Origin::Open | Origin::Trust,
        ) if state.is_sent_back() => Err(ReviseError::NotOurs),
        (state, _) => Err(ReviseError::NotSentBack(state)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::panic, reason = "tests")]

    use narthex_vocab::Environment;

    use super::*;
    use crate::request_fixture::in_review;

    #[test]
    fn only_what_was_sent_back_to_the_tenant_has_a_next_version() {
        let sent_back = [
            RequestState::ChangesRequested,
            RequestState::RejectedByPolicy,
        ];
        for state in RequestState::ALL.iter().copied() {
            for origin in Origin::ALL.iter().copied() {
                let case = in_review(Environment::Sandbox, origin, "http://127.0.0.1/cb");
                let before = AccessRequest { state, ..case };
                match next(&before) {
                    Ok(at) => {
                        assert!(sent_back.contains(&state) && origin == Origin::Portal);
                        assert_eq!((at.id, at.version), (before.at.id, 2));
                    }
                    Err(ReviseError::NotOurs) => {
                        assert!(sent_back.contains(&state) && origin != Origin::Portal);
                    }
                    Err(ReviseError::NotSentBack(found)) => {
                        assert!(found == state && !sent_back.contains(&state));
                    }
                    Err(other) => panic!("{state} {origin}: {other}"),
                }
            }
        }
    }
}
