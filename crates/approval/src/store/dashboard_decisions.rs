//! The decisions about a case, with the warnings that came with them. Read in the staff role only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx,
    schema::review::{decision as d, warning as w},
};
use narthex_vocab::{Id, Timestamp, kind};

use super::warning::{self, Ends};
use crate::{decision::DecisionKind, request::RequestRef, warning::Warning};

/// One decision.
#[derive(Debug, Clone)]
pub(crate) struct Decided {
    pub(crate) id: Id<kind::Decision>,
    pub(crate) version: i32,
    pub(crate) kind: DecisionKind,
    pub(crate) by: Option<Id<kind::Member>>,
    pub(crate) rule: Option<String>,
    pub(crate) reason: String,
    pub(crate) at: Timestamp,
    /// With which warning it approved.
    pub(crate) warning: Option<Warning>,
}

/// The decisions about every version, oldest first.
pub(super) async fn of(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    at: RequestRef,
) -> Result<Vec<Decided>, StoreError> {
    type Row = (
        uuid::Uuid,
        i32,
        String,
        Option<uuid::Uuid>,
        Option<String>,
        String,
        Timestamp,
        Option<Ends>,
    );
    let rows: Vec<Row> = d::table
        .left_join(
            w::table.on(w::tenant_id
                .eq(d::tenant_id)
                .and(w::environment.eq(d::environment))
                .and(w::decision_id.eq(d::decision_id))),
        )
        .filter(
            d::tenant_id
                .eq(tenant.as_uuid())
                .and(d::environment.eq(at.environment.as_str())),
        )
        .filter(d::request_id.eq(at.id.as_uuid()))
        .order((d::at.asc(), d::decision_id.asc()))
        .select((
            d::decision_id,
            d::version,
            d::kind,
            d::decided_by,
            d::rule,
            d::reason,
            d::at,
            (w::until, w::people).nullable(),
        ))
        .load(tx.connection()?)
        .await?;
    let read = |(id, version, kind, by, rule, reason, at, ends): Row| {
        let kind = kind
            .parse()
            .map_err(StoreError::corrupt("review.decision", "kind"))?;
        let by = by.map(Id::from_uuid);
        Ok(Decided {
            id: Id::from_uuid(id),
            version,
            kind,
            by,
            rule,
            reason,
            at,
            warning: ends.map(warning::read).transpose()?,
        })
    };
    rows.into_iter().map(read).collect()
}
