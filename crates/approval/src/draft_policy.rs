//! Somebody writes what shall hold on top of the baseline: the platform's people for everybody, an owner for their tenant.
//! A text that does not parse, does not fit the schema or could loosen anything is refused with every problem and its
//! place, and nothing is kept of it. A draft is in force for nobody.

use narthex_policy::{Layer, Problem};
use narthex_tenancy::{
    StoreError, TenantTx,
    permission::{Action, Person},
};
use narthex_vocab::PLATFORM_TENANT;
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    policy_version::{PolicyVersion, VersionState, whose},
    proposal::ProposalState,
    prose::Reason,
    store::{self, policy::Written},
};

/// A draft, whole.
#[derive(Debug, Clone)]
pub struct DraftPolicy {
    /// The Cedar text.
    pub source: String,
    /// What it is for.
    pub note: Reason,
    /// The hash of the draft that the writer had before them; none where there was none.
    pub seen: Option<[u8; 32]>,
}

/// Why nothing was kept.
#[derive(Debug, thiserror::Error)]
pub enum DraftPolicyError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The text is not whole; every problem with its place.
    #[error("the text has {} problems", .0.len())]
    Invalid(Vec<Problem>),
    /// The open version waits for a second person.
    #[error("version {0} waits for a second person")]
    Proposed(i32),
    /// Somebody else has written the draft meanwhile.
    #[error("the draft was written by somebody else meanwhile")]
    Stale,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for DraftPolicyError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            // Two began a draft at once.
            Some("one_open_policy" | "policy_version_pkey" | "a_version_stays") => Self::Stale,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// The person, when they may write the policy of the transaction's tenant.
pub(crate) fn may_write<'a>(
    tx: &TenantTx,
    acting: &Acting<'a>,
) -> Result<&'a Person, NotPermitted> {
    if tx.tenant() == PLATFORM_TENANT {
        acting.member(tx, Action::EditPolicy)
    } else {
        acting.member(tx, Action::EditOwnPolicy)
    }
}

/// The open version of the transaction's tenant; one whose proposal nobody answered in time is a draft again.
pub(crate) async fn open(
    tx: &mut TenantTx,
    acting: &Acting<'_>,
) -> Result<Option<PolicyVersion>, StoreError> {
    let tenant = tx.tenant();
    let (open, _) = store::policy::current(tx, tenant).await?;
    let Some(mut open) = open else {
        return Ok(None);
    };
    let waits = open
        .proposal
        .filter(|_| open.state == VersionState::Proposed);
    if let Some(id) = waits {
        let proposal = store::proposal::lock(tx, id).await?;
        if !proposal.waits(acting.now) {
            if proposal.state == ProposalState::Proposed {
                store::proposal::end(tx, id, ProposalState::Lapsed).await?;
            }
            store::policy::give_back(tx, open.number).await?;
            open.state = VersionState::Draft;
        }
    }
    Ok(Some(open))
}

/// Keeps a draft, new or written anew; its number.
pub async fn draft_policy(
    tx: &mut TenantTx,
    command: DraftPolicy,
    acting: &mut Acting<'_>,
) -> Result<i32, DraftPolicyError> {
    let person = may_write(tx, acting)?;
    // Every browser sends line breaks as CRLF.
    let source = command.source.replace("\r\n", "\n");
    let layer = Layer::parse(whose(tx.tenant()), &source).map_err(DraftPolicyError::Invalid)?;
    let open = open(tx, acting).await?;
    let by = person.into();
    let written = Written {
        source: &source,
        note: command.note.as_str(),
        by: &by,
        at: acting.now,
    };
    let number = match open {
        Some(open) if open.state == VersionState::Proposed => {
            return Err(DraftPolicyError::Proposed(open.number));
        }
        Some(open) if command.seen != Some(open.hash) => return Err(DraftPolicyError::Stale),
        Some(open) => {
            store::policy::rewrite(tx, open.number, &written).await?;
            open.number
        }
        None if command.seen.is_some() => return Err(DraftPolicyError::Stale),
        None => store::policy::insert(tx, &written).await?,
    };
    let rules: Vec<&str> = layer.rules().map(|rule| rule.id.as_str()).collect();
    let deed = Deed {
        action: "policy.draft",
        object: number.to_string(),
        environment: None,
        reason: command.note.as_str(),
        detail: json!({ "hash": hex::encode(layer.hash()), "rules": rules }),
    };
    acting.record(tx, deed).await?;
    Ok(number)
}
