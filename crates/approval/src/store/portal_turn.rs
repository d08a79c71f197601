//! What a form saw last, so that one form makes one thing: a post is refused when the newest thing is not the one that
//! its page showed. Each reading locks the row that the new thing hangs on, so that two posts cannot both be first.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::initial_access_token as iat,
        registry::{
            client, credential as c, integration as i, resource, resource_credential as rc,
        },
        tenant::{environments, member},
    },
};
use narthex_vocab::{ClientId, Environment, Id, kind};

/// The newest credential of a client, in whatever state. [`StoreError::NotFound`] for a client that is not there.
pub(crate) async fn newest_credential(
    tx: &mut TenantTx,
    environment: Environment,
    client_id: &ClientId,
) -> Result<Option<Id<kind::Credential>>, StoreError> {
    let tenant = tx.tenant_uuid();
    let _: String = client::table
        .filter(
            client::tenant_id
                .eq(tenant)
                .and(client::environment.eq(environment.as_str())),
        )
        .filter(client::client_id.eq(client_id.as_str()))
        .select(client::client_id)
        .for_update()
        .first(tx.connection()?)
        .await?;
    let newest: Option<uuid::Uuid> = c::table
        .filter(
            c::tenant_id
                .eq(tenant)
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(c::client_id.eq(client_id.as_str()))
        .order(c::credential_id.desc())
        .select(c::credential_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(newest.map(Id::from_uuid))
}

/// The newest credential of a resource. [`StoreError::NotFound`] for a resource that is not there.
pub(crate) async fn newest_resource_credential(
    tx: &mut TenantTx,
    environment: Environment,
    id: Id<kind::Resource>,
) -> Result<Option<Id<kind::Credential>>, StoreError> {
    let tenant = tx.tenant_uuid();
    let _: uuid::Uuid = resource::table
        .filter(
            resource::tenant_id
                .eq(tenant)
                .and(resource::environment.eq(environment.as_str())),
        )
        .filter(resource::resource_id.eq(id.as_uuid()))
        .select(resource::resource_id)
        .for_update()
        .first(tx.connection()?)
        .await?;
    let newest: Option<uuid::Uuid> = rc::table
        .filter(
            rc::tenant_id
                .eq(tenant)
                .and(rc::environment.eq(environment.as_str())),
        )
        .filter(rc::resource_id.eq(id.as_uuid()))
        .order(rc::credential_id.desc())
        .select(rc::credential_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(newest.map(Id::from_uuid))
}

/// The newest initial access token of an environment, in whatever state.
pub(crate) async fn newest_initial_access(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<Option<Id<kind::InitialAccess>>, StoreError> {
    let tenant = tx.tenant_uuid();
    let _: String = environments::table
        .filter(
            environments::tenant_id
                .eq(tenant)
                .and(environments::environment.eq(environment.as_str())),
        )
        .select(environments::environment)
        .for_update()
        .first(tx.connection()?)
        .await?;
    let newest: Option<uuid::Uuid> = iat::table
        .filter(
            iat::tenant_id
                .eq(tenant)
                .and(iat::environment.eq(environment.as_str())),
        )
        .filter(iat::standing.eq(false))
        .order(iat::initial_access_id.desc())
        .select(iat::initial_access_id)
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(newest.map(Id::from_uuid))
}

/// The newest integration that this person answers for, with its name.
pub(crate) async fn newest_integration(
    tx: &mut TenantTx,
    sponsor: Id<kind::Member>,
) -> Result<Option<(Id<kind::Integration>, String)>, StoreError> {
    let tenant = tx.tenant_uuid();
    let _: uuid::Uuid = member::table
        .filter(
            member::tenant_id
                .eq(tenant)
                .and(member::member_id.eq(sponsor.as_uuid())),
        )
        .select(member::member_id)
        .for_update()
        .first(tx.connection()?)
        .await?;
    let newest: Option<(uuid::Uuid, String)> = i::table
        .filter(
            i::tenant_id
                .eq(tenant)
                .and(i::sponsor_id.eq(sponsor.as_uuid())),
        )
        .order(i::integration_id.desc())
        .select((i::integration_id, i::name))
        .first(tx.connection()?)
        .await
        .optional()?;
    Ok(newest.map(|(id, name)| (Id::from_uuid(id), name)))
}
