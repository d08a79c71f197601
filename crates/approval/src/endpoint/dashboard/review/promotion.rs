//! What a case that promotes a client of the sandbox began with: that client, how ready it was, and what is other in
//! production. As it stood when it was sent; what is proved now is among the checks.

use narthex_http::page::{Diff, Fact, Task, When};
use narthex_tenancy::tenant::Tenant;

use super::super::paths;
use crate::endpoint::promotion_words;
use crate::promote::FROM;
use crate::store::dashboard_review::{Case, Promotion};

/// The card of the page.
pub(super) struct Card {
    pub(super) facts: Vec<Fact>,
    pub(super) tasks: Vec<Task>,
    pub(super) diff: Diff,
}

/// The card, for a case that is a promotion.
pub(super) fn card(tenant: &Tenant, case: &Case) -> Option<Card> {
    let Promotion { origin, metadata } = case.promotion.as_ref()?;
    let href = paths::client(&tenant.slug, FROM, &origin.client_id);
    let facts = vec![
        Fact::code("Client in the sandbox", origin.client_id.as_str()).link("Open it", href),
        Fact::when("Looked at", When::new(origin.at).to_the_second()),
    ];
    let mut changes = promotion_words::new_ones(metadata);
    changes.extend(promotion_words::said(metadata, &case.request.metadata));
    let texts = |all: &[narthex_vocab::Scope]| {
        let mut all: Vec<String> = all.iter().map(ToString::to_string).collect();
        all.sort();
        all
    };
    let asked: Vec<narthex_vocab::Scope> = case.request.asked.scopes.keys().cloned().collect();
    changes.extend(promotion_words::names(
        "Scopes",
        &texts(&case.elsewhere.scopes),
        &texts(&asked),
    ));
    Some(Card {
        facts,
        tasks: promotion_words::tasks(&origin.readiness, |_| None),
        diff: promotion_words::diff(changes, metadata),
    })
}
