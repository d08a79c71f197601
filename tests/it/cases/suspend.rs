//! A client is stopped, goes on, and ends.

use actix_web::http::StatusCode;
use narthex_approval::{
    decide::Outcome,
    prose::Reason,
    suspend::{Stop, Suspend, SuspendError, suspend},
};
use narthex_tenancy::permission::{Action, Role};
use narthex_vocab::{ClientState, Environment};

use super::company::Company;
use crate::portal::browser::{Browser, portal};
use crate::portal::session_of;

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
            .owned(what.of_tenant(), async |tx, acting| {
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
    let ends = command(Stop::Revoke);
    let manager = company
        .owned(Action::SuspendOwn, async |tx, acting| {
            suspend(tx, ends, acting).await
        })
        .await;
    assert!(
        matches!(manager, Err(SuspendError::NotPermitted(_))),
        "who may suspend does not revoke by that: {manager:?}"
    );
    assert_eq!(owner(Stop::Revoke).await.unwrap(), ClientState::Revoked);
    let over = staff(Stop::Resume).await;
    assert!(
        matches!(over, Err(SuspendError::NotPossible(ClientState::Revoked))),
        "{over:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manager_suspends_and_resumes_in_the_portal_and_an_owner_revokes() {
    let company = Company::new().await;
    let client_id = company
        .registered(PRODUCTION, "Stranger Notes", "notes:read")
        .await;
    let linked = company.link(&client_id, Some(&company.owner), None).await;
    let request = linked.unwrap().request;
    company.decide(request, Outcome::Approve).await.unwrap();
    let app = portal(&company.place).await;
    let browser = async |role| {
        let browser = Browser::new(&app);
        let session = session_of(&company.place, company.tenant, Some(role)).await;
        browser.keep("narthex-portal", &session);
        browser
    };
    let manager = browser(Role::Manager).await;
    let client = format!("/t/acme/production/clients/{client_id}");
    let reason = [("reason", "It calls too often.")];
    let send = async |who: &Browser, verb: &str| {
        let path = format!("{client}/{verb}");
        let page = who.get(&path).await;
        if page.status != StatusCode::OK {
            return page;
        }
        who.post(&path, &reason).await
    };
    let suspended = send(&manager, "suspend").await;
    let integration = suspended.location.split('?').next().unwrap().to_owned();
    assert!(
        suspended.location.ends_with("?done=suspended"),
        "{}",
        suspended.body
    );
    let page = manager.get(&integration).await.body;
    assert!(page.contains("Resume in production") && !page.contains("Revoke in production"));
    let resumed = send(&manager, "resume").await;
    assert!(
        resumed.location.ends_with("?done=resumed"),
        "{}",
        resumed.body
    );
    assert_eq!(send(&manager, "revoke").await.status, StatusCode::FORBIDDEN);
    let straight = manager.post(&format!("{client}/revoke"), &reason).await;
    assert_eq!(straight.status, StatusCode::FORBIDDEN);

    // What staff stopped, the page says before anybody types.
    let stop = Suspend {
        environment: PRODUCTION,
        client_id: client_id.clone(),
        what: Stop::Suspend,
        reason: Reason::parse("It calls too often.").unwrap(),
    };
    let held = company
        .reviewed(Action::SuspendAny, async |tx, acting| {
            suspend(tx, stop, acting).await
        })
        .await;
    held.unwrap();
    let page = manager.get(&format!("{client}/resume")).await;
    assert!(
        page.body
            .contains("Staff suspended the client. Nothing was changed")
    );
    let refused = send(&manager, "resume").await;
    assert!(
        refused
            .body
            .contains("Staff suspended the client. Nothing was changed")
    );

    let owner = browser(Role::Owner).await;
    assert!(
        owner
            .get(&integration)
            .await
            .body
            .contains("Revoke in production")
    );
    let path = format!("{client}/revoke");
    owner.get(&path).await;
    let typed = [reason[0], ("name", "Stranger Notes")];
    let revoked = owner.post(&path, &typed).await;
    assert!(
        revoked.location.ends_with("?done=revoked"),
        "{}",
        revoked.body
    );
}
