//! `registry.client` and `registry.integration`: who registered a client, and who answers for the first of a line.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::registry::{client as c, integration as i},
};
use narthex_vocab::{ClientId, Environment, Id, Member};

use crate::lineage::{Actor, nested};

/// The `act` of a client that another one registered: itself, each one above it up to the first of its line, and the
/// member who answers for that one.
pub(crate) async fn act(
    tx: &mut TenantTx,
    environment: Environment,
    (client, parent): (&ClientId, String),
) -> Result<Option<Actor>, StoreError> {
    let mut line = vec![client.to_string()];
    let mut next = Some(parent);
    while let Some(id) = next {
        let (parent, sponsor): (Option<String>, Option<uuid::Uuid>) = c::table
            .inner_join(
                i::table.on(i::tenant_id
                    .eq(c::tenant_id)
                    .and(i::integration_id.eq(c::integration_id))),
            )
            .filter(
                c::tenant_id
                    .eq(tx.tenant_uuid())
                    .and(c::environment.eq(environment.as_str())),
            )
            .filter(c::client_id.eq(&id))
            .select((c::parent_client_id, i::sponsor_id))
            .first(tx.connection()?)
            .await?;
        line.push(id);
        if parent.is_none() {
            line.extend(sponsor.map(|sponsor| Id::<Member>::from_uuid(sponsor).to_string()));
        }
        next = parent;
    }
    Ok(nested(line))
}
