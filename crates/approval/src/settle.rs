//! What follows when everybody has agreed: a client, or the wait for a second person where the policy wants two. Every
//! agreement ends here; it never agrees to anything itself.

use narthex_policy::Verdict;
use narthex_tenancy::{StoreError, TenantTx, ledger::Actor};
use narthex_vocab::{Id, RequestState, Timestamp, kind};
use serde_json::json;

use crate::{
    acting::{Acting, Deed},
    activate::{self, Activated},
    approved::{Approved, Basis, DecidedBy, NotApprovable},
    reach::{NotAsked, Reach},
    request::AccessRequest,
    screen::{self, Run},
    second::{self, Wanted},
    store,
};

/// What was agreed about a case, and by whom.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agreement<'a> {
    /// The case.
    pub(crate) request: &'a AccessRequest,
    /// The decision that gives it.
    pub(crate) decision: Id<kind::Decision>,
    /// Who decided.
    pub(crate) decided_by: DecidedBy,
    /// The offer that was accepted, when it is less than was asked for.
    pub(crate) offer: Option<Id<kind::Offer>>,
    /// What is given.
    pub(crate) reach: &'a Reach,
}

/// What came of an agreement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Settled {
    /// A client.
    Activated(Activated),
    /// Another person has to confirm it.
    AwaitsSecond {
        /// Until when.
        until: Timestamp,
    },
}

/// Why nothing came of it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unsettled {
    /// Somebody else has moved the case.
    #[error("the request is {0}")]
    Moved(RequestState),
    /// It cannot be given.
    #[error(transparent)]
    NotApprovable(#[from] NotApprovable),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<NotAsked> for Unsettled {
    fn from(beyond: NotAsked) -> Self {
        Self::NotApprovable(beyond.into())
    }
}

impl Agreement<'_> {
    fn basis(&self, run: &Run) -> Basis {
        Basis {
            run: run.id,
            verdict: run.verdict,
            decision: self.decision,
            decided_by: self.decided_by,
            offer: self.offer,
        }
    }
}

/// Gives what was agreed to a case that is in `from`. The policy runs over exactly that; what lacks nothing but a second
/// person waits for one.
pub(crate) async fn settle(
    tx: &mut TenantTx,
    agreement: Agreement<'_>,
    from: RequestState,
    acting: &mut Acting<'_>,
) -> Result<Settled, Unsettled> {
    let Agreement { request, reach, .. } = agreement;
    if !screen::someone_answers(tx, request).await? {
        return Err(NotApprovable::NoSponsor.into());
    }
    if let Some(end) = reach.limits.first_end().filter(|end| *end <= acting.now) {
        return Err(NotApprovable::Over(end).into());
    }
    let agreed = request.asked.narrowed(reach)?;
    let run = screen::over_what_is_agreed(tx, request, &agreed, acting).await?;
    let proofs = store::proof::in_force(tx, tx.tenant(), acting.now).await?;
    match Approved::new(request, agreement.basis(&run), reach, &proofs) {
        Ok(approved) => {
            advance(tx, request, from, RequestState::Approved).await?;
            let activated = activate::activate(tx, approved, acting).await?;
            Ok(Settled::Activated(activated))
        }
        Err(NotApprovable::NeedsSecond) => {
            advance(tx, request, from, RequestState::AwaitingSecond).await?;
            await_second(tx, agreement, run, acting).await
        }
        Err(why) => Err(why.into()),
    }
}

async fn await_second(
    tx: &mut TenantTx,
    agreement: Agreement<'_>,
    run: Run,
    acting: &Acting<'_>,
) -> Result<Settled, Unsettled> {
    let wanted = Wanted {
        decision: agreement.decision,
        offer: agreement.offer,
        rules: run.second,
        since: acting.now,
        expires_at: acting.now + second::LIFETIME,
    };
    let at = agreement.request.at;
    store::second::insert(tx, at, &wanted).await?;
    let deed = Deed {
        action: "request.await_second",
        object: at.id.to_string(),
        environment: Some(at.environment),
        reason: "",
        detail: json!({
            "version": at.version,
            "decision": wanted.decision,
            "offer": wanted.offer,
            "verdict": Verdict::NeedsTwo,
            "rules": wanted.rules,
            "until": wanted.expires_at,
        }),
    };
    acting.record_as(tx, Actor::System("policy"), deed).await?;
    Ok(Settled::AwaitsSecond {
        until: wanted.expires_at,
    })
}

/// Moves the case; somebody who was faster is told so.
async fn advance(
    tx: &mut TenantTx,
    request: &AccessRequest,
    from: RequestState,
    to: RequestState,
) -> Result<(), Unsettled> {
    if store::request::advance(tx, request.at, from, to).await? {
        return Ok(());
    }
    let now = store::request::load(tx, tx.tenant(), request.at).await?;
    Err(Unsettled::Moved(now.state))
}
