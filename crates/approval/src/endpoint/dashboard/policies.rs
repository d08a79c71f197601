//! The platform's policy: its versions, the draft with the simulator, and proposing it; and what tenants propose that none
//! of their own can confirm. One person alone publishes nothing.

use actix_web::HttpResponse;
use actix_web::web::{Path, block};
use narthex_http::page::When;
use narthex_http::{Peer, StrictQuery};
use narthex_policy::{Problem, Whose};
use narthex_tenancy::permission::Action;
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Id, PLATFORM_TENANT, Tenant, TenantSlug};

use super::banner::Done;
use super::decide::reason_words;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::draft_policy::{DraftPolicy, DraftPolicyError, draft_policy};
use crate::endpoint::policy::list::{self, May, Waiting};
use crate::endpoint::policy::version::{self, Shown};
use crate::endpoint::policy::{Frame, draft, trial, version_path};
use crate::endpoint::tries::may_try;
use crate::policy_version::PolicyVersion;
use crate::proposal::{Proposal, ProposalKind};
use crate::propose_policy::{ProposePolicy, ProposePolicyError, propose_policy};
use crate::prose::Reason;
use crate::simulate_policy::{self, Found, SimulatePolicyError, simulate_policy};
use crate::simulation::Change;
use crate::store::dashboard_tenants::{self, Names};
use crate::store::{policy, proposal, simulation};

const INTRO: &str = "The platform's policy stands on top of the baseline, for every tenant. It can ask for a person, ask for two, or refuse; it cannot let anything through that the baseline does not.";

/// `GET /policies`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let now = staff.now;
    let seen = staff
        .look(Look::list(Area::Policies), async |tx: &mut TenantTx| {
            let versions = policy::of_tenant(tx, PLATFORM_TENANT).await?;
            let mut waiting = proposal::waiting(tx, ProposalKind::PublishPolicy, now).await?;
            waiting.retain(|one| one.tenant != PLATFORM_TENANT);
            let tenants: Vec<Id<Tenant>> = waiting.iter().map(|one| one.tenant).collect();
            let names = dashboard_tenants::names(tx, &tenants).await?;
            Ok((versions, waiting, names))
        })
        .await?;
    let (versions, waiting, names) = &seen.found;
    let waiting = waiting.iter().map(|one| waits(one, names)).collect();
    let mut shell = staff.shell(Area::Policies, &seen, Area::Policies.label());
    shell = shell.banner(Done::told(&query));
    let page = list::page(framed(shell), INTRO, versions, waiting, may(&staff));
    Ok(frame::page(&page))
}

/// `GET /policies/draft`
pub(crate) async fn draft_page(staff: StaffSignedIn) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::EditPolicy)?;
    let seen = staff
        .look(Look::list(Area::Policies), async |tx: &mut TenantTx| {
            policy::current(tx, PLATFORM_TENANT).await
        })
        .await?;
    let (open, published) = &seen.found;
    let typed = draft::Typed::beginning(open.as_ref(), published.as_ref());
    let wrong = (&Problems::default(), [].as_slice());
    Ok(frame::page(&form(&staff, &seen, &typed, wrong)))
}

/// `POST /policies/draft`
pub(crate) async fn draft_submit(
    staff: StaffSignedIn,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::EditPolicy)?;
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
        let work = async |tx: &mut TenantTx| {
            let mut rng = ambient::rng();
            draft_policy(tx, command, &mut staff.acting(&permit, &mut rng)).await
        };
        match staff.within(PLATFORM_TENANT, work).await {
            Ok(number) => return Ok(Done::PolicyDrafted.at(&at(number))),
            Err(DraftPolicyError::NotPermitted(error)) => return Err(error.into()),
            Err(DraftPolicyError::Store(error)) => return Err(error.into()),
            Err(error) => places = draft::wrong(&error, &mut problems),
        }
    }
    let seen = staff
        .look(Look::list(Area::Policies), async |_: &mut TenantTx| Ok(()))
        .await?;
    Ok(frame::again(&form(
        &staff,
        &seen,
        &typed,
        (&problems, &places),
    )))
}

fn form<T>(
    staff: &StaffSignedIn,
    seen: &Seen<T>,
    typed: &draft::Typed,
    wrong: (&Problems, &[Problem]),
) -> draft::DraftPage {
    let shell = staff.shell(Area::Policies, seen, "Draft of the policy");
    draft::page(framed(shell), Whose::Platform, typed, wrong)
}

/// `GET /policies/versions/{number}`
pub(crate) async fn version_page(
    staff: StaffSignedIn,
    path: Path<i32>,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let seen = look(&staff, (PLATFORM_TENANT, *path)).await?;
    let typed = version::Typed::default();
    let page = view(
        &staff,
        &seen,
        (&typed, &Problems::default()),
        Done::told(&query),
    );
    Ok(frame::page(&page))
}

/// `POST /policies/versions/{number}/simulate`
pub(crate) async fn simulate(
    staff: StaffSignedIn,
    path: Path<i32>,
    peer: Peer,
    _posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::EditPolicy)?;
    let (number, now) = (*path, staff.now);
    let source = peer.source();
    let whose = (PLATFORM_TENANT, staff.member.id, Some(source.as_str()));
    let wait = may_try(&staff.approval().people, "simulate", whose, now).await;
    if wait.is_some() {
        return Ok(Done::PolicyTriedOften.at(&at(number)));
    }
    let read = staff
        .look(Look::list(Area::Policies), async |tx: &mut TenantTx| {
            simulate_policy::read(tx, (PLATFORM_TENANT, number), now).await
        })
        .await?;
    let found: Found = block(move || read.found.run())
        .await
        .map_err(|error| Refusal::Store(StoreError::Unavailable(error.to_string())))?;
    let work = async |tx: &mut TenantTx| {
        let mut rng = ambient::rng();
        simulate_policy(tx, &found, &mut staff.acting(&permit, &mut rng)).await
    };
    match staff.within(PLATFORM_TENANT, work).await {
        Ok(()) => Ok(Done::PolicyTried.at(&at(number))),
        Err(SimulatePolicyError::NotADraft | SimulatePolicyError::Stale) => {
            Ok(Done::PolicyChanged.at(&at(number)))
        }
        Err(SimulatePolicyError::NotPermitted(error)) => Err(error.into()),
        Err(SimulatePolicyError::Store(error)) => Err(error.into()),
    }
}

/// `POST /policies/versions/{number}/propose`
pub(crate) async fn propose(
    staff: StaffSignedIn,
    path: Path<i32>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::EditPolicy)?;
    let number = *path;
    let typed = version::Typed {
        reason: posted.text("reason")?,
    };
    let read = hex::decode(posted.text("seen")?)
        .ok()
        .and_then(|hash| hash.try_into().ok());
    let read = read.ok_or(Refusal::Unreadable)?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed.reason), reason_words);
    if let Some(reason) = reason {
        let command = ProposePolicy {
            number,
            seen: read,
            reason,
        };
        let work = async |tx: &mut TenantTx| {
            let mut rng = ambient::rng();
            propose_policy(tx, command, &mut staff.acting(&permit, &mut rng)).await
        };
        match staff.within(PLATFORM_TENANT, work).await {
            Ok(_) => return Ok(Done::PolicyProposed.at(&at(number))),
            Err(ProposePolicyError::NotPermitted(error)) => return Err(error.into()),
            Err(ProposePolicyError::Store(error)) => return Err(error.into()),
            Err(error) => problems.add("", version::not_proposed(&error)),
        }
    }
    let seen = look(&staff, (PLATFORM_TENANT, number)).await?;
    Ok(frame::again(&view(
        &staff,
        &seen,
        (&typed, &problems),
        None,
    )))
}

/// A version with the slugs of tenants whose requests its run names.
pub(super) type Looked = Seen<(Shown, Names)>;

/// A version of a tenant with what belongs to it.
pub(super) async fn look(
    staff: &StaffSignedIn,
    (tenant, number): (Id<Tenant>, i32),
) -> Result<Looked, Refusal> {
    staff
        .look(Look::list(Area::Policies), async |tx: &mut TenantTx| {
            let shown = shown(tx, (tenant, number)).await?;
            let run = shown.run.iter().flat_map(|run| &run.report.changes);
            let named = run
                .filter_map(|change| change.tenant.parse().ok())
                .collect::<Vec<_>>();
            Ok((shown, dashboard_tenants::slugs(tx, &named).await?))
        })
        .await
}

/// A version, what it is compared with, its run and its proposal. In a tenant's transaction or the role of staff.
pub(crate) async fn shown(
    tx: &mut TenantTx,
    (tenant, number): (Id<Tenant>, i32),
) -> Result<Shown, StoreError> {
    let version: PolicyVersion = policy::load(tx, (tenant, number)).await?;
    let beside = if version.published_at.is_some() {
        policy::before(tx, (tenant, number)).await?
    } else {
        policy::current(tx, tenant).await?.1
    };
    let proposal = match version.proposal {
        Some(id) => Some(proposal::of(tx, (tenant, id)).await?),
        None => None,
    };
    Ok(Shown {
        run: simulation::load(tx, (tenant, number)).await?,
        beside,
        proposal,
        version,
    })
}

/// The way to the request that a run names.
pub(super) fn link(slugs: &Names) -> impl Fn(&Change) -> String {
    |change| {
        let slug = change
            .tenant
            .parse()
            .ok()
            .and_then(|tenant| slugs.get(&tenant));
        let slug = slug.and_then(|slug| TenantSlug::parse_existing(slug).ok());
        slug.map_or_else(String::new, |slug| {
            format!("/requests/{slug}/{}/{}", change.environment, change.request)
        })
    }
}

fn view(
    staff: &StaffSignedIn,
    seen: &Looked,
    typed: (&version::Typed, &Problems),
    banner: Option<narthex_http::page::Banner>,
) -> version::VersionPage {
    let (shown, slugs) = &seen.found;
    let title = crate::endpoint::policy::title(&shown.version);
    let shell = staff.shell(Area::Policies, seen, title).banner(banner);
    let trial = shown
        .run
        .as_ref()
        .map(|run| trial::view(run, &shown.version.hash, link(slugs)));
    version::page(framed(shell), shown, typed, trial, may(staff))
}

fn waits(one: &Proposal, names: &Names) -> Waiting {
    Waiting {
        whose: names.get(&one.tenant).cloned().unwrap_or_default(),
        reason: one.reason.clone(),
        by: one.by.name.clone(),
        at: When::new(one.at),
        href: format!("{}/proposals/{}", Area::Policies.path(), one.id),
    }
}

fn may(staff: &StaffSignedIn) -> May {
    May {
        edit: staff.may(Action::EditPolicy),
        who: staff.who_may(Action::EditPolicy),
    }
}

pub(super) fn framed(shell: narthex_http::page::Shell) -> Frame {
    Frame {
        shell,
        base: Area::Policies.path().to_owned(),
    }
}

fn at(number: i32) -> String {
    version_path(Area::Policies.path(), number)
}
