//! A tenant changes what was sent back, or takes a case back.

use narthex_approval::{
    decide::{DecideError, Decided, Outcome},
    prose::ScopeReason,
    reach::Ask,
    request::RequestRef,
    revise::{Revise, ReviseError, revise},
    screen::Screened,
    withdraw::{Withdraw, WithdrawError, withdraw},
};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, RequestState};

use super::company::{Company, LOOPBACK, metadata};

const PRODUCTION: Environment = Environment::Production;

async fn sent(company: &Company) -> RequestRef {
    let ask = [(
        PRODUCTION,
        company.reach(PRODUCTION, "notes:read notes:delete", &["delete_note"]),
    )];
    let partner = metadata("Partner", LOOPBACK, "none");
    company.onboard(partner, &ask).await.unwrap().requests[0].request
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_sent_back_comes_again_once() {
    let company = Company::new().await;
    let first = sent(&company).await;
    let command = Revise {
        request: first,
        client: metadata("Partner", LOOPBACK, "none"),
        ask: Ask {
            scopes: [(
                "notes:read".parse().unwrap(),
                ScopeReason::parse("To read.").unwrap(),
            )]
            .into(),
            ..Ask::default()
        },
    };
    let revising = async || {
        let command = command.clone();
        company
            .owned(Action::EditIntegration, async |tx, acting| {
                revise(tx, command, acting).await
            })
            .await
    };
    let early = revising().await;
    let in_review = RequestState::InReview;
    assert!(
        matches!(early, Err(ReviseError::NotSentBack(state)) if state == in_review),
        "{early:?}"
    );

    let asked = company.decide(first, Outcome::AskForChanges).await.unwrap();
    assert_eq!(asked, Decided::Closed(RequestState::ChangesRequested));
    let second = revising().await.unwrap();
    assert_eq!(
        second.request,
        RequestRef {
            version: 2,
            ..first
        }
    );
    assert!(
        matches!(second.screened, Screened::InReview { .. }),
        "{second:?}"
    );
    let again = revising().await;
    assert!(matches!(again, Err(ReviseError::Superseded)), "{again:?}");

    let approved = company
        .decide(second.request, Outcome::Approve)
        .await
        .unwrap();
    assert!(matches!(approved, Decided::Activated(_)), "{approved:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_that_was_taken_back_is_not_decided() {
    let company = Company::new().await;
    let request = sent(&company).await;
    let command = Withdraw {
        request,
        reason: ScopeReason::default(),
    };
    let withdrawing = async || {
        let command = command.clone();
        company
            .owned(Action::EditIntegration, async |tx, acting| {
                withdraw(tx, command, acting).await
            })
            .await
    };
    withdrawing().await.unwrap();
    let again = withdrawing().await;
    let withdrawn = RequestState::Withdrawn;
    assert!(
        matches!(again, Err(WithdrawError::NotOpen(state)) if state == withdrawn),
        "{again:?}"
    );
    let late = company.decide(request, Outcome::Approve).await;
    assert!(
        matches!(late, Err(DecideError::NotInReview(state)) if state == withdrawn),
        "{late:?}"
    );
}
