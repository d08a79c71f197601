//! Clients as the token plane sees them. The store is the only door to an [`ApprovedClient`], so no function that
//! takes one can be called for a client that nobody approved.

use narthex_vocab::{Approval, ClientId, ClientMetadata, GrantType, Id, Timestamp};

/// A client with an approval in force.
#[derive(Debug, Clone)]
pub(crate) struct ApprovedClient {
    id: ClientId,
    approval: Id<Approval>,
    metadata: ClientMetadata,
    parent: Option<ClientId>,
    restricted: bool,
    created_at: Timestamp,
    expires_at: Timestamp,
}

/// What the store knows of an approved client.
pub(crate) struct ApprovedRow {
    pub(crate) approval: Id<Approval>,
    /// The client that registered it.
    pub(crate) parent: Option<ClientId>,
    pub(crate) restricted: bool,
    pub(crate) created_at: Timestamp,
    pub(crate) expires_at: Timestamp,
}

impl ApprovedClient {
    /// Only for `store::client`: the row's state is active or restricted and its end is to come.
    pub(crate) fn from_row(id: ClientId, metadata: ClientMetadata, row: ApprovedRow) -> Self {
        Self {
            id,
            approval: row.approval,
            metadata,
            parent: row.parent,
            restricted: row.restricted,
            created_at: row.created_at,
            expires_at: row.expires_at,
        }
    }

    pub(crate) const fn id(&self) -> &ClientId {
        &self.id
    }

    /// The approval under which every token of this client is issued.
    pub(crate) const fn approval(&self) -> Id<Approval> {
        self.approval
    }

    pub(crate) const fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// The client that registered it, if one did.
    pub(crate) const fn parent(&self) -> Option<&ClientId> {
        self.parent.as_ref()
    }

    /// Whether new grants may begin; a restricted client keeps only what it has.
    pub(crate) const fn may_begin_grants(&self) -> bool {
        !self.restricted
    }

    pub(crate) fn allows(&self, grant: GrantType) -> bool {
        self.metadata.allows(grant)
    }

    pub(crate) const fn created_at(&self) -> Timestamp {
        self.created_at
    }

    /// The end of the approval: no token and no grant outlives it.
    pub(crate) const fn expires_at(&self) -> Timestamp {
        self.expires_at
    }
}

/// A client that somebody approved once and that has no reach now.
#[derive(Debug, Clone)]
pub(crate) struct StoppedClient {
    pub(crate) id: ClientId,
    pub(crate) metadata: ClientMetadata,
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
    Approved(Box<ApprovedClient>),
    Stopped(Box<StoppedClient>),
    Undecided(Box<UndecidedClient>),
    Unknown,
}
