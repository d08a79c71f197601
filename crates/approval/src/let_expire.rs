//! Staff let what waits in quarantine expire now: one registration, or a family but for what was taken out of it. It
//! blocks nothing: the same software may register again and waits again.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{ClientId, Environment, Fingerprint, QuarantineState};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::Reason,
    store,
};

/// What to let expire.
#[derive(Debug, Clone)]
pub struct LetExpire {
    /// The environment it registered in.
    pub environment: Environment,
    /// One of it, or all.
    pub which: Which,
    /// Why.
    pub reason: Reason,
}

/// One registration, or what waits of a family.
#[derive(Debug, Clone)]
pub enum Which {
    /// The registration with this identifier.
    Registration(ClientId),
    /// Whatever has this fingerprint and was not taken out.
    Family(Fingerprint),
}

/// Why nothing expired.
#[derive(Debug, thiserror::Error)]
pub enum LetExpireError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// It does not wait any more, or a request about it is open: decide that.
    #[error("nothing of it waits")]
    NothingWaits,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Lets it expire; how many registrations it were.
pub async fn let_expire(
    tx: &mut TenantTx,
    command: LetExpire,
    acting: &mut Acting<'_>,
) -> Result<usize, LetExpireError> {
    acting.staff(tx, Action::HandleQuarantine)?;
    let LetExpire {
        environment,
        which,
        reason,
    } = command;
    let (from, to) = (QuarantineState::Quarantined, QuarantineState::Expired);
    let (object, ended) = match which {
        Which::Registration(client_id) => {
            store::quarantine::load(tx, environment, &client_id).await?;
            let moved = store::quarantine::advance(tx, environment, &client_id, from, to).await?;
            let object = client_id.to_string();
            let ended = if moved {
                vec![object.clone()]
            } else {
                Vec::new()
            };
            (object, ended)
        }
        Which::Family(fingerprint) => {
            let family = (environment, &fingerprint);
            store::quarantine::require_family(tx, family).await?;
            let ended = store::quarantine::end_family(tx, family, to).await?;
            (fingerprint.to_string(), ended)
        }
    };
    if ended.is_empty() {
        return Err(LetExpireError::NothingWaits);
    }
    let deed = Deed {
        action: "quarantine.let_expire",
        object,
        environment: Some(environment),
        reason: reason.as_str(),
        detail: json!({ "ended": ended }),
    };
    acting.record(tx, deed).await?;
    Ok(ended.len())
}
