//! `intake.document`, as discovery found it, and `registry.pinned_document`: which version of it was approved, and which
//! was compared with that.

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::{
        intake::document as d,
        registry::{client as c, pinned_document as p, restriction as r},
    },
};
use narthex_vocab::{ClientId, ClientState, DocumentHash, Environment, Id, Timestamp, kind};
use serde_json::{Map, Value};

use crate::restriction::Cause;

const TABLE: &str = "intake.document";

/// What discovery knows of an address.
#[derive(Debug, Clone)]
pub(crate) struct Document {
    /// What was found; `None` when nothing ever was.
    pub(crate) content: Option<Content>,
    /// When the last look ended.
    pub(crate) looked_at: Timestamp,
    /// Why it found no document.
    pub(crate) refusal: Option<String>,
    /// When the first look failed after the last that found it.
    pub(crate) failing_since: Option<Timestamp>,
}

/// A document that was found.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    pub(crate) hash: DocumentHash,
    pub(crate) body: Map<String, Value>,
    pub(crate) fetched_at: Timestamp,
    pub(crate) fresh_until: Timestamp,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = d)]
struct Row {
    content_hash: Option<Vec<u8>>,
    body: Option<Value>,
    fetched_at: Option<Timestamp>,
    fresh_until: Option<Timestamp>,
    looked_at: Timestamp,
    refusal: Option<String>,
    failing_since: Option<Timestamp>,
}

/// What is known of an address; `None` when nobody ever looked.
pub(crate) async fn load(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, client): (Environment, &ClientId),
) -> Result<Option<Document>, StoreError> {
    let row: Option<Row> = d::table
        .find((tenant.as_uuid(), environment.as_str(), client.as_str()))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    row.map(document).transpose()
}

fn document(row: Row) -> Result<Document, StoreError> {
    let parts = (row.content_hash, row.body, row.fetched_at, row.fresh_until);
    let content = match parts {
        (Some(hash), Some(Value::Object(body)), Some(fetched_at), Some(fresh_until)) => {
            Some(Content {
                hash: hash_of(hash, TABLE)?,
                body,
                fetched_at,
                fresh_until,
            })
        }
        (None, None, None, None) => None,
        _ => {
            return Err(StoreError::Corrupt {
                table: TABLE,
                column: "body",
            });
        }
    };
    Ok(Document {
        content,
        looked_at: row.looked_at,
        refusal: row.refusal,
        failing_since: row.failing_since,
    })
}

fn hash_of(bytes: Vec<u8>, table: &'static str) -> Result<DocumentHash, StoreError> {
    <[u8; 32]>::try_from(bytes)
        .map(DocumentHash::from_bytes)
        .map_err(StoreError::corrupt(table, "content_hash"))
}

/// Which version of its document a client was approved with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pinned {
    /// The version that was approved.
    pub(crate) content: DocumentHash,
    /// The scope it named.
    pub(crate) scope: String,
    /// The version that was compared last.
    pub(crate) seen: DocumentHash,
    /// Whether that one says something else that matters.
    pub(crate) drifted: bool,
}

/// Writes the pin of a client, or what was compared with it.
pub(crate) async fn pin(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
    pinned: &Pinned,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(p::table)
        .values((
            p::tenant_id.eq(tenant_id),
            p::environment.eq(environment.as_str()),
            p::client_id.eq(client.as_str()),
            p::content_hash.eq(pinned.content.as_bytes().to_vec()),
            p::scope.eq(&pinned.scope),
            p::seen_hash.eq(pinned.seen.as_bytes().to_vec()),
            p::drifted.eq(pinned.drifted),
            p::compared_at.eq(now),
        ))
        .on_conflict((p::tenant_id, p::environment, p::client_id))
        .do_update()
        .set((
            p::content_hash.eq(excluded(p::content_hash)),
            p::scope.eq(excluded(p::scope)),
            p::seen_hash.eq(excluded(p::seen_hash)),
            p::drifted.eq(excluded(p::drifted)),
            p::compared_at.eq(excluded(p::compared_at)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// The pin of a client of the transaction's tenant.
pub(crate) async fn pinned(
    tx: &mut TenantTx,
    environment: Environment,
    client: &ClientId,
) -> Result<Option<Pinned>, StoreError> {
    let tenant = tx.tenant();
    pinned_of(tx, tenant, (environment, client)).await
}

/// The pin of a client of `tenant`.
pub(crate) async fn pinned_of(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    (environment, client): (Environment, &ClientId),
) -> Result<Option<Pinned>, StoreError> {
    let row: Option<(Vec<u8>, String, Vec<u8>, bool)> = p::table
        .find((tenant.as_uuid(), environment.as_str(), client.as_str()))
        .select((p::content_hash, p::scope, p::seen_hash, p::drifted))
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some((content, scope, seen, drifted)) = row else {
        return Ok(None);
    };
    Ok(Some(Pinned {
        content: hash_of(content, "registry.pinned_document")?,
        scope,
        seen: hash_of(seen, "registry.pinned_document")?,
        drifted,
    }))
}

/// Clients whose address cannot be read, and those that wait because it could not be. Shows more than one tenant only to
/// the staff role.
pub(crate) async fn unreadable(
    tx: &mut TenantTx,
) -> Result<Vec<(Id<kind::Tenant>, Environment, ClientId)>, StoreError> {
    let rows: Vec<(uuid::Uuid, String, String)> = p::table
        .inner_join(
            d::table.on(d::tenant_id
                .eq(p::tenant_id)
                .and(d::environment.eq(p::environment))
                .and(d::client_id.eq(p::client_id))),
        )
        .left_join(
            r::table.on(r::tenant_id
                .eq(p::tenant_id)
                .and(r::environment.eq(p::environment))
                .and(r::client_id.eq(p::client_id))
                .and(r::cause.eq(Cause::Silence.as_str()))),
        )
        .filter(
            d::failing_since
                .is_not_null()
                .or(r::client_id.nullable().is_not_null()),
        )
        .order(d::looked_at)
        .select((p::tenant_id, p::environment, p::client_id))
        .limit(500)
        .load(tx.connection()?)
        .await?;
    places(rows)
}

fn places(
    rows: Vec<(uuid::Uuid, String, String)>,
) -> Result<Vec<(Id<kind::Tenant>, Environment, ClientId)>, StoreError> {
    const PINNED: &str = "registry.pinned_document";
    let place = |(tenant, environment, client): (uuid::Uuid, String, String)| {
        Ok((
            Id::from_uuid(tenant),
            environment
                .parse()
                .map_err(StoreError::corrupt(PINNED, "environment"))?,
            ClientId::parse(&client).map_err(StoreError::corrupt(PINNED, "client_id"))?,
        ))
    };
    rows.into_iter().map(place).collect()
}

/// Clients whose document has a version that nobody compared, and those of which nobody took up that it says something else.
/// Shows more than one tenant only to the staff role.
pub(crate) async fn uncompared(
    tx: &mut TenantTx,
) -> Result<Vec<(Id<kind::Tenant>, Environment, ClientId)>, StoreError> {
    let active = ClientState::Active.as_str();
    let taken_up = r::table
        .filter(
            r::tenant_id
                .eq(p::tenant_id)
                .and(r::environment.eq(p::environment)),
        )
        .filter(
            r::client_id
                .eq(p::client_id)
                .and(r::cause.eq(Cause::Document.as_str())),
        );
    let rows: Vec<(uuid::Uuid, String, String)> = p::table
        .inner_join(
            d::table.on(d::tenant_id
                .eq(p::tenant_id)
                .and(d::environment.eq(p::environment))
                .and(d::client_id.eq(p::client_id))),
        )
        .inner_join(
            c::table.on(c::tenant_id
                .eq(p::tenant_id)
                .and(c::environment.eq(p::environment))
                .and(c::client_id.eq(p::client_id))),
        )
        .filter(c::state.eq_any([active, ClientState::Restricted.as_str()]))
        .filter(
            d::content_hash.ne(p::seen_hash.nullable()).or(p::drifted
                .and(diesel::dsl::not(diesel::dsl::exists(taken_up)))
                .nullable()),
        )
        .select((p::tenant_id, p::environment, p::client_id))
        .limit(500)
        .load(tx.connection()?)
        .await?;
    places(rows)
}
