//! `review.warning`: with which warning a person decided, and how far it has come. Written with its decision, never
//! changed.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        issue::grant as g,
        review::{approval as a, warning as w},
    },
};
use narthex_vocab::{Approval, ClientId, Environment, Id, Timestamp, kind};

use super::dashboard_connected;
use crate::{
    decision::Decision,
    warning::{MOST_PEOPLE, Warned, Warning},
};

/// When a warning ends, as a row says it.
pub(crate) type Ends = (Option<Timestamp>, Option<i16>);

/// Writes the warning of a decision that was just written. Refused by `warning_of_an_address` for a client without one.
pub(crate) async fn insert(
    tx: &mut TenantTx,
    decision: &Decision<'_>,
    warning: Warning,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(w::table)
        .values((
            w::tenant_id.eq(tenant_id),
            w::environment.eq(decision.request.environment.as_str()),
            w::decision_id.eq(decision.id.as_uuid()),
            w::request_id.eq(decision.request.id.as_uuid()),
            w::version.eq(decision.request.version),
            w::until.eq(warning.until()),
            w::people.eq(warning
                .people()
                .and_then(|people| i16::try_from(people).ok())),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The warning of a client's approval, in the transaction's tenant.
pub(crate) async fn of_own(
    tx: &mut TenantTx,
    (environment, client): (Environment, &ClientId),
    approval: Id<Approval>,
) -> Result<Option<Warned>, StoreError> {
    let tenant = tx.tenant();
    let Some((since, warning)) = load(tx, (tenant, environment), approval).await? else {
        return Ok(None);
    };
    let people: Vec<uuid::Uuid> = g::table
        .filter(g::tenant_id.eq(tx.tenant_uuid()))
        .filter(g::environment.eq(environment.as_str()))
        .filter(g::client_id.eq(client.as_str()))
        .filter(g::created_at.ge(since))
        .select(g::member_id)
        .distinct()
        .limit(i64::from(MOST_PEOPLE))
        .load(tx.connection()?)
        .await?;
    let allowed = u64::try_from(people.len()).unwrap_or(u64::MAX);
    Ok(Some(Warned { warning, allowed }))
}

/// The warning of a client's approval, of any tenant; in the staff role only.
pub(crate) async fn of_any(
    tx: &mut TenantTx,
    (tenant, environment): (Id<kind::Tenant>, Environment),
    (client, approval): (&ClientId, Id<Approval>),
) -> Result<Option<Warned>, StoreError> {
    let Some((since, warning)) = load(tx, (tenant, environment), approval).await? else {
        return Ok(None);
    };
    let which = (tenant, environment, client);
    let allowed = dashboard_connected::since(tx, which, since).await?;
    Ok(Some(Warned { warning, allowed }))
}

async fn load(
    tx: &mut TenantTx,
    (tenant, environment): (Id<kind::Tenant>, Environment),
    approval: Id<Approval>,
) -> Result<Option<(Timestamp, Warning)>, StoreError> {
    let row: Option<(Timestamp, Ends)> = a::table
        .inner_join(
            w::table.on(w::tenant_id
                .eq(a::tenant_id)
                .and(w::environment.eq(a::environment))
                .and(w::decision_id.eq(a::decision_id))),
        )
        .filter(a::tenant_id.eq(tenant.as_uuid()))
        .filter(a::environment.eq(environment.as_str()))
        .filter(a::approval_id.eq(approval.as_uuid()))
        .select((a::at, (w::until, w::people)))
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(|(since, ends)| Ok((since, read(ends)?)))
        .transpose()
}

/// A row's ends as a warning.
pub(crate) fn read((until, people): Ends) -> Result<Warning, StoreError> {
    let people = people
        .map(u16::try_from)
        .transpose()
        .map_err(StoreError::corrupt("review.warning", "people"))?;
    Ok(Warning::from_row(until, people))
}
