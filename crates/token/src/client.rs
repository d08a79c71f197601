//! Clients as the token plane sees them. [`Standing::of`] is the only door to an [`ApprovedClient`], so no function that
//! takes one can be called for a client that nobody approved.

use std::sync::Arc;

use narthex_vocab::{
    Approval, ClientId, ClientMetadata, ClientState, Credential, GrantType, Id, PublicKey,
    Resource, SecretHash, Timestamp,
};

use crate::entitlement::{EntitledTool, Entitlement};
use crate::lineage::Actor;

/// All that is stored of a client which somebody approved once. It may be older than the call that looks at it, so whatever
/// ends carries its end and is held against the time of the call.
#[derive(Debug)]
pub(crate) struct ClientSnapshot {
    pub(crate) id: ClientId,
    pub(crate) approval: Id<Approval>,
    pub(crate) state: ClientState,
    pub(crate) metadata: ClientMetadata,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
    /// Those that are not retired or revoked.
    pub(crate) credentials: Vec<ClientCredential>,
    pub(crate) entitlement: Entitlement,
    pub(crate) tools: Vec<EntitledTool>,
    /// On whose behalf it acts, if another client registered it.
    pub(crate) act: Option<Actor>,
}

/// What a client proves itself by.
#[derive(Debug)]
pub(crate) struct ClientCredential {
    /// `None` for a key that was approved with the client.
    pub(crate) id: Option<Id<Credential>>,
    pub(crate) proof: Proof,
    /// `None` for what ends with the client.
    pub(crate) until: Option<Timestamp>,
}

/// A secret, of which only a keyed hash is known, or a public key.
#[derive(Debug)]
pub(crate) enum Proof {
    Secret(SecretHash),
    Key(Box<PublicKey>),
}

impl Proof {
    /// The name of a key, where it has one.
    pub(crate) fn kid(&self) -> Option<&str> {
        match self {
            Self::Secret(_) => None,
            Self::Key(key) => key.kid(),
        }
    }
}

impl ClientSnapshot {
    /// The credentials in force at `now`.
    pub(crate) fn live_credentials(
        &self,
        now: Timestamp,
    ) -> impl Iterator<Item = &ClientCredential> {
        self.credentials
            .iter()
            .filter(move |credential| credential.until.is_none_or(|until| until > now))
    }
}

/// A client with an approval in force.
#[derive(Debug, Clone)]
pub(crate) struct ApprovedClient {
    snapshot: Arc<ClientSnapshot>,
}

impl ApprovedClient {
    pub(crate) fn id(&self) -> &ClientId {
        &self.snapshot.id
    }

    /// The approval under which every token of this client is issued.
    pub(crate) fn approval(&self) -> Id<Approval> {
        self.snapshot.approval
    }

    pub(crate) fn metadata(&self) -> &ClientMetadata {
        &self.snapshot.metadata
    }

    /// On whose behalf it acts: the `act` of its tokens.
    pub(crate) fn act(&self) -> Option<&Actor> {
        self.snapshot.act.as_ref()
    }

    /// Whether new grants may begin; a restricted client keeps only what it has.
    pub(crate) fn may_begin_grants(&self) -> bool {
        self.snapshot.state.allows_grants()
    }

    pub(crate) fn allows(&self, grant: GrantType) -> bool {
        self.snapshot.metadata.allows(grant)
    }

    pub(crate) fn created_at(&self) -> Timestamp {
        self.snapshot.created_at
    }

    /// The end of the approval: no token and no grant outlives it.
    pub(crate) fn expires_at(&self) -> Timestamp {
        self.snapshot.expires_at
    }

    /// Everything it may reach at `now`.
    pub(crate) fn entitlement(&self, now: Timestamp) -> Entitlement {
        self.snapshot.entitlement.in_force(now)
    }

    /// The tools at one resource whose scope is in force at `now`.
    pub(crate) fn tools(
        &self,
        resource: Id<Resource>,
        now: Timestamp,
    ) -> impl Iterator<Item = &EntitledTool> {
        let tools = self.snapshot.tools.iter();
        tools.filter(move |tool| tool.resource == resource && tool.until > now)
    }

    /// Everything that is stored of it.
    pub(crate) fn snapshot(&self) -> &ClientSnapshot {
        &self.snapshot
    }
}

/// A registration that nobody has decided about, or that was decided against.
#[derive(Debug, Clone)]
pub(crate) struct UndecidedClient {
    pub(crate) id: ClientId,
    pub(crate) metadata: ClientMetadata,
    pub(crate) waiting: bool,
    pub(crate) first_seen: Timestamp,
}

/// Where a client identifier stands.
#[derive(Debug, Clone)]
pub(crate) enum Standing {
    Approved(ApprovedClient),
    /// Somebody approved it once, and it has no reach now.
    Stopped(Arc<ClientSnapshot>),
    Undecided(Box<UndecidedClient>),
    Unknown,
}

impl Standing {
    /// Of a client that somebody approved once, at `now`.
    pub(crate) fn of(snapshot: Arc<ClientSnapshot>, now: Timestamp) -> Self {
        if snapshot.state.honours_tokens() && snapshot.expires_at > now {
            Self::Approved(ApprovedClient { snapshot })
        } else {
            Self::Stopped(snapshot)
        }
    }
}
