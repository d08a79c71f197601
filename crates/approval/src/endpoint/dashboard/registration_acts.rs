//! What is done to one registration in quarantine for a reason: blocking it, taking it out of its family, asking a tenant
//! whether it is its own. Each is a page that says first what it changes.

use actix_web::HttpResponse;
use narthex_http::page::{ErrorSummary, Field, Shell, number};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{ClientId, QuarantineState};

use super::banner::Done;
use super::by_reason::{self, ByReason, NotDone};
use super::frame::{self, Area};
use super::place::Place;
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use super::{paths, words};
use crate::block::{Block, BlockError, block};
use crate::endpoint::danger_page::DangerPage;
use crate::invite_claim::{InviteClaim, InviteClaimError, TIME, invite_claim};
use crate::prose::Reason;
use crate::split::{Split, SplitError, split};
use crate::store::dashboard_quarantine::{self, Registration};

/// `GET /quarantine/{tenant}/{environment}/{client_id}/block`
pub(crate) async fn block_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    by_reason::page(&staff, On(Act::Block, place)).await
}

/// `POST /quarantine/{tenant}/{environment}/{client_id}/block`
pub(crate) async fn block_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    by_reason::submit(&staff, &posted, On(Act::Block, place)).await
}

/// `GET /quarantine/{tenant}/{environment}/{client_id}/split`
pub(crate) async fn split_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    by_reason::page(&staff, On(Act::Split, place)).await
}

/// `POST /quarantine/{tenant}/{environment}/{client_id}/split`
pub(crate) async fn split_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    by_reason::submit(&staff, &posted, On(Act::Split, place)).await
}

/// `GET /quarantine/{tenant}/{environment}/{client_id}/claim`
pub(crate) async fn claim_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    by_reason::page(&staff, On(Act::Claim, place)).await
}

/// `POST /quarantine/{tenant}/{environment}/{client_id}/claim`
pub(crate) async fn claim_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    by_reason::submit(&staff, &posted, On(Act::Claim, place)).await
}

/// The three acts.
#[derive(Debug, Clone, Copy)]
enum Act {
    Block,
    Split,
    Claim,
}

/// One of them, on the registration of a path.
struct On(Act, Place);

/// What a page says of its act.
struct Says {
    title: String,
    path: &'static str,
    reason: Field,
    last: Option<&'static str>,
    effects: Vec<(String, String)>,
    kept: [&'static str; 2],
}

impl ByReason for On {
    const ACTION: Action = Action::HandleQuarantine;
    type Found = (Tenant, Registration);

    async fn look(&self, staff: &StaffSignedIn) -> Result<Seen<Self::Found>, Refusal> {
        let Self(_, place) = self;
        let client: ClientId = place.named("client_id")?;
        let (at, now) = ((place.environment, client.clone()), staff.now);
        staff
            .look_at(place, client.to_string(), async |tx, tenant| {
                dashboard_quarantine::load(tx, tenant, at, now).await
            })
            .await
    }

    fn page(&self, staff: &StaffSignedIn, looked: &Seen<Self::Found>) -> DangerPage {
        let (tenant, registration) = &looked.found;
        let name = words::quoted(&registration.metadata);
        let says = match self.0 {
            Act::Block => blocking(registration, &name),
            Act::Split => splitting(&name),
            Act::Claim => asking(tenant, &name),
        };
        let back = here(&looked.found);
        let shell: Shell = staff.shell(Area::Quarantine, looked, says.title.as_str());
        let shell = frame::of_tenant(shell, tenant, registration.environment);
        DangerPage {
            shell: shell.crumb(name, back.clone()),
            errors: ErrorSummary::default(),
            last: says
                .last
                .map(|words| ("This cannot be undone", words.to_owned())),
            effects: says.effects,
            kept: says.kept.map(str::to_owned).into(),
            action: format!("{back}/{}", says.path),
            fields: vec![says.reason],
            button: says.title,
            back,
        }
    }

    async fn carry_out(
        &self,
        staff: &StaffSignedIn,
        permit: &Permit,
        found: &Self::Found,
        reason: Reason,
    ) -> Result<HttpResponse, NotDone> {
        let (environment, client_id) = (found.1.environment, found.1.client_id.clone());
        let tenant = found.0.id;
        let mut rng = ambient::rng();
        let mut acting = staff.acting(permit, &mut rng);
        let done = match self.0 {
            Act::Block => {
                let command = Block {
                    environment,
                    client_id,
                    reason,
                };
                let work = async |tx: &mut _| block(tx, command, &mut acting).await;
                staff.within(tenant, work).await?;
                Done::Blocked
            }
            Act::Split => {
                let command = Split {
                    environment,
                    client_id,
                    reason,
                };
                let work = async |tx: &mut _| split(tx, command, &mut acting).await;
                staff.within(tenant, work).await?;
                Done::SplitOff
            }
            Act::Claim => {
                let command = InviteClaim {
                    environment,
                    client_id,
                    reason,
                };
                let work = async |tx: &mut _| invite_claim(tx, command, &mut acting).await;
                staff.within(tenant, work).await?;
                Done::ClaimInvited
            }
        };
        Ok(done.at(&here(found)))
    }
}

const GONE: &str = "It does not wait any more. Nothing was changed";

impl From<BlockError> for NotDone {
    fn from(error: BlockError) -> Self {
        match error {
            BlockError::NotPermitted(error) => error.into(),
            BlockError::Store(error) => error.into(),
            BlockError::NotWaiting(QuarantineState::Linked) => {
                Self::Told("A request about it is open: decide that request instead")
            }
            BlockError::NotWaiting(_) => Self::Told(GONE),
        }
    }
}

impl From<SplitError> for NotDone {
    fn from(error: SplitError) -> Self {
        match error {
            SplitError::NotPermitted(error) => error.into(),
            SplitError::Store(error) => error.into(),
            SplitError::Over(_) => Self::Told("It is over. Nothing was changed"),
            SplitError::Apart => {
                Self::Told("It is decided on its own already. Nothing was changed")
            }
            SplitError::Shared => Self::Told(
                "All strangers with these metadata share it. Block networks, or link it, instead",
            ),
        }
    }
}

impl From<InviteClaimError> for NotDone {
    fn from(error: InviteClaimError) -> Self {
        match error {
            InviteClaimError::NotPermitted(error) => error.into(),
            InviteClaimError::Store(error) => error.into(),
            InviteClaimError::NotWaiting(_) => Self::Told(GONE),
            InviteClaimError::Asked => Self::Told("The tenant was asked and has not answered yet"),
        }
    }
}

fn here((tenant, registration): &(Tenant, Registration)) -> String {
    paths::quarantined(
        &tenant.slug,
        registration.environment,
        &registration.client_id,
    )
}

fn reason(hint: &str) -> Field {
    Field::area("reason", "Reason", 3).hint(hint)
}

const UNTOLD: &str = "Kept in the ledger. The registrant is not told.";

fn line(amount: impl Into<String>, words: impl Into<String>) -> (String, String) {
    (amount.into(), words.into())
}

fn blocking(registration: &Registration, name: &str) -> Says {
    let attempts = u64::try_from(registration.family.attempts).unwrap_or_default();
    Says {
        title: format!("Block {name}"),
        path: "block",
        reason: reason(UNTOLD),
        last: Some("To let it come back, its makers have to register something else."),
        effects: vec![
            line("1", "identifier leads nowhere from now on"),
            line(
                number(attempts),
                "attempts belong to this family; the next one like them is refused",
            ),
            line(
                registration.asks.len().to_string(),
                "people who asked for it read that it is blocked",
            ),
        ],
        kept: [
            "Clients that were approved are not touched.",
            "The log of its attempts stays.",
        ],
    }
}

fn splitting(name: &str) -> Says {
    Says {
        title: format!("Split {name} off"),
        path: "split",
        reason: reason(UNTOLD),
        last: Some("It stays on its own for as long as it is there."),
        effects: vec![line(
            "1",
            "registration is decided on its own; blocking its family, or letting that expire, leaves it alone",
        )],
        kept: [
            "Its request, its sponsor and its limits stay as they are.",
            "The others of the family are decided as one, as before.",
        ],
    }
}

fn asking(tenant: &Tenant, name: &str) -> Says {
    Says {
        title: format!("Ask {} about {name}", tenant.name),
        path: "claim",
        reason: Field::area("reason", "Why it may be theirs", 3)
            .hint("The owners and integration managers of the tenant read it."),
        last: None,
        effects: vec![
            line(
                format!("{} h", TIME.num_hours()),
                format!(
                    "{} has to answer; the registration waits that long",
                    tenant.name
                ),
            ),
            line(
                "1",
                "answer: whoever claims it proves its hosts or relies on a software statement, and answers for it as sponsor",
            ),
        ],
        kept: [
            "Claiming makes a request that you review. It gives nothing by itself.",
            "You can link, block or let it expire meanwhile.",
        ],
    }
}
