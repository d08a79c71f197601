//! The second person of a tenant before its own policy. The page loads no script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::frame::{Area, bare_page};
use super::policies::{framed, reason_words, tried};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::answer_proposal::{AnswerProposal, AnswerProposalError, answer_proposal};
use crate::endpoint::dashboard::policies::shown;
use crate::endpoint::policy::answer::{self, AnswerPage, Stands, Typed};
use crate::endpoint::policy::version::Shown;
use crate::proposal::{Proposal, ProposalKind, ProposalState};
use crate::prose::Reason;
use crate::publish_policy;
use crate::store::proposal;

/// A proposal, its version, and whether somebody else of the tenant may answer.
type Looked = (Proposal, Shown, bool);

/// `GET /t/{tenant}/policies/proposals/{proposal}`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, String)>,
) -> Result<HttpResponse, Refusal> {
    let permit = who.permit(Action::PublishOwnPolicy)?;
    let looked = look(&who, &path.1).await?;
    let page = view(
        &who,
        (&permit, &looked),
        &Typed::default(),
        &Problems::default(),
    );
    Ok(bare_page(&page, StatusCode::OK))
}

/// `POST /t/{tenant}/policies/proposals/{proposal}`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<(String, String)>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::PublishOwnPolicy)?;
    let looked = look(&who, &path.1).await?;
    let typed = Typed {
        reason: posted.text("reason")?,
        answer: posted.text("answer")?,
    };
    let mut problems = Problems::default();
    let confirm = typed.confirms(&mut problems);
    let reason = problems.keep("reason", Reason::parse(&typed.reason), reason_words);
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let (Some(confirm), Some(reason)) = (confirm, reason) {
        let command = AnswerProposal {
            proposal: looked.0.id,
            confirm,
            reason,
        };
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            answer_proposal(tx, command, acting).await
        };
        match who.act(&permit, work).await {
            Ok(state) => return Ok(done(state).at(&who.path(&Area::Policies.path()))),
            Err(AnswerProposalError::NotPermitted(error)) => {
                return Err(Refusal::from(error).into());
            }
            Err(AnswerProposalError::Store(error)) => return Err(Refusal::from(error).into()),
            Err(AnswerProposalError::TenantAnswers) => return Err(Refusal::NotAllowed.into()),
            Err(AnswerProposalError::MayNot(why)) => {
                problems.add("", answer::may_not(why, &others(&who, looked.2)));
                status = StatusCode::FORBIDDEN;
            }
        }
    }
    let page = view(&who, (&permit, &looked), &typed, &problems);
    Ok(bare_page(&page, status))
}

const fn done(state: ProposalState) -> Done {
    match state {
        ProposalState::Done | ProposalState::Confirmed => Done::PolicyPublished,
        ProposalState::Refused => Done::PolicyRefused,
        ProposalState::Withdrawn => Done::PolicyTakenBack,
        ProposalState::Void | ProposalState::Lapsed | ProposalState::Proposed => Done::PolicyVoid,
    }
}

async fn look(who: &SignedIn, path: &str) -> Result<Looked, Refusal> {
    let id: Id<kind::Proposal> = path.parse().map_err(|_| Refusal::NotFound)?;
    let tenant = who.tenant.id;
    let found = who
        .within(async |tx: &mut TenantTx| {
            let proposal = proposal::of(tx, (tenant, id)).await?;
            let number = proposal.object.parse().ok();
            let number = number.filter(|_| proposal.kind == ProposalKind::PublishPolicy);
            let number = number.ok_or(StoreError::NotFound)?;
            let shown = shown(tx, (tenant, number)).await?;
            let others = publish_policy::another_may(tx, proposal.by.member).await?;
            Ok::<_, StoreError>((proposal, shown, others))
        })
        .await;
    Ok(found?)
}

/// Who answers, for who proposed.
fn others(who: &SignedIn, others: bool) -> String {
    if others {
        who.who_may(Action::PublishOwnPolicy)
    } else {
        "Nobody else of the tenant may, so the platform's staff see it and answer".to_owned()
    }
}

fn view(
    who: &SignedIn,
    (permit, looked): (&Permit, &Looked),
    typed: &Typed,
    problems: &Problems,
) -> AnswerPage {
    let (proposal, shown, another) = looked;
    let stands = match (proposal.waits(who.now), proposal.by.is(permit.person())) {
        (false, _) => Stands::Over,
        (true, true) => Stands::Own,
        (true, false) => Stands::Second,
    };
    let mut frame = framed(who, "Publish your policy");
    frame.shell = frame.shell.without_script();
    answer::page(
        frame,
        (shown, proposal),
        (typed, problems),
        tried(who, shown),
        (stands, &others(who, *another)),
    )
}
