//! The tenant's own policy on top of the baseline and the platform's: its versions, the draft with the simulator, proposing
//! it, and the answer of a second person. Whatever it says, it can only tighten.

use actix_web::HttpResponse;
use actix_web::web::{Path, block};
use narthex_http::{Peer, StrictQuery};
use narthex_policy::{Problem, Whose};
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::draft_policy::{DraftPolicy, DraftPolicyError, draft_policy};
use crate::endpoint::dashboard::policies::shown;
use crate::endpoint::policy::list::{self, May};
use crate::endpoint::policy::trial::TrialView;
use crate::endpoint::policy::version::{self, Shown};
use crate::endpoint::policy::{self as pages, Frame, draft, trial, version_path};
use crate::propose_policy::{ProposePolicy, ProposePolicyError, propose_policy};
use crate::prose::{ProseError, Reason};
use crate::simulate_policy::{self, SimulatePolicyError, simulate_policy};
use crate::store::policy;

const INTRO: &str = "Your own policy stands on top of the platform's, for your requests and for calls of your clients alone. Of a request it can ask for a person, ask for two, or refuse; a call it can refuse. It cannot let anything through that the platform does not.";

/// `GET /t/{tenant}/policies`
pub(crate) async fn page(who: SignedIn, query: StrictQuery) -> Result<HttpResponse, Refusal> {
    let tenant = who.tenant.id;
    let versions = who
        .within(async |tx| policy::of_tenant(tx, tenant).await)
        .await?;
    let mut frame = framed(&who, Area::Policies.label());
    frame.shell = frame.shell.banner(Done::told(&query));
    Ok(answer(&list::page(
        frame,
        INTRO,
        &versions,
        Vec::new(),
        may(&who),
    )))
}

/// `GET /t/{tenant}/policies/draft`
pub(crate) async fn draft_page(who: SignedIn) -> Result<HttpResponse, Refusal> {
    who.permit(Action::EditOwnPolicy)?;
    let tenant = who.tenant.id;
    let (open, published) = who
        .within(async |tx| policy::current(tx, tenant).await)
        .await?;
    let typed = draft::Typed::beginning(open.as_ref(), published.as_ref());
    Ok(answer(&form(&who, &typed, (&Problems::default(), &[]))))
}

/// `POST /t/{tenant}/policies/draft`
pub(crate) async fn draft_submit(who: SignedIn, posted: Posted) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditOwnPolicy)?;
    let typed = draft::Typed {
        source: posted.text("source")?,
        note: posted.text("note")?,
        seen: posted.text("seen")?,
    };
    let mut problems = Problems::default();
    let mut places: Vec<Problem> = Vec::new();
    if let Some(note) = typed.note(&mut problems) {
        let command = DraftPolicy {
            source: typed.source.clone(),
            note,
            seen: typed.seen(),
        };
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            draft_policy(tx, command, acting).await
        };
        match who.act(&permit, work).await {
            Ok(number) => return Ok(Done::PolicyDrafted.at(&at(&who, number))),
            Err(DraftPolicyError::NotPermitted(error)) => return Err(Refusal::from(error).into()),
            Err(DraftPolicyError::Store(error)) => return Err(Refusal::from(error).into()),
            Err(error) => places = draft::wrong(&error, &mut problems),
        }
    }
    Ok(again(&form(&who, &typed, (&problems, &places))))
}

fn form(who: &SignedIn, typed: &draft::Typed, wrong: (&Problems, &[Problem])) -> draft::DraftPage {
    draft::page(
        framed(who, "Draft of your policy"),
        Whose::Tenant,
        typed,
        wrong,
    )
}

/// The path of a version's page.
type At = (String, i32);

/// `GET /t/{tenant}/policies/versions/{number}`
pub(crate) async fn version_page(
    who: SignedIn,
    path: Path<At>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let shown = look(&who, path.1).await?;
    let typed = version::Typed::default();
    Ok(answer(&view(
        &who,
        &shown,
        (&typed, &Problems::default()),
        Done::told(&query),
    )))
}

/// `POST /t/{tenant}/policies/versions/{number}/simulate`
pub(crate) async fn simulate(
    who: SignedIn,
    path: Path<At>,
    peer: Peer,
    _posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditOwnPolicy)?;
    let (number, tenant, now) = (path.1, who.tenant.id, who.now);
    if who.may_try("simulate", &peer.source()).await.is_some() {
        return Ok(Done::PolicyTriedOften.at(&at(&who, number)));
    }
    let read = who
        .within(async |tx| simulate_policy::read(tx, (tenant, number), now).await)
        .await
        .map_err(Refusal::from)?;
    let found = block(move || read.run())
        .await
        .map_err(|error| Refusal::Store(StoreError::Unavailable(error.to_string())))?;
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        simulate_policy(tx, &found, acting).await
    };
    match who.act(&permit, work).await {
        Ok(()) => Ok(Done::PolicyTried.at(&at(&who, number))),
        Err(SimulatePolicyError::NotADraft | SimulatePolicyError::Stale) => {
            Ok(Done::PolicyChanged.at(&at(&who, number)))
        }
        Err(SimulatePolicyError::NotPermitted(error)) => Err(Refusal::from(error).into()),
        Err(SimulatePolicyError::Store(error)) => Err(Refusal::from(error).into()),
    }
}

/// `POST /t/{tenant}/policies/versions/{number}/propose`
pub(crate) async fn propose(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::EditOwnPolicy)?;
    let number = path.1;
    let typed = version::Typed {
        reason: posted.text("reason")?,
    };
    let read = hex::decode(posted.text("seen")?)
        .ok()
        .and_then(|hash| hash.try_into().ok());
    let read = read.ok_or(Refusal::NotFound)?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed.reason), reason_words);
    if let Some(reason) = reason {
        let command = ProposePolicy {
            number,
            seen: read,
            reason,
        };
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            propose_policy(tx, command, acting).await
        };
        match who.act(&permit, work).await {
            Ok(_) => return Ok(Done::PolicyProposed.at(&at(&who, number))),
            Err(ProposePolicyError::NotPermitted(error)) => return Err(Refusal::from(error).into()),
            Err(ProposePolicyError::Store(error)) => return Err(Refusal::from(error).into()),
            Err(error) => problems.add("", version::not_proposed(&error)),
        }
    }
    let shown = look(&who, number).await?;
    Ok(again(&view(&who, &shown, (&typed, &problems), None)))
}

/// What is wrong with a reason, for people.
pub(super) fn reason_words(error: ProseError) -> String {
    match error {
        ProseError::TooShort(_) => "Enter a reason".to_owned(),
        ProseError::TooLong(most) => format!("Enter at most {most} characters"),
        ProseError::Control => "Remove the control characters".to_owned(),
    }
}

/// A version of the tenant with what belongs to it.
pub(super) async fn look(who: &SignedIn, number: i32) -> Result<Shown, Refusal> {
    let tenant = who.tenant.id;
    Ok(who
        .within(async |tx| shown(tx, (tenant, number)).await)
        .await?)
}

fn view(
    who: &SignedIn,
    shown: &Shown,
    typed: (&version::Typed, &Problems),
    banner: Option<narthex_http::page::Banner>,
) -> version::VersionPage {
    let mut frame = framed(who, pages::title(&shown.version));
    frame.shell = frame.shell.banner(banner);
    version::page(frame, shown, typed, tried(who, shown), may(who))
}

/// The newest run over a version, with ways to the tenant's requests.
pub(super) fn tried(who: &SignedIn, shown: &Shown) -> Option<TrialView> {
    shown.run.as_ref().map(|run| {
        trial::view(run, &shown.version.hash, |change| {
            let request: Option<Id<kind::Request>> = change.request.parse().ok();
            request.map_or_else(String::new, |id| who.request_path(change.environment, id))
        })
    })
}

fn may(who: &SignedIn) -> May {
    May {
        edit: who.may(Action::EditOwnPolicy),
        who: who.who_may(Action::EditOwnPolicy),
    }
}

pub(super) fn framed(who: &SignedIn, title: impl Into<String>) -> Frame {
    Frame {
        shell: who.shell(Area::Policies, title),
        base: who.path(&Area::Policies.path()),
    }
}

fn at(who: &SignedIn, number: i32) -> String {
    version_path(&who.path(&Area::Policies.path()), number)
}
