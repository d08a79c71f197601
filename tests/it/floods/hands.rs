//! What staff and owners do against floods, by the verbs themselves.

use narthex_approval::{
    Acting,
    add_listing::{AddListing, AddListingError, add_listing},
    brake::{Brake, Lifting, Span},
    end_listing::{EndListing, EndListingError, end_listing},
    lift_brake::{LiftBrake, LiftBrakeError, lift_brake},
    listing::{Effect, Listing, Subject},
    prose::Reason,
    set_brake::{SetBrake, SetBrakeError, set_brake},
};
use narthex_tenancy::{
    ambient,
    permission::{Action, Person, Role},
};
use narthex_tests::Place;
use narthex_vocab::{Id, PLATFORM_TENANT, Tenant, Timestamp, kind};

use crate::cases::company;

/// Somebody who acts.
pub(crate) struct Hand<'a> {
    place: &'a Place,
    person: Person,
    role: Role,
}

impl<'a> Hand<'a> {
    /// Staff of this role.
    pub(crate) async fn staff(place: &'a Place, name: &str, role: Role) -> Self {
        let database = place.approval();
        let person = company::person(&database, PLATFORM_TENANT, name, Some(role)).await;
        Self {
            place,
            person,
            role,
        }
    }

    /// Somebody with a role in their tenant.
    pub(super) fn of(place: &'a Place, person: &Person, role: Role) -> Self {
        Self {
            place,
            person: person.clone(),
            role,
        }
    }

    /// Does something at some moment.
    pub(crate) async fn act<T, E, F>(
        &self,
        (tenant, now): (Id<Tenant>, Timestamp),
        action: Action,
        work: F,
    ) -> Result<T, E>
    where
        F: AsyncFnOnce(&mut narthex_tenancy::TenantTx, &mut Acting<'_>) -> Result<T, E>,
        E: From<narthex_tenancy::StoreError>,
    {
        let permit = self
            .role
            .permit(&self.person, action)
            .expect("the role may");
        let database = self.place.approval();
        database
            .tenant(tenant, async |tx| {
                let mut rng = ambient::rng();
                work(tx, &mut Acting::person(&permit, now, &mut rng, "test")).await
            })
            .await
    }

    pub(super) async fn brake(
        &self,
        tenant: Id<Tenant>,
        (span, now): (Span, Timestamp),
    ) -> Result<Brake, SetBrakeError> {
        let reason = Reason::parse("A flood").unwrap();
        let action = if self.role == Role::Owner {
            Action::BrakeOwn
        } else {
            Action::SetBrake
        };
        self.act((tenant, now), action, async |tx, acting| {
            set_brake(tx, SetBrake { span, reason }, acting).await
        })
        .await
    }

    pub(super) async fn lift(
        &self,
        tenant: Id<Tenant>,
        brake: Id<kind::Brake>,
    ) -> Result<Lifting, LiftBrakeError> {
        let reason = Reason::parse("It is over").unwrap();
        let action = if self.role == Role::Owner {
            Action::BrakeOwn
        } else {
            Action::LiftBrake
        };
        self.act((tenant, ambient::now()), action, async |tx, acting| {
            lift_brake(tx, LiftBrake { brake, reason }, acting).await
        })
        .await
    }

    /// Lists something until the end of a span of days that began at `now`.
    pub(crate) async fn list(
        &self,
        tenant: Id<Tenant>,
        (effect, subject): (Effect, Subject),
        (now, days): (Timestamp, i64),
    ) -> Result<Listing, AddListingError> {
        let command = AddListing {
            effect,
            subject,
            reason: Reason::parse("We know it").unwrap(),
            expires_at: now + chrono::Duration::days(days),
        };
        self.act((tenant, now), Action::EditLists, async |tx, acting| {
            add_listing(tx, command, acting).await
        })
        .await
    }

    pub(crate) async fn end(
        &self,
        tenant: Id<Tenant>,
        listing: Id<kind::Listing>,
    ) -> Result<(), EndListingError> {
        let reason = Reason::parse("It is over").unwrap();
        self.act(
            (tenant, ambient::now()),
            Action::EditLists,
            async |tx, acting| end_listing(tx, EndListing { listing, reason }, acting).await,
        )
        .await
    }
}
