//! The access request: one version of a case, for one environment. It never says what was decided: decisions are rows
//! of their own.

use narthex_policy::Origin;
use narthex_vocab::{ClientId, ClientMetadata, Environment, Id, RequestState, kind};

use crate::{payload_hash::PayloadHash, reach::Asked};

/// Which version of which request, in the transaction's tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RequestRef {
    /// The environment it asks for.
    pub environment: Environment,
    /// The case.
    pub id: Id<kind::Request>,
    /// Its version, from 1.
    pub version: i32,
}

/// One version of a case.
#[derive(Debug, Clone)]
pub struct AccessRequest {
    /// Which.
    pub at: RequestRef,
    /// What is being onboarded.
    pub integration: Id<kind::Integration>,
    /// The identifier handed out in quarantine, when the case began there.
    pub client_id: Option<ClientId>,
    /// Where it began.
    pub origin: Origin,
    /// How far it has come.
    pub state: RequestState,
    /// What the client says about itself.
    pub metadata: ClientMetadata,
    /// The hash of what is decided on.
    pub payload: PayloadHash,
    /// Who asked; nobody for open registration.
    pub requested_by: Option<Id<kind::Member>>,
    /// What is asked for.
    pub asked: Asked,
}

impl AccessRequest {
    /// The first version of a new case, sent and not yet screened.
    pub(crate) fn submitted(
        at: RequestRef,
        integration: Id<kind::Integration>,
        comes: ComesFrom,
        metadata: ClientMetadata,
        asked: Asked,
    ) -> Self {
        let payload = PayloadHash::of(at.environment, integration, &metadata, &asked);
        let ComesFrom {
            origin,
            client_id,
            requested_by,
        } = comes;
        let state = RequestState::Submitted;
        Self {
            at,
            integration,
            client_id,
            origin,
            state,
            metadata,
            payload,
            requested_by,
            asked,
        }
    }

    /// Whether it can be approved with a warning: its identifier is an address, and what is given counts at once.
    pub fn may_be_warned_of(&self) -> bool {
        let address = self.client_id.as_ref().and_then(ClientId::document_url);
        address.is_some() && self.narrowing_is_agreed()
    }

    /// Whether the registrant has agreed beforehand to less than it asked for (RFC 7591 section 3.1), and to whatever
    /// the server replaces: then a narrower offer needs no answer.
    pub fn narrowing_is_agreed(&self) -> bool {
        match self.origin {
            Origin::Quarantine
            | Origin::Approval
            | Origin::Token
            | Origin::Open
            | Origin::Trust => true,
            Origin::Portal => false,
        }
    }
}

/// Where a case comes from.
pub(crate) struct ComesFrom {
    /// By which way.
    pub(crate) origin: Origin,
    /// With which identifier, from quarantine.
    pub(crate) client_id: Option<ClientId>,
    /// On whose behalf.
    pub(crate) requested_by: Option<Id<kind::Member>>,
}
