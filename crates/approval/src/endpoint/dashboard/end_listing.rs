//! Taking a line off the block list or the trust list before its end, with a reason.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::{ErrorSummary, Field};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::brakes::{Names, whose};
use super::by_reason::{self, ByReason, NotDone};
use super::frame::Area;
use super::lists::kind as words_of;
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::end_listing::{EndListing, EndListingError, end_listing};
use crate::endpoint::danger_page::DangerPage;
use crate::listing::{Effect, Listing};
use crate::prose::Reason;
use crate::store::{dashboard_tenants, listing};

/// `GET /lists/{listing}/end`
pub(crate) async fn page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    by_reason::page(&staff, TakeOff(path.into_inner())).await
}

/// `POST /lists/{listing}/end`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    by_reason::submit(&staff, &posted, TakeOff(path.into_inner())).await
}

/// The line to take off, as the path names it.
struct TakeOff(String);

impl ByReason for TakeOff {
    const ACTION: Action = Action::EditLists;
    type Found = (Listing, Names);

    async fn look(&self, staff: &StaffSignedIn) -> Result<Seen<Self::Found>, Refusal> {
        let id: Id<kind::Listing> = self.0.parse().map_err(|_| Refusal::NotFound)?;
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

    fn page(&self, staff: &StaffSignedIn, looked: &Seen<Self::Found>) -> DangerPage {
        let (line, names) = &looked.found;
        let effect = match line.effect {
            Effect::Block => "registrations that it names are taken again, as far as budgets go",
            Effect::Lane { .. } => "calls that it names have the common budgets alone",
        };
        let title = format!("Take off {}", line.subject);
        DangerPage {
            shell: staff.shell(Area::Lists, looked, title.as_str()),
            errors: ErrorSummary::default(),
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
            fields: vec![Field::area("reason", "Reason", 3).hint("Kept in the ledger.")],
            button: title,
            back: Area::Lists.path().to_owned(),
        }
    }

    async fn carry_out(
        &self,
        staff: &StaffSignedIn,
        permit: &Permit,
        (line, _): &Self::Found,
        reason: Reason,
    ) -> Result<HttpResponse, NotDone> {
        let command = EndListing {
            listing: line.id,
            reason,
        };
        let ended = staff
            .within(line.tenant, async |tx| {
                let mut rng = ambient::rng();
                end_listing(tx, command, &mut staff.acting(permit, &mut rng)).await
            })
            .await;
        match ended {
            Ok(()) => Ok(Done::Unlisted.at(Area::Lists.path())),
            Err(EndListingError::NotPermitted(error)) => Err(error.into()),
            Err(EndListingError::Store(error)) => Err(error.into()),
            Err(EndListingError::Over | EndListingError::OfStaff) => Err(NotDone::Told(
                "It has no effect any more. Nothing was changed",
            )),
        }
    }
}
