//! Suspending, resuming and revoking a client: each a page of its own with what will happen, counted, and a reason;
//! revoking wants the name typed, since it is final.

use actix_web::HttpResponse;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::ClientId;

use super::banner::Done;
use super::decide::reason_words;
use super::frame::{self, Area};
use super::paths;
use super::place::Place;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use crate::acting::NotPermitted;
use crate::endpoint::danger_page::DangerPage;
use crate::endpoint::stop::{self, Stopped, Typed};
use crate::prose::Reason;
use crate::store::cascade::{self, Cascade};
use crate::store::dashboard_clients::{self, Client, Which};
use crate::suspend::{Stop, Suspend, SuspendError, suspend};

/// The client, and what goes with it.
type Looked = Seen<(Tenant, (Client, Cascade))>;

/// `GET /clients/{tenant}/{environment}/{client_id}/suspend`
pub(crate) async fn suspend_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    page(&staff, &place, Stop::Suspend).await
}

/// `POST /clients/{tenant}/{environment}/{client_id}/suspend`
pub(crate) async fn suspend_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    submit(&staff, &place, &posted, Stop::Suspend).await
}

/// `GET /clients/{tenant}/{environment}/{client_id}/resume`
pub(crate) async fn resume_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    page(&staff, &place, Stop::Resume).await
}

/// `POST /clients/{tenant}/{environment}/{client_id}/resume`
pub(crate) async fn resume_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    submit(&staff, &place, &posted, Stop::Resume).await
}

/// `GET /clients/{tenant}/{environment}/{client_id}/revoke`
pub(crate) async fn revoke_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    page(&staff, &place, Stop::Revoke).await
}

/// `POST /clients/{tenant}/{environment}/{client_id}/revoke`
pub(crate) async fn revoke_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    submit(&staff, &place, &posted, Stop::Revoke).await
}

async fn page(staff: &StaffSignedIn, place: &Place, what: Stop) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::SuspendAny)?;
    let looked = look(staff, place, what).await?;
    let mut problems = Problems::default();
    if !what.is_possible(looked.found.1.0.state) {
        problems.add("", stop::not_possible(looked.found.1.0.state));
    }
    Ok(frame::page(&view(
        staff,
        &looked,
        (what, &Typed::default()),
        &problems,
    )))
}

/// Reads the client, and what would go with it.
async fn look(staff: &StaffSignedIn, place: &Place, what: Stop) -> Result<Looked, Refusal> {
    let client_id: ClientId = place.named("client_id")?;
    let (environment, now) = (place.environment, staff.now);
    let to = stop::leads_to(what);
    staff
        .look_at(place, client_id.to_string(), async |tx, tenant| {
            let at = (tenant, environment);
            let cascade = cascade::of(tx, at, (&client_id, to), now).await?;
            let which = Which {
                tenant,
                environment,
                client_id,
            };
            Ok((dashboard_clients::load(tx, which, now).await?, cascade))
        })
        .await
}

async fn submit(
    staff: &StaffSignedIn,
    place: &Place,
    posted: &Posted,
    what: Stop,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::SuspendAny)?;
    let looked = look(staff, place, what).await?;
    let typed = Typed {
        reason: posted.text("reason")?,
        name: posted.text("name")?,
    };
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed.reason), reason_words);
    if !stop::is_confirmed(what, &typed, looked.found.1.0.integration.name.as_str()) {
        problems.add("name", stop::OTHER_NAME);
    }
    match reason.filter(|_| problems.is_empty()) {
        Some(reason) => carry_out(staff, &permit, (looked, typed), (what, reason)).await,
        None => Ok(frame::again(&view(
            staff,
            &looked,
            (what, &typed),
            &problems,
        ))),
    }
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    (looked, typed): (Looked, Typed),
    (what, reason): (Stop, Reason),
) -> Result<HttpResponse, Refusal> {
    let (tenant, (client, _)) = &looked.found;
    let (environment, client_id) = (client.environment, client.id.clone());
    let command = Suspend {
        environment,
        client_id,
        what,
        reason,
    };
    let stopped = staff
        .within(tenant.id, async |tx| {
            let mut rng = ambient::rng();
            suspend(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await;
    match stopped {
        Ok(_) => Ok(done(what).at(&paths::client(&tenant.slug, environment, &client.id))),
        Err(SuspendError::NotPermitted(error)) => Err(error.into()),
        Err(SuspendError::HeldByStaff) => Err(NotPermitted.into()),
        Err(SuspendError::Store(error)) => Err(error.into()),
        Err(SuspendError::NotPossible(state)) => {
            let words = stop::not_possible(state);
            Ok(refused(staff, &looked, (what, &typed), words))
        }
        Err(SuspendError::ParentStopped) => {
            let words = "The client that registered it does not work. Resume that one first";
            Ok(refused(staff, &looked, (what, &typed), words.to_owned()))
        }
    }
}

/// The page again, with why nothing was done.
fn refused(
    staff: &StaffSignedIn,
    looked: &Looked,
    (what, typed): (Stop, &Typed),
    words: String,
) -> HttpResponse {
    let mut problems = Problems::default();
    problems.add("", words);
    frame::again(&view(staff, looked, (what, typed), &problems))
}

const fn done(what: Stop) -> Done {
    match what {
        Stop::Suspend => Done::Suspended,
        Stop::Resume => Done::Resumed,
        Stop::Revoke => Done::Revoked,
    }
}

fn view(
    staff: &StaffSignedIn,
    looked: &Looked,
    (what, typed): (Stop, &Typed),
    problems: &Problems,
) -> DangerPage {
    let (tenant, (client, cascade)) = &looked.found;
    let name = client.integration.name.as_str();
    let verb = stop::verb(what);
    let back = paths::client(&tenant.slug, client.environment, &client.id);
    let shell = staff
        .shell(Area::Clients, looked, format!("{verb} {name}"))
        .crumb(name, &back);
    let live = client.credentials.iter().filter(|one| one.state.is_live());
    let stopped = Stopped {
        name,
        live: live.count(),
        cascade,
    };
    let fields = stop::fields(name, (what, typed), "The tenant reads it");
    stopped.page(
        frame::of_tenant(shell, tenant, client.environment),
        what,
        (fields, problems),
        (format!("{back}/{}", verb.to_lowercase()), back),
    )
}
