//! `tenant.change_rule`: what an owner chose to happen when an approved client changes. Never less than the platform's
//! least; the database refuses it, too.

use diesel::{prelude::*, upsert::excluded};
use diesel_async::RunQueryDsl;
use narthex_vocab::{Change, ChangeRules, Environment, Id, Meanwhile, Timestamp, kind};

use crate::{StoreError, TenantTx, schema::tenant::change_rule as r};

const TABLE: &str = "tenant.change_rule";

/// What happens in an environment of the transaction's tenant.
pub async fn load(tx: &mut TenantTx, environment: Environment) -> Result<ChangeRules, StoreError> {
    let tenant = tx.tenant();
    load_of(tx, tenant, environment).await
}

/// What happens in an environment of `tenant`.
pub async fn load_of(
    tx: &mut TenantTx,
    tenant: Id<kind::Tenant>,
    environment: Environment,
) -> Result<ChangeRules, StoreError> {
    let rows: Vec<(String, String)> = r::table
        .filter(
            r::tenant_id
                .eq(tenant.as_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .select((r::change, r::meanwhile))
        .load(tx.connection()?)
        .await?;
    let mut rules = ChangeRules::standard(environment);
    for (change, meanwhile) in rows {
        let change: Change = change
            .parse()
            .map_err(StoreError::corrupt(TABLE, "change"))?;
        let meanwhile: Meanwhile = meanwhile
            .parse()
            .map_err(StoreError::corrupt(TABLE, "meanwhile"))?;
        let corrupt = StoreError::corrupt(TABLE, "meanwhile");
        rules = rules.with(change, meanwhile).map_err(corrupt)?;
    }
    Ok(rules)
}

/// Sets one. [`StoreError::Refused`] by `no_less_than_the_platform`.
pub async fn save(
    tx: &mut TenantTx,
    environment: Environment,
    (change, meanwhile): (Change, Meanwhile),
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    diesel::insert_into(r::table)
        .values((
            r::tenant_id.eq(tenant_id),
            r::environment.eq(environment.as_str()),
            r::change.eq(change.as_str()),
            r::meanwhile.eq(meanwhile.as_str()),
            r::changed_at.eq(now),
        ))
        .on_conflict((r::tenant_id, r::environment, r::change))
        .do_update()
        .set((
            r::meanwhile.eq(excluded(r::meanwhile)),
            r::changed_at.eq(excluded(r::changed_at)),
        ))
        .execute(tx.connection()?)
        .await?;
    Ok(())
}
