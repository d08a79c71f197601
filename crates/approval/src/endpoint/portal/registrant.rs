//! What an app that registers itself says about itself, display-ready for the person who may vouch for it. Everything
//! here is the registrant's claim, and is shown as one.

use std::collections::BTreeMap;

use narthex_http::page::{Fact, When};
use narthex_tenancy::catalogue::{self, Catalogue};
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{
    ClientMetadata, ClientName, Environment, GrantType, HostName, Label, Page, RedirectUri,
    ScopeSet, SecretHash, Timestamp,
};

use crate::endpoint::workload_words;
use crate::prose::ScopeReason;
use crate::reach::Ask;
use crate::store::deferral::{self, Pending};

/// A registration that waits, in words.
pub(super) struct Registrant {
    /// What it calls itself, or nothing.
    pub(super) name: String,
    /// What it says about itself.
    pub(super) says: Vec<Fact>,
    /// What it would ask for.
    pub(super) asks: Vec<Fact>,
}

/// The registration that waits under a verification code.
pub(super) async fn registrant(
    tx: &mut TenantTx,
    environment: Environment,
    verification: &SecretHash,
    now: Timestamp,
) -> Result<Registrant, StoreError> {
    let pending = deferral::find(tx, environment, verification, now).await?;
    let catalogue = catalogue::load(tx, environment).await?;
    let name = pending.metadata.client_name();
    Ok(Registrant {
        name: name.map_or_else(String::new, |name| name.as_str().to_owned()),
        says: says(&pending),
        asks: asks(&pending.scope, &catalogue),
    })
}

fn says(pending: &Pending) -> Vec<Fact> {
    let client = &pending.metadata;
    let name = client.client_name().map(ClientName::as_str);
    let mut facts = vec![
        Fact::text(
            "Calls itself",
            name.map_or_else(
                || "Nothing".to_owned(),
                |name| format!("\u{201c}{name}\u{201d}"),
            ),
        ),
        hosts(client),
        codes(
            "Sends people back to",
            client.redirect_uris().iter().map(RedirectUri::as_str),
        ),
        Fact::text("How it proves itself", client.auth_method().label()),
        codes(
            "Signs in by",
            client
                .grant_types()
                .iter()
                .map(|grant: &GrantType| grant.as_str()),
        ),
        Fact::text("Runs as", client.application_type().label()),
    ];
    facts.extend(client.workload().map(workload_words::fact));
    facts.extend(client.localized_names().map(|(language, name)| {
        let label = format!("Calls itself ({language})");
        Fact::text(label, format!("\u{201c}{name}\u{201d}"))
    }));
    let page = |page: Page<'_>| Fact::code(page_words(&page), page.uri.as_str());
    facts.extend(client.pages().map(page));
    if !client.post_logout_redirect_uris().is_empty() {
        let addresses = client.post_logout_redirect_uris().iter();
        facts.push(codes(
            "Sends people to after signing out",
            addresses.map(RedirectUri::as_str),
        ));
    }
    if !client.contacts().is_empty() {
        facts.push(codes(
            "Contacts",
            client.contacts().iter().map(Label::as_str),
        ));
    }
    let software = [client.software_id(), client.software_version()];
    let software: Vec<_> = software.into_iter().flatten().map(Label::as_str).collect();
    if !software.is_empty() {
        facts.push(codes("Software", software));
    }
    facts.push(Fact::when("Registered", When::new(pending.created_at)));
    facts.push(Fact::when("Waits until", When::new(pending.expires_at)));
    facts
}

/// What an address leads to, with the language that it is for.
fn page_words(page: &Page<'_>) -> String {
    let label = page.member.label();
    page.language
        .map_or_else(|| label.to_owned(), |tag| format!("{label} ({tag})"))
}

fn hosts(client: &ClientMetadata) -> Fact {
    let hosts = client.hosts();
    if hosts.is_empty() {
        return Fact::text("Hosts it names", "None: it runs on somebody's own computer");
    }
    codes("Hosts it names", hosts.iter().map(HostName::as_str))
}

fn codes<'a>(label: &str, codes: impl IntoIterator<Item = &'a str>) -> Fact {
    let mut fact = Fact::new(label);
    for code in codes {
        fact = fact.and_code(code);
    }
    if fact.code.is_empty() {
        fact = fact.and_text("None");
    }
    fact
}

/// The scopes that the environment has, each with what it means; what it does not have is left out of the case.
fn asks(wanted: &ScopeSet, catalogue: &Catalogue) -> Vec<Fact> {
    let wanted: BTreeMap<_, _> = wanted
        .iter()
        .map(|scope| (scope.clone(), ScopeReason::default()))
        .collect();
    let known = Ask::covering(&wanted, catalogue).scopes;
    let entry = |scope| catalogue.scope(scope);
    known
        .keys()
        .filter_map(entry)
        .map(|entry| {
            Fact::text(entry.scope.as_str(), entry.description.as_str())
                .and_text(entry.risk.label())
        })
        .collect()
}
