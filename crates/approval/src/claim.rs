//! A person of the tenant says that a registration is theirs and shows it: every host of its metadata is proved, or an
//! issuer that the environment believes has signed them. It becomes a case with that person as sponsor, and no more.

use narthex_tenancy::{StoreError, TenantTx, permission::Action, statement_issuer};
use narthex_vocab::{
    ClaimState, Environment, HostName, Id, IssuerPurpose, Label, QuarantineState, kind,
};

use crate::{
    acting::{Acting, NotPermitted},
    integration::Operator,
    link::{self, Home, LinkError, Linked},
    proofs::Proofs,
    reach::UnknownReach,
    store::{self, claim::Answer, quarantine::Waiting},
};

/// Which invitation to take up, and as what.
#[derive(Debug, Clone)]
pub struct TakeClaim {
    /// The environment.
    pub environment: Environment,
    /// The invitation.
    pub claim: Id<kind::Claim>,
    /// The name of the integration that it becomes.
    pub name: Label,
    /// Who runs it.
    pub operator: Operator,
}

/// Why nothing was claimed. Nothing is changed then.
#[derive(Debug, thiserror::Error)]
pub enum TakeClaimError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It was answered, or its time is over.
    #[error("the invitation is {0}")]
    NotOpen(ClaimState),
    /// The registration does not wait any more.
    #[error("the registration is {0}")]
    NotWaiting(QuarantineState),
    /// Somebody was faster.
    #[error("a request about this registration is open already")]
    AlreadyOpen,
    /// These hosts are not proved, and nobody whom the environment believes has signed the metadata.
    #[error("not proved: {hosts:?}")]
    Unproved {
        /// The hosts, in order.
        hosts: Vec<HostName>,
    },
    /// It names no host that could be proved, and nobody has signed its metadata.
    #[error("there is nothing to prove it by")]
    NothingToProve,
    /// The catalogue changed meanwhile.
    #[error(transparent)]
    UnknownReach(#[from] UnknownReach),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<LinkError> for TakeClaimError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::NotPermitted(error) => Self::NotPermitted(error),
            LinkError::NotWaiting(state) => Self::NotWaiting(state),
            LinkError::AlreadyOpen => Self::AlreadyOpen,
            // Who claims is the sponsor.
            LinkError::SponsorMissing | LinkError::UnknownSponsor => {
                Self::NotPermitted(NotPermitted)
            }
            LinkError::UnknownReach(error) => Self::UnknownReach(error),
            LinkError::Store(error) => match error.constraint() {
                Some("one_open_case_per_stranger") => Self::AlreadyOpen,
                Some(_) | None => Self::Store(error),
            },
        }
    }
}

/// By what somebody can show that a registration is theirs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Showing {
    /// Every host that it names is proved.
    Hosts(Vec<HostName>),
    /// This issuer, which the environment believes, has signed its metadata.
    Signed(String),
    /// These hosts lack a proof.
    Missing(Vec<HostName>),
    /// It names none, and nobody has signed.
    Nothing,
}

/// How a registration can be claimed at this moment.
pub(crate) async fn showing(
    tx: &mut TenantTx,
    environment: Environment,
    waiting: &Waiting,
    proofs: &Proofs,
) -> Result<Showing, StoreError> {
    if let Some(issuer) = &waiting.vouched_by {
        let trusted =
            statement_issuer::trusted_for(tx, environment, IssuerPurpose::Statements).await?;
        if trusted.iter().any(|one| one.issuer.as_str() == issuer) {
            return Ok(Showing::Signed(issuer.clone()));
        }
    }
    // A document speaks for its own host, and who published it is not shown by that: the tenant proves the host too.
    let missing = proofs.missing(&waiting.metadata, None);
    let hosts: Vec<HostName> = waiting.metadata.hosts().into_iter().collect();
    Ok(if hosts.is_empty() {
        Showing::Nothing
    } else if missing.is_empty() {
        Showing::Hosts(hosts)
    } else {
        Showing::Missing(missing)
    })
}

/// Claims a registration.
pub async fn take_claim(
    tx: &mut TenantTx,
    command: TakeClaim,
    acting: &mut Acting<'_>,
) -> Result<Linked, TakeClaimError> {
    let person = acting.member(tx, Action::EditIntegration)?;
    let TakeClaim {
        environment,
        claim,
        name,
        operator,
    } = command;
    let claim = store::claim::load(tx, environment, claim).await?;
    if claim.state != ClaimState::Open {
        return Err(TakeClaimError::NotOpen(claim.state));
    }
    if !claim.is_open(acting.now) {
        return Err(TakeClaimError::NotOpen(ClaimState::Lapsed));
    }
    let waiting = store::quarantine::load(tx, environment, &claim.client_id).await?;
    let tenant = tx.tenant();
    let proofs = store::proof::in_force(tx, tenant, acting.now).await?;
    match showing(tx, environment, &waiting, &proofs).await? {
        Showing::Hosts(_) | Showing::Signed(_) => {}
        Showing::Missing(hosts) => return Err(TakeClaimError::Unproved { hosts }),
        Showing::Nothing => return Err(TakeClaimError::NothingToProve),
    }
    let wishes = store::quarantine::wishes(tx, environment, &claim.client_id).await?;
    let registration = (environment, &claim.client_id);
    link::take(tx, registration, &waiting, acting.now).await?;
    let asked = link::asked(tx, environment, (&waiting, &wishes), None).await?;
    let home = Home {
        name,
        purpose: link::purpose(&wishes),
        operator,
        sponsor: person.member,
        by: "quarantine.claim",
    };
    let found = (waiting.metadata, asked);
    let registration = (environment, claim.client_id);
    let linked = link::open(tx, registration, home, found, acting)
        .await
        .map_err(LinkError::Store)?;
    let answer = Answer::Claimed(linked.request);
    let by = (person.member, acting.now);
    if !store::claim::answer(tx, (environment, claim.id), answer, by).await? {
        return Err(TakeClaimError::NotOpen(ClaimState::Claimed));
    }
    Ok(linked)
}
