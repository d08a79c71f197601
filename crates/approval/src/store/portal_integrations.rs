//! The integrations of a tenant with how they stand, for the portal's list. It reads and decides nothing.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::registry::integration as i};
use narthex_vocab::{Id, Timestamp, kind};

use super::portal_standing::{self, Standings};
use crate::integration::Operator;

/// One integration of the list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    /// Its identity.
    pub(crate) id: Id<kind::Integration>,
    /// Its name for people.
    pub(crate) name: String,
    /// Who runs it.
    pub(crate) operator: Operator,
    /// Since when.
    pub(crate) created_at: Timestamp,
    /// How it stands.
    pub(crate) standings: Standings,
}

/// Every integration of the transaction's tenant, by name.
pub(crate) async fn load(tx: &mut TenantTx) -> Result<Vec<Listed>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String, Timestamp)> = i::table
        .filter(i::tenant_id.eq(tx.tenant_uuid()))
        .order((i::name, i::integration_id))
        .select((i::integration_id, i::name, i::operator, i::created_at))
        .load(tx.connection()?)
        .await?;
    let mut standings = portal_standing::load(tx, None).await?;
    rows.into_iter()
        .map(|(id, name, operator, created_at)| {
            let id = Id::from_uuid(id);
            let operator = operator
                .parse()
                .map_err(StoreError::corrupt("registry.integration", "operator"))?;
            Ok(Listed {
                id,
                name,
                operator,
                created_at,
                standings: standings.remove(&id).unwrap_or_default(),
            })
        })
        .collect()
}
