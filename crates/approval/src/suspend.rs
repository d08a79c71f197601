//! Stopping a client, letting it go on, and ending it for good; by the tenant for its own, by staff for any. It never
//! gives a client anything it did not have.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{AuthMethod, ClientId, ClientState, Environment};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    compare_document,
    follow::{Moved, follow},
    prose::Reason,
    restriction,
    store::{self, client::Arrow},
};

/// What to do to which client.
#[derive(Debug, Clone)]
pub struct Suspend {
    /// The environment.
    pub environment: Environment,
    /// The client.
    pub client_id: ClientId,
    /// What to do.
    pub what: Stop,
    /// Why; people read it.
    pub reason: Reason,
}

/// The three acts on a client's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Stop {
    /// No token is issued or honoured until it is resumed.
    Suspend,
    /// It goes on as before.
    Resume,
    /// It never comes back.
    Revoke,
}

impl Stop {
    /// What a person of the tenant needs for it: what never comes back is for owners.
    #[must_use]
    pub const fn of_tenant(self) -> Action {
        match self {
            Self::Suspend | Self::Resume => Action::SuspendOwn,
            Self::Revoke => Action::RevokeOwn,
        }
    }

    /// Whether the machine has this arrow from `state`. Resuming is for what was stopped: a client that waits for
    /// credentials, or is limited, is not resumed.
    pub fn is_possible(self, state: ClientState) -> bool {
        match self {
            Self::Suspend => state.may_become(ClientState::Suspended),
            Self::Resume => state == ClientState::Suspended,
            Self::Revoke => state.may_become(ClientState::Revoked),
        }
    }

    /// The state it leads to; a client without anything to prove itself with goes back to waiting for it.
    async fn leads_to(
        self,
        tx: &mut TenantTx,
        (environment, client): (Environment, &ClientId),
        auth_method: AuthMethod,
    ) -> Result<ClientState, StoreError> {
        Ok(match self {
            Self::Suspend => ClientState::Suspended,
            Self::Revoke => ClientState::Revoked,
            Self::Resume
                if auth_method.needs_secret()
                    && !store::credential::any_live(tx, environment, client).await? =>
            {
                ClientState::AwaitingCredentials
            }
            Self::Resume => ClientState::Active,
        })
    }

    const fn action(self) -> &'static str {
        match self {
            Self::Suspend => "client.suspend",
            Self::Resume => "client.resume",
            Self::Revoke => "client.revoke",
        }
    }
}

/// Why the client is as before.
#[derive(Debug, thiserror::Error)]
pub enum SuspendError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Its state does not allow it.
    #[error("the client is {0}")]
    NotPossible(ClientState),
    /// Staff suspended it, and its tenant does not undo that.
    #[error("staff suspended the client")]
    HeldByStaff,
    /// The client that registered it does not work.
    #[error("the client that registered it does not work")]
    ParentStopped,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The client, when this can be done to it now by somebody of the tenant, or `by_staff`.
pub(crate) async fn possible(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, &ClientId),
    what: Stop,
    by_staff: bool,
) -> Result<store::client::Standing, SuspendError> {
    let client = store::client::load(tx, environment, client_id).await?;
    if !what.is_possible(client.state) {
        return Err(SuspendError::NotPossible(client.state));
    }
    if what == Stop::Resume {
        if client.held_by_staff && !by_staff {
            return Err(SuspendError::HeldByStaff);
        }
        if !parent_works(tx, environment, client_id).await? {
            return Err(SuspendError::ParentStopped);
        }
    }
    Ok(client)
}

/// Suspends, resumes or revokes a client; says how it stands now.
pub async fn suspend(
    tx: &mut TenantTx,
    command: Suspend,
    acting: &mut Acting<'_>,
) -> Result<ClientState, SuspendError> {
    let by_staff = acting.staff(tx, Action::SuspendAny).is_ok();
    if !by_staff {
        acting.member(tx, command.what.of_tenant())?;
    }
    let Suspend {
        environment,
        client_id,
        what,
        reason,
    } = command;
    let client = possible(tx, (environment, &client_id), what, by_staff).await?;
    let from = client.state;
    let auth_method = client.metadata.auth_method();
    let to = what
        .leads_to(tx, (environment, &client_id), auth_method)
        .await?;
    let arrow = Arrow {
        from,
        to,
        reason: Some(reason.as_str()),
        held_by_staff: by_staff && to == ClientState::Suspended,
    };
    if !store::client::advance(tx, environment, &client_id, arrow, acting.now).await? {
        let now = store::client::load(tx, environment, &client_id).await?;
        return Err(SuspendError::NotPossible(now.state));
    }
    let deed = Deed {
        action: what.action(),
        object: client_id.to_string(),
        environment: Some(environment),
        reason: reason.as_str(),
        detail: json!({ "from": from, "to": to }),
    };
    acting.record(tx, deed).await?;
    let moved = Moved {
        environment,
        client_id: &client_id,
        to,
        reason: reason.as_str(),
        held_by_staff: by_staff && to == ClientState::Suspended,
    };
    follow(tx, &moved, acting).await?;
    if to == ClientState::Active {
        restriction::settle(tx, (environment, &client_id), acting.now).await?;
        compare_document::compare(tx, (environment, &client_id), acting).await?;
    }
    Ok(to)
}

/// Ends a client for good by itself, when the registrant it is for gave it up; false when it has ended.
pub(crate) async fn end_unattended(
    tx: &mut TenantTx,
    (environment, client_id): (Environment, &ClientId),
    reason: &'static str,
    acting: &Acting<'_>,
) -> Result<bool, StoreError> {
    let from = store::client::load(tx, environment, client_id).await?.state;
    let arrow = Arrow {
        from,
        to: ClientState::Revoked,
        reason: Some(reason),
        held_by_staff: false,
    };
    if !Stop::Revoke.is_possible(from)
        || !store::client::advance(tx, environment, client_id, arrow, acting.now).await?
    {
        return Ok(false);
    }
    let deed = Deed {
        action: Stop::Revoke.action(),
        object: client_id.to_string(),
        environment: Some(environment),
        reason,
        detail: json!({ "from": from, "to": ClientState::Revoked }),
    };
    acting.record(tx, deed).await?;
    let moved = Moved {
        environment,
        client_id,
        to: ClientState::Revoked,
        reason,
        held_by_staff: false,
    };
    follow(tx, &moved, acting).await?;
    Ok(true)
}

/// Whether the client right above works; a client that nobody registered has none.
async fn parent_works(
    tx: &mut TenantTx,
    environment: Environment,
    client_id: &ClientId,
) -> Result<bool, StoreError> {
    let place = (tx.tenant(), environment);
    let line = store::lineage::line(tx, place, client_id).await?;
    Ok(line
        .above
        .last()
        .is_none_or(|parent| parent.state.honours_tokens()))
}

#[cfg(test)]
mod tests {
    use ClientState as S;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Stop::Suspend, &[S::AwaitingCredentials, S::Active, S::Restricted])]
    #[case(Stop::Resume, &[S::Suspended])]
    #[case(Stop::Revoke, &[S::AwaitingCredentials, S::Active, S::Restricted, S::Suspended, S::Expired])]
    fn each_act_has_its_states(#[case] what: Stop, #[case] from: &[ClientState]) {
        for state in S::ALL {
            assert_eq!(
                what.is_possible(*state),
                from.contains(state),
                "{what:?} {state}"
            );
        }
    }
}
