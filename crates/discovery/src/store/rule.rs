//! What people set against floods: brakes (`intake.brake`) and the block and trust lists (`intake.listing`), of the
//! transaction's tenant. The platform's own rows are read in a transaction of the platform. Read only.

use diesel::{dsl::max, prelude::*};
use diesel_async::RunQueryDsl;
use ipnet::IpNet;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::intake::{brake as b, listing as l},
};
use narthex_vocab::{Fingerprint, HostName, Timestamp};
use uuid::Uuid;

use crate::gate::{Against, Lane};

const LISTING: &str = "intake.listing";

/// All of it that holds now. Lines end by themselves, so the lists stay short.
pub(crate) async fn in_force(tx: &mut TenantTx, now: Timestamp) -> Result<Against, StoreError> {
    let brake: Option<Timestamp> = b::table
        .filter(b::tenant_id.eq(tx.tenant_uuid()))
        .filter(b::lifted_at.is_null().and(b::ends_at.gt(now)))
        .select(max(b::ends_at))
        .first(tx.connection()?)
        .await?;
    let lines: Vec<Line> = l::table
        .filter(l::tenant_id.eq(tx.tenant_uuid()))
        .filter(l::ended_at.is_null().and(l::expires_at.gt(now)))
        .order(l::listing_id)
        .select(Line::as_select())
        .load(tx.connection()?)
        .await?;
    let mut against = Against::of(tx.tenant(), brake);
    for line in lines {
        line.add_to(&mut against)?;
    }
    Ok(against)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = l)]
struct Line {
    listing_id: Uuid,
    effect: String,
    fingerprint: Option<Vec<u8>>,
    host: Option<String>,
    network: Option<IpNet>,
    per_minute: Option<i32>,
    expires_at: Timestamp,
}

impl Line {
    fn add_to(self, against: &mut Against) -> Result<(), StoreError> {
        let family = self.fingerprint.map(<[u8; 32]>::try_from).transpose();
        let corrupt = |column| StoreError::Corrupt {
            table: LISTING,
            column,
        };
        let family = family
            .map_err(|_| corrupt("fingerprint"))?
            .map(Fingerprint::from_bytes);
        let until = self.expires_at;
        match self.effect.as_str() {
            "block" => {
                let host = self.host.as_deref().map(HostName::parse).transpose();
                let host = host.map_err(StoreError::corrupt(LISTING, "host"))?;
                against.block((family, host, self.network), until);
            }
            "lane" => against.lanes.push(Lane {
                owner: against.owner,
                id: self.listing_id,
                family,
                network: self.network,
                per_minute: self
                    .per_minute
                    .and_then(|calls| u32::try_from(calls).ok())
                    .unwrap_or_default(),
                until,
            }),
            _ => return Err(corrupt("effect")),
        }
        Ok(())
    }
}
