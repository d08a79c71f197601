//! Who is signed in at the dashboard: cookie, session with a second factor, member of the platform, role, in that order.
//! Whatever such a person looks at is read as staff and logged in the platform's ledger. It never believes a role from
//! elsewhere.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use narthex_http::page::Shell;
use narthex_http::{CookieName, Front, RequestId, csrf};
use narthex_people::session::{self, Session, Surface};
use narthex_tenancy::ledger::{self, Act, Actor};
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Action, Permit, Person, Role};
use narthex_tenancy::tenant::Tenant;
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Environment, Id, PLATFORM_TENANT, TenantSlug, Timestamp, kind};
use serde_json::json;

use super::fault::Explained;
use super::frame::{self, Area};
use super::place::Place;
use super::refusal::Refusal;
use super::way_on::{HOME, WayOn};
use crate::Approval;
use crate::acting::Acting;
use crate::store::{dashboard_tenants, dashboard_waiting};

/// A person of the platform in the dashboard.
pub(crate) struct StaffSignedIn {
    /// Who they are.
    pub(crate) member: Member,
    /// What they may do here.
    pub(crate) role: Role,
    /// By which session.
    pub(crate) session: Session,
    /// When this request is handled.
    pub(crate) now: Timestamp,
    request_id: String,
    request: HttpRequest,
    approval: Data<Approval>,
}

/// What was read, with what waits for staff at the same moment.
#[derive(Debug)]
pub(crate) struct Seen<T> {
    /// What was looked at.
    pub(crate) found: T,
    /// For the navigation.
    pub(crate) waiting: dashboard_waiting::Waiting,
}

/// What is looked at, as the ledger names it.
#[derive(Debug)]
pub(crate) struct Look<'a> {
    /// A prefixed id, or the name of a list.
    pub(crate) object: String,
    /// Whose it is, when it is one tenant's.
    pub(crate) tenant: Option<&'a TenantSlug>,
    /// Where, when it is bound to an environment.
    pub(crate) environment: Option<Environment>,
}

impl Look<'static> {
    /// A list over all tenants.
    pub(crate) fn list(area: Area) -> Self {
        Self {
            object: area.path().trim_start_matches('/').to_owned(),
            tenant: None,
            environment: None,
        }
    }
}

impl StaffSignedIn {
    /// Whether the role includes `action`.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.role.may(action)
    }

    /// The proof that the role includes `action`; without it the page explains which rule refused.
    pub(crate) fn permit(&self, action: Action) -> Result<Permit, Refusal> {
        self.role.permit(&self.person(), action).ok_or_else(|| {
            self.explain(action);
            Refusal::NotAllowed
        })
    }

    /// The circumstances of an act by this person.
    pub(crate) fn acting<'a>(
        &'a self,
        permit: &'a Permit,
        rng: &'a mut dyn rand_core::CryptoRng,
    ) -> Acting<'a> {
        Acting::person(permit, self.now, rng, &self.request_id)
    }

    /// Reads across tenants and logs that this person looked.
    pub(crate) async fn look<T, F>(&self, at: Look<'_>, work: F) -> Result<Seen<T>, Refusal>
    where
        F: AsyncFnOnce(&mut TenantTx) -> Result<T, StoreError>,
    {
        let person = self.person();
        let seen = self.approval.staff.platform(async |tx| {
            let found = work(tx).await?;
            let waiting = dashboard_waiting::load(tx, self.now).await?;
            ledger::record(tx, self.act(&person, at), self.now).await?;
            Ok::<_, StoreError>(Seen { found, waiting })
        });
        Ok(seen.await?)
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
        let at = Look {
            object,
            tenant: Some(&place.slug),
            environment: Some(place.environment),
        };
        self.look(at, async |tx| {
            let tenant = dashboard_tenants::find(tx, &place.slug).await?;
            let found = work(tx, tenant.id).await?;
            Ok((tenant, found))
        })
        .await
    }

    /// Acts in one transaction of the tenant, in the role of the approval plane.
    pub(crate) async fn within<T, E, F>(&self, tenant: Id<kind::Tenant>, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx) -> Result<T, E>,
        E: From<StoreError>,
    {
        self.approval.database.tenant(tenant, work).await
    }

    /// The approval plane.
    pub(crate) fn approval(&self) -> &Approval {
        &self.approval
    }

    /// The frame of a page of `area`.
    pub(crate) fn shell<T>(&self, area: Area, seen: &Seen<T>, title: impl Into<String>) -> Shell {
        frame::shell(area, seen.waiting, title, csrf::issue(&self.request))
            .user(self.member.name.as_str(), self.member.email.as_str())
    }

    /// What somebody reads who may not do something: their role, and which roles may.
    pub(crate) fn who_may(&self, action: Action) -> String {
        let may: Vec<_> = Role::ALL
            .into_iter()
            .filter(|role| role.is_staff() && role.may(action))
            .map(|role| {
                let name = role.label().to_lowercase();
                let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u']);
                format!("{} {name}", if vowel { "an" } else { "a" })
            })
            .collect();
        let whom = may.join(" or ");
        format!("Your role is {}. Ask {whom}.", self.role.label())
    }

    fn person(&self) -> Person {
        Person {
            tenant: PLATFORM_TENANT,
            member: self.member.id,
            name: self.member.name.as_str().to_owned(),
        }
    }

    fn act<'a>(&'a self, person: &'a Person, at: Look<'_>) -> Act<'a> {
        Act {
            actor: Actor::Person(person),
            action: "staff.look",
            object: at.object,
            environment: at.environment,
            reason: "",
            detail: json!({ "tenant": at.tenant }),
            request_id: &self.request_id,
        }
    }

    fn explain(&self, action: Action) {
        Explained {
            text: format!(
                "Your role, {}, does not include this action.",
                self.role.label()
            ),
            rule: format!("role {} may not {}", self.role.as_str(), action.words()),
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
    Ok(StaffSignedIn {
        member,
        role,
        session,
        now,
        request_id,
        request,
        approval,
    })
}

fn cookie(request: &HttpRequest) -> Option<String> {
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
