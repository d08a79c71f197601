//! What a client says about itself: hosts with their proofs, redirect addresses by part, the name in quotes. All of it is
//! shown as the client's own words.

use narthex_http::page::{self, Badge, Fact, Icon, Line, Tone};
use narthex_vocab::{
    ClientId, ClientMetadata, Environment, HostName, SigningAlgorithm, TenantSlug,
};

use super::{paths, words};
use crate::endpoint::{logo_words, workload_words};
use crate::logo::Logo;

/// The card of a page.
pub(crate) struct Identity {
    /// What it shows as its logo, in each language.
    pub(crate) logos: Vec<page::Logo>,
    pub(crate) hosts: Vec<HostLine>,
    pub(crate) redirects: Vec<RedirectLine>,
    pub(crate) facts: Vec<Fact>,
}

/// One host of the metadata.
pub(crate) struct HostLine {
    pub(crate) host: String,
    /// As people write it, when that is another text.
    pub(crate) unicode: Option<String>,
    pub(crate) proof: Badge,
}

/// One redirect address.
pub(crate) struct RedirectLine {
    pub(crate) line: Line,
    pub(crate) leads_to: &'static str,
}

/// The card of `metadata`, with which of its hosts lack a proof.
pub(crate) fn identity(
    metadata: &ClientMetadata,
    client_id: Option<&ClientId>,
    unproved: &[HostName],
    logos: Vec<page::Logo>,
) -> Identity {
    let redirects = metadata.redirect_uris().iter();
    Identity {
        logos,
        hosts: metadata
            .hosts()
            .into_iter()
            .map(|host| host_line(&host, unproved))
            .collect(),
        redirects: redirects
            .map(|uri| RedirectLine {
                line: Line::address(uri.as_str()),
                leads_to: words::leads_to(uri.kind()),
            })
            .collect(),
        facts: facts(metadata, client_id),
    }
}

/// The logos of a client, for staff: whatever was found is shown, and marked as nobody's word.
pub(crate) fn logos(
    (tenant, environment): (&TenantSlug, Environment),
    logos: &[Logo],
) -> Vec<page::Logo> {
    let view = |logo: &Logo| {
        let src = logo.picture();
        let src = src.map(|hash| paths::logo(tenant, environment, hash));
        logo_words::view(logo, src)
    };
    logos.iter().map(view).collect()
}

fn host_line(host: &HostName, unproved: &[HostName]) -> HostLine {
    HostLine {
        host: host.as_str().to_owned(),
        unicode: Some(host.unicode()).filter(|unicode| *unicode != host.as_str()),
        proof: if unproved.contains(host) {
            Badge::new(Tone::Warn, "Not proved").icon(Icon::Warning)
        } else {
            Badge::verified("Proved")
        },
    }
}

/// What the client says about itself, apart from hosts and redirect addresses.
fn facts(metadata: &ClientMetadata, client_id: Option<&ClientId>) -> Vec<Fact> {
    let mut facts = vec![
        Fact::text("Name it gives itself", words::quoted(metadata))
            .badge(Badge::new(Tone::Neutral, "Not verified")),
    ];
    facts.extend(metadata.localized_names().map(|(language, name)| {
        Fact::text(
            format!("Name it gives itself ({language})"),
            words::in_quotes(name),
        )
        .badge(Badge::new(Tone::Neutral, "Not verified"))
    }));
    facts.extend(client_id.map(|id| Fact::code("Client identifier", id.as_str())));
    let grants = metadata.grant_types().iter();
    facts.push(Fact::code(
        "Authenticates with",
        metadata.auth_method().as_str(),
    ));
    facts.push(grants.fold(Fact::new("Grants"), |fact, grant| {
        fact.and_text(grant.label()).and_code(grant.as_str())
    }));
    facts.extend(metadata.workload().map(workload_words::fact));
    facts.push(Fact::code(
        "Application type",
        metadata.application_type().as_str(),
    ));
    let pages = metadata.pages();
    facts.extend(pages.map(|page| Fact::code(words::page(&page), page.uri.as_str())));
    if metadata.jwks().is_some() {
        facts.push(Fact::text("Key set", "Sent with the registration"));
    }
    if !metadata.contacts().is_empty() {
        let contacts = metadata.contacts().iter();
        facts.push(contacts.fold(Fact::new("Contacts"), |fact, one| {
            fact.and_text(one.as_str())
        }));
    }
    facts.extend(of_sessions(metadata));
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

/// How people sign in and out through it, where that is not the usual way.
fn of_sessions(metadata: &ClientMetadata) -> Vec<Fact> {
    let mut facts = Vec::new();
    if !metadata.post_logout_redirect_uris().is_empty() {
        let addresses = metadata.post_logout_redirect_uris().iter();
        let fact = Fact::new("After signing out, people go to");
        facts.push(addresses.fold(fact, |fact, uri| fact.and_code(uri.as_str())));
    }
    if metadata.id_token_algorithm() != SigningAlgorithm::Rs256 {
        let algorithm = metadata.id_token_algorithm();
        facts.push(Fact::code("ID tokens signed with", algorithm.as_str()));
    }
    if metadata.binds_tokens() {
        let words = "Each is bound to a key of the client (DPoP)";
        facts.push(Fact::text("Access tokens", words));
    }
    if metadata.pushes_requests() {
        let words = "Only requests that it pushed beforehand";
        facts.push(Fact::text("Sign-in requests", words));
    }
    facts
}
