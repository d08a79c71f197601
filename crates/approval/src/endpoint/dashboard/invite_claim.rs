//! Asking a tenant whether a registration is its own, with the words that its people will read.

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
use crate::invite_claim::{InviteClaim, InviteClaimError, TIME, invite_claim};
use crate::prose::Reason;
use crate::store::dashboard_quarantine::{self, Registration};

type Looked = Seen<(Tenant, Registration)>;

/// `GET /quarantine/{tenant}/{environment}/{client_id}/claim`
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

/// `POST /quarantine/{tenant}/{environment}/{client_id}/claim`
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
            Ok(()) => return Ok(Done::ClaimInvited.at(&here(&looked))),
            Err(InviteClaimError::NotPermitted(error)) => return Err(error.into()),
            Err(InviteClaimError::Store(error)) => return Err(error.into()),
            Err(InviteClaimError::NotWaiting(_)) => {
                problems.add("", "It does not wait any more. Nothing was changed");
            }
            Err(InviteClaimError::Asked) => {
                problems.add("", "The tenant was asked and has not answered yet");
            }
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
) -> Result<(), InviteClaimError> {
    let (tenant, registration) = &looked.found;
    let command = InviteClaim {
        environment: registration.environment,
        client_id: registration.client_id.clone(),
        reason,
    };
    staff
        .within(tenant.id, async |tx| {
            let mut rng = ambient::rng();
            let mut acting = staff.acting(permit, &mut rng);
            invite_claim(tx, command, &mut acting).await.map(drop)
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
    let title = format!("Ask {} about {name}", tenant.name);
    let shell = staff.shell(Area::Quarantine, looked, title.clone());
    let shell = frame::of_tenant(shell, tenant, registration.environment);
    let reason = Field::area("reason", "Why it may be theirs", 3)
        .hint("The owners and integration managers of the tenant read it.")
        .value(written);
    let hours = TIME.num_hours();
    DangerPage {
        shell: shell
            .crumb(name, back.clone())
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        last: None,
        effects: vec![
            (
                format!("{hours} h"),
                format!("{} has to answer; the registration waits that long", tenant.name),
            ),
            (
                "1".to_owned(),
                "answer: whoever claims it proves its hosts or relies on a software statement, and answers for it as sponsor".to_owned(),
            ),
        ],
        kept: vec![
            "Claiming makes a request that you review. It gives nothing by itself.".to_owned(),
            "You can link, block or let it expire meanwhile.".to_owned(),
        ],
        action: format!("{back}/claim"),
        fields: vec![problems.beside(reason)],
        button: title,
        back,
    }
}
