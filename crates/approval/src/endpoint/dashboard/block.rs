//! Blocking a registration in quarantine: a page of its own, with what it does, what it leaves alone, and a reason.

use actix_web::HttpResponse;
use narthex_http::page::{Field, number};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{ClientId, QuarantineState};

use super::banner::Done;
use super::decide::reason_words;
use super::frame::{self, Area};
use super::place::Place;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use super::{paths, words};
use crate::block::{Block, BlockError, block};
use crate::endpoint::danger_page::DangerPage;
use crate::prose::Reason;
use crate::store::dashboard_quarantine::{self, Registration};

/// What the page was asked to look at.
type Looked = Seen<(Tenant, Registration)>;

/// `GET /quarantine/{tenant}/{environment}/{client_id}/block`
pub(crate) async fn page(staff: StaffSignedIn, place: Place) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::HandleQuarantine)?;
    let looked = look(&staff, &place).await?;
    Ok(frame::page(&view(
        &staff,
        &looked,
        "",
        &Problems::default(),
    )))
}

/// `POST /quarantine/{tenant}/{environment}/{client_id}/block`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::HandleQuarantine)?;
    let looked = look(&staff, &place).await?;
    let written = posted.text("reason")?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&written), reason_words);
    let done = match reason {
        Some(reason) => carry_out(&staff, &permit, &looked, reason).await,
        None => Err(Ok(problems)),
    };
    match done {
        Ok(answer) => Ok(answer),
        Err(Ok(problems)) => Ok(frame::again(&view(&staff, &looked, &written, &problems))),
        Err(Err(refusal)) => Err(refusal),
    }
}

/// The way back, or what is wrong, or the end.
async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    looked: &Looked,
    reason: Reason,
) -> Result<HttpResponse, Result<Problems, Refusal>> {
    let (tenant, registration) = &looked.found;
    let (environment, client_id) = (registration.environment, registration.client_id.clone());
    let path = paths::quarantined(&tenant.slug, environment, &client_id);
    let command = Block {
        environment,
        client_id,
        reason,
    };
    let blocked = staff
        .within(tenant.id, async |tx| {
            let mut rng = ambient::rng();
            block(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await;
    match blocked {
        Ok(()) => Ok(Done::Blocked.at(&path)),
        Err(BlockError::NotPermitted(error)) => Err(Err(error.into())),
        Err(BlockError::Store(error)) => Err(Err(error.into())),
        Err(BlockError::NotWaiting(state)) => Err(Ok(not_waiting(state))),
    }
}

fn not_waiting(state: QuarantineState) -> Problems {
    let mut problems = Problems::default();
    let words = match state {
        QuarantineState::Linked => "A request about it is open: decide that request instead",
        QuarantineState::Quarantined
        | QuarantineState::Activated
        | QuarantineState::Blocked
        | QuarantineState::Expired => "It does not wait any more. Nothing was changed",
    };
    problems.add("", words);
    problems
}

async fn look(staff: &StaffSignedIn, place: &Place) -> Result<Looked, Refusal> {
    let client: ClientId = place.named("client_id")?;
    let (at, now) = ((place.environment, client.clone()), staff.now);
    staff
        .look_at(place, client.to_string(), async |tx, tenant| {
            dashboard_quarantine::load(tx, tenant, at, now).await
        })
        .await
}

fn view(staff: &StaffSignedIn, looked: &Looked, written: &str, problems: &Problems) -> DangerPage {
    let (tenant, registration) = &looked.found;
    let name = words::quoted(&registration.metadata);
    let back = paths::quarantined(
        &tenant.slug,
        registration.environment,
        &registration.client_id,
    );
    let shell = staff.shell(Area::Quarantine, looked, format!("Block {name}"));
    let shell = frame::of_tenant(shell, tenant, registration.environment);
    let reason = Field::area("reason", "Reason", 3)
        .hint("Kept in the ledger. The registrant is not told.")
        .value(written);
    DangerPage {
        shell: shell
            .crumb(name.clone(), back.clone())
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        last: Some((
            "This cannot be undone",
            "To let it come back, its makers have to register something else.".to_owned(),
        )),
        effects: effects(registration),
        kept: vec![
            "Clients that were approved are not touched.".to_owned(),
            "The log of its attempts stays.".to_owned(),
        ],
        action: format!("{back}/block"),
        fields: vec![problems.beside(reason)],
        button: format!("Block {name}"),
        back,
    }
}

fn effects(registration: &Registration) -> Vec<(String, String)> {
    let attempts = u64::try_from(registration.family.attempts).unwrap_or_default();
    let people = registration.asks.len();
    vec![
        (
            "1".to_owned(),
            "identifier leads nowhere from now on".to_owned(),
        ),
        (
            number(attempts),
            "attempts belong to this family; the next one like them is refused".to_owned(),
        ),
        (
            people.to_string(),
            "people who asked for it read that it is blocked".to_owned(),
        ),
    ]
}
