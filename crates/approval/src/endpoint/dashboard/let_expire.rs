//! Letting what waits expire now, one registration or a family, on a page that says what that is: it blocks nothing.

use actix_web::HttpResponse;
use narthex_http::page::Field;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::Action;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{ClientId, Environment, QuarantineState};

use super::banner::Done;
use super::decide::reason_words;
use super::family;
use super::frame::{self, Area};
use super::place::Place;
use super::posted::Posted;
use super::problems::Problems;
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

/// `GET /quarantine/{tenant}/{environment}/{client_id}/expire`
pub(crate) async fn page(staff: StaffSignedIn, place: Place) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::HandleQuarantine)?;
    let seen = one(&staff, &place).await?;
    Ok(frame::page(&view(&staff, &seen, "", &Problems::default())))
}

/// `POST /quarantine/{tenant}/{environment}/{client_id}/expire`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::HandleQuarantine)?;
    let seen = one(&staff, &place).await?;
    act(&staff, seen, &posted.text("reason")?).await
}

/// `GET /families/{tenant}/{environment}/{fingerprint}/expire`
pub(crate) async fn family_page(
    staff: StaffSignedIn,
    place: Place,
) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::HandleQuarantine)?;
    let seen = all(&staff, &place).await?;
    Ok(frame::page(&view(&staff, &seen, "", &Problems::default())))
}

/// `POST /families/{tenant}/{environment}/{fingerprint}/expire`
pub(crate) async fn family_submit(
    staff: StaffSignedIn,
    place: Place,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::HandleQuarantine)?;
    let seen = all(&staff, &place).await?;
    act(&staff, seen, &posted.text("reason")?).await
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

async fn act(
    staff: &StaffSignedIn,
    seen: Seen<Subject>,
    written: &str,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::HandleQuarantine)?;
    let subject = &seen.found;
    let mut problems = Problems::default();
    let reason = problems.keep("reason", Reason::parse(written), reason_words);
    if let Some(reason) = reason {
        let command = LetExpire {
            environment: subject.environment,
            which: subject.which.clone(),
            reason,
        };
        let done = staff
            .within(subject.tenant.id, async |tx| {
                let mut rng = ambient::rng();
                let_expire(tx, command, &mut staff.acting(&permit, &mut rng)).await
            })
            .await;
        match done {
            Ok(_) => return Ok(Done::LetExpire.at(&subject.back)),
            Err(LetExpireError::NotPermitted(error)) => return Err(error.into()),
            Err(LetExpireError::Store(error)) => return Err(error.into()),
            Err(LetExpireError::NothingWaits) => {
                problems.add("", "Nothing of it waits any more. Nothing was changed");
            }
        }
    }
    Ok(frame::again(&view(staff, &seen, written, &problems)))
}

fn view(
    staff: &StaffSignedIn,
    seen: &Seen<Subject>,
    written: &str,
    problems: &Problems,
) -> DangerPage {
    let subject = &seen.found;
    let shell = staff.shell(
        Area::Quarantine,
        seen,
        format!("Let {} expire", subject.name),
    );
    let shell = frame::of_tenant(shell, &subject.tenant, subject.environment);
    let reason = Field::area("reason", "Reason", 3)
        .hint("Kept in the ledger. The registrant is not told.")
        .value(written);
    let number = |count: usize| count_of(count);
    DangerPage {
        shell: shell
            .crumb(subject.name.clone(), subject.back.clone())
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        last: None,
        effects: vec![
            (
                number(subject.waiting),
                "registrations end now; their identifiers lead nowhere".to_owned(),
            ),
            (
                number(subject.asks),
                "people who asked for it have to ask again when it comes again".to_owned(),
            ),
        ],
        kept: vec![
            "Nothing is blocked: the same software may register again, and waits again.".to_owned(),
            "What has a request or became a client goes on.".to_owned(),
            "The log of its attempts stays.".to_owned(),
        ],
        action: format!("{}/expire", subject.back),
        fields: vec![problems.beside(reason)],
        button: format!("Let {} expire", subject.name),
        back: subject.back.clone(),
    }
}

fn count_of(number: usize) -> String {
    count(i64::try_from(number).unwrap_or_default())
}
