//! Somebody takes a list away: the ledger says who, of what, by which filters. What is in the list it does not say.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use serde_json::json;

use crate::acting::{Acting, Deed, NotPermitted};

/// What is taken.
#[derive(Debug, Clone)]
pub struct Export {
    /// Which list.
    pub list: &'static str,
    /// In which form, as `csv`.
    pub form: &'static str,
    /// The filters, as the address has them.
    pub query: String,
}

/// Why nothing is taken.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Says so in the ledger of the person's own tenant.
pub async fn export(
    tx: &mut TenantTx,
    command: Export,
    (action, acting): (Action, &Acting<'_>),
) -> Result<(), ExportError> {
    acting.member(tx, action)?;
    let deed = Deed {
        action: "list.export",
        object: command.list.to_owned(),
        environment: None,
        reason: "",
        detail: json!({ "form": command.form, "filters": command.query }),
    };
    Ok(acting.record(tx, deed).await?)
}
