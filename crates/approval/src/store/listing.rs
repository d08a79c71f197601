//! `intake.listing`: the block and trust lists. A transaction sees those of its own tenant; staff, in their role, all.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::listing as l};
use narthex_vocab::{Fingerprint, HostName, Id, Timestamp, kind};

use crate::{
    brake::Author,
    listing::{Effect, Listing, Subject},
};

const TABLE: &str = "intake.listing";
/// Lines of one look.
const MOST: i64 = 200;

pub(crate) async fn insert(tx: &mut TenantTx, listing: &Listing) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let (effect, per_minute) = match listing.effect {
        Effect::Block => ("block", None),
        Effect::Lane { per_minute } => ("lane", Some(i32::from(per_minute))),
    };
    let (mut fingerprint, mut host, mut network) = (None, None, None);
    match &listing.subject {
        Subject::Family(family) => fingerprint = Some(family.as_bytes().to_vec()),
        Subject::Host(name) => host = Some(name.as_str()),
        Subject::Network(net) => network = Some(*net),
    }
    diesel::insert_into(l::table)
        .values((
            l::tenant_id.eq(tenant_id),
            l::listing_id.eq(listing.id.as_uuid()),
            (
                l::effect.eq(effect),
                l::per_minute.eq(per_minute),
                l::fingerprint.eq(fingerprint),
                l::host.eq(host),
                l::network.eq(network),
            ),
            l::reason.eq(&listing.reason),
            l::author_tenant.eq(listing.author.tenant.as_uuid()),
            l::author.eq(listing.author.member.as_uuid()),
            l::author_name.eq(&listing.author.name),
            l::created_at.eq(listing.created_at),
            l::expires_at.eq(listing.expires_at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Takes a line of the transaction's tenant off; false when it was off, or is not there.
pub(crate) async fn end(
    tx: &mut TenantTx,
    id: Id<kind::Listing>,
    (who, at): (&Author, Timestamp),
) -> Result<bool, StoreError> {
    let ended = diesel::update(l::table)
        .filter(
            l::tenant_id
                .eq(tx.tenant_uuid())
                .and(l::listing_id.eq(id.as_uuid())),
        )
        .filter(l::ended_at.is_null().and(l::expires_at.gt(at)))
        .set((
            l::ended_by_tenant.eq(who.tenant.as_uuid()),
            l::ended_by.eq(who.member.as_uuid()),
            l::ended_by_name.eq(&who.name),
            l::ended_at.eq(at),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(ended == 1)
}

/// The lines of every tenant that have their effect, and then the others, the newest first. For the role of staff.
pub(crate) async fn everywhere(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Listing>, StoreError> {
    let holds = l::ended_at.is_null().and(l::expires_at.gt(now));
    let rows: Vec<Row> = l::table
        .order((holds.desc(), l::created_at.desc(), l::listing_id.desc()))
        .limit(MOST)
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// The lines of the transaction's tenant that have their effect, the newest first.
pub(crate) async fn of_tenant(
    tx: &mut TenantTx,
    now: Timestamp,
) -> Result<Vec<Listing>, StoreError> {
    let rows: Vec<Row> = l::table
        .filter(l::tenant_id.eq(tx.tenant_uuid()))
        .filter(l::ended_at.is_null().and(l::expires_at.gt(now)))
        .order((l::created_at.desc(), l::listing_id.desc()))
        .limit(MOST)
        .select(Row::as_select())
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(TryInto::try_into).collect()
}

/// One line, whosever it is. For the role of staff.
pub(crate) async fn anywhere(
    tx: &mut TenantTx,
    id: Id<kind::Listing>,
) -> Result<Listing, StoreError> {
    let row: Row = l::table
        .filter(l::listing_id.eq(id.as_uuid()))
        .select(Row::as_select())
        .first(tx.connection()?)
        .await?;
    row.try_into()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = l)]
struct Row {
    tenant_id: uuid::Uuid,
    listing_id: uuid::Uuid,
    per_minute: Option<i32>,
    fingerprint: Option<Vec<u8>>,
    host: Option<String>,
    network: Option<IpNet>,
    reason: String,
    author_tenant: uuid::Uuid,
    author: uuid::Uuid,
    author_name: String,
    created_at: Timestamp,
    expires_at: Timestamp,
    ended_by_tenant: Option<uuid::Uuid>,
    ended_by: Option<uuid::Uuid>,
    ended_by_name: Option<String>,
    ended_at: Option<Timestamp>,
}

impl TryFrom<Row> for Listing {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let subject = subject(&row)?;
        let effect = match row.per_minute {
            None => Effect::Block,
            Some(calls) => Effect::Lane {
                per_minute: u16::try_from(calls)
                    .map_err(StoreError::corrupt(TABLE, "per_minute"))?,
            },
        };
        let ended = (|| {
            Some(Author {
                tenant: Id::from_uuid(row.ended_by_tenant?),
                member: Id::from_uuid(row.ended_by?),
                name: row.ended_by_name?,
            })
        })();
        Ok(Self {
            id: Id::from_uuid(row.listing_id),
            tenant: Id::from_uuid(row.tenant_id),
            effect,
            subject,
            reason: row.reason,
            author: Author {
                tenant: Id::from_uuid(row.author_tenant),
                member: Id::from_uuid(row.author),
                name: row.author_name,
            },
            created_at: row.created_at,
            expires_at: row.expires_at,
            ended: ended.zip(row.ended_at),
        })
    }
}

fn subject(row: &Row) -> Result<Subject, StoreError> {
    if let Some(network) = row.network {
        return Ok(Subject::Network(network));
    }
    if let Some(host) = &row.host {
        let host = HostName::parse(host).map_err(StoreError::corrupt(TABLE, "host"))?;
        return Ok(Subject::Host(host));
    }
    let bytes = row.fingerprint.as_deref().unwrap_or_default();
    let bytes: [u8; 32] = bytes
        .try_into()
        .map_err(StoreError::corrupt(TABLE, "fingerprint"))?;
    Ok(Subject::Family(Fingerprint::from_bytes(bytes)))
}
