//! Who is signed in at the dashboard: cookie, session with a second factor, member of the platform, role, in that order.
//! It never believes a role from elsewhere.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use narthex_http::page::Shell;
use narthex_http::{CookieName, Front, RequestId, csrf};
use narthex_people::session::{self, Session, Surface};
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Id, PLATFORM_TENANT, Timestamp, kind};

use super::fault::Explained;
use super::frame::{self, Area};
use super::place::Place;
use super::refusal::Refusal;
use super::way_on::{HOME, WayOn};
use crate::Approval;
use crate::endpoint::staff::Staff;
pub(crate) use crate::endpoint::staff::{Look, Seen};

/// A person of the platform in the dashboard.
pub(crate) struct StaffSignedIn {
    staff: Staff,
    /// By which session.
    pub(crate) session: Session,
    request: HttpRequest,
}

impl Deref for StaffSignedIn {
    type Target = Staff;

    fn deref(&self) -> &Staff {
        &self.staff
    }
}

impl Look<'static> {
    /// A list over all tenants, by the area of the dashboard that shows it.
    pub(crate) fn list(area: Area) -> Self {
        Self::over(area.path().trim_start_matches('/'))
    }
}

impl StaffSignedIn {
    /// The proof that the role includes `action`; without it the page explains which rule refused.
    pub(crate) fn permit(&self, action: Action) -> Result<Permit, Refusal> {
        self.staff.permit(action).map_err(|refused| {
            self.explain(action);
            refused.into()
        })
    }

    /// Reads across tenants and logs that this person looked.
    pub(crate) async fn look<T, F>(&self, at: Look<'_>, work: F) -> Result<Seen<T>, Refusal>
    where
        F: AsyncFnOnce(&mut TenantTx) -> Result<T, StoreError>,
    {
        Ok(self.staff.look(at, work).await?)
    }

    /// Reads an object of one tenant and logs that this person looked.
    pub(crate) async fn look_at<T, F>(
        &self,
        place: &Place,
        object: String,
        work: F,
    ) -> Result<Seen<(Tenant, T)>, Refusal>
    where
        F: AsyncFnOnce(&mut TenantTx, Id<kind::Tenant>) -> Result<T, StoreError>,
    {
        let at = (&place.slug, place.environment);
        Ok(self.staff.look_at(at, object, work).await?)
    }

    /// The frame of a page of `area`.
    pub(crate) fn shell<T>(&self, area: Area, seen: &Seen<T>, title: impl Into<String>) -> Shell {
        let base = self.approval.discovery_base.as_str().trim_end_matches('/');
        frame::shell(area, seen.waiting, title, csrf::issue(&self.request))
            .help_href(format!("{base}/docs"))
            .user(self.member.name.as_str(), self.member.email.as_str())
    }

    fn explain(&self, action: Action) {
        Explained {
            text: format!(
                "Your role, {}, does not include this action.",
                self.role.label()
            ),
            rule: self.rule_against(action),
            next: self.who_may(action),
            way_back: ("Go to the requests", HOME),
        }
        .leave(&self.request);
    }
}

impl FromRequest for StaffSignedIn {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { resume(request).await })
    }
}

async fn resume(request: HttpRequest) -> Result<StaffSignedIn, Refusal> {
    let approval = request.app_data::<Data<Approval>>().cloned();
    let approval = approval.ok_or(Refusal::NotFound)?;
    let now = ambient::now();
    let found = match cookie(&request) {
        Some(cookie) => behind(&approval, &cookie, now).await?,
        None => None,
    };
    let (session, member) = found.ok_or_else(|| sign_in(&request))?;
    let Some(role) = member.role.filter(|role| role.may(Action::ReadPlatform)) else {
        explain_no_role(&request);
        return Err(Refusal::NotAllowed);
    };
    let request_id = RequestId::of(&request).map_or_else(String::new, |id| id.to_string());
    let staff = Staff {
        member,
        role,
        now,
        request_id,
        approval,
    };
    Ok(StaffSignedIn {
        staff,
        session,
        request,
    })
}

/// The cookie of the dashboard.
pub(super) fn cookie(request: &HttpRequest) -> Option<String> {
    let cookies = Front::of(request)?.cookies();
    cookies.read(request, CookieName::Staff)
}

/// The session behind the cookie, if a second factor was given, and the active member whose it is.
async fn behind(
    approval: &Approval,
    cookie: &str,
    now: Timestamp,
) -> Result<Option<(Session, Member)>, StoreError> {
    let people = &approval.people;
    let work = async |tx: &mut TenantTx| {
        let resumed = session::resume(tx, &people.hash_key, Surface::Staff, cookie, now).await?;
        let Some(session) = resumed.filter(|session| session.second_factor_at.is_some()) else {
            return Ok(None);
        };
        match member::load(tx, session.member).await {
            Ok(member) => Ok(Some((session, member))),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    };
    people.database.tenant(PLATFORM_TENANT, work).await
}

/// Who is signed in, for what goes on by itself: it does not keep the session from idling out.
pub(super) async fn peek(
    approval: &Approval,
    cookie: &str,
    now: Timestamp,
) -> Result<Option<Member>, StoreError> {
    let people = &approval.people;
    let work = async |tx: &mut TenantTx| {
        let found = session::peek(tx, &people.hash_key, Surface::Staff, cookie, now).await?;
        let Some(session) = found.filter(|session| session.second_factor_at.is_some()) else {
            return Ok(None);
        };
        match member::load(tx, session.member).await {
            Ok(member) => Ok(Some(member)),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    };
    people.database.tenant(PLATFORM_TENANT, work).await
}

/// To the sign-in page, and from there back to this one, if it is a page.
fn sign_in(request: &HttpRequest) -> Refusal {
    let wanted = if request.method() == Method::GET {
        let uri = request.uri();
        uri.path_and_query().map_or("", |path| path.as_str())
    } else {
        ""
    };
    let location = WayOn::parse(wanted).by_sign_in();
    Refusal::SignIn { location }
}

fn explain_no_role(request: &HttpRequest) {
    Explained {
        text: "Your account has no role in the dashboard.".to_owned(),
        rule: "the dashboard needs a role".to_owned(),
        next: "Ask the platform's administrators to give you one.".to_owned(),
        way_back: ("Sign in as somebody else", "/sign-in"),
    }
    .leave(request);
}
