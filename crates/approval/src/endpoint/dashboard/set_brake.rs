//! Stopping registration, for one tenant or for all, on a page that says first what stops and what goes on. One person
//! is enough; for every tenant they type that they mean it.

use actix_web::HttpResponse;
use narthex_http::StrictQuery;
use narthex_http::page::{Choice, Field, When};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{PLATFORM_TENANT, TenantSlug};

use super::banner::Done;
use super::decide::reason_words;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::brake::Span;
use crate::endpoint::danger_page::DangerPage;
use crate::prose::Reason;
use crate::set_brake::{SetBrake, SetBrakeError, set_brake};
use crate::store::dashboard_tenants;

/// What somebody types to stop every tenant.
const ALL: &str = "all";

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    tenant: String,
    span: String,
    all: String,
    reason: String,
}

/// What it means.
struct Meant {
    slug: Option<TenantSlug>,
    span: Span,
    reason: Reason,
}

/// `GET /brakes/new`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::SetBrake)?;
    let tenant = query.one("tenant").ok().flatten().unwrap_or_default();
    let typed = Typed {
        tenant: tenant.to_owned(),
        span: Span::Hour.as_str().to_owned(),
        ..Typed::default()
    };
    let seen = look(&staff, None).await?;
    Ok(frame::page(&view(
        &staff,
        &seen,
        &typed,
        &Problems::default(),
    )))
}

/// `POST /brakes/new`
pub(crate) async fn submit(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::SetBrake)?;
    let typed = Typed {
        tenant: posted.text("tenant")?,
        span: posted.text("span")?,
        all: posted.text("all")?,
        reason: posted.text("reason")?,
    };
    let mut problems = Problems::default();
    let meant = typed.read(&mut problems);
    let seen = look(&staff, meant.as_ref().and_then(|meant| meant.slug.as_ref())).await?;
    let Some(meant) = meant else {
        return Ok(frame::again(&view(&staff, &seen, &typed, &problems)));
    };
    match carry_out(&staff, &permit, &seen, meant).await? {
        Ok(answer) => Ok(answer),
        Err(problems) => Ok(frame::again(&view(&staff, &seen, &typed, &problems))),
    }
}

/// The tenant that is named, when there is one.
async fn look(
    staff: &StaffSignedIn,
    slug: Option<&TenantSlug>,
) -> Result<Seen<Option<Tenant>>, Refusal> {
    staff
        .look(
            Look::list(Area::Brakes),
            async |tx: &mut TenantTx| match slug {
                None => Ok(None),
                Some(slug) => match dashboard_tenants::find(tx, slug).await {
                    Ok(tenant) => Ok(Some(tenant)),
                    Err(StoreError::NotFound) => Ok(None),
                    Err(error) => Err(error),
                },
            },
        )
        .await
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    seen: &Seen<Option<Tenant>>,
    meant: Meant,
) -> Result<Result<HttpResponse, Problems>, Refusal> {
    let tenant = match (&meant.slug, &seen.found) {
        (None, _) => PLATFORM_TENANT,
        (Some(_), Some(tenant)) => tenant.id,
        (Some(_), None) => {
            let words = "No tenant has this name in addresses";
            return Ok(Err(Problems::one("tenant", words)));
        }
    };
    let command = SetBrake {
        span: meant.span,
        reason: meant.reason,
    };
    let set = staff
        .within(tenant, async |tx| {
            let mut rng = ambient::rng();
            set_brake(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await;
    match set {
        Ok(_) => Ok(Ok(Done::Braked.at(Area::Brakes.path()))),
        Err(SetBrakeError::NotPermitted(error)) => Err(error.into()),
        Err(SetBrakeError::Store(error)) => Err(error.into()),
        Err(SetBrakeError::EndsLater { ends_at }) => {
            let until = When::new(ends_at).text();
            let words = format!("A brake is on until {until}. Choose a longer time to keep it on");
            Ok(Err(Problems::one("span", words)))
        }
        Err(SetBrakeError::TooLong) => {
            let words = "A brake is on for seven days at most. Lift it first, then set another";
            Ok(Err(Problems::one("span", words)))
        }
    }
}

impl Typed {
    fn read(&self, problems: &mut Problems) -> Option<Meant> {
        let slug = match self.tenant.trim() {
            "" => {
                if !self.all.trim().eq_ignore_ascii_case(ALL) {
                    let words = format!("Type {ALL} to stop every tenant, or name one above");
                    problems.add("all", words);
                }
                Some(None)
            }
            text => problems
                .keep("tenant", TenantSlug::parse(text), |error| {
                    format!("Enter a tenant's name in addresses: {error}")
                })
                .map(Some),
        };
        let span = Span::named(&self.span);
        if span.is_none() {
            problems.add("span", "Choose for how long");
        }
        let reason = problems.keep("reason", Reason::parse(&self.reason), reason_words);
        if !problems.is_empty() {
            return None;
        }
        Some(Meant {
            slug: slug?,
            span: span?,
            reason: reason?,
        })
    }
}

fn view(
    staff: &StaffSignedIn,
    seen: &Seen<Option<Tenant>>,
    typed: &Typed,
    problems: &Problems,
) -> DangerPage {
    let spans = Span::ALL
        .iter()
        .map(|span| Choice::new(span.as_str(), span.label()));
    let fields = [
        Field::text("tenant", "Tenant")
            .hint("Its name in addresses. Leave it empty to stop every tenant.")
            .value(typed.tenant.as_str())
            .mono()
            .optional(),
        Field::text("all", format!("Type {ALL} to stop every tenant"))
            .hint("Not needed when one tenant is named.")
            .value(typed.all.as_str())
            .optional(),
        Field::select("span", "For how long", spans.collect())
            .hint("It ends by itself then. You can set it again, or lift it before.")
            .value(typed.span.as_str()),
        Field::area("reason", "Reason", 3)
            .hint("Kept in the ledger. The tenant's people read it.")
            .value(typed.reason.as_str()),
    ];
    let shell = staff.shell(Area::Brakes, seen, "Stop registration");
    DangerPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        last: None,
        effects: vec![
            (
                "503".to_owned(),
                "is the answer to each registration until then, with a time to come back"
                    .to_owned(),
            ),
            (
                "All".to_owned(),
                "modes: what an environment says about registration does not count".to_owned(),
            ),
            (
                "2".to_owned(),
                "people are needed to lift a brake that holds every tenant".to_owned(),
            ),
        ],
        kept: vec![
            "Approved clients are not touched: they get tokens as before.".to_owned(),
            "What waits in quarantine stays, and can be linked or blocked.".to_owned(),
            "People can go on creating integrations in the portal.".to_owned(),
        ],
        action: "/brakes/new".to_owned(),
        fields: fields.map(|field| problems.beside(field)).into(),
        button: "Stop registration".to_owned(),
        back: Area::Brakes.path().to_owned(),
    }
}
