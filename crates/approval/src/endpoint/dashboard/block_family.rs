//! Blocking a family as one, on a page of its own: what waits of it, and whoever comes with the same again until an end.

use actix_web::HttpResponse;
use chrono::Duration;
use narthex_http::page::{Choice, Field};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::QuarantineState;

use super::add_listing::SPANS;
use super::banner::Done;
use super::decide::reason_words;
use super::family::{Looked, look};
use super::frame::{self, Area};
use super::paths;
use super::place::Place;
use super::posted::Posted;
use super::problems::Problems;
use super::quarantine::{count, family_name};
use super::refusal::Refusal;
use super::signed_in::StaffSignedIn;
use crate::block_family::{BlockFamily, BlockFamilyError, block_family};
use crate::endpoint::danger_page::DangerPage;
use crate::prose::Reason;

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    span: String,
    reason: String,
}

/// `GET /families/{tenant}/{environment}/{fingerprint}/block`
pub(crate) async fn page(staff: StaffSignedIn, place: Place) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::HandleQuarantine)?;
    let looked = look(&staff, &place).await?;
    let typed = Typed {
        span: "30d".to_owned(),
        ..Typed::default()
    };
    Ok(frame::page(&view(
        &staff,
        &looked,
        &typed,
        &Problems::default(),
    )))
}

/// `POST /families/{tenant}/{environment}/{fingerprint}/block`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::HandleQuarantine)?;
    let looked = look(&staff, &place).await?;
    let typed = Typed {
        span: posted.text("span")?,
        reason: posted.text("reason")?,
    };
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&typed.reason), reason_words);
    let days = SPANS.iter().find(|(word, ..)| *word == typed.span);
    if days.is_none() {
        problems.add("span", "Choose for how long");
    }
    if let (Some(reason), Some((_, _, days))) = (reason, days) {
        match carry_out(&staff, &permit, &looked, (reason, *days)).await {
            Ok(_) => return Ok(Done::FamilyBlocked.at(&here(&looked))),
            Err(BlockFamilyError::NotPermitted(error)) => return Err(error.into()),
            Err(BlockFamilyError::Store(error)) => return Err(error.into()),
            Err(error @ BlockFamilyError::End) => problems.add("span", error.to_string()),
        }
    }
    Ok(frame::again(&view(&staff, &looked, &typed, &problems)))
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    looked: &Looked,
    (reason, days): (Reason, i64),
) -> Result<usize, BlockFamilyError> {
    let (tenant, family) = &looked.found;
    let command = BlockFamily {
        environment: family.line.environment,
        fingerprint: family.line.fingerprint,
        reason,
        until: staff.now + Duration::days(days),
    };
    staff
        .within(tenant.id, async |tx| {
            let mut rng = ambient::rng();
            block_family(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn here(looked: &Looked) -> String {
    let (tenant, family) = &looked.found;
    paths::family(
        &tenant.slug,
        family.line.environment,
        &family.line.fingerprint,
    )
}

fn view(staff: &StaffSignedIn, looked: &Looked, typed: &Typed, problems: &Problems) -> DangerPage {
    let (tenant, family) = &looked.found;
    let name = family_name(&family.line.name);
    let back = here(looked);
    let shell = staff.shell(Area::Quarantine, looked, format!("Block the family {name}"));
    let shell = frame::of_tenant(shell, tenant, family.line.environment);
    let waiting = family
        .registrations
        .iter()
        .filter(|one| one.state == QuarantineState::Quarantined && !one.apart);
    let waiting = i64::try_from(waiting.count()).unwrap_or_default();
    let people = i64::try_from(family.asks.len()).unwrap_or_default();
    let spans = SPANS.map(|(word, label, _)| Choice::new(word, label));
    let fields = [
        Field::select("span", "Take nothing like it for", spans.into())
            .hint("In both environments of this tenant.")
            .value(typed.span.as_str()),
        Field::area("reason", "Reason", 3)
            .hint("Kept in the ledger. The registrant is not told.")
            .value(typed.reason.as_str()),
    ];
    DangerPage {
        shell: shell
            .crumb(name.clone(), back.clone())
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        last: None,
        effects: vec![
            (
                count(waiting),
                "registrations that wait lead nowhere from now on".to_owned(),
            ),
            (
                count(family.line.attempts),
                "attempts belong to this family; the next one like them is refused".to_owned(),
            ),
            (
                count(people),
                "people who asked for it read that it is blocked".to_owned(),
            ),
        ],
        kept: vec![
            "Registrations that were split off, and those with a request or a client, are not touched.".to_owned(),
            "Clients that were approved are not touched.".to_owned(),
            "The log of its attempts stays.".to_owned(),
        ],
        action: format!("{back}/block"),
        fields: fields.map(|field| problems.beside(field)).into(),
        button: format!("Block the family {name}"),
        back,
    }
}
