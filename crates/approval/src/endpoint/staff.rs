//! A person of the platform who looks or acts, however they proved who they are: by a session of the dashboard or a token
//! of the management API. What they look at is read as staff and logged in the platform's ledger; what they do goes
//! through a verb in a transaction of the tenant. It never believes a role from elsewhere.

use actix_web::web::Data;
use narthex_tenancy::ledger::{self, Act, Actor};
use narthex_tenancy::member::Member;
use narthex_tenancy::permission::{Action, Permit, Person, Role};
use narthex_tenancy::tenant::Tenant;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Environment, Id, PLATFORM_TENANT, TenantSlug, Timestamp, kind};
use serde_json::json;

use crate::Approval;
use crate::acting::{Acting, NotPermitted};
use crate::store::{dashboard_tenants, dashboard_waiting};

/// A person of the platform, with the role that they have now.
pub(crate) struct Staff {
    /// Who they are.
    pub(crate) member: Member,
    /// What they may do.
    pub(crate) role: Role,
    /// When this request is handled.
    pub(crate) now: Timestamp,
    /// As the logs and the ledger name the request.
    pub(crate) request_id: String,
    /// The plane.
    pub(crate) approval: Data<Approval>,
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
    pub(crate) fn over(list: impl Into<String>) -> Self {
        Self {
            object: list.into(),
            tenant: None,
            environment: None,
        }
    }
}

impl Staff {
    /// Whether the role includes `action`.
    pub(crate) fn may(&self, action: Action) -> bool {
        self.role.may(action)
    }

    /// The proof that the role includes `action`.
    pub(crate) fn permit(&self, action: Action) -> Result<Permit, NotPermitted> {
        self.role.permit(&self.person(), action).ok_or(NotPermitted)
    }

    /// The circumstances of an act by this person.
    pub(crate) fn acting<'a>(
        &'a self,
        permit: &'a Permit,
        rng: &'a mut dyn rand_core::CryptoRng,
    ) -> Acting<'a> {
        Acting::person(permit, self.now, rng, &self.request_id).telling(self.approval.mail.as_ref())
    }

    /// Reads across tenants and logs that this person looked.
    pub(crate) async fn look<T, F>(&self, at: Look<'_>, work: F) -> Result<Seen<T>, StoreError>
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
        seen.await
    }

    /// Reads an object of one tenant and logs that this person looked.
    pub(crate) async fn look_at<T, F>(
        &self,
        (slug, environment): (&TenantSlug, Environment),
        object: String,
        work: F,
    ) -> Result<Seen<(Tenant, T)>, StoreError>
    where
        F: AsyncFnOnce(&mut TenantTx, Id<kind::Tenant>) -> Result<T, StoreError>,
    {
        let at = Look {
            object,
            tenant: Some(slug),
            environment: Some(environment),
        };
        self.look(at, async |tx| {
            let tenant = dashboard_tenants::find(tx, slug).await?;
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

    /// The approval plane, for what outlives the request.
    pub(crate) fn plane(&self) -> Data<Approval> {
        self.approval.clone()
    }

    /// The approval plane.
    pub(crate) fn approval(&self) -> &Approval {
        &self.approval
    }

    /// What this person reads who may not do something.
    pub(crate) fn who_may(&self, action: Action) -> String {
        who_may(self.role, action)
    }

    /// The rule by which this person may not do it.
    pub(crate) fn rule_against(&self, action: Action) -> String {
        rule_against(self.role, action)
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
}

/// What somebody reads who may not do something: their role, and which roles may.
pub(crate) fn who_may(own: Role, action: Action) -> String {
    let may: Vec<_> = Role::ALL
        .into_iter()
        .filter(|role| role.is_staff() == own.is_staff() && role.may(action))
        .map(|role| {
            let name = role.label().to_lowercase();
            let vowel = name.starts_with(['a', 'e', 'i', 'o', 'u']);
            format!("{} {name}", if vowel { "an" } else { "a" })
        })
        .collect();
    let whom = may.join(" or ");
    format!("Your role is {}. Ask {whom}.", own.label())
}

/// The rule by which the role does not include `action`.
pub(crate) fn rule_against(role: Role, action: Action) -> String {
    format!("role {} may not {}", role.as_str(), action.words())
}
