//! `intake.fetch_order`: what the other planes want looked at. This plane takes an order and answers it, once; it never
//! sees the value that should be found at a host.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::fetch_order as o};
use narthex_vocab::{DocumentUrl, HostName, Id, Timestamp, WebUri, kind};
use serde::Serialize;

use crate::{client_document::Address, fetch_orders::Job, logo::LogoAt};

const TABLE: &str = "intake.fetch_order";
/// After this time a claim is void: whoever had it is gone.
const CLAIM: Duration = Duration::seconds(30);

/// Takes an order that nobody works on; `None` when it is answered, taken or not there.
pub(crate) async fn claim(
    tx: &mut TenantTx,
    order: Id<kind::Order>,
    now: Timestamp,
) -> Result<Option<Job>, StoreError> {
    let row: Option<Row> = diesel::update(o::table)
        .filter(
            o::tenant_id
                .eq(tx.tenant_uuid())
                .and(o::order_id.eq(order.as_uuid())),
        )
        .filter(o::answered_at.is_null())
        .filter(o::claimed_at.is_null().or(o::claimed_at.lt(now - CLAIM)))
        .set(o::claimed_at.eq(now))
        .returning((o::host, o::environment, o::client_id, o::url))
        .get_result(tx.connection()?)
        .await
        .optional()?;
    row.map(job).transpose()
}

/// Host, environment, client and address of an order.
type Row = (
    Option<String>,
    Option<String>,
    Option<String>,
    Option<String>,
);

fn job(row: Row) -> Result<Job, StoreError> {
    let environment = |text: String| {
        text.parse()
            .map_err(StoreError::corrupt(TABLE, "environment"))
    };
    match row {
        (Some(host), None, None, None) => HostName::parse(&host)
            .map(Job::Host)
            .map_err(StoreError::corrupt(TABLE, "host")),
        (None, Some(at), Some(url), None) => Ok(Job::Document(Address {
            environment: environment(at)?,
            url: DocumentUrl::parse(&url).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        })),
        (None, Some(at), None, Some(url)) => Ok(Job::Logo(LogoAt {
            environment: environment(at)?,
            url: WebUri::parse(&url).map_err(StoreError::corrupt(TABLE, "url"))?,
        })),
        _ => Err(StoreError::Corrupt {
            table: TABLE,
            column: "kind",
        }),
    }
}

/// Answers an order; false when somebody else has.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    order: Id<kind::Order>,
    seen: &impl Serialize,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let seen = serde_json::to_value(seen).map_err(StoreError::corrupt(TABLE, "seen"))?;
    let answered = diesel::update(o::table)
        .filter(
            o::tenant_id
                .eq(tx.tenant_uuid())
                .and(o::order_id.eq(order.as_uuid())),
        )
        .filter(o::answered_at.is_null())
        .set((o::answered_at.eq(now), o::seen.eq(seen)))
        .execute(tx.connection()?)
        .await?;
    Ok(answered == 1)
}
