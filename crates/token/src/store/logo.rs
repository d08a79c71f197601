//! `intake.logo`, as discovery drew it: the logo that people before a client see. Only of a client whose approval rests on
//! a proof of the logo's host, or whose own address is there, and only the picture that was there when it was approved.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::logo as l,
        review::{approval as a, approval_host as h},
    },
};
use narthex_vocab::{Environment, PictureHash, Timestamp, WebUri};

use crate::client::ApprovedClient;

/// How long a picture is shown that could not be looked at again.
const KEPT: Duration = Duration::days(30);

/// The name of its picture, when there is one that people may see.
pub(crate) async fn shown(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ApprovedClient,
    now: Timestamp,
) -> Result<Option<PictureHash>, StoreError> {
    let Some(url) = client.metadata().logo_uri() else {
        return Ok(None);
    };
    let row: Option<(Option<Vec<u8>>, Option<Timestamp>)> = l::table
        .find((tx.tenant_uuid(), environment.as_str(), url.as_str()))
        .filter(l::fetched_at.gt(now - KEPT))
        .select((l::image_hash, l::changed_at))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((Some(hash), changed_at)) = row else {
        return Ok(None);
    };
    if !is_proved(tx, environment, (client, url)).await? {
        return Ok(None);
    }
    if let Some(changed_at) = changed_at
        && changed_at > approved_at(tx, environment, client).await?
    {
        return Ok(None);
    }
    let hash = <[u8; 32]>::try_from(hash.as_slice());
    let corrupt = StoreError::corrupt("intake.logo", "image_hash");
    Ok(Some(hash.map(PictureHash::from_bytes).map_err(corrupt)?))
}

/// Whether the logo's host is the client's own: that of its address, or one that its approval rests on.
async fn is_proved(
    tx: &mut TenantTx,
    environment: Environment,
    (client, url): (&ApprovedClient, &WebUri),
) -> Result<bool, StoreError> {
    let own = client.id().document_url();
    if own.is_some_and(|own| own.host() == url.host()) {
        return Ok(true);
    }
    let proved = h::table.find((
        tx.tenant_uuid(),
        environment.as_str(),
        client.approval().as_uuid(),
        url.host().as_str(),
    ));
    Ok(
        diesel::select(diesel::dsl::exists(proved.select(h::approval_id)))
            .get_result(tx.connection()?)
            .await?,
    )
}

async fn approved_at(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ApprovedClient,
) -> Result<Timestamp, StoreError> {
    let approval = client.approval().as_uuid();
    Ok(a::table
        .find((tx.tenant_uuid(), environment.as_str(), approval))
        .select(a::at)
        .first(tx.connection()?)
        .await?)
}

/// The picture of a client's logo, if it is the one of that name and people may see it.
pub(crate) async fn image(
    tx: &mut TenantTx,
    environment: Environment,
    (client, hash): (&ApprovedClient, PictureHash),
    now: Timestamp,
) -> Result<Option<Vec<u8>>, StoreError> {
    let (Some(shown), Some(url)) = (
        shown(tx, environment, client, now).await?,
        client.metadata().logo_uri(),
    ) else {
        return Ok(None);
    };
    if shown != hash {
        return Ok(None);
    }
    Ok(l::table
        .find((tx.tenant_uuid(), environment.as_str(), url.as_str()))
        .filter(l::image_hash.eq(hash.as_bytes().to_vec()))
        .select(l::image)
        .first(tx.connection()?)
        .await
        .optional()?
        .flatten())
}
