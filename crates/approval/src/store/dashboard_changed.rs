//! What a version of a case would change of the client that an earlier one led to, and what happens to that client until
//! somebody has decided. The scopes are told apart elsewhere.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, change_rules, schema::registry::client as c};
use narthex_vocab::{ChangeRules, ClientId, Drift, Id, kind};
use serde_json::Value;

use super::{
    metadata,
    restriction::{self, OpenCause},
};
use crate::request::AccessRequest;

const TABLE: &str = "registry.client";

/// A client that a version would change.
#[derive(Debug)]
pub(crate) struct Changed {
    /// Where the version says something else.
    pub(crate) drifts: Vec<Drift>,
    /// What changed under the client and was not agreed to.
    pub(crate) causes: Vec<OpenCause>,
    /// What happens when it changes.
    pub(crate) rules: ChangeRules,
}

/// `None` for a case that has led to no client.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    request: &AccessRequest,
) -> Result<Option<Changed>, StoreError> {
    let at = request.at;
    let in_force: Option<(String, Value)> = c::table
        .filter(
            c::tenant_id
                .eq(tenant.as_uuid())
                .and(c::environment.eq(at.environment.as_str())),
        )
        .filter(
            c::request_id
                .eq(at.id.as_uuid())
                .and(c::version.lt(at.version)),
        )
        .select((c::client_id, c::metadata))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((client, stored)) = in_force else {
        return Ok(None);
    };
    let client = ClientId::parse(&client).map_err(StoreError::corrupt(TABLE, "client_id"))?;
    let place = (tenant, at.environment);
    Ok(Some(Changed {
        drifts: Drift::of_replacement(&metadata(TABLE, stored)?, &request.metadata),
        causes: restriction::open(tx, place, Some(&client)).await?,
        rules: change_rules::load_of(tx, tenant, at.environment).await?,
    }))
}
