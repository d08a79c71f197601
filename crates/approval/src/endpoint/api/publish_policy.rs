//! Writing, trying, proposing and publishing a policy over the API: what publishes takes two people, as in the dashboard.
//! Each is the verb of the page.

use actix_web::HttpResponse;
use actix_web::web::{Path, block};
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::ProblemKind as Kind;
use narthex_vocab::{Id, PLATFORM_TENANT, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::{Body, Nothing};
use super::caller::Caller;
use super::fault::Fault;
use super::policies::{PLATFORM, SimulationRun, look, read_number, run};
use super::reason;
use crate::Acting;
use crate::answer_proposal::{AnswerProposal, AnswerProposalError, answer_proposal};
use crate::draft_policy::{DraftPolicy, DraftPolicyError, draft_policy};
use crate::endpoint::policy::version::Shown;
use crate::endpoint::staff::Look;
use crate::propose_policy::{ProposePolicy, ProposePolicyError, propose_policy};
use crate::simulate_policy::{self, SimulatePolicyError, simulate_policy};

/// A draft.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Draft {
    /// The Cedar text.
    source: String,
    /// What it is for.
    note: String,
    /// The hash of the draft that it replaces; absent when there is none.
    seen: Option<String>,
}

/// A proposal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Propose {
    /// The hash of the text as it was read.
    hash: String,
    /// Why: the second person reads it.
    reason: String,
}

/// The answer of the second person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PolicyAnswer {
    /// `confirm` or `refuse`.
    answer: String,
    /// The hash of the text as it was read.
    hash: String,
    /// Why.
    reason: String,
}

/// How a version stands after an act.
#[derive(Serialize, ToSchema)]
pub(crate) struct Stands {
    number: i32,
    /// The version's state after a draft; how the proposal ended after an answer.
    state: &'static str,
    /// The proposal, after one.
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<String>,
}

/// Save a draft of the platform's policy, new or in place of the one that is written.
#[utoipa::path(
    post,
    path = "/api/v1/policies/draft",
    operation_id = "draft_policy",
    request_body = Draft,
    responses((status = 200, body = Stands))
)]
pub(crate) async fn save(caller: Caller, body: Body<Draft>) -> Result<HttpResponse, Fault> {
    let command = body.says.command()?;
    let asked = (Action::EditPolicy, &body.object);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let number = draft_policy(tx, command, acting).await?;
        Ok(Stands::new(number, "draft"))
    };
    caller.act(PLATFORM_TENANT, asked, act).await
}

/// Try a draft of the platform's policy on the requests of 30 days and today's clients. Nothing is changed by it.
#[utoipa::path(
    post,
    path = "/api/v1/policies/platform/{number}/simulation",
    operation_id = "simulate_policy",
    request_body = Nothing,
    responses((status = 200, body = SimulationRun))
)]
pub(crate) async fn simulate(
    caller: Caller,
    path: Path<String>,
    _body: Body<Nothing>,
) -> Result<HttpResponse, Fault> {
    let permit = caller.permit(Action::EditPolicy)?;
    caller.bearer.may_try("simulate").await?;
    let number = read_number(&path)?;
    let now = caller.now;
    let seen = caller
        .look(Look::over("api/policies"), async |tx: &mut TenantTx| {
            simulate_policy::read(tx, (PLATFORM_TENANT, number), now).await
        })
        .await?;
    let found = block(move || seen.found.run())
        .await
        .map_err(|error| Fault::Store(StoreError::Unavailable(error.to_string())))?;
    let kept: Result<(), SimulatePolicyError> = caller
        .within(PLATFORM_TENANT, async |tx| {
            let mut rng = ambient::rng();
            simulate_policy(tx, &found, &mut caller.acting(&permit, &mut rng)).await
        })
        .await;
    kept?;
    let (_, shown) = look(&caller, PLATFORM, &path).await?;
    Ok(HttpResponse::Ok().json(shown.run.as_ref().map(run)))
}

/// Propose a draft of the platform's policy that was tried. Another person publishes it.
#[utoipa::path(
    post,
    path = "/api/v1/policies/platform/{number}/proposal",
    operation_id = "propose_policy",
    request_body = Propose,
    responses((status = 200, body = Stands))
)]
pub(crate) async fn propose(
    caller: Caller,
    path: Path<String>,
    body: Body<Propose>,
) -> Result<HttpResponse, Fault> {
    let number = read_number(&path)?;
    let command = body.says.command(number)?;
    let asked = (Action::EditPolicy, &body.object);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let id = propose_policy(tx, command, acting).await?;
        Ok(Stands::proposed(number, id))
    };
    caller.act(PLATFORM_TENANT, asked, act).await
}

/// Publish a version that somebody else proposed, or refuse it.
#[utoipa::path(
    post,
    path = "/api/v1/policies/{owner}/{number}/answer",
    operation_id = "answer_policy",
    request_body = PolicyAnswer,
    responses((status = 200, body = Stands))
)]
pub(crate) async fn answer(
    caller: Caller,
    path: Path<(String, String)>,
    body: Body<PolicyAnswer>,
) -> Result<HttpResponse, Fault> {
    let (owner, number) = path.into_inner();
    body.says.confirms()?;
    let (tenant, shown) = look(&caller, &owner, &number).await?;
    let command = body.says.command(&shown)?;
    let asked = (Action::PublishPolicy, &body.object);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let state = answer_proposal(tx, command, acting).await?;
        Ok(Stands::new(shown.version.number, state.as_str()))
    };
    caller.act(tenant, asked, act).await
}

impl Draft {
    pub(super) fn command(&self) -> Result<DraftPolicy, Fault> {
        let seen = self.seen.as_deref().map(|text| hash("seen", text));
        Ok(DraftPolicy {
            source: self.source.clone(),
            note: reason::named("note", &self.note)?,
            seen: seen.transpose()?,
        })
    }
}

impl Propose {
    pub(super) fn command(&self, number: i32) -> Result<ProposePolicy, Fault> {
        Ok(ProposePolicy {
            number,
            seen: hash("hash", &self.hash)?,
            reason: reason::parse(&self.reason)?,
        })
    }
}

impl PolicyAnswer {
    pub(super) fn confirms(&self) -> Result<bool, Fault> {
        match self.answer.as_str() {
            "confirm" => Ok(true),
            "refuse" => Ok(false),
            _ => Err(Fault::member("answer", "confirm or refuse")),
        }
    }

    /// The answer to the proposal of this version, which is the one that was read.
    pub(super) fn command(&self, shown: &Shown) -> Result<AnswerProposal, Fault> {
        if shown.version.hash != hash("hash", &self.hash)? {
            return Err(Fault::of(Kind::STALE, "the text is another one"));
        }
        let nothing = || Fault::of(Kind::STATE, "nobody has proposed this version");
        Ok(AnswerProposal {
            proposal: shown.version.proposal.ok_or_else(nothing)?,
            confirm: self.confirms()?,
            reason: reason::parse(&self.reason)?,
        })
    }
}

impl Stands {
    pub(super) fn new(number: i32, state: &'static str) -> Self {
        Self {
            number,
            state,
            proposal: None,
        }
    }

    /// After a proposal.
    pub(super) fn proposed(number: i32, proposal: Id<kind::Proposal>) -> Self {
        Self {
            proposal: Some(proposal.to_string()),
            ..Self::new(number, "proposed")
        }
    }
}

fn hash(member: &str, text: &str) -> Result<[u8; 32], Fault> {
    let bytes = hex::decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or_else(|| Fault::member(member, "64 hexadecimal digits, as a version shows them"))
}

impl From<DraftPolicyError> for Fault {
    fn from(error: DraftPolicyError) -> Self {
        match error {
            DraftPolicyError::NotPermitted(error) => error.into(),
            DraftPolicyError::Store(error) => error.into(),
            DraftPolicyError::Invalid(problems) => {
                let all: Vec<String> = problems.iter().map(ToString::to_string).collect();
                Self::member("source", all.join("\n"))
            }
            error @ DraftPolicyError::Proposed(_) => Self::of(Kind::STATE, error.to_string()),
            error @ DraftPolicyError::Stale => Self::of(Kind::STALE, error.to_string()),
        }
    }
}

impl From<SimulatePolicyError> for Fault {
    fn from(error: SimulatePolicyError) -> Self {
        match error {
            SimulatePolicyError::NotPermitted(error) => error.into(),
            SimulatePolicyError::Store(error) => error.into(),
            error @ SimulatePolicyError::NotADraft => Self::of(Kind::STATE, error.to_string()),
            error @ SimulatePolicyError::Stale => Self::of(Kind::STALE, error.to_string()),
        }
    }
}

impl From<ProposePolicyError> for Fault {
    fn from(error: ProposePolicyError) -> Self {
        match error {
            ProposePolicyError::NotPermitted(error) => error.into(),
            ProposePolicyError::Store(error) => error.into(),
            error @ ProposePolicyError::Stale => Self::of(Kind::STALE, error.to_string()),
            error @ (ProposePolicyError::NotADraft
            | ProposePolicyError::NotTried
            | ProposePolicyError::Same) => Self::of(Kind::STATE, error.to_string()),
        }
    }
}

impl From<AnswerProposalError> for Fault {
    fn from(error: AnswerProposalError) -> Self {
        match error {
            AnswerProposalError::NotPermitted(error) => error.into(),
            AnswerProposalError::Store(error) => error.into(),
            AnswerProposalError::MayNot(error) => Self::of(Kind::ROLE, error.to_string()),
            error @ AnswerProposalError::TenantAnswers => Self::of(Kind::ROLE, error.to_string()),
        }
    }
}
