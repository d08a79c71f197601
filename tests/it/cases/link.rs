//! Staff link, or block, what a stranger registered.

use narthex_approval::{
    block::{Block, BlockError, block},
    decide::{Decided, Outcome},
    link::LinkError,
    prose::Reason,
    screen::Screened,
};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, QuarantineState, RequestState};

use super::company::Company;

const PRODUCTION: Environment = Environment::Production;

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_that_a_person_wants_becomes_a_case() {
    let company = Company::new().await;
    let stranger = company
        .registered(PRODUCTION, "Stranger Notes", "notes:delete mail:read")
        .await;
    let nobody = company.link(&stranger, None, None).await;
    assert!(
        matches!(nobody, Err(LinkError::SponsorMissing)),
        "{nobody:?}"
    );

    let user = company.user("Uma").await;
    company
        .asks(&user, &stranger, "notes:read notes:write")
        .await;
    let unknown = company.link(&stranger, None, Some("mail:read")).await;
    assert!(
        matches!(unknown, Err(LinkError::UnknownReach(_))),
        "{unknown:?}"
    );

    let linked = company.link(&stranger, None, None).await.unwrap();
    assert!(
        matches!(linked.screened, Screened::InReview { .. }),
        "{linked:?}"
    );
    let administrator = company.place.administrator().await;
    let asked = "select (select string_agg(scope, ' ' order by scope) from review.requested_scope),
                        (select string_agg(tool, ' ' order by tool) from review.requested_tool)";
    let row = administrator.query_one(asked, &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), "notes:delete notes:read notes:write");
    assert_eq!(row.get::<_, &str>(1), "add_note delete_note list_notes");

    let again = company.link(&stranger, None, None).await;
    assert!(matches!(again, Err(LinkError::AlreadyOpen)), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_registration_can_be_linked_again_and_a_blocked_one_not() {
    let company = Company::new().await;
    let stranger = company.registered(PRODUCTION, "Stranger Notes", "").await;
    let owner = Some(&company.owner);
    let linked = company.link(&stranger, owner, None).await.unwrap();
    let rejected = company
        .decide(linked.request, Outcome::Reject)
        .await
        .unwrap();
    assert_eq!(rejected, Decided::Closed(RequestState::Rejected));

    let linked = company
        .link(&stranger, owner, Some("notes:read"))
        .await
        .unwrap();
    let blocked = company
        .decide(linked.request, Outcome::RejectAndBlock)
        .await
        .unwrap();
    assert_eq!(blocked, Decided::Closed(RequestState::RejectedAndBlocked));
    let again = company.link(&stranger, owner, None).await;
    let blocked = QuarantineState::Blocked;
    assert!(
        matches!(again, Err(LinkError::NotWaiting(state)) if state == blocked),
        "{again:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_registration_is_blocked_once() {
    let company = Company::new().await;
    let client_id = company.registered(PRODUCTION, "Stranger Notes", "").await;
    let reason = Reason::parse("It calls itself by our name.").unwrap();
    let command = Block {
        environment: PRODUCTION,
        client_id,
        reason,
    };
    let blocking = async || {
        let command = command.clone();
        company
            .reviewed(Action::HandleQuarantine, async |tx, acting| {
                block(tx, command, acting).await
            })
            .await
    };
    blocking().await.unwrap();
    let again = blocking().await;
    assert!(
        matches!(again, Err(BlockError::NotWaiting(QuarantineState::Blocked))),
        "{again:?}"
    );
}
