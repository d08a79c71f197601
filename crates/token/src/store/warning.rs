//! `review.warning`, as the approval plane wrote it: whether people before a client are warned. Only read here.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        issue::grant as g,
        review::{approval as a, warning as w},
    },
};
use narthex_vocab::{Environment, Timestamp};

use crate::client::ApprovedClient;

/// Whether the client's approval came with a warning that is not over. People who allowed it are counted from what is
/// committed and only become more, so that nobody among the first is shown less than the warning.
pub(crate) async fn is_in_force(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ApprovedClient,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let approval = client.approval().as_uuid();
    let row: Option<(Timestamp, Option<Timestamp>, Option<i16>)> = a::table
        .inner_join(
            w::table.on(w::tenant_id
                .eq(a::tenant_id)
                .and(w::environment.eq(a::environment))
                .and(w::decision_id.eq(a::decision_id))),
        )
        .filter(a::tenant_id.eq(tx.tenant_uuid()))
        .filter(a::environment.eq(environment.as_str()))
        .filter(a::approval_id.eq(approval))
        .select((a::at, w::until, w::people))
        .first(tx.connection()?)
        .await
        .optional()?;
    match row {
        None => Ok(false),
        Some((_, Some(until), _)) if until <= now => Ok(false),
        Some((_, _, None)) => Ok(true),
        Some((since, _, Some(people))) => {
            Ok(people_since(tx, (environment, client), (since, people)).await? < people.into())
        }
    }
}

/// How many people have allowed it since then, as far as it matters.
async fn people_since(
    tx: &mut TenantTx,
    (environment, client): (Environment, &ApprovedClient),
    (since, enough): (Timestamp, i16),
) -> Result<i64, StoreError> {
    let people: Vec<uuid::Uuid> = g::table
        .filter(
            g::tenant_id
                .eq(tx.tenant_uuid())
                .and(g::environment.eq(environment.as_str()))
                .and(g::client_id.eq(client.id().as_str())),
        )
        .filter(g::created_at.ge(since))
        .select(g::member_id)
        .distinct()
        .limit(enough.into())
        .load(tx.connection()?)
        .await?;
    Ok(i64::try_from(people.len()).unwrap_or(i64::MAX))
}
