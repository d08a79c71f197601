//! The second person before a proposed policy: the platform's, or a tenant's that nobody else of the tenant can confirm.
//! The page loads no script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Id, PLATFORM_TENANT, kind};

use super::banner::Done;
use super::decide::reason_words;
use super::frame::{self, Area};
use super::policies::{framed, link, shown};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::answer_proposal::{AnswerProposal, AnswerProposalError, answer_proposal};
use crate::endpoint::policy::answer::{self, Stands, Typed};
use crate::endpoint::policy::trial;
use crate::endpoint::policy::version::Shown;
use crate::proposal::{Proposal, ProposalKind, ProposalState};
use crate::prose::Reason;
use crate::store::dashboard_tenants::{self, Names};
use crate::store::proposal;

type Looked = Seen<(Proposal, Shown, Names)>;

/// `GET /policies/proposals/{proposal}`
pub(crate) async fn page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::PublishPolicy)?;
    let looked = look(&staff, &path).await?;
    let typed = Typed::default();
    let page = view(&staff, (&permit, &looked), &typed, &Problems::default());
    Ok(frame::bare_page(&page, StatusCode::OK))
}

/// `POST /policies/proposals/{proposal}`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::PublishPolicy)?;
    let looked = look(&staff, &path).await?;
    let typed = Typed {
        reason: posted.text("reason")?,
        answer: posted.text("answer")?,
    };
    let mut problems = Problems::default();
    let confirm = typed.confirms(&mut problems);
    let reason = problems.keep("reason", Reason::parse(&typed.reason), reason_words);
    let mut status = StatusCode::UNPROCESSABLE_ENTITY;
    if let (Some(confirm), Some(reason)) = (confirm, reason) {
        match carry_out(&staff, &permit, &looked.found.0, (confirm, reason)).await {
            Ok(state) => return Ok(done(state).at(Area::Policies.path())),
            Err(AnswerProposalError::NotPermitted(error)) => return Err(error.into()),
            Err(AnswerProposalError::Store(error)) => return Err(error.into()),
            Err(AnswerProposalError::MayNot(why)) => {
                problems.add("", answer::may_not(why, &who_may(&staff)));
                status = StatusCode::FORBIDDEN;
            }
            Err(AnswerProposalError::TenantAnswers) => {
                problems.add("", TENANT_ANSWERS);
                status = StatusCode::FORBIDDEN;
            }
        }
    }
    let page = view(&staff, (&permit, &looked), &typed, &problems);
    Ok(frame::bare_page(&page, status))
}

const TENANT_ANSWERS: &str = "This is a tenant's own policy, and another owner or manager of the tenant can confirm it. Staff do so only where nobody else there can";

pub(super) const fn done(state: ProposalState) -> Done {
    match state {
        ProposalState::Done | ProposalState::Confirmed => Done::PolicyPublished,
        ProposalState::Refused => Done::PolicyRefused,
        ProposalState::Withdrawn => Done::PolicyTakenBack,
        ProposalState::Void | ProposalState::Lapsed | ProposalState::Proposed => Done::PolicyVoid,
    }
}

async fn look(staff: &StaffSignedIn, path: &str) -> Result<Looked, Refusal> {
    let id: Id<kind::Proposal> = path.parse().map_err(|_| Refusal::NotFound)?;
    let at = Look {
        object: id.to_string(),
        tenant: None,
        environment: None,
    };
    staff
        .look(at, async |tx: &mut TenantTx| {
            let proposal = proposal::anywhere(tx, id).await?;
            let number = proposal.object.parse().ok();
            let number = number.filter(|_| proposal.kind == ProposalKind::PublishPolicy);
            let number = number.ok_or(StoreError::NotFound)?;
            let shown = shown(tx, (proposal.tenant, number)).await?;
            let run = shown.run.iter().flat_map(|run| &run.report.changes);
            let mut named: Vec<_> = run
                .filter_map(|change| change.tenant.parse().ok())
                .collect();
            named.push(proposal.tenant);
            let slugs = dashboard_tenants::slugs(tx, &named).await?;
            Ok((proposal, shown, slugs))
        })
        .await
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    proposal: &Proposal,
    (confirm, reason): (bool, Reason),
) -> Result<ProposalState, AnswerProposalError> {
    let command = AnswerProposal {
        proposal: proposal.id,
        confirm,
        reason,
    };
    staff
        .within(proposal.tenant, async |tx| {
            let mut rng = ambient::rng();
            answer_proposal(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn who_may(staff: &StaffSignedIn) -> String {
    staff.who_may(Action::PublishPolicy)
}

fn view(
    staff: &StaffSignedIn,
    (permit, looked): (&Permit, &Looked),
    typed: &Typed,
    problems: &Problems,
) -> answer::AnswerPage {
    let (proposal, shown, slugs) = &looked.found;
    let own = proposal.by.is(permit.person());
    let stands = match (proposal.waits(staff.now), own) {
        (false, _) => Stands::Over,
        (true, true) => Stands::Own,
        (true, false) => Stands::Second,
    };
    let whose = if proposal.tenant == PLATFORM_TENANT {
        "Publish the platform's policy".to_owned()
    } else {
        let slug = slugs
            .get(&proposal.tenant)
            .map_or("a tenant", String::as_str);
        format!("Publish the policy of {slug}")
    };
    let shell = staff.shell(Area::Policies, looked, whose).without_script();
    let run = shown.run.as_ref();
    let trial = run.map(|run| trial::view(run, &shown.version.hash, link(slugs)));
    answer::page(
        framed(shell),
        (shown, proposal),
        (typed, problems),
        trial,
        (stands, &who_may(staff)),
    )
}
