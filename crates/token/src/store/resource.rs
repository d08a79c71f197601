//! `registry.resource` with its secrets (`registry.resource_credential`, by hash) and its tools (`registry.tool`). Read
//! only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::registry::{resource as r, resource_credential as rc, tools as t},
};
use narthex_vocab::{Environment, Id, Resource, ResourceUri, Scope, Timestamp, ToolName};

use super::credential::read_hash;
use crate::resource_auth::ResourceSnapshot;

/// A resource as it stands; none for an unknown one.
pub(crate) async fn load(
    tx: &mut TenantTx,
    environment: Environment,
    resource: Id<Resource>,
) -> Result<Option<ResourceSnapshot>, StoreError> {
    let (tenant, at) = (tx.tenant_uuid(), environment.as_str());
    let identifier: Option<String> = r::table
        .find((tenant, at, resource.as_uuid()))
        .select(r::identifier)
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some(identifier) = identifier else {
        return Ok(None);
    };
    let secrets: Vec<(Vec<u8>, Timestamp)> = rc::table
        .filter(rc::tenant_id.eq(tenant).and(rc::environment.eq(at)))
        .filter(rc::resource_id.eq(resource.as_uuid()))
        .filter(rc::state.eq("active"))
        .select((rc::secret_hash, rc::expires_at))
        .load(tx.connection()?)
        .await?;
    let tools: Vec<(String, String)> = t::table
        .filter(t::tenant_id.eq(tenant).and(t::environment.eq(at)))
        .filter(t::resource_id.eq(resource.as_uuid()))
        .select((t::tool, t::scope))
        .load(tx.connection()?)
        .await?;
    let secret = |(hash, until)| Ok((read_hash(hash, "registry.resource_credential")?, until));
    let tool = |(tool, scope): (String, String)| {
        let tool = ToolName::parse(&tool).map_err(StoreError::corrupt("registry.tool", "tool"))?;
        let scope = Scope::parse(&scope).map_err(StoreError::corrupt("registry.tool", "scope"))?;
        Ok((tool, scope))
    };
    Ok(Some(ResourceSnapshot {
        id: resource,
        identifier: ResourceUri::parse(&identifier)
            .map_err(StoreError::corrupt("registry.resource", "identifier"))?,
        secrets: secrets
            .into_iter()
            .map(secret)
            .collect::<Result<_, StoreError>>()?,
        tools: tools
            .into_iter()
            .map(tool)
            .collect::<Result<_, StoreError>>()?,
    }))
}
