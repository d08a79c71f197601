//! An act that takes one reason, on a page of its own: who may, what it looks at, and the page again with what was wrong.
//! What will happen and what stays is each act's own.

use actix_web::HttpResponse;
use narthex_http::page::Field;
use narthex_tenancy::StoreError;
use narthex_tenancy::permission::{Action, Permit};

use super::decide::reason_words;
use super::frame;
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use crate::acting::NotPermitted;
use crate::endpoint::danger_page::DangerPage;
use crate::prose::Reason;

/// One act.
pub(super) trait ByReason {
    /// What the role has to include.
    const ACTION: Action;
    /// What it looks at.
    type Found;

    /// Reads it, as somebody who looks.
    async fn look(&self, staff: &StaffSignedIn) -> Result<Seen<Self::Found>, Refusal>;

    /// The page before the act; its one field is that of the reason.
    fn page(&self, staff: &StaffSignedIn, looked: &Seen<Self::Found>) -> DangerPage;

    /// Does it, and leads on.
    async fn carry_out(
        &self,
        staff: &StaffSignedIn,
        permit: &Permit,
        found: &Self::Found,
        reason: Reason,
    ) -> Result<HttpResponse, NotDone>;
}

/// Why it was not done.
pub(super) enum NotDone {
    /// Words for the page.
    Told(&'static str),
    /// There is no page for it.
    Refused(Refusal),
}

impl From<StoreError> for NotDone {
    fn from(error: StoreError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<NotPermitted> for NotDone {
    fn from(error: NotPermitted) -> Self {
        Self::Refused(error.into())
    }
}

/// The page before the act.
pub(super) async fn page(
    staff: &StaffSignedIn,
    act: impl ByReason,
) -> Result<HttpResponse, Refusal> {
    permitted(staff, &act)?;
    let looked = act.look(staff).await?;
    Ok(frame::page(&act.page(staff, &looked)))
}

/// The act, if a reason was given.
pub(super) async fn submit(
    staff: &StaffSignedIn,
    posted: &Posted,
    act: impl ByReason,
) -> Result<HttpResponse, Refusal> {
    let permit = permitted(staff, &act)?;
    let looked = act.look(staff).await?;
    let written = posted.text("reason")?;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(&written), reason_words);
    if let Some(reason) = reason {
        match act.carry_out(staff, &permit, &looked.found, reason).await {
            Ok(answer) => return Ok(answer),
            Err(NotDone::Refused(refusal)) => return Err(refusal),
            Err(NotDone::Told(words)) => problems.add("", words),
        }
    }
    let mut page = act.page(staff, &looked);
    page.shell = page.shell.problem(true);
    page.errors = problems.summary();
    let beside = |field: Field| problems.beside(field.value(written.as_str()));
    page.fields = page.fields.into_iter().map(beside).collect();
    Ok(frame::again(&page))
}

fn permitted<A: ByReason>(staff: &StaffSignedIn, _: &A) -> Result<Permit, Refusal> {
    staff.permit(A::ACTION)
}
