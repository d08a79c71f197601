//! `review.published_policy`: what is in force on top of the baseline for the transaction's tenant. Read only.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_policy::{InForce, Layer, Layers, Whose};
use narthex_tenancy::{StoreError, TenantTx, schema::policy::published_policy as p};
use narthex_vocab::PLATFORM_TENANT;

/// The platform's and the tenant's own.
pub(crate) async fn load(tx: &mut TenantTx) -> Result<Layers, StoreError> {
    let (own, platform) = (tx.tenant_uuid(), PLATFORM_TENANT.as_uuid());
    let rows: Vec<(uuid::Uuid, i32, String)> = p::table
        .filter(p::tenant_id.eq_any([own, platform]))
        .select((p::tenant_id, p::number, p::source))
        .load(tx.connection()?)
        .await?;
    let mut layers = Layers::default();
    for (tenant, number, source) in rows {
        let in_force = |whose| {
            Some(InForce {
                number,
                layer: Layer::published(whose, &source),
            })
        };
        if tenant == platform {
            layers.platform = in_force(Whose::Platform);
        } else {
            layers.tenant = in_force(Whose::Tenant);
        }
    }
    Ok(layers)
}
