//! What deletes goes to production by two people: one decides, another confirms.

use chrono::Duration;
use narthex_approval::{
    confirm::{Confirm, ConfirmError, Confirmed, confirm},
    decide::{DecideError, Decided, Outcome},
    expire::{Expired, expire},
    prose::{Reason, ScopeReason},
    request::RequestRef,
    withdraw::{Withdraw, withdraw},
};
use narthex_tenancy::{
    ambient,
    permission::{Action, Person, Role},
};
use narthex_vocab::{Environment, Id, PLATFORM_TENANT, RequestState};

use super::company::{Company, LOOPBACK, by, metadata, person};

const PRODUCTION: Environment = Environment::Production;

/// A stranger's case that asks to delete.
async fn grave(company: &Company) -> RequestRef {
    let stranger = company
        .registered(PRODUCTION, "Stranger Notes", "notes:delete notes:read")
        .await;
    let linked = company.link(&stranger, Some(&company.owner), None).await;
    linked.unwrap().request
}

/// The same, approved by one person.
async fn half_approved(company: &Company) -> RequestRef {
    let request = grave(company).await;
    let decided = company.decide_alone(request, Outcome::Approve).await;
    assert!(
        matches!(decided, Ok(Decided::AwaitsSecond { .. })),
        "{decided:?}"
    );
    request
}

/// What a second person would send who has just read the page.
async fn answer(company: &Company, request: RequestRef, yes: bool) -> Confirm {
    let administrator = company.place.administrator().await;
    let first = "select decision_id::text from review.second_wanted";
    let first: String = administrator.query_one(first, &[]).await.unwrap().get(0);
    Confirm {
        request,
        first: Id::from_uuid(first.parse().unwrap()),
        seen: company.payload(request).await,
        confirm: yes,
        reason: Reason::parse("I have looked at it too.").unwrap(),
    }
}

async fn send(
    company: &Company,
    who: &Person,
    command: Confirm,
) -> Result<Confirmed, ConfirmError> {
    let who = (who, Role::Approver, Action::Confirm);
    by(
        &company.place,
        company.tenant,
        who,
        async |tx: &mut _, acting: &mut _| confirm(tx, command, acting).await,
    )
    .await
}

async fn column(company: &Company, sql: &str) -> String {
    let administrator = company.place.administrator().await;
    administrator.query_one(sql, &[]).await.unwrap().get(0)
}

const CLIENTS: &str = "select count(*)::text from registry.client";
const STATE: &str = "select state from review.access_request";

#[tokio::test(flavor = "multi_thread")]
async fn one_decides_and_another_confirms() {
    let company = Company::new().await;
    let request = half_approved(&company).await;
    assert_eq!(column(&company, CLIENTS).await, "0", "nothing is given yet");
    assert_eq!(column(&company, STATE).await, "awaiting_second");

    let command = answer(&company, request, true).await;
    let own = send(&company, &company.reviewer, command.clone()).await;
    assert!(matches!(own, Err(ConfirmError::ByWhoDecided)), "{own:?}");
    let role = Role::Reviewer.permit(&company.approver, Action::Confirm);
    assert!(role.is_none(), "a reviewer confirms nothing");

    let confirmed = send(&company, &company.approver, command.clone()).await;
    assert!(
        matches!(confirmed, Ok(Confirmed::Activated(_))),
        "{confirmed:?}"
    );
    let people =
        "select decided_by::text || ' ' || second_by::text || ' ' || verdict from review.approval";
    let (first, second) = (company.reviewer.member, company.approver.member);
    let expected = format!("{} {} needs_two", first.as_uuid(), second.as_uuid());
    assert_eq!(column(&company, people).await, expected);
    let again = send(&company, &company.approver, command).await;
    let approved = RequestState::Approved;
    assert!(
        matches!(again, Err(ConfirmError::NotAwaiting(state)) if state == approved),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_second_people_one_wins() {
    let company = Company::new().await;
    let request = half_approved(&company).await;
    let role = Some(Role::Approver);
    let oona = person(&company.place.approval(), PLATFORM_TENANT, "Oona", role).await;
    let (yes, no) = (
        answer(&company, request, true).await,
        answer(&company, request, false).await,
    );
    let (one, other) = tokio::join!(
        send(&company, &company.approver, yes),
        send(&company, &oona, no)
    );
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let clients = if one.is_ok() { "1" } else { "0" };
    assert_eq!(column(&company, CLIENTS).await, clients);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_ends_the_case() {
    let company = Company::new().await;
    let request = half_approved(&company).await;
    let command = answer(&company, request, false).await;
    let refused = send(&company, &company.approver, command).await;
    assert!(matches!(refused, Ok(Confirmed::Refused)), "{refused:?}");
    assert_eq!(column(&company, STATE).await, "refused");
    let late = company.decide(request, Outcome::Approve).await;
    let state = RequestState::Refused;
    assert!(matches!(late, Err(DecideError::NotInReview(found)) if found == state));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_seen_or_is_over_is_not_confirmed() {
    let company = Company::new().await;
    let request = half_approved(&company).await;
    let seen = answer(&company, request, true).await;
    for stale in [
        Confirm {
            first: Id::from_uuid(request.id.as_uuid()),
            ..seen.clone()
        },
        Confirm {
            seen: narthex_approval::payload_hash::PayloadHash::from_bytes([0; 32]),
            ..seen.clone()
        },
    ] {
        let refused = send(&company, &company.approver, stale).await;
        assert!(matches!(refused, Err(ConfirmError::Stale)), "{refused:?}");
    }
    let late = ambient::now() + Duration::hours(73);
    let expired = company
        .itself(late, async |tx, acting| expire(tx, acting).await)
        .await
        .unwrap();
    let unconfirmed = Expired {
        unconfirmed: 1,
        ..Expired::default()
    };
    assert_eq!(expired, unconfirmed);
    let refused = send(&company, &company.approver, seen).await;
    let lapsed = RequestState::Lapsed;
    assert!(
        matches!(refused, Err(ConfirmError::NotAwaiting(state)) if state == lapsed),
        "{refused:?}"
    );
    assert_eq!(column(&company, CLIENTS).await, "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_meanwhile_is_not_confirmed() {
    let company = Company::new().await;
    let request = half_approved(&company).await;
    let command = answer(&company, request, true).await;
    let back = Withdraw {
        request,
        reason: ScopeReason::default(),
    };
    company
        .owned(Action::EditIntegration, async |tx, acting| {
            withdraw(tx, back, acting).await
        })
        .await
        .unwrap();
    let refused = send(&company, &company.approver, command).await;
    let withdrawn = RequestState::Withdrawn;
    assert!(
        matches!(refused, Err(ConfirmError::NotAwaiting(state)) if state == withdrawn),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn one_person_is_enough_for_less_and_in_the_sandbox() {
    let company = Company::new().await;
    let request = grave(&company).await;
    let less = company.reach(PRODUCTION, "notes:read", &["list_notes"]);
    let decided = company
        .decide_alone(request, Outcome::Offer(less.into()))
        .await;
    assert!(matches!(decided, Ok(Decided::Activated(_))), "{decided:?}");

    let sandbox = Environment::Sandbox;
    let delete = company.reach(sandbox, "notes:delete", &["delete_note"]);
    let sent = company
        .onboard(metadata("Partner", LOOPBACK, "none"), &[(sandbox, delete)])
        .await
        .unwrap();
    let decided = company.decide_alone(sent.requests[0].request, Outcome::Approve);
    let decided = decided.await;
    assert!(matches!(decided, Ok(Decided::Activated(_))), "{decided:?}");
}
