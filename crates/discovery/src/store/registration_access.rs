//! `intake.registration_access`: what a client that manages its registration is told, by the hash of its token. This
//! plane ends a registration and never begins or changes one.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::registration_access as a};
use narthex_vocab::{ClientId, SecretHash};
use serde_json::{Map, Value};

use crate::place::Place;

const TABLE: &str = "intake.registration_access";

/// A registration behind a token.
#[derive(Debug)]
pub(crate) struct Held {
    pub(crate) client_id: ClientId,
    /// The client information response, without a secret and without the token.
    pub(crate) information: Map<String, Value>,
    /// The secret that came with it, while it works.
    pub(crate) secret: Option<SecretHash>,
}

/// The registration that this token manages, while it has not ended.
pub(crate) async fn find(
    tx: &mut TenantTx,
    place: &Place,
    token: &SecretHash,
) -> Result<Option<Held>, StoreError> {
    let found: Option<(String, Value, Option<Vec<u8>>)> = a::table
        .filter(
            a::tenant_id
                .eq(tx.tenant_uuid())
                .and(a::environment.eq(place.environment.as_str())),
        )
        .filter(a::token_hash.eq(token.as_bytes().to_vec()).and(a::live))
        .select((a::client_id, a::information, a::secret_hash))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((client_id, information, secret)) = found else {
        return Ok(None);
    };
    let Value::Object(information) = information else {
        return Err(StoreError::Corrupt {
            table: TABLE,
            column: "information",
        });
    };
    Ok(Some(Held {
        client_id: ClientId::parse(&client_id).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        information,
        secret: secret
            .map(<[u8; 32]>::try_from)
            .transpose()
            .map_err(StoreError::corrupt(TABLE, "secret_hash"))?
            .map(SecretHash::from_bytes),
    }))
}

/// Ends the registration; false when somebody was faster.
pub(crate) async fn end(
    tx: &mut TenantTx,
    place: &Place,
    client: &ClientId,
) -> Result<bool, StoreError> {
    let tenant_id = tx.tenant_uuid();
    let ended = diesel::update(a::table)
        .filter(
            a::tenant_id
                .eq(tenant_id)
                .and(a::environment.eq(place.environment.as_str())),
        )
        .filter(a::client_id.eq(client.as_str()).and(a::live))
        .set(a::live.eq(false))
        .execute(tx.connection()?)
        .await?;
    Ok(ended == 1)
}
