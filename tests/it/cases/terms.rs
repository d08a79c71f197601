//! An offer may be less in time: until a date, with shorter tokens. What is accepted is what is given.

use std::collections::BTreeMap;

use chrono::{Duration, SubsecRound};
use narthex_approval::{
    answer_offer::{AnswerOffer, Answered, answer_offer},
    decide::{DecideError, Decided, Outcome},
    prose::ScopeReason,
    reach::ToolRef,
    remark::{Proposal, Remark, Remarks},
    request::RequestRef,
};
use narthex_tenancy::{ambient, permission::Action};
use narthex_vocab::{Environment, Scope, TokenLifetime, ToolName};

use super::company::{Company, LOOPBACK, metadata};

const PRODUCTION: Environment = Environment::Production;

async fn sent(company: &Company) -> RequestRef {
    let all = company.reach(
        PRODUCTION,
        "notes:read notes:write",
        &["list_notes", "add_note"],
    );
    let partner = metadata("Partner", LOOPBACK, "none");
    let sent = company.onboard(partner, &[(PRODUCTION, all)]).await;
    sent.unwrap().requests[0].request
}

/// Reading for some days, its tool for fewer, tokens of five minutes; changing in the sandbox only.
fn proposal(company: &Company, days: (i64, i64)) -> Proposal {
    let read: Scope = "notes:read".parse().unwrap();
    let tool = |name: &str| ToolRef {
        resource: company.notes[&PRODUCTION],
        tool: ToolName::parse(name).unwrap(),
    };
    let now = ambient::now().trunc_subsecs(0);
    let mut reach = company.reach(PRODUCTION, "notes:read", &["list_notes"]);
    reach.limits.scopes = BTreeMap::from([(read.clone(), now + Duration::days(days.0))]);
    reach.limits.tools = BTreeMap::from([(tool("list_notes"), now + Duration::days(days.1))]);
    reach.limits.tokens = Some(TokenLifetime::from_minutes(5).unwrap());
    let remark = |sandbox_only, reason: &str| Remark {
        sandbox_only,
        reason: ScopeReason::parse(reason).unwrap(),
    };
    Proposal {
        reach,
        remarks: Remarks {
            scopes: BTreeMap::from([
                (read, remark(false, "Until the trial ends.")),
                (
                    "notes:write".parse().unwrap(),
                    remark(true, "Try it first."),
                ),
            ]),
            tools: BTreeMap::from([(tool("add_note"), remark(true, ""))]),
        },
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_is_exactly_what_was_accepted() {
    let company = Company::new().await;
    let request = sent(&company).await;
    let offer = proposal(&company, (90, 60));
    let limits = offer.reach.limits.clone();
    let decided = company.decide(request, Outcome::Offer(offer)).await;
    let Ok(Decided::Offered { offer, .. }) = decided else {
        panic!("{decided:?}");
    };
    let command = AnswerOffer {
        request,
        offer,
        accept: true,
        reason: ScopeReason::default(),
    };
    let accepted = company
        .owned(Action::AnswerOffer, async |tx, acting| {
            answer_offer(tx, command, acting).await
        })
        .await;
    assert!(
        matches!(accepted, Ok(Answered::Activated(_))),
        "{accepted:?}"
    );

    let administrator = company.place.administrator().await;
    let given = "select e.scope, e.expires_at, e.lifetime_minutes, t.tool, t.until
        from registry.entitlement as e join registry.entitled_tool as t using (tenant_id, environment, client_id, scope)";
    let row = administrator.query_one(given, &[]).await.unwrap();
    let end =
        |column| -> narthex_vocab::Timestamp { row.get::<_, std::time::SystemTime>(column).into() };
    let named = (row.get::<_, &str>(0), row.get::<_, &str>(3));
    assert_eq!(named, ("notes:read", "list_notes"));
    assert_eq!(Some(&end(1)), limits.scopes.values().next());
    assert_eq!(Some(&end(4)), limits.tools.values().next());
    assert_eq!(row.get::<_, Option<i16>>(2), Some(5));
    let remarks = "select string_agg(scope || ' ' || sandbox_only || ' ' || reason, ', ' order by scope) from review.scope_remark";
    let remarks: String = administrator.query_one(remarks, &[]).await.unwrap().get(0);
    assert_eq!(
        remarks,
        "notes:read false Until the trial ends., notes:write true Try it first."
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_would_end_before_it_is_answered_is_no_offer() {
    let company = Company::new().await;
    let request = sent(&company).await;
    for days in [(13, 60), (90, 1)] {
        let short = Outcome::Offer(proposal(&company, days));
        let refused = company.decide(request, short).await;
        assert!(
            matches!(refused, Err(DecideError::TooShort(_))),
            "{refused:?}"
        );
    }
    let mut odd = proposal(&company, (90, 60));
    let written = odd.remarks.scopes.keys().cloned().collect::<Vec<_>>();
    for scope in written {
        odd.remarks.scopes.entry(scope).or_default().sandbox_only = true;
    }
    let refused = company.decide(request, Outcome::Offer(odd)).await;
    assert!(
        matches!(refused, Err(DecideError::OutOfPlace(_))),
        "what is given is not for the sandbox alone: {refused:?}"
    );
}
