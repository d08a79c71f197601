//! Taking a line off the block list or the trust list before its end, with a reason.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::Field;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::brakes::{Names, whose};
use super::decide::reason_words;
use super::frame::{self, Area};
use super::lists::kind as words_of;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::end_listing::{EndListing, EndListingError, end_listing};
use crate::endpoint::danger_page::DangerPage;
use crate::listing::{Effect, Listing};
use crate::prose::Reason;
use crate::store::{dashboard_tenants, listing};

type Looked = Seen<(Listing, Names)>;

/// `GET /lists/{listing}/end`
pub(crate) async fn page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::EditLists)?;
    let looked = look(&staff, &path).await?;
    Ok(frame::page(&view(
        &staff,
        &looked,
        "",
        &Problems::default(),
    )))
}

/// `POST /lists/{listing}/end`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::EditLists)?;
    let looked = look(&staff, &path).await?;
    let written = posted.text("reason")?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&written), reason_words);
    if let Some(reason) = reason {
        match carry_out(&staff, &permit, &looked.found.0, reason).await {
            Ok(()) => return Ok(Done::Unlisted.at(Area::Lists.path())),
            Err(EndListingError::NotPermitted(error)) => return Err(error.into()),
            Err(EndListingError::Store(error)) => return Err(error.into()),
            Err(EndListingError::Over | EndListingError::OfStaff) => {
                problems.add("", "It has no effect any more. Nothing was changed");
            }
        }
    }
    Ok(frame::again(&view(&staff, &looked, &written, &problems)))
}

async fn look(staff: &StaffSignedIn, path: &str) -> Result<Looked, Refusal> {
    let id: Id<kind::Listing> = path.parse().map_err(|_| Refusal::NotFound)?;
    let at = Look {
        object: id.to_string(),
        tenant: None,
        environment: None,
    };
    staff
        .look(at, async |tx| {
            let line = listing::anywhere(tx, id).await?;
            let names = dashboard_tenants::names(tx, &[line.tenant]).await?;
            Ok((line, names))
        })
        .await
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    line: &Listing,
    reason: Reason,
) -> Result<(), EndListingError> {
    let command = EndListing {
        listing: line.id,
        reason,
    };
    staff
        .within(line.tenant, async |tx| {
            let mut rng = ambient::rng();
            end_listing(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn view(staff: &StaffSignedIn, looked: &Looked, written: &str, problems: &Problems) -> DangerPage {
    let (line, names) = &looked.found;
    let subject = line.subject.to_string();
    let effect = match line.effect {
        Effect::Block => "registrations that it names are taken again, as far as budgets go",
        Effect::Lane { .. } => "calls that it names have the common budgets alone",
    };
    let reason = Field::area("reason", "Reason", 3)
        .hint("Kept in the ledger.")
        .value(written);
    let shell = staff.shell(Area::Lists, looked, format!("Take off {subject}"));
    DangerPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        last: None,
        effects: vec![("All".to_owned(), effect.to_owned())],
        kept: vec![
            format!(
                "{}, for: {}. Listed by {}: “{}”.",
                words_of(&line.subject),
                whose(names, line.tenant),
                line.author.name,
                line.reason
            ),
            "A family that was blocked in quarantine stays blocked.".to_owned(),
        ],
        action: format!("/lists/{}/end", line.id),
        fields: vec![problems.beside(reason)],
        button: format!("Take off {subject}"),
        back: Area::Lists.path().to_owned(),
    }
}
