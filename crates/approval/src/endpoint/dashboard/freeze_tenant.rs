//! Freezing a whole tenant, and thawing it: each a page of its own with what will happen, and a reason that its people
//! read.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::{ErrorSummary, Field};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::TenantSlug;

use super::banner::Done;
use super::by_reason::{self, ByReason, NotDone};
use super::frame::Area;
use super::posted::Posted;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::endpoint::danger_page::DangerPage;
use crate::freeze_tenant::{Freeze, FreezeTenant, FreezeTenantError, freeze_tenant};
use crate::prose::Reason;
use crate::store::dashboard_tenants;

/// `GET /tenants/{tenant}/freeze`
pub(crate) async fn freeze_page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    by_reason::page(&staff, Of(Freeze::Freeze, path.into_inner())).await
}

/// `POST /tenants/{tenant}/freeze`
pub(crate) async fn freeze_submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    by_reason::submit(&staff, &posted, Of(Freeze::Freeze, path.into_inner())).await
}

/// `GET /tenants/{tenant}/thaw`
pub(crate) async fn thaw_page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    by_reason::page(&staff, Of(Freeze::Thaw, path.into_inner())).await
}

/// `POST /tenants/{tenant}/thaw`
pub(crate) async fn thaw_submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    by_reason::submit(&staff, &posted, Of(Freeze::Thaw, path.into_inner())).await
}

/// One of the two acts, on the tenant with this slug.
struct Of(Freeze, String);

impl ByReason for Of {
    const ACTION: Action = Action::FreezeTenant;
    type Found = Tenant;

    async fn look(&self, staff: &StaffSignedIn) -> Result<Seen<Tenant>, Refusal> {
        let slug = TenantSlug::parse(&self.1).map_err(|_| Refusal::NotFound)?;
        let at = Look {
            object: slug.to_string(),
            tenant: Some(&slug),
            environment: None,
        };
        let find = async |tx: &mut _| dashboard_tenants::find(tx, &slug).await;
        staff.look(at, find).await
    }

    fn page(&self, staff: &StaffSignedIn, looked: &Seen<Tenant>) -> DangerPage {
        let tenant = &looked.found;
        let (verb, way) = match self.0 {
            Freeze::Freeze => ("Freeze", "freeze"),
            Freeze::Thaw => ("Thaw", "thaw"),
        };
        let reason = Field::area("reason", "Reason", 3)
            .hint("Its people read it, and it is kept in the ledger.");
        let title = format!("{verb} {}", tenant.name);
        DangerPage {
            shell: staff.shell(Area::Tenants, looked, title.as_str()),
            errors: ErrorSummary::default(),
            last: None,
            effects: effects(self.0),
            kept: [
                "Nothing is deleted or ended: clients, approvals and people stay as they are.",
                "The logs and the ledger stay.",
            ]
            .map(str::to_owned)
            .into(),
            action: format!("/tenants/{}/{way}", tenant.slug),
            fields: vec![reason],
            button: title,
            back: Area::Tenants.path().to_owned(),
        }
    }

    async fn carry_out(
        &self,
        staff: &StaffSignedIn,
        permit: &Permit,
        tenant: &Tenant,
        reason: Reason,
    ) -> Result<HttpResponse, NotDone> {
        let what = self.0;
        let stands = staff
            .within(tenant.id, async |tx| {
                let mut rng = ambient::rng();
                let command = FreezeTenant { what, reason };
                freeze_tenant(tx, command, &mut staff.acting(permit, &mut rng)).await
            })
            .await;
        let done = match what {
            Freeze::Freeze => Done::TenantFrozen,
            Freeze::Thaw => Done::TenantThawed,
        };
        match stands {
            Ok(()) => Ok(done.at(Area::Tenants.path())),
            Err(FreezeTenantError::NotPermitted(error)) => Err(error.into()),
            Err(FreezeTenantError::Store(error)) => Err(error.into()),
            Err(FreezeTenantError::Already) => {
                Err(NotDone::Told("It stands so already. Nothing was changed"))
            }
        }
    }
}

fn effects(what: Freeze) -> Vec<(String, String)> {
    let lines: &[(&str, &str)] = match what {
        Freeze::Freeze => &[
            ("All", "clients of both environments get no tokens, at once"),
            (
                "All",
                "tokens that were issued are refused where we are asked; a server that only checks signatures takes them for ten minutes at most",
            ),
            (
                "No",
                "client registers there, and no person of an app signs in",
            ),
            (
                "Read",
                "is all that its people can do in their portal and its API",
            ),
        ],
        Freeze::Thaw => &[("All", "goes on as it was before it was frozen")],
    };
    let line = |(amount, words): &(&str, &str)| ((*amount).to_owned(), (*words).to_owned());
    lines.iter().map(line).collect()
}
