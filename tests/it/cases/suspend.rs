//! A client is stopped, goes on, and ends.

use narthex_approval::{
    decide::Outcome,
    prose::Reason,
    suspend::{Stop, Suspend, SuspendError, suspend},
};
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientState, Environment};

use super::company::Company;

const PRODUCTION: Environment = Environment::Production;

#[tokio::test(flavor = "multi_thread")]
async fn staff_stop_a_client_and_its_tenant_does_too() {
    let company = Company::new().await;
    let client_id = company
        .registered(PRODUCTION, "Stranger Notes", "notes:read")
        .await;
    let linked = company
        .link(&client_id, Some(&company.owner), None)
        .await
        .unwrap();
    company
        .decide(linked.request, Outcome::Approve)
        .await
        .unwrap();

    let command = |what| {
        let reason = Reason::parse("It calls too often.").unwrap();
        Suspend {
            environment: PRODUCTION,
            client_id: client_id.clone(),
            what,
            reason,
        }
    };
    let staff = async |what| {
        let command = command(what);
        company
            .reviewed(Action::SuspendAny, async |tx, acting| {
                suspend(tx, command, acting).await
            })
            .await
    };
    let owner = async |what| {
        let command = command(what);
        company
            .owned(Action::SuspendOwn, async |tx, acting| {
                suspend(tx, command, acting).await
            })
            .await
    };
    assert_eq!(staff(Stop::Suspend).await.unwrap(), ClientState::Suspended);
    let again = staff(Stop::Suspend).await;
    let suspended = ClientState::Suspended;
    assert!(
        matches!(again, Err(SuspendError::NotPossible(state)) if state == suspended),
        "{again:?}"
    );
    // What staff stopped, the tenant does not let go on; what it stopped itself it does.
    let held = owner(Stop::Resume).await;
    assert!(matches!(held, Err(SuspendError::HeldByStaff)), "{held:?}");
    assert_eq!(staff(Stop::Resume).await.unwrap(), ClientState::Active);
    assert_eq!(owner(Stop::Suspend).await.unwrap(), ClientState::Suspended);
    assert_eq!(owner(Stop::Resume).await.unwrap(), ClientState::Active);
    assert_eq!(owner(Stop::Revoke).await.unwrap(), ClientState::Revoked);
    let over = staff(Stop::Resume).await;
    assert!(
        matches!(over, Err(SuspendError::NotPossible(ClientState::Revoked))),
        "{over:?}"
    );
}
