//! `intake.tally`: attempts that are counted instead of written. A count is only ever added to.

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use narthex_tenancy::{StoreError, TenantTx, schema::intake::tally as t};
use narthex_vocab::Fingerprint;

use crate::digest::Line;

/// Adds these calls. In one order for every process, so that two that add to the same lines never wait for each other
/// in a circle.
pub(crate) async fn add(tx: &mut TenantTx, lines: &[(Line, i64)]) -> Result<(), StoreError> {
    if lines.is_empty() {
        return Ok(());
    }
    let tenant_id = tx.tenant_uuid();
    let mut lines: Vec<&(Line, i64)> = lines.iter().collect();
    lines.sort_unstable_by_key(|(line, _)| {
        let alike = &line.alike;
        let place = (alike.environment.as_str(), line.minute);
        (
            place,
            alike.outcome,
            alike.error,
            alike.family,
            line.network,
        )
    });
    let rows: Vec<_> = lines
        .into_iter()
        .map(|(line, calls)| {
            let alike = &line.alike;
            let family = alike.family.as_ref().map(Fingerprint::as_bytes);
            (
                t::tenant_id.eq(tenant_id),
                t::environment.eq(alike.environment.as_str()),
                t::minute.eq(line.minute),
                t::outcome.eq(alike.outcome.as_str()),
                t::error.eq(alike.error),
                t::fingerprint.eq(family.map_or(Vec::new(), |bytes| bytes.to_vec())),
                t::network.eq(line.network),
                t::calls.eq(*calls),
            )
        })
        .collect();
    diesel::insert_into(t::table)
        .values(rows)
        .on_conflict((
            t::tenant_id,
            t::environment,
            t::minute,
            t::outcome,
            t::error,
            t::fingerprint,
            t::network,
        ))
        .do_update()
        .set(t::calls.eq(t::calls + excluded(t::calls)))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
