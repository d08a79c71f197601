//! A reviewer decides.

use narthex_approval::{
    activate::Activated,
    approved::NotApprovable,
    decide::{Decide, DecideError, Decided, Outcome, decide},
    payload_hash::PayloadHash,
    prose::Reason,
    request::RequestRef,
};
use narthex_tenancy::permission::{Action, Role};
use narthex_vocab::{ClientState, Environment, RequestState};

use super::company::{Company, HOSTED, LOOPBACK, metadata};

const PRODUCTION: Environment = Environment::Production;

async fn stranger(company: &Company) -> (narthex_vocab::ClientId, RequestRef) {
    let stranger = company
        .registered(PRODUCTION, "Stranger Notes", "notes:write notes:read")
        .await;
    let linked = company
        .link(&stranger, Some(&company.owner), None)
        .await
        .unwrap();
    (stranger, linked.request)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_keeps_its_identifier_and_gets_what_was_agreed() {
    let company = Company::new().await;
    let (stranger, request) = stranger(&company).await;
    let less = Outcome::Offer(
        company
            .reach(PRODUCTION, "notes:read", &["list_notes"])
            .into(),
    );
    let decided = company.decide(request, less).await.unwrap();
    let Decided::Activated(Activated {
        client_id, state, ..
    }) = decided
    else {
        panic!("{decided:?}");
    };
    assert_eq!((client_id, state), (stranger, ClientState::Active));

    let administrator = company.place.administrator().await;
    let given = "select (select string_agg(scope, ' ') from registry.entitlement),
                        (select string_agg(tool, ' ') from registry.entitled_tool),
                        (select answer ->> 'scope' from intake.quarantine),
                        (select state from intake.quarantine),
                        (select accepted_as from review.offer)";
    let row = administrator.query_one(given, &[]).await.unwrap();
    let row: Vec<&str> = (0..5).map(|column| row.get(column)).collect();
    assert_eq!(
        row,
        [
            "notes:read",
            "list_notes",
            "notes:read",
            "activated",
            "registration"
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_decisions_one_wins() {
    let company = Company::new().await;
    let (_, request) = stranger(&company).await;
    let (first, second) = tokio::join!(
        company.decide(request, Outcome::Approve),
        company.decide(request, Outcome::Reject)
    );
    let (won, lost) = if first.is_ok() {
        (first, second)
    } else {
        (second, first)
    };
    let state = match won.unwrap() {
        Decided::Activated(_) => RequestState::Approved,
        Decided::Closed(state) => state,
        waits @ (Decided::Offered { .. } | Decided::AwaitsSecond { .. }) => panic!("{waits:?}"),
    };
    assert!(
        matches!(lost, Err(DecideError::NotInReview(found)) if found == state),
        "{lost:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_seen_is_not_decided() {
    let company = Company::new().await;
    let (_, request) = stranger(&company).await;
    let command = Decide {
        request,
        seen: PayloadHash::from_bytes([0; 32]),
        outcome: Outcome::Approve,
        warning: None,
        reason: Reason::parse("Yes.").unwrap(),
    };
    let stale = company.reviewed(Action::Decide, async |tx, acting| {
        decide(tx, command, acting).await
    });
    assert!(matches!(stale.await, Err(DecideError::Stale)));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_decides_for_their_own_tenant() {
    let company = Company::new().await;
    let (_, request) = stranger(&company).await;
    assert!(Role::Owner.permit(&company.owner, Action::Decide).is_none());
    // Even a permit that names a member of the tenant is worth nothing there.
    let insider = Role::Reviewer
        .permit(&company.owner, Action::Decide)
        .unwrap();
    let seen = company.payload(request).await;
    let reason = Reason::parse("Ours.").unwrap();
    let command = Decide {
        request,
        seen,
        outcome: Outcome::Approve,
        warning: None,
        reason,
    };
    let database = company.place.approval();
    let refused = database
        .tenant(company.tenant, async |tx| {
            let (now, mut rng) = (
                narthex_tenancy::ambient::now(),
                narthex_tenancy::ambient::rng(),
            );
            let mut acting = narthex_approval::Acting::person(&insider, now, &mut rng, "test");
            decide(tx, command, &mut acting).await
        })
        .await;
    assert!(
        matches!(refused, Err(DecideError::NotPermitted(_))),
        "{refused:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn production_wants_every_host_proved() {
    let company = Company::new().await;
    let ask = [(PRODUCTION, company.reach(PRODUCTION, "notes:read", &[]))];
    let hosted = company
        .onboard(metadata("Partner", HOSTED, "none"), &ask)
        .await
        .unwrap();
    let refused = company
        .decide(hosted.requests[0].request, Outcome::Approve)
        .await;
    let Err(DecideError::NotApprovable(NotApprovable::Unproved { hosts })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(hosts[0].as_str(), "partner.example");
    // It waits for the proof: nothing of the refused decision stays.
    let rejected = company
        .decide(hosted.requests[0].request, Outcome::Reject)
        .await
        .unwrap();
    assert_eq!(rejected, Decided::Closed(RequestState::Rejected));

    let local = company
        .onboard(metadata("Partner", LOOPBACK, "none"), &ask)
        .await
        .unwrap();
    let approved = company
        .decide(local.requests[0].request, Outcome::Approve)
        .await
        .unwrap();
    assert!(matches!(approved, Decided::Activated(_)), "{approved:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_from_the_portal_has_nothing_to_block() {
    let company = Company::new().await;
    let ask = [(PRODUCTION, company.reach(PRODUCTION, "notes:read", &[]))];
    let sent = company
        .onboard(metadata("Partner", HOSTED, "none"), &ask)
        .await
        .unwrap();
    let refused = company
        .decide(sent.requests[0].request, Outcome::RejectAndBlock)
        .await;
    assert!(
        matches!(refused, Err(DecideError::NothingToBlock)),
        "{refused:?}"
    );
}
