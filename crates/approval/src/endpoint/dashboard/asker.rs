//! Who stands behind a case: the people with their own words, and how they lead to the client.

use narthex_http::page::{Fact, When};
use narthex_policy::Origin;

use crate::store::dashboard_people::People;
use crate::store::dashboard_people::name_of;
use crate::store::dashboard_quarantine::Asked;
use crate::store::dashboard_review::Case;

/// One person who wants it.
pub(crate) struct AskLine {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) at: When,
    pub(crate) scope: String,
    pub(crate) reason: String,
}

/// Who stands behind the case: person, integration, client.
pub(crate) fn asker(case: &Case) -> Vec<Fact> {
    let person = |label: &str, id| {
        let fact = Fact::text(label, name_of(&case.people, id));
        match case.people.get(&id) {
            Some(person) => fact.and_code(&person.email),
            None => fact,
        }
    };
    let integration = &case.integration;
    let sponsor = integration.sponsor.map_or_else(
        || Fact::text("Sponsor", "Nobody answers for it"),
        |id| person("Sponsor", id),
    );
    let mut facts = vec![sponsor];
    if let Some(id) = case
        .request
        .requested_by
        .filter(|id| integration.sponsor != Some(*id))
    {
        facts.push(person("Asked by", id));
    }
    facts.push(Fact::text("Runs it", integration.operator.label()));
    if !integration.purpose.is_empty() {
        facts.push(Fact::text("What for", integration.purpose.as_str()));
    }
    facts.push(Fact::text("Lineage", lineage(case)));
    if let Some(family) = &case.family {
        let attempts = u64::try_from(family.attempts).unwrap_or_default();
        let attempts = narthex_http::page::number(attempts);
        let whose = match case.request.origin {
            Origin::Token => "A registration that somebody answers for",
            Origin::Trust => "A client of a trusted domain",
            Origin::Portal | Origin::Quarantine | Origin::Approval | Origin::Open => {
                "A stranger's registration"
            }
        };
        facts.push(
            Fact::text("Came as", format!("{whose}, tried {attempts} times")).and_text(format!(
                "First seen {}, last {}",
                When::new(family.first_seen).text(),
                When::new(family.last_seen).text()
            )),
        );
    }
    facts
}

/// Person, integration, client: who brought what.
fn lineage(case: &Case) -> String {
    let sponsor = case
        .integration
        .sponsor
        .map_or_else(|| "Nobody".to_owned(), |id| name_of(&case.people, id));
    let client = case
        .request
        .client_id
        .as_ref()
        .map_or("a client to come", |id| id.as_str());
    format!("{sponsor} → {} → {client}", case.integration.name)
}

/// The people who asked at the front door, with their reasons.
pub(crate) fn asks(asks: &[Asked], people: &People) -> Vec<AskLine> {
    let line = |ask: &Asked| AskLine {
        name: name_of(people, ask.member),
        email: people
            .get(&ask.member)
            .map_or_else(String::new, |who| who.email.clone()),
        at: When::new(ask.at),
        scope: ask.scope.clone(),
        reason: ask.reason.clone(),
    };
    asks.iter().map(line).collect()
}
