//! A tenant answers an offer.

use narthex_approval::{
    answer_offer::{AnswerOffer, AnswerOfferError, Answered, answer_offer},
    decide::{Decided, Outcome},
    prose::ScopeReason,
    request::RequestRef,
};
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientState, Environment, Id, kind};

use super::company::{Company, HOSTED, metadata};

const SANDBOX: Environment = Environment::Sandbox;

async fn offered(company: &Company, request: RequestRef) -> Id<kind::Offer> {
    let less = company.reach(SANDBOX, "notes:read", &["list_notes"]);
    match company
        .decide(request, Outcome::Offer(less.into()))
        .await
        .unwrap()
    {
        Decided::Offered { offer, .. } => offer,
        other => panic!("{other:?}"),
    }
}

async fn answer(
    company: &Company,
    request: RequestRef,
    offer: Id<kind::Offer>,
    accept: bool,
) -> Result<Answered, AnswerOfferError> {
    let command = AnswerOffer {
        request,
        offer,
        accept,
        reason: ScopeReason::default(),
    };
    let answering = company.owned(Action::AnswerOffer, async |tx, acting| {
        answer_offer(tx, command, acting).await
    });
    answering.await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_offer_goes_back_and_an_accepted_one_becomes_a_client() {
    let company = Company::new().await;
    let ask = [(
        SANDBOX,
        company.reach(
            SANDBOX,
            "notes:read notes:write",
            &["list_notes", "add_note"],
        ),
    )];
    let partner = metadata("Partner", HOSTED, "client_secret_basic");
    let request = company.onboard(partner, &ask).await.unwrap().requests[0].request;

    let first = offered(&company, request).await;
    assert_eq!(
        answer(&company, request, first, false).await.unwrap(),
        Answered::BackInReview
    );
    let late = answer(&company, request, first, true).await;
    assert!(matches!(late, Err(AnswerOfferError::Gone)), "{late:?}");

    let second = offered(&company, request).await;
    let other = answer(&company, request, first, true).await;
    assert!(
        matches!(other, Err(AnswerOfferError::Gone)),
        "an answer to another offer: {other:?}"
    );
    let Answered::Activated(client) = answer(&company, request, second, true).await.unwrap() else {
        panic!("declined");
    };
    assert_eq!(client.state, ClientState::AwaitingCredentials);
    assert_eq!(client.client_id.environment(), Some(SANDBOX));
}
