//! Who is signed in at the tenant of the path: cookie, session, member, role, in that order. A browser without a
//! session goes to the sign-in page; a person without a role here is told so. It never believes a role from elsewhere.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use narthex_http::{CookieName, Front, RequestId};
use narthex_people::People;
use narthex_people::session::{self, Session, Surface};
use narthex_tenancy::ambient;
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Action, Permit, Person, Role};
use narthex_tenancy::tenant::Tenant;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Environment, HashKey, Issuer, Timestamp};
use url::form_urlencoded;

use super::doorway;
use super::fault::Explained;
use super::refusal::Refusal;
use super::way_on::{FIELD, WayOn};
use crate::endpoint::tries::may_try;
use crate::{Acting, Approval};

/// A person in the portal of their tenant.
pub(crate) struct SignedIn {
    /// Whose portal it is.
    pub(crate) tenant: Tenant,
    /// Who they are.
    pub(crate) member: Member,
    /// What they may do here.
    pub(crate) role: Role,
    /// By which session.
    pub(crate) session: Session,
    /// When this request is handled.
    pub(crate) now: Timestamp,
    /// The request, for the ledger and the log.
    pub(crate) request_id: String,
    pub(super) request: HttpRequest,
    pub(super) approval: Data<Approval>,
}

impl SignedIn {
    /// Whether the role includes `action`.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.role.may(action)
    }

    /// The proof that the role includes `action`; without it the page explains which rule refused.
    pub(crate) fn permit(&self, action: Action) -> Result<Permit, Refusal> {
        let person = Person {
            tenant: self.tenant.id,
            member: self.member.id,
            name: self.member.name.as_str().to_owned(),
        };
        self.role.permit(&person, action).ok_or_else(|| {
            self.explain_role(action);
            Refusal::NotAllowed
        })
    }

    /// Runs `work` in one transaction of the tenant.
    pub(crate) async fn within<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx) -> Result<T, E>,
        E: From<StoreError>,
    {
        self.approval.database.tenant(self.tenant.id, work).await
    }

    /// Lets the person act by `permit`: one verb, in one transaction of the tenant.
    pub(crate) async fn act<T, E, F>(&self, permit: &Permit, work: F) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, E>,
        E: From<StoreError>,
    {
        let rng = &mut ambient::rng();
        let mut acting = Acting::person(permit, self.now, rng, &self.request_id)
            .telling(self.approval.mail.as_ref());
        self.within(async |tx| work(tx, &mut acting).await).await
    }

    /// The approval plane, for what outlives the request.
    pub(crate) fn plane(&self) -> Data<Approval> {
        self.approval.clone()
    }

    /// What proves who people are.
    pub(crate) fn people(&self) -> &People {
        &self.approval.people
    }

    /// Under which secrets are hashed.
    pub(crate) fn hash_key(&self) -> &HashKey {
        &self.approval.people.hash_key
    }

    /// Under which the codes of waiting registrations and initial access tokens are hashed.
    pub(crate) fn registration_key(&self) -> &HashKey {
        &self.approval.registration_key
    }

    /// Counts a try at something that can be guessed, by person and by source; the seconds to wait when there were too
    /// many.
    pub(crate) async fn may_try(&self, what: &str, source: &str) -> Option<u32> {
        let whose = (self.tenant.id, self.member.id, Some(source));
        may_try(&self.approval.people, what, whose, self.now).await
    }

    /// The registration endpoint of one environment of the tenant.
    pub(crate) fn registration_endpoint(&self, environment: Environment) -> String {
        let base = self.approval.discovery_base.as_str().trim_end_matches('/');
        format!("{base}/t/{}/{environment}/register", self.tenant.slug)
    }

    /// The origin of the portal.
    pub(crate) fn portal_base(&self) -> &str {
        self.approval.portal_base.as_str()
    }

    /// A path of this portal as a whole address, to hand to somebody.
    pub(crate) fn address(&self, below: &str) -> String {
        let base = self.approval.portal_base.as_str().trim_end_matches('/');
        format!("{base}{}", self.path(below))
    }

    /// The issuer of one environment of the tenant.
    pub(crate) fn issuer(&self, environment: Environment) -> Issuer {
        Issuer::new(
            &self.approval.discovery_base,
            &self.tenant.slug,
            environment,
        )
    }

    /// The token endpoint of one environment of the tenant.
    pub(crate) fn token_endpoint(&self, environment: Environment) -> String {
        let base = self.approval.token_base.as_str().trim_end_matches('/');
        format!("{base}/t/{}/{environment}/token", self.tenant.slug)
    }

    /// A path of this portal; `below` is empty or starts with a slash.
    pub(crate) fn path(&self, below: &str) -> String {
        format!("/t/{}{below}", self.tenant.slug)
    }

    /// Where the person signs in anew, when they signed in elsewhere, and from where they come back to the page they are on.
    pub(crate) fn elsewhere_anew(&self) -> Option<String> {
        let provider = self.session.word?.provider;
        let back = form_urlencoded::Serializer::new(String::new())
            .append_pair(FIELD, self.request.path())
            .finish();
        Some(self.path(&format!("/sign-in/with/{provider}?fresh=yes&{back}")))
    }

    /// What somebody reads who may not do something: their role, and which roles may.
    pub(crate) fn who_may(&self, action: Action) -> String {
        let may: Vec<_> = Role::ALL
            .into_iter()
            .filter(|role| !role.is_staff() && role.may(action))
            .map(|role| role.label().to_lowercase())
            .collect();
        let whom = may.join(" or ");
        format!("Your role here is {}. Ask an {whom}.", self.role.label())
    }

    fn explain_role(&self, action: Action) {
        Explained {
            tenant: self.tenant.name.as_str().to_owned(),
            text: format!(
                "Your role in {}, {}, does not include this action.",
                self.tenant.name,
                self.role.label()
            ),
            rule: format!("role {} may not {}", self.role.as_str(), action.words()),
            next: self.who_may(action),
            way_back: ("Go to the home page", self.path("")),
        }
        .leave(&self.request);
    }
}

impl FromRequest for SignedIn {
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Refusal>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { resume(request).await })
    }
}

async fn resume(request: HttpRequest) -> Result<SignedIn, Refusal> {
    let approval = doorway::approval(&request)?;
    let tenant = doorway::of_path(&request, &approval).await?;
    let now = ambient::now();
    let found = match cookie(&request) {
        Some(cookie) => behind(&approval, &tenant, &cookie, now).await?,
        None => None,
    };
    let (session, member) = found.ok_or_else(|| sign_in(&request, &tenant))?;
    let Some(role) = member.role.filter(|role| role.may(Action::ReadTenant)) else {
        explain_no_role(&request, &tenant);
        return Err(Refusal::NotAllowed);
    };
    let request_id = RequestId::of(&request).map_or_else(String::new, |id| id.to_string());
    Ok(SignedIn {
        tenant,
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
    cookies.read(request, CookieName::Portal)
}

/// The session behind the cookie and the active member whose it is.
async fn behind(
    approval: &Approval,
    tenant: &Tenant,
    cookie: &str,
    now: Timestamp,
) -> Result<Option<(Session, Member)>, StoreError> {
    let people = &approval.people;
    let work = async |tx: &mut TenantTx| {
        let resumed = session::resume(tx, &people.hash_key, Surface::Portal, cookie, now).await?;
        let Some(session) = resumed else {
            return Ok(None);
        };
        match member::load(tx, session.member).await {
            Ok(member) => Ok(Some((session, member))),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    };
    approval.database.tenant(tenant.id, work).await
}

/// To the sign-in page, and from there back to this one, if it is a page.
fn sign_in(request: &HttpRequest, tenant: &Tenant) -> Refusal {
    let wanted = if request.method() == Method::GET {
        request
            .uri()
            .path_and_query()
            .map_or("", |path| path.as_str())
    } else {
        ""
    };
    let location = WayOn::parse(wanted, &tenant.slug).by_sign_in(&tenant.slug);
    Refusal::SignIn { location }
}

fn explain_no_role(request: &HttpRequest, tenant: &Tenant) {
    Explained {
        tenant: tenant.name.as_str().to_owned(),
        text: format!("Your account has no role in the portal of {}.", tenant.name),
        rule: "a portal needs a role".to_owned(),
        next: format!("Ask an owner of {} to give you one.", tenant.name),
        way_back: (
            "Sign in as somebody else",
            format!("/t/{}/sign-in", tenant.slug),
        ),
    }
    .leave(request);
}
