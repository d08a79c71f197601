//! A case is looked at by one person at a time, and everybody can see by whom.

use narthex_approval::{
    decide::Outcome,
    request::RequestRef,
    take::{Take, TakeError, hand_back, take},
};
use narthex_tenancy::permission::{Action, Person, Role};
use narthex_vocab::{Environment, Id, RequestState, kind};

use super::company::{Company, LOOPBACK, by, metadata};

const SANDBOX: Environment = Environment::Sandbox;

async fn sent(company: &Company) -> RequestRef {
    let ask = [(SANDBOX, company.reach(SANDBOX, "notes:read", &[]))];
    let partner = metadata("Partner", LOOPBACK, "none");
    company.onboard(partner, &ask).await.unwrap().requests[0].request
}

async fn taking(
    company: &Company,
    who: &Person,
    request: RequestRef,
    seen: Option<Id<kind::Member>>,
) -> Result<(), TakeError> {
    let permit = (who, Role::Approver, Action::Decide);
    let command = Take { request, seen };
    by(
        &company.place,
        company.tenant,
        permit,
        async |tx: &mut _, acting: &mut _| take(tx, command, acting).await,
    )
    .await
}

async fn holder(company: &Company) -> Option<String> {
    let administrator = company.place.administrator().await;
    let by = "select taken_by::text from review.assignment";
    let row = administrator.query_opt(by, &[]).await.unwrap();
    row.map(|row| row.get(0))
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_take_it_one_has_it() {
    let company = Company::new().await;
    let request = sent(&company).await;
    let (rita, omar) = (&company.reviewer, &company.approver);
    let (one, other) = tokio::join!(
        taking(&company, rita, request, None),
        taking(&company, omar, request, None)
    );
    assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
    let (has, wants) = if one.is_ok() {
        (rita, omar)
    } else {
        (omar, rita)
    };
    let now = holder(&company).await;
    assert_eq!(now, Some(has.member.as_uuid().to_string()));

    let unseen = taking(&company, wants, request, Some(wants.member)).await;
    assert!(matches!(unseen, Err(TakeError::Taken)), "{unseen:?}");
    taking(&company, wants, request, Some(has.member))
        .await
        .unwrap();
    let now = holder(&company).await;
    assert_eq!(now, Some(wants.member.as_uuid().to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_it_hands_it_back_and_anybody_decides() {
    let company = Company::new().await;
    let request = sent(&company).await;
    taking(&company, &company.approver, request, None)
        .await
        .unwrap();
    let command = Take {
        request,
        seen: None,
    };
    let handing_back = async || {
        company
            .reviewed(Action::Decide, async |tx, acting| {
                hand_back(tx, command, acting).await
            })
            .await
    };
    let other = handing_back().await;
    assert!(matches!(other, Err(TakeError::Taken)), "{other:?}");
    let from = Some(company.approver.member);
    taking(&company, &company.reviewer, request, from)
        .await
        .unwrap();
    handing_back().await.unwrap();
    assert_eq!(holder(&company).await, None);

    company.decide(request, Outcome::Reject).await.unwrap();
    let late = taking(&company, &company.approver, request, None).await;
    let rejected = RequestState::Rejected;
    assert!(
        matches!(late, Err(TakeError::NotWaiting(state)) if state == rejected),
        "{late:?}"
    );
}
