//! Lifting a brake before its end. The platform's takes two people: who proposed it reads who may confirm, and has no
//! button. The page loads no script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use narthex_http::page::{Field, When};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::brakes::{Names, whose};
use super::decide::reason_words;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::brake::{Brake, Lifting, MayNotLift};
use crate::endpoint::danger_page::DangerPage;
use crate::lift_brake::{LiftBrake, LiftBrakeError, lift_brake};
use crate::prose::Reason;
use crate::store::{brake, dashboard_tenants};

type Looked = Seen<(Brake, Names)>;

/// `GET /brakes/{brake}/lift`
pub(crate) async fn page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::LiftBrake)?;
    let looked = look(&staff, &path).await?;
    let page = view(&staff, (&permit, &looked), "", &Problems::default());
    Ok(frame::bare_page(&page, StatusCode::OK))
}

/// `POST /brakes/{brake}/lift`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::LiftBrake)?;
    let looked = look(&staff, &path).await?;
    let written = posted.text("reason")?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&written), reason_words);
    let status = match reason {
        None => StatusCode::UNPROCESSABLE_ENTITY,
        Some(reason) => match carry_out(&staff, &permit, &looked.found.0, reason).await {
            Ok(lifting) => return Ok(done(lifting).at(Area::Brakes.path())),
            Err(LiftBrakeError::NotPermitted(error)) => return Err(error.into()),
            Err(LiftBrakeError::Store(error)) => return Err(error.into()),
            Err(LiftBrakeError::MayNot(why)) => {
                problems.add("", may_not(&staff, why));
                StatusCode::FORBIDDEN
            }
        },
    };
    let page = view(&staff, (&permit, &looked), &written, &problems);
    Ok(frame::bare_page(&page, status))
}

const fn done(lifting: Lifting) -> Done {
    match lifting {
        Lifting::Lifted => Done::BrakeLifted,
        Lifting::Proposed => Done::LiftProposed,
    }
}

async fn look(staff: &StaffSignedIn, path: &str) -> Result<Looked, Refusal> {
    let id: Id<kind::Brake> = path.parse().map_err(|_| Refusal::NotFound)?;
    let at = Look {
        object: id.to_string(),
        tenant: None,
        environment: None,
    };
    let now = staff.now;
    staff
        .look(at, async |tx| {
            let brake = brake::anywhere(tx, id, now).await?;
            let names = dashboard_tenants::names(tx, &[brake.tenant]).await?;
            Ok((brake, names))
        })
        .await
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    brake: &Brake,
    reason: Reason,
) -> Result<Lifting, LiftBrakeError> {
    let command = LiftBrake {
        brake: brake.id,
        reason,
    };
    staff
        .within(brake.tenant, async |tx| {
            let mut rng = ambient::rng();
            lift_brake(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn may_not(staff: &StaffSignedIn, why: MayNotLift) -> String {
    match why {
        MayNotLift::Over => "The brake is over. Nothing was changed".to_owned(),
        MayNotLift::SetByStaff => "Staff set it, and lift it".to_owned(),
        MayNotLift::TakesAnother => format!(
            "You proposed this. Somebody else confirms it. {}",
            staff.who_may(Action::LiftBrake)
        ),
    }
}

fn view(
    staff: &StaffSignedIn,
    (permit, looked): (&Permit, &Looked),
    written: &str,
    problems: &Problems,
) -> DangerPage {
    let (brake, names) = &looked.found;
    let whom = whose(names, brake.tenant);
    let ends = When::new(brake.ends_at).text();
    let verdict = brake.lift(permit.person(), staff.now);
    let (heading, text, button) = match verdict {
        Ok(Lifting::Lifted) => match brake.waiting_proposal(staff.now) {
            Some(proposal) => (
                "You confirm what somebody else proposed",
                format!(
                    "{} proposed it at {}: “{}”.",
                    proposal.by.name,
                    When::new(proposal.at).text(),
                    proposal.reason
                ),
                format!("Lift the brake: {whom}"),
            ),
            None => (
                "Registration goes on at once",
                format!("Without you the brake ends at {ends}."),
                format!("Lift the brake: {whom}"),
            ),
        },
        Ok(Lifting::Proposed) => (
            "This takes two people",
            "You propose it; an incident lead or a second approver confirms it within 72 hours."
                .to_owned(),
            format!("Propose to lift: {whom}"),
        ),
        Err(why) => (
            "You cannot lift this brake",
            may_not(staff, why),
            String::new(),
        ),
    };
    let reason = Field::area("reason", "Reason", 3)
        .hint("Kept in the ledger.")
        .value(written);
    let shell = staff.shell(Area::Brakes, looked, format!("Lift the brake: {whom}"));
    DangerPage {
        shell: shell.problem(!problems.is_empty()).without_script(),
        errors: problems.summary(),
        last: Some((heading, text)),
        effects: vec![(
            "All".to_owned(),
            "environments take registrations again as their mode says".to_owned(),
        )],
        kept: vec![
            format!("It was set by {}: “{}”.", brake.set_by.name, brake.reason),
            "Budgets, block lists and what waits in quarantine stay as they are.".to_owned(),
        ],
        action: format!("/brakes/{}/lift", brake.id),
        fields: vec![problems.beside(reason)],
        button,
        back: Area::Brakes.path().to_owned(),
    }
}
