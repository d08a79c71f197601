//! What asks and who asks: hosts, addresses by part, the name in quotes, people with their own words. Everything a
//! client says about itself is shown as that.

use narthex_http::page::{Badge, Fact, Icon, Line, Tone, When};
use narthex_vocab::{ClientMetadata, WebUri};

use super::super::words;
use crate::request::AccessRequest;
use crate::store::dashboard_people::name_of;
use crate::store::dashboard_review::Case;

/// One host of the metadata.
pub(super) struct HostLine {
    pub(super) host: String,
    /// As people write it, when that is another text.
    pub(super) unicode: Option<String>,
    pub(super) proof: Badge,
}

/// One redirect address.
pub(super) struct RedirectLine {
    pub(super) line: Line,
    pub(super) leads_to: &'static str,
}

/// One person who wants it.
pub(super) struct AskLine {
    pub(super) name: String,
    pub(super) email: String,
    pub(super) at: When,
    pub(super) scope: String,
    pub(super) reason: String,
}

pub(super) fn hosts(case: &Case) -> Vec<HostLine> {
    let line = |host: narthex_vocab::HostName| HostLine {
        unicode: Some(host.unicode()).filter(|unicode| *unicode != host.as_str()),
        proof: if case.unproved.contains(&host) {
            Badge::new(Tone::Warn, "Not proved").icon(Icon::Warning)
        } else {
            Badge::verified("Proved")
        },
        host: host.as_str().to_owned(),
    };
    case.request
        .metadata
        .hosts()
        .into_iter()
        .map(line)
        .collect()
}

pub(super) fn redirects(metadata: &ClientMetadata) -> Vec<RedirectLine> {
    let uris = metadata.redirect_uris().iter();
    uris.map(|uri| RedirectLine {
        line: Line::address(uri.as_str()),
        leads_to: words::leads_to(uri.kind()),
    })
    .collect()
}

/// What the client says about itself, apart from hosts and redirect addresses.
pub(super) fn client(request: &AccessRequest) -> Vec<Fact> {
    let metadata = &request.metadata;
    let mut facts = vec![
        Fact::text("Name it gives itself", words::quoted(metadata))
            .badge(Badge::new(Tone::Neutral, "Not verified")),
    ];
    facts.extend(
        request
            .client_id
            .as_ref()
            .map(|id| Fact::code("Client identifier", id.as_str())),
    );
    let grants = metadata.grant_types().iter();
    facts.push(Fact::code(
        "Authenticates with",
        metadata.auth_method().as_str(),
    ));
    facts.push(grants.fold(Fact::new("Grants"), |fact, grant| {
        fact.and_code(grant.as_str())
    }));
    facts.push(Fact::code(
        "Application type",
        metadata.application_type().as_str(),
    ));
    let pages = [
        ("Home page", metadata.client_uri()),
        ("Logo, never loaded", metadata.logo_uri()),
        ("Terms", metadata.tos_uri()),
        ("Privacy policy", metadata.policy_uri()),
        ("Key set", metadata.jwks_uri()),
    ];
    let page = |(label, uri): (&str, Option<&WebUri>)| Some(Fact::code(label, uri?.as_str()));
    facts.extend(pages.into_iter().filter_map(page));
    if metadata.jwks().is_some() {
        facts.push(Fact::text("Key set", "Sent with the registration"));
    }
    if !metadata.contacts().is_empty() {
        let contacts = metadata.contacts().iter();
        facts.push(contacts.fold(Fact::new("Contacts"), |fact, one| {
            fact.and_text(one.as_str())
        }));
    }
    if let Some(software) = metadata.software_id() {
        let version = metadata
            .software_version()
            .map_or("", |version| version.as_str());
        facts.push(Fact::code(
            "Software",
            format!("{software} {version}").trim_end(),
        ));
    }
    facts
}

/// Who stands behind the case: person, integration, client.
pub(super) fn asker(case: &Case) -> Vec<Fact> {
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
        facts.push(
            Fact::text(
                "Came as",
                format!("A stranger's registration, tried {attempts} times"),
            )
            .and_text(format!(
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
pub(super) fn asks(case: &Case) -> Vec<AskLine> {
    let line = |ask: &crate::store::dashboard_quarantine::Asked| AskLine {
        name: name_of(&case.people, ask.member),
        email: case
            .people
            .get(&ask.member)
            .map_or_else(String::new, |who| who.email.clone()),
        at: When::new(ask.at),
        scope: ask.scope.clone(),
        reason: ask.reason.clone(),
    };
    case.asks.iter().map(line).collect()
}
