//! Staff keep the list of known names, in the platform's own tenant. It decides about no client: screening looks at the
//! list, and people at what screening finds.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Brand, HostPattern, Label};
use serde_json::{Value, json};

use crate::{
    acting::{Acting, Deed, NotPermitted},
    store,
};

/// A name to keep, or to keep with other hosts.
#[derive(Debug, Clone)]
pub struct KeepBrand {
    /// The name and where it really is.
    pub brand: Brand,
}

/// A name to forget.
#[derive(Debug, Clone)]
pub struct ForgetBrand {
    /// Exactly as it is kept.
    pub name: Label,
}

/// Why the list is as before.
#[derive(Debug, thiserror::Error)]
pub enum EditBrandError {
    /// The permit is for another act, or for another tenant.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// There is no such name.
    #[error("there is no such name")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes a known name, or replaces its hosts.
pub async fn keep_brand(
    tx: &mut TenantTx,
    command: KeepBrand,
    acting: &mut Acting<'_>,
) -> Result<(), EditBrandError> {
    acting.member(tx, Action::EditBrands)?;
    let brand = command.brand;
    let before = store::brand::find(tx, &brand.name).await?;
    store::brand::save(tx, &brand, acting.now).await?;
    let detail = json!({ "before": before.as_ref().map(hosts), "after": hosts(&brand) });
    record(tx, "brand.keep", &brand.name, detail, acting).await
}

/// Forgets a known name.
pub async fn forget_brand(
    tx: &mut TenantTx,
    command: ForgetBrand,
    acting: &mut Acting<'_>,
) -> Result<(), EditBrandError> {
    acting.member(tx, Action::EditBrands)?;
    let before = store::brand::find(tx, &command.name).await?;
    if !store::brand::remove(tx, &command.name).await? {
        return Err(EditBrandError::Unknown);
    }
    let detail = json!({ "before": before.as_ref().map(hosts), "after": null });
    record(tx, "brand.forget", &command.name, detail, acting).await
}

fn hosts(brand: &Brand) -> Value {
    brand.hosts.iter().map(HostPattern::as_str).collect()
}

async fn record(
    tx: &mut TenantTx,
    action: &'static str,
    name: &Label,
    detail: Value,
    acting: &Acting<'_>,
) -> Result<(), EditBrandError> {
    let deed = Deed {
        action,
        object: name.to_string(),
        environment: None,
        reason: "",
        detail,
    };
    acting.record(tx, deed).await?;
    Ok(())
}
