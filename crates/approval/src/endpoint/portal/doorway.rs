//! The tenant in the path, before anybody is signed in. An unknown tenant is the same 404 as any other page that is
//! not there.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use narthex_http::page::Narrow;
use narthex_http::{Front, RequestId, csrf};
use narthex_people::People;
use narthex_tenancy::tenant::{self, Tenant};
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{TenantSlug, Timestamp};

use super::fault::Explained;
use super::refusal::Refusal;
use crate::endpoint::frozen;
use crate::mail::Mail;
use crate::{Acting, Approval};

/// A tenant whose doorstep somebody stands on.
pub(crate) struct Doorway {
    /// The tenant.
    pub(crate) tenant: Tenant,
    request: HttpRequest,
    approval: Data<Approval>,
}

impl Doorway {
    /// What proves who people are.
    pub(crate) fn people(&self) -> &People {
        &self.approval.people
    }

    /// How mail is written, where any is sent.
    pub(crate) fn mail(&self) -> Option<&Mail> {
        self.approval.mail.as_ref()
    }

    /// Whether any is sent.
    pub(crate) fn sends_mail(&self) -> bool {
        self.approval.mail.is_some()
    }

    /// Runs `work` in one transaction of the tenant.
    pub(crate) async fn within<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx) -> Result<T, E>,
        E: From<StoreError>,
    {
        self.approval.database.tenant(self.tenant.id, work).await
    }

    /// Lets the door itself act: one verb, in one transaction of the tenant.
    pub(crate) async fn act<T, E, F>(&self, now: Timestamp, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        let (rng, request_id) = (&mut ambient::rng(), self.request_id());
        let mut acting = Acting::system("sign-in", now, rng, &request_id).telling(self.mail());
        self.within(async |tx| work(tx, &mut acting).await).await
    }

    /// A path of this tenant's portal as a whole address, as the configuration has it.
    pub(crate) fn address(&self, below: &str) -> String {
        let base = self.approval.portal_base.as_str().trim_end_matches('/');
        format!("{base}{}", self.path(below))
    }

    /// The address that the browser should show, for people to compare.
    pub(crate) fn host(&self) -> String {
        host_of(&self.request)
    }

    /// The id to quote when asking for help.
    pub(crate) fn request_id(&self) -> String {
        RequestId::of(&self.request).map_or_else(String::new, |id| id.to_string())
    }

    /// The frame of a page before sign-in.
    pub(crate) fn narrow(&self, title: impl Into<String>) -> Narrow {
        Narrow::new(title, csrf::issue(&self.request)).tenant(self.tenant.name.as_str())
    }

    /// A path of this tenant's portal; `below` is empty or starts with a slash.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/t/{}{below}", self.tenant.slug)
    }
}

impl FromRequest for Doorway {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move {
            let approval = approval(&request)?;
            let tenant = of_path(&request, &approval).await?;
            Ok(Self {
                tenant,
                request,
                approval,
            })
        })
    }
}

/// The plane's state.
pub(super) fn approval(request: &HttpRequest) -> Result<Data<Approval>, Refusal> {
    let approval = request.app_data::<Data<Approval>>();
    approval.cloned().ok_or(Refusal::NotFound)
}

/// The tenant that the path names; of one that staff froze, pages alone.
pub(super) async fn of_path(request: &HttpRequest, approval: &Approval) -> Result<Tenant, Refusal> {
    let slug = request.match_info().get("tenant").unwrap_or_default();
    let slug = TenantSlug::parse(slug).map_err(|_| Refusal::NotFound)?;
    let database = &approval.database;
    let id = database.find(&slug).await?.ok_or(Refusal::NotFound)?;
    let tenant = database
        .tenant(id, async |tx| tenant::load(tx).await)
        .await?;
    if let Some(because) = frozen::refuses(request, &tenant) {
        explain_frozen(request, &tenant, because);
        return Err(Refusal::NotAllowed);
    }
    Ok(tenant)
}

fn explain_frozen(request: &HttpRequest, tenant: &Tenant, because: &str) {
    Explained {
        tenant: tenant.name.as_str().to_owned(),
        text: format!("The platform's staff froze {}: {because}", tenant.name),
        rule: "a frozen tenant changes nothing".to_owned(),
        next: "You can look at everything. Ask the platform's staff when it goes on.".to_owned(),
        way_back: ("Go to the home page", format!("/t/{}", tenant.slug)),
    }
    .leave(request);
}

/// The public origin of the listener, as the configuration has it.
pub(super) fn host_of(request: &HttpRequest) -> String {
    Front::of(request).map_or_else(String::new, |front| front.origin.to_string())
}
