//! `registry.asked_anew`, as the approval plane wrote it: from when on people have to allow a client anew, and what
//! changed. Only read here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        issue::{consent as c, grant as g},
        registry::asked_anew as a,
    },
};
use narthex_vocab::{ClientId, Environment, Grant, Id, Member, Timestamp};
use serde_json::Value;

use crate::changed::{Changed, Since};
use crate::client::ApprovedClient;

/// Whether a grant began before its client changed in a way that people are asked about: it does not go on.
pub(crate) async fn voids(
    tx: &mut TenantTx,
    environment: Environment,
    grant: Id<Grant>,
) -> Result<bool, StoreError> {
    let after = a::table
        .inner_join(
            g::table.on(g::tenant_id
                .eq(a::tenant_id)
                .and(g::environment.eq(a::environment))
                .and(g::client_id.eq(a::client_id))),
        )
        .filter(
            g::tenant_id
                .eq(tx.tenant_uuid())
                .and(g::environment.eq(environment.as_str()))
                .and(g::grant_id.eq(grant.as_uuid())),
        )
        .filter(a::at.ge(g::created_at));
    Ok(diesel::select(diesel::dsl::exists(after))
        .get_result(tx.connection()?)
        .await?)
}

/// Whether something changed at `moment` or later that people are asked about.
pub(crate) async fn since(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    moment: Timestamp,
) -> Result<bool, StoreError> {
    let after = a::table
        .filter(
            a::tenant_id
                .eq(tx.tenant_uuid())
                .and(a::environment.eq(environment.as_str())),
        )
        .filter(a::client_id.eq(client.as_str()).and(a::at.ge(moment)));
    Ok(diesel::select(diesel::dsl::exists(after))
        .get_result(tx.connection()?)
        .await?)
}

type Row = (
    Timestamp,
    String,
    String,
    uuid::Uuid,
    Option<Value>,
    Option<Value>,
);

/// What changed since this person last allowed the client; for one who never did, what nobody has approved since.
pub(crate) async fn changed(
    tx: &mut TenantTx,
    environment: Environment,
    (client, person): (&ApprovedClient, Id<Member>),
) -> Result<Since, StoreError> {
    let tenant = tx.tenant_uuid();
    let allowed: Option<Timestamp> = c::table
        .find((
            tenant,
            environment.as_str(),
            person.as_uuid(),
            client.id().as_str(),
        ))
        .select(c::at)
        .first(tx.connection()?)
        .await
        .optional()?;
    let mut query = a::table
        .filter(
            a::tenant_id
                .eq(tenant)
                .and(a::environment.eq(environment.as_str())),
        )
        .filter(a::client_id.eq(client.id().as_str()))
        .order((a::at, a::change, a::about))
        .select((
            a::at,
            a::change,
            a::about,
            a::approval_id,
            a::approved,
            a::found,
        ))
        .into_boxed();
    query = match allowed {
        Some(allowed) => query.filter(a::at.ge(allowed)),
        None => query.filter(a::approval_id.eq(client.approval().as_uuid())),
    };
    let rows: Vec<Row> = query.load(tx.connection()?).await?;
    let read = |(at, change, about, approval, approved, found): Row| {
        let corrupt = StoreError::corrupt("registry.asked_anew", "change");
        Ok(Changed {
            at,
            change: change.parse().map_err(corrupt)?,
            about,
            undecided: approval == client.approval().as_uuid(),
            approved,
            found,
        })
    };
    let changes: Result<Vec<_>, StoreError> = rows.into_iter().map(read).collect();
    Ok(Since {
        allowed,
        changes: changes?,
    })
}
