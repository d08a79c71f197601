//! Who acts, when, with what chance and on whose request: the last argument of every verb. It never grants anything:
//! a permit comes from the one table of roles.

use narthex_tenancy::{
    StoreError, TenantTx,
    ledger::{self, Act, Actor},
    member,
    permission::{Action, Permit, Person},
    tenant,
};
use narthex_vocab::{Environment, Id, PLATFORM_TENANT, Timestamp, kind};
use rand_core::CryptoRng;
use serde_json::Value;

use crate::letter::{Letter, Notice};
use crate::mail::Mail;

/// The circumstances of one act.
pub struct Acting<'a> {
    by: By<'a>,
    /// When.
    pub now: Timestamp,
    /// Where chance comes from.
    pub rng: &'a mut dyn CryptoRng,
    /// The request that carried it, as the logs and the ledger name it.
    pub request_id: &'a str,
    /// Where mail is written; none where none is sent.
    mail: Option<&'a Mail>,
}

#[derive(Clone, Copy)]
enum By<'a> {
    Person(&'a Permit),
    System(&'static str),
}

/// The permit is for another act, or for another tenant: a defect of the caller, who sees 403.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the permit is not for this act")]
pub struct NotPermitted;

/// What the ledger keeps of an act, beside who, when and where from.
pub(crate) struct Deed<'a> {
    /// What, as `request.approve`.
    pub(crate) action: &'static str,
    /// To what, as `req_…`.
    pub(crate) object: String,
    /// Where, when it is bound to an environment.
    pub(crate) environment: Option<Environment>,
    /// Why, in the actor's words; may be empty.
    pub(crate) reason: &'a str,
    /// Facts worth keeping; never a secret.
    pub(crate) detail: Value,
}

impl<'a> Acting<'a> {
    /// A person acts, by this permit.
    pub fn person(
        permit: &'a Permit,
        now: Timestamp,
        rng: &'a mut dyn CryptoRng,
        request_id: &'a str,
    ) -> Self {
        Self {
            by: By::Person(permit),
            now,
            rng,
            request_id,
            mail: None,
        }
    }

    /// A part of the product acts by itself, named as the ledger shall name it.
    pub fn system(
        part: &'static str,
        now: Timestamp,
        rng: &'a mut dyn CryptoRng,
        request_id: &'a str,
    ) -> Self {
        Self {
            by: By::System(part),
            now,
            rng,
            request_id,
            mail: None,
        }
    }

    /// What is done is told by mail, where an installation sends any.
    #[must_use]
    pub fn telling(self, mail: Option<&'a Mail>) -> Self {
        Self { mail, ..self }
    }

    /// Whether anything is told by mail.
    pub(crate) const fn tells(&self) -> bool {
        self.mail.is_some()
    }

    /// Tells somebody by mail, when mail is sent: it leaves with the commit of this transaction.
    pub(crate) async fn tell(
        &mut self,
        tx: &mut TenantTx,
        letter: impl FnOnce(&Mail) -> Letter,
    ) -> Result<(), StoreError> {
        match self.mail {
            Some(mail) => {
                mail.post(tx, &letter(mail), (self.now, &mut *self.rng))
                    .await
            }
            None => Ok(()),
        }
    }

    /// Tells a person of the transaction's tenant what changed in how they get in.
    pub(crate) async fn notice(
        &mut self,
        tx: &mut TenantTx,
        member: Id<kind::Member>,
        notice: Notice,
    ) -> Result<(), StoreError> {
        if !self.tells() {
            return Ok(());
        }
        let (tenant, member) = (tenant::load(tx).await?, member::load(tx, member).await?);
        self.tell(tx, |mail| Letter::notice(mail, &tenant, &member, notice))
            .await
    }

    /// A new identifier of this moment.
    pub(crate) fn id<K>(&mut self) -> Id<K> {
        Id::new(self.now, &mut *self.rng)
    }

    /// The person, when they may do `action` in their own tenant, which is the transaction's.
    pub(crate) fn member(&self, tx: &TenantTx, action: Action) -> Result<&'a Person, NotPermitted> {
        self.permitted(action)
            .filter(|person| person.tenant == tx.tenant())
            .ok_or(NotPermitted)
    }

    /// The person, when they may do `action` as staff of the platform, to the transaction's tenant.
    pub(crate) fn staff(&self, tx: &TenantTx, action: Action) -> Result<&'a Person, NotPermitted> {
        self.permitted(action)
            .filter(|person| person.tenant == PLATFORM_TENANT && tx.tenant() != PLATFORM_TENANT)
            .ok_or(NotPermitted)
    }

    /// The product itself, when no person acts.
    pub(crate) fn itself(&self) -> Result<(), NotPermitted> {
        match self.by {
            By::System(_) => Ok(()),
            By::Person(_) => Err(NotPermitted),
        }
    }

    /// Appends the deed to the ledger of the transaction's tenant.
    pub(crate) async fn record(&self, tx: &mut TenantTx, deed: Deed<'_>) -> Result<(), StoreError> {
        let actor = match self.by {
            By::Person(permit) => Actor::Person(permit.person()),
            By::System(part) => Actor::System(part),
        };
        self.record_as(tx, actor, deed).await
    }

    /// Appends what a rule did while somebody else acted.
    pub(crate) async fn record_as(
        &self,
        tx: &mut TenantTx,
        actor: Actor<'_>,
        deed: Deed<'_>,
    ) -> Result<(), StoreError> {
        let Deed {
            action,
            object,
            environment,
            reason,
            detail,
        } = deed;
        let request_id = self.request_id;
        let act = Act {
            actor,
            action,
            object,
            environment,
            reason,
            detail,
            request_id,
        };
        ledger::record(tx, act, self.now).await
    }

    fn permitted(&self, action: Action) -> Option<&'a Person> {
        match self.by {
            By::Person(permit) => (permit.action() == action).then(|| permit.person()),
            By::System(_) => None,
        }
    }
}
