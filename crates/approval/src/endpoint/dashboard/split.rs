//! Taking a registration out of its family, on a page that says what that changes: what is decided about the family
//! leaves it alone.

use actix_web::HttpResponse;
use narthex_http::page::Field;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::ClientId;

use super::banner::Done;
use super::decide::reason_words;
use super::frame::{self, Area};
use super::place::Place;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use super::{paths, words};
use crate::endpoint::danger_page::DangerPage;
use crate::prose::Reason;
use crate::split::{Split, SplitError, split};
use crate::store::dashboard_quarantine::{self, Registration};

type Looked = Seen<(Tenant, Registration)>;

/// `GET /quarantine/{tenant}/{environment}/{client_id}/split`
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

/// `POST /quarantine/{tenant}/{environment}/{client_id}/split`
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
    if let Some(reason) = reason {
        match carry_out(&staff, &permit, &looked, reason).await {
            Ok(()) => return Ok(Done::SplitOff.at(&here(&looked))),
            Err(SplitError::NotPermitted(error)) => return Err(error.into()),
            Err(SplitError::Store(error)) => return Err(error.into()),
            Err(SplitError::Over(_)) => {
                problems.add("", "It is over. Nothing was changed");
            }
            Err(SplitError::Apart) => {
                problems.add("", "It is decided on its own already. Nothing was changed");
            }
            Err(SplitError::Shared) => problems.add(
                "",
                "All strangers with these metadata share it. Block networks, or link it, instead",
            ),
        }
    }
    Ok(frame::again(&view(&staff, &looked, &written, &problems)))
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

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    looked: &Looked,
    reason: Reason,
) -> Result<(), SplitError> {
    let (tenant, registration) = &looked.found;
    let command = Split {
        environment: registration.environment,
        client_id: registration.client_id.clone(),
        reason,
    };
    staff
        .within(tenant.id, async |tx| {
            let mut rng = ambient::rng();
            split(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn here(looked: &Looked) -> String {
    let (tenant, registration) = &looked.found;
    paths::quarantined(
        &tenant.slug,
        registration.environment,
        &registration.client_id,
    )
}

fn view(staff: &StaffSignedIn, looked: &Looked, written: &str, problems: &Problems) -> DangerPage {
    let (tenant, registration) = &looked.found;
    let name = words::quoted(&registration.metadata);
    let back = here(looked);
    let shell = staff.shell(Area::Quarantine, looked, format!("Split {name} off"));
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
            "It stays on its own for as long as it is there.".to_owned(),
        )),
        effects: vec![(
            "1".to_owned(),
            "registration is decided on its own; blocking its family, or letting that expire, leaves it alone".to_owned(),
        )],
        kept: vec![
            "Its request, its sponsor and its limits stay as they are.".to_owned(),
            "The others of the family are decided as one, as before.".to_owned(),
        ],
        action: format!("{back}/split"),
        fields: vec![problems.beside(reason)],
        button: format!("Split {name} off"),
        back,
    }
}
