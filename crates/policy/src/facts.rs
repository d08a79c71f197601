//! What screening knows about an access request, as plain values. It never looks anything up.

use std::collections::BTreeSet;

use narthex_vocab::{
    AuthMethod, Disallowed, Environment, GrantType, Host, Imitation, Label, MarkKind, Risk, Scope,
};

/// Where an access request began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A person of the tenant wrote it in the portal.
    Portal,
    /// A stranger's registration that waits in quarantine.
    Quarantine,
    /// A registration that answers with a client only after a decision; a person of the tenant vouched for it.
    Approval,
    /// A registration that an initial access token brought, with a sponsor.
    Token,
    /// Open registration, in a sandbox.
    Open,
    /// A client with a document at a host of a domain that the tenant trusts.
    Trust,
}

impl Origin {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::Portal,
        Self::Quarantine,
        Self::Approval,
        Self::Token,
        Self::Open,
        Self::Trust,
    ];

    /// The text form, as in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Quarantine => "quarantine",
            Self::Approval => "approval",
            Self::Token => "token",
            Self::Open => "open",
            Self::Trust => "trust",
        }
    }

    /// The words people read.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Portal => "Portal",
            Self::Quarantine => "Quarantine",
            Self::Approval => "Registration by approval",
            Self::Token => "Initial access token",
            Self::Open => "Open registration",
            Self::Trust => "Trusted domain",
        }
    }
}

crate::word::closed_word!(Origin, "origin");

/// How a request stands to the client that registered it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Descent {
    /// No client registered it.
    Root,
    /// It asks for nothing that the client which registered it does not have.
    Within,
    /// It asks for more.
    Beyond,
    /// The client that registered it does not work now.
    Stopped,
    /// The client that registered it has as many below it as it may.
    Crowded,
}

impl Descent {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::Root,
        Self::Within,
        Self::Beyond,
        Self::Stopped,
        Self::Crowded,
    ];

    /// The text form, as the schema has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Root => "root",
            Self::Within => "within",
            Self::Beyond => "beyond",
            Self::Stopped => "stopped",
            Self::Crowded => "crowded",
        }
    }
}

/// One scope that is asked for, as the environment's catalogue has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScopeFact {
    /// The scope.
    pub scope: Scope,
    /// The worst it can do.
    pub risk: Risk,
    /// Whether the environment gives it to every client.
    pub open: bool,
}

/// How the names of a case stand to those that other tenants show. It never says whose they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct NamesElsewhere {
    /// Another tenant has a client by such a name, with proved hosts.
    pub imitates: bool,
    /// This tenant has one, and another tenant shows such a name.
    pub imitated: bool,
}

/// How the pictures stand that a case calls its logos, gravest last.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum LogoFact {
    /// It names none.
    #[default]
    None,
    /// It was fetched and drawn anew.
    Fetched,
    /// Nobody has looked yet.
    Waiting,
    /// It became another picture on this day.
    Changed(String),
    /// It could not be fetched: why.
    Failed(String),
}

/// Somebody trusted has signed what a registration says (RFC 7591 section 2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Vouch {
    /// Who.
    pub issuer: String,
    /// For which software, where the statement says so.
    pub software: Option<Label>,
}

/// What became of the same software before: of registrations with the same fingerprint or `software_id` in this tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Past {
    /// Cases that were rejected.
    pub rejections: u32,
    /// Times that it was blocked.
    pub blocks: u32,
    /// Clients that were revoked.
    pub revocations: u32,
}

/// What screening knows about one version of an access request: the whole resulting object,
/// never the change alone.
#[allow(
    clippy::struct_excessive_bools,
    reason = "independent facts, each an attribute of the schema"
)]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScreeningFacts {
    /// The environment it asks for.
    pub environment: Environment,
    /// Where it began.
    pub origin: Origin,
    /// How it stands to the client that registered it.
    pub descent: Descent,
    /// How the client would authenticate.
    pub auth_method: AuthMethod,
    /// The grants the client would use.
    pub grants: BTreeSet<GrantType>,
    /// The scopes it asks for.
    pub requested: Vec<ScopeFact>,
    /// Hosts in the metadata without a valid proof of ownership; loopback hosts are ignored.
    pub hosts_unproved: Vec<Host>,
    /// What of the metadata the environment's rules do not take.
    pub disallowed: Option<Disallowed>,
    /// Whether every redirect URI leads to the person's own machine.
    pub loopback_only: bool,
    /// Whether the integration has a sponsor.
    pub sponsor: bool,
    /// Whether the name looks like a known name that is not this integration's.
    pub name_conflict: bool,
    /// What about it looks like somebody else.
    pub imitation: Imitation,
    /// What of it another tenant shows too.
    pub reused: BTreeSet<MarkKind>,
    /// How its logos stand.
    pub logo: LogoFact,
    /// How its names stand to those of other tenants.
    pub names: NamesElsewhere,
    /// Who vouches for what it says, if anybody does.
    pub vouched: Option<Vouch>,
    /// By which trust the host of its document is covered, in words; none when it is not.
    pub trusted: Option<String>,
    /// Whether the integration never had an approval.
    pub first_request: bool,
    /// Whether a client of the tenant's other environment has one of its keys.
    pub shared_key: bool,
    /// Whether it had one in the sandbox.
    pub sandbox_first: bool,
    /// Scopes asked for that no client of the environment was ever given.
    pub new_scopes: BTreeSet<Scope>,
    /// For how many whole days the tenant has been on the platform.
    pub tenant_age_days: u32,
    /// What became of the same software in this tenant before.
    pub past: Past,
}

impl ScreeningFacts {
    /// Unproved hosts that somebody could own: loopback hosts are left out.
    pub(crate) fn ownable_hosts(&self) -> impl Iterator<Item = &Host> {
        self.hosts_unproved
            .iter()
            .filter(|host| !host.is_loopback())
    }

    /// The rules of the environment that the metadata do not keep to, by name.
    pub(crate) fn broken_rules(&self) -> impl Iterator<Item = String> {
        let breaches = self.disallowed.iter().flat_map(Disallowed::breaches);
        breaches.map(|breach| breach.rule.to_string())
    }

    /// The scopes that the environment does not give to everyone.
    pub(crate) fn closed_scopes(&self) -> impl Iterator<Item = &ScopeFact> {
        self.requested.iter().filter(|fact| !fact.open)
    }

    /// The worst risk asked for; `None` when no scope is asked for.
    pub(crate) fn worst(&self) -> Option<Risk> {
        self.requested.iter().map(|fact| fact.risk).max()
    }
}
