//! `registry.asked_anew`: from when on people have to allow a client anew, and why. Only added to.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::registry::asked_anew as a};
use narthex_vocab::{Change, Drift, Id, Timestamp, kind};
use serde_json::Value;

use crate::restriction::At;

/// One thing that changed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct What<'a> {
    pub(crate) change: Change,
    /// The member, host or tool; empty where the change says it.
    about: &'a str,
    approved: Option<&'a Value>,
    found: Option<&'a Value>,
}

/// Of what people were told: the member, and what was found.
pub(crate) type Told = Vec<(String, Option<Value>)>;

impl<'a> What<'a> {
    /// A change without anything to compare.
    pub(crate) const fn bare(change: Change, about: &'a str) -> Self {
        Self {
            change,
            about,
            approved: None,
            found: None,
        }
    }

    /// A member that says something else, where that matters.
    pub(crate) fn of_drift(drift: &'a Drift) -> Option<Self> {
        Some(Self {
            change: drift.change()?,
            about: &drift.member,
            approved: drift.approved.as_ref(),
            found: drift.now.as_ref(),
        })
    }

    pub(crate) fn is_told(&self, told: &Told) -> bool {
        let same = |(about, found): &(String, Option<Value>)| {
            about == self.about && found.as_ref() == self.found
        };
        told.iter().any(same)
    }
}

/// Has people allow the client anew from `now` on.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
    (approval, what): (Id<kind::Approval>, &[What<'_>]),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let row = |what: &What<'_>| {
        (
            a::tenant_id.eq(tenant_id),
            a::environment.eq(environment.as_str()),
            a::client_id.eq(client.as_str().to_owned()),
            a::at.eq(now),
            a::change.eq(what.change.as_str()),
            a::about.eq(what.about.to_owned()),
            a::approval_id.eq(approval.as_uuid()),
            a::approved.eq(what.approved.cloned()),
            a::found.eq(what.found.cloned()),
        )
    };
    let rows: Vec<_> = what.iter().map(row).collect();
    diesel::insert_into(a::table)
        .values(rows)
        .on_conflict_do_nothing()
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// What people were told of a client while this approval was in force.
pub(crate) async fn told(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
    approval: Id<kind::Approval>,
) -> Result<Told, StoreError> {
    Ok(a::table
        .filter(
            a::tenant_id
                .eq(tx.tenant_uuid())
                .and(a::environment.eq(environment.as_str())),
        )
        .filter(a::client_id.eq(client.as_str()))
        .filter(a::approval_id.eq(approval.as_uuid()))
        .select((a::about, a::found))
        .load(tx.connection()?)
        .await?)
}

/// Whether this is what people were told last, neither more nor less.
pub(crate) async fn is_last(
    tx: &mut TenantTx,
    (environment, client): At<'_>,
    what: &[What<'_>],
) -> Result<bool, StoreError> {
    let rows: Vec<(Timestamp, String, Option<Value>)> = a::table
        .filter(
            a::tenant_id
                .eq(tx.tenant_uuid())
                .and(a::environment.eq(environment.as_str())),
        )
        .filter(a::client_id.eq(client.as_str()))
        .order(a::at.desc())
        .select((a::at, a::about, a::found))
        .limit(Change::ALL.len().try_into().unwrap_or(i64::MAX))
        .load(tx.connection()?)
        .await?;
    let newest = rows.iter().map(|(at, _, _)| *at).max();
    let last = rows.into_iter().filter(|(at, _, _)| Some(*at) == newest);
    let last: Told = last.map(|(_, about, found)| (about, found)).collect();
    Ok(last.len() == what.len() && what.iter().all(|one| one.is_told(&last)))
}
