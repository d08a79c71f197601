//! A client on its integration's page: identifier, reach, credentials, and what the person may do with them. Words
//! only; what is possible is asked of the verbs.

use narthex_http::page::{Badge, Fact, Icon, Logo, Tone, When};
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientId, ClientState, CredentialState, Environment, SecretKind, Timestamp};

use super::integration::path_of as path_of_integration;
use super::logo;
use super::signed_in::SignedIn;
use super::standing::client_badge;
use crate::create_credential;
use crate::endpoint::{change_words, warning_words, workload_words};
use crate::promote::{FROM, TO};
use crate::store::portal_integration::{Client, Credential};
use crate::store::promotion::OtherEnd;
use crate::suspend::Stop;

/// One client, display-ready.
pub(super) struct ClientView {
    pub(super) anchor: &'static str,
    pub(super) state: Badge,
    pub(super) client_id: String,
    pub(super) facts: Vec<Fact>,
    /// What changed and was not agreed to.
    pub(super) causes: Vec<Fact>,
    /// What happens when it changes.
    pub(super) changes: Vec<Fact>,
    pub(super) logos: Vec<Logo>,
    pub(super) credentials: Option<Credentials>,
    pub(super) suspend_href: Option<String>,
    pub(super) resume_href: Option<String>,
    pub(super) revoke_href: Option<String>,
    pub(super) promote_href: Option<String>,
}

/// The credentials of a client that has secrets.
pub(super) struct Credentials {
    pub(super) rows: Vec<CredentialRow>,
    pub(super) newest: String,
    /// Where the form that makes one goes.
    pub(super) create_path: Option<String>,
    /// Why there is no such form.
    pub(super) why_not: String,
}

/// One credential.
pub(super) struct CredentialRow {
    pub(super) name: String,
    pub(super) state: Badge,
    pub(super) created: When,
    pub(super) expires: When,
    pub(super) last_used: Option<When>,
    pub(super) retire_href: Option<String>,
}

/// The view of a client.
pub(super) fn client_view(who: &SignedIn, client: &Client) -> ClientView {
    let path = path_of(who, client);
    let stop = |what: Stop, below: &str| {
        (who.may(what.of_tenant()) && what.is_possible(client.state))
            .then(|| format!("{path}/{below}"))
    };
    ClientView {
        anchor: client.environment.as_str(),
        state: client_badge(client.environment, client.state),
        client_id: client.id.as_str().to_owned(),
        facts: facts(client, who),
        causes: change_words::open(&client.causes),
        changes: change_words::facts(&client.rules, Some(&client.metadata)),
        logos: logo::views(who, client.environment, &client.logos),
        credentials: client
            .metadata
            .auth_method()
            .needs_secret()
            .then(|| credentials(who, client, &path)),
        suspend_href: stop(Stop::Suspend, "suspend"),
        resume_href: stop(Stop::Resume, "resume"),
        revoke_href: stop(Stop::Revoke, "revoke"),
        promote_href: (promotable(client) && who.may(Action::EditIntegration))
            .then(|| format!("{path}/promote")),
    }
}

/// Whether promoting it can be begun: its page says what stands against it.
fn promotable(client: &Client) -> bool {
    let works = match client.state {
        ClientState::AwaitingCredentials | ClientState::Active | ClientState::Restricted => true,
        ClientState::Suspended | ClientState::Expired | ClientState::Revoked => false,
    };
    let under_way = match &client.promotion {
        Some(OtherEnd::To(promoted)) => promoted.client_id.is_some() || promoted.state.is_open(),
        Some(OtherEnd::From(_)) | None => false,
    };
    let own = client.line.above.is_empty() && client.id.document_url().is_none();
    client.environment == FROM && works && own && !under_way
}

/// Where it came from or went to.
fn promotion(client: &Client, who: &SignedIn) -> Option<Fact> {
    Some(match client.promotion.as_ref()? {
        OtherEnd::From(from) => {
            Fact::code("Promoted from", from.as_str()).link("Its client in the sandbox", "#sandbox")
        }
        OtherEnd::To(promoted) => {
            let request = who.request_path(TO, promoted.request);
            let state = promoted.state.label();
            match &promoted.client_id {
                Some(live) => Fact::code("Promoted to", live.as_str())
                    .link("Its client in production", "#production"),
                None => Fact::text("Promoted", state).link("The request for production", request),
            }
        }
    })
}

/// The path of a client's own pages.
pub(super) fn path_of(who: &SignedIn, client: &Client) -> String {
    path_to(who, client.environment, &client.id)
}

/// The same, of a client that is only named.
pub(super) fn path_to(who: &SignedIn, environment: Environment, id: &ClientId) -> String {
    let id: String = url::form_urlencoded::byte_serialize(id.as_str().as_bytes()).collect();
    who.path(&format!("/{environment}/clients/{id}"))
}

fn facts(client: &Client, who: &SignedIn) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (label, kin) in [
        ("Registered by", &client.line.above),
        ("Has registered", &client.line.below),
    ] {
        facts.extend(kin.iter().map(|kin| {
            let words = format!("{}, {}", kin.name, kin.state.label().to_lowercase());
            Fact::code(label, kin.client_id.as_str())
                .link(words, path_of_integration(who, kin.integration))
        }));
    }
    if !client.line.above.is_empty() || !client.line.below.is_empty() {
        let tree = format!("{}/lineage", path_of(who, client));
        facts.push(Fact::text("Lineage", "Part of a tree").link("Who registered whom", tree));
    }
    facts.extend(promotion(client, who));
    let warned = client.warned;
    facts.extend(warned.map(|warned| warning_words::fact(warned, who.now)));
    if let Some(reason) = &client.reason {
        facts.push(Fact::text("Reason", reason.as_str()));
    }
    let scopes = client
        .scopes
        .iter()
        .fold(Fact::new("May reach"), |fact, (scope, words)| {
            fact.and_code(format!("{scope}: {words}"))
        });
    facts.push(if client.scopes.is_empty() {
        Fact::text("May reach", "Nothing: it can only sign people in")
    } else {
        scopes
    });
    if !client.tools.is_empty() {
        let tools = client
            .tools
            .iter()
            .fold(Fact::new("May call"), |fact, (tool, resource)| {
                fact.and_code(format!("{tool} at {resource}"))
            });
        facts.push(tools);
    }
    facts.push(Fact::text(
        "How it proves itself",
        client.metadata.auth_method().label(),
    ));
    facts.extend(client.metadata.workload().map(workload_words::fact));
    facts.push(Fact::code(
        "Issuer",
        who.issuer(client.environment).as_str(),
    ));
    facts.push(Fact::when(
        "Approval ends",
        When::new(client.expires_at).day(),
    ));
    facts
}

fn credentials(who: &SignedIn, client: &Client, path: &str) -> Credentials {
    let may = who.may(create_credential::action(client.environment));
    let live = client
        .credentials
        .iter()
        .filter(|one| is_live(one, who.now))
        .count();
    let why_not = if !may {
        who.who_may(create_credential::action(client.environment))
    } else if !takes_secrets(client.state) {
        format!(
            "A client that is {} gets no credentials.",
            client.state.label().to_lowercase()
        )
    } else {
        "Two credentials work at once at most: the one in use and its replacement. Retire one to create another."
            .to_owned()
    };
    let possible = may && takes_secrets(client.state) && live < 2;
    let newest = client.credentials.iter().map(|one| one.id).max();
    let row = |one: &Credential| {
        let retire = may && is_live(one, who.now);
        CredentialRow {
            name: format!("{}…{}", prefix(client.environment), one.last4),
            state: credential_badge(one, who.now),
            created: When::new(one.created_at),
            expires: When::new(one.expires_at).day(),
            last_used: one.last_used.map(When::new),
            retire_href: retire.then(|| format!("{path}/credentials/{}/retire", one.id)),
        }
    };
    Credentials {
        rows: client.credentials.iter().map(row).collect(),
        newest: newest.map_or_else(String::new, |id| id.to_string()),
        create_path: possible.then(|| format!("{path}/credentials")),
        why_not,
    }
}

/// What a secret of the environment starts with.
pub(super) const fn prefix(environment: Environment) -> &'static str {
    SecretKind::ClientSecret(environment).prefix()
}

/// Whether a client can still authenticate with it.
pub(super) fn is_live(credential: &Credential, now: Timestamp) -> bool {
    credential.state.is_live() && credential.expires_at > now
}

/// As the verb sees it: what is stopped or over takes no secret.
const fn takes_secrets(state: ClientState) -> bool {
    match state {
        ClientState::AwaitingCredentials | ClientState::Active | ClientState::Restricted => true,
        ClientState::Suspended | ClientState::Expired | ClientState::Revoked => false,
    }
}

fn credential_badge(credential: &Credential, now: Timestamp) -> Badge {
    if credential.state.is_live() && credential.expires_at <= now {
        return Badge::new(Tone::Neutral, CredentialState::Expired.label()).icon(Icon::Clock);
    }
    match credential.state {
        CredentialState::Active => Badge::new(Tone::Ok, "Works").icon(Icon::Tick),
        CredentialState::Retiring => Badge::new(Tone::Warn, credential.state.label()),
        CredentialState::Retired | CredentialState::Expired => {
            Badge::new(Tone::Neutral, credential.state.label())
        }
        CredentialState::Revoked => Badge::new(Tone::Danger, credential.state.label()),
    }
}
