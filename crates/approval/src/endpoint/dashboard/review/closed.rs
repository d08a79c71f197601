//! What stands in the place of the decision when there is none to make: how it was decided, what is offered, who has
//! to confirm. It offers no form.

use narthex_http::page::{Fact, When};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{RequestState, TokenLifetime};

use super::super::{paths, words};
use super::{history, reach};
use crate::remark::Proposal;
use crate::store::dashboard_review::Case;

/// What stands in the place of the decision when there is none to make.
pub(super) fn facts(tenant: &Tenant, case: &Case) -> Vec<Fact> {
    let mut facts = vec![Fact::new("State").badge(words::request_state(case.request.state))];
    if let Some(decided) = case.decisions.last() {
        facts.push(Fact::text("Last decision", decided.kind.label()));
        facts.push(Fact::text("By", history::decider(case, decided)));
        facts.push(Fact::when("When", When::new(decided.at)));
        facts.push(Fact::text("Reason", &decided.reason));
    }
    if let Some(offer) = &case.offer {
        let lines = reach::given(&offer.proposal).into_iter();
        facts.push(lines.fold(Fact::new("Offered"), Fact::and_code));
        facts.push(Fact::when(
            "Can be answered until",
            When::new(offer.expires_at),
        ));
    }
    if let Some((client, state)) = &case.client {
        let href = paths::client(&tenant.slug, case.request.at.environment, client);
        let fact = Fact::code("Client", client.as_str());
        facts.push(
            fact.badge(words::client_state(*state))
                .link("Open the client", href),
        );
    }
    facts
}

/// The page of the second person, while one is wanted.
pub(super) fn second(tenant: &Tenant, case: &Case) -> Option<String> {
    let at = case.request.at;
    let path = paths::request(&tenant.slug, at.environment, at.id);
    (case.request.state == RequestState::AwaitingSecond).then(|| format!("{path}/confirm"))
}

/// What a decision that waits for a second person gives, line by line.
pub(crate) fn given(case: &Case) -> Vec<String> {
    let all = || Proposal::from(case.request.asked.reach());
    reach::given(&case.agreed.clone().unwrap_or_else(all))
}

/// How long its tokens live, in words.
pub(crate) fn token_life(case: &Case) -> String {
    let agreed = case.agreed.as_ref();
    let tokens = agreed.and_then(|proposal| proposal.reach.limits.tokens);
    let minutes = tokens.unwrap_or(TokenLifetime::LONGEST).minutes();
    words::counted(minutes.into(), "minute", "minutes")
}

pub(super) const fn text(state: RequestState) -> &'static str {
    use RequestState as S;
    match state {
        S::Draft => "The tenant is still writing it.",
        S::Submitted | S::Screening => "The automatic checks are running. Reload in a few seconds.",
        S::InReview => "It waits for a reviewer.",
        S::AutoApproved => "A named rule approved it.",
        S::Approved => "It is decided. To take something away, suspend the client.",
        S::RejectedByPolicy => "The policy refused it. The tenant can change it and send it again.",
        S::ChangesRequested => "The tenant changes it and sends a new version.",
        S::Offered => "The tenant answers the offer next.",
        S::Rejected | S::Refused => "It is decided. The tenant may ask again.",
        S::RejectedAndBlocked => "It is decided. This registration may not ask again.",
        S::AwaitingSecond => "A second person has to confirm.",
        S::Lapsed => "Nobody answered in time.",
        S::Withdrawn => "The tenant took it back.",
    }
}
