//! Staff freeze a whole tenant, and thaw it: while it is frozen nobody gets a token or registers there, and its people
//! look at their portal and change nothing. It ends nothing: thawed, all goes on as it was.

use narthex_tenancy::{StoreError, TenantTx, permission::Action, tenant};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::Reason,
};

/// What to do with the transaction's tenant.
#[derive(Debug, Clone)]
pub struct FreezeTenant {
    /// Which of the two.
    pub what: Freeze,
    /// Why; its people read it.
    pub reason: Reason,
}

/// The two acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freeze {
    /// Nothing is issued, registered or changed there any more.
    Freeze,
    /// It goes on as it was.
    Thaw,
}

impl Freeze {
    const fn action(self) -> &'static str {
        match self {
            Self::Freeze => "tenant.freeze",
            Self::Thaw => "tenant.thaw",
        }
    }
}

/// Why the tenant is as before.
#[derive(Debug, thiserror::Error)]
pub enum FreezeTenantError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It stands so already.
    #[error("the tenant stands so already")]
    Already,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Freezes the transaction's tenant, or thaws it.
pub async fn freeze_tenant(
    tx: &mut TenantTx,
    command: FreezeTenant,
    acting: &mut Acting<'_>,
) -> Result<(), FreezeTenantError> {
    acting.staff(tx, Action::FreezeTenant)?;
    let FreezeTenant { what, reason } = command;
    let because = match what {
        Freeze::Freeze => Some(reason.as_str()),
        Freeze::Thaw => None,
    };
    if !tenant::freeze(tx, because).await? {
        return Err(FreezeTenantError::Already);
    }
    let deed = Deed {
        action: what.action(),
        object: tx.tenant().to_string(),
        environment: None,
        reason: reason.as_str(),
        detail: json!({}),
    };
    Ok(acting.record(tx, deed).await?)
}
