//! Letting what waits expire now, one registration or a family, on a page that says what that is: it blocks nothing.

use actix_web::HttpResponse;
use narthex_http::page::{ErrorSummary, Field};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{ClientId, Environment, QuarantineState};

use super::banner::Done;
use super::by_reason::{self, ByReason, NotDone};
use super::family;
use super::frame::{self, Area};
use super::place::Place;
use super::posted::Posted;
use super::quarantine::{count, family_name};
use super::refusal::Refusal;
use super::signed_in::{Seen, StaffSignedIn};
use super::{paths, words};
use crate::endpoint::danger_page::DangerPage;
use crate::let_expire::{LetExpire, LetExpireError, Which, let_expire};
use crate::prose::Reason;
use crate::store::dashboard_quarantine::{self, Registration};

/// What would expire.
struct Subject {
    tenant: Tenant,
    environment: Environment,
    which: Which,
    name: String,
    /// How many wait.
    waiting: usize,
    asks: usize,
    back: String,
}

/// One registration, or its whole family.
enum Expiring<'a> {
    Registration(&'a Place),
    Family(&'a Place),
}

/// `GET /quarantine/{tenant}/{environment}/{client_id}/expire`
pub(crate) async fn page(staff: StaffSignedIn, place: Place) -> Result<HttpResponse, Refusal> {
    by_reason::page(&staff, Expiring::Registration(&place)).await
}

/// `POST /quarantine/{tenant}/{environment}/{client_id}/expire`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    by_reason::submit(&staff, &posted, Expiring::Registration(&place)).await
}

/// `GET /families/{tenant}/{environment}/{fingerprint}/expire`
pub(crate) async fn family_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    by_reason::page(&staff, Expiring::Family(&place)).await
}

/// `POST /families/{tenant}/{environment}/{fingerprint}/expire`
pub(crate) async fn family_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    by_reason::submit(&staff, &posted, Expiring::Family(&place)).await
}

impl ByReason for Expiring<'_> {
    const ACTION: Action = Action::HandleQuarantine;
    type Found = Subject;

    async fn look(&self, staff: &StaffSignedIn) -> Result<Seen<Subject>, Refusal> {
        match self {
            Self::Registration(place) => one(staff, place).await,
            Self::Family(place) => all(staff, place).await,
        }
    }

    fn page(&self, staff: &StaffSignedIn, looked: &Seen<Subject>) -> DangerPage {
        view(staff, looked)
    }

    async fn carry_out(
        &self,
        staff: &StaffSignedIn,
        permit: &Permit,
        found: &Subject,
        reason: Reason,
    ) -> Result<HttpResponse, NotDone> {
        let command = LetExpire {
            environment: found.environment,
            which: found.which.clone(),
            reason,
        };
        let done = staff.within(found.tenant.id, async |tx| {
            let mut rng = ambient::rng();
            let_expire(tx, command, &mut staff.acting(permit, &mut rng)).await
        });
        match done.await {
            Ok(_) => Ok(Done::LetExpire.at(&found.back)),
            Err(LetExpireError::NotPermitted(error)) => Err(error.into()),
            Err(LetExpireError::Store(error)) => Err(error.into()),
            Err(LetExpireError::NothingWaits) => Err(NotDone::Told(
                "Nothing of it waits any more. Nothing was changed",
            )),
        }
    }
}

async fn one(staff: &StaffSignedIn, place: &Place) -> Result<Seen<Subject>, Refusal> {
    let client: ClientId = place.named("client_id")?;
    let (at, now) = ((place.environment, client.clone()), staff.now);
    let looked: Seen<(Tenant, Registration)> = staff
        .look_at(place, client.to_string(), async |tx, tenant| {
            dashboard_quarantine::load(tx, tenant, at, now).await
        })
        .await?;
    let (tenant, registration) = looked.found;
    let waits = registration.state == QuarantineState::Quarantined;
    let found = Subject {
        back: paths::quarantined(&tenant.slug, place.environment, &client),
        tenant,
        environment: place.environment,
        which: Which::Registration(client),
        name: words::quoted(&registration.metadata),
        waiting: usize::from(waits),
        asks: registration.asks.len(),
    };
    Ok(Seen {
        found,
        waiting: looked.waiting,
    })
}

async fn all(staff: &StaffSignedIn, place: &Place) -> Result<Seen<Subject>, Refusal> {
    let looked = family::look(staff, place).await?;
    let (tenant, family) = looked.found;
    let line = &family.line;
    let waits = family
        .registrations
        .iter()
        .filter(|one| one.state == QuarantineState::Quarantined && !one.apart);
    let found = Subject {
        back: paths::family(&tenant.slug, line.environment, &line.fingerprint),
        tenant,
        environment: line.environment,
        which: Which::Family(line.fingerprint),
        name: format!("the family {}", family_name(&line.name)),
        waiting: waits.count(),
        asks: family.asks.len(),
    };
    Ok(Seen {
        found,
        waiting: looked.waiting,
    })
}

fn view(staff: &StaffSignedIn, seen: &Seen<Subject>) -> DangerPage {
    let subject = &seen.found;
    let shell = staff.shell(
        Area::Quarantine,
        seen,
        format!("Let {} expire", subject.name),
    );
    let shell = frame::of_tenant(shell, &subject.tenant, subject.environment);
    let reason =
        Field::area("reason", "Reason", 3).hint("Kept in the ledger. The registrant is not told.");
    DangerPage {
        shell: shell.crumb(subject.name.clone(), subject.back.clone()),
        errors: ErrorSummary::default(),
        last: None,
        effects: vec![
            (
                count_of(subject.waiting),
                "registrations end now; their identifiers lead nowhere".to_owned(),
            ),
            (
                count_of(subject.asks),
                "people who asked for it have to ask again when it comes again".to_owned(),
            ),
        ],
        kept: vec![
            "Nothing is blocked: the same software may register again, and waits again.".to_owned(),
            "What has a request or became a client goes on.".to_owned(),
            "The log of its attempts stays.".to_owned(),
        ],
        action: format!("{}/expire", subject.back),
        fields: vec![reason],
        button: format!("Let {} expire", subject.name),
        back: subject.back.clone(),
    }
}

fn count_of(number: usize) -> String {
    count(i64::try_from(number).unwrap_or_default())
}
