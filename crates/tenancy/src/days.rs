//! The coming days' partitions of the append-only logs. It makes room and never removes any.

use chrono::NaiveDate;
use diesel::sql_types::{Date, Integer};
use diesel_async::RunQueryDsl;

use crate::{StoreError, TenantTx};

#[diesel::declare_sql_function]
extern "SQL" {
    /// Makes what is missing of the days from `first` on; answers how many partitions it made.
    #[sql_name = "tenant.prepare_days"]
    fn prepare_days(first: Date, days: Integer) -> Integer;
}

/// Makes the partitions of `days` days (at most 31) from `first` on, as far as they are missing; returns how many.
/// Only the approval plane's role may.
pub async fn prepare(tx: &mut TenantTx, first: NaiveDate, days: i32) -> Result<i32, StoreError> {
    Ok(diesel::select(prepare_days(first, days))
        .get_result(tx.connection()?)
        .await?)
}
