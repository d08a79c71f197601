//! The third log: who did what and why, hash-chained by the database as it is written. It can only be added to.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_vocab::{Environment, Timestamp};
use serde_json::Value;

use crate::{StoreError, TenantTx, permission::Person, schema::ledger::entry as e};

/// Who acted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor<'a> {
    /// A person, of the tenant or of the platform.
    Person(&'a Person),
    /// A policy rule, by its id.
    Rule(&'a str),
    /// The product itself, by the part that acted.
    System(&'a str),
}

/// One act. `action` is `noun.verb` in lower case, `object` a prefixed id.
#[derive(Debug)]
pub struct Act<'a> {
    /// Who.
    pub actor: Actor<'a>,
    /// What, as `request.approve`.
    pub action: &'static str,
    /// To what, as `req_…`.
    pub object: String,
    /// Where, when it is bound to an environment.
    pub environment: Option<Environment>,
    /// Why, in the actor's words; may be empty.
    pub reason: &'a str,
    /// Facts worth keeping; never a secret.
    pub detail: Value,
    /// The request that carried it.
    pub request_id: &'a str,
}

/// Appends one act to the chain of the transaction's tenant.
pub async fn record(tx: &mut TenantTx, act: Act<'_>, now: Timestamp) -> Result<(), StoreError> {
    let (kind, actor) = match act.actor {
        Actor::Person(person) => ("person", format!("{} {}", person.member, person.name)),
        Actor::Rule(rule) => ("rule", rule.to_owned()),
        Actor::System(part) => ("system", part.to_owned()),
    };
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(e::table)
        .values((
            e::tenant_id.eq(tenant_id),
            e::at.eq(now),
            e::actor_kind.eq(kind),
            e::actor.eq(actor),
            e::action.eq(act.action),
            e::object.eq(act.object),
            e::environment.eq(act.environment.map(Environment::as_str)),
            e::reason.eq(act.reason),
            e::detail.eq(act.detail),
            e::request_id.eq(act.request_id),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
