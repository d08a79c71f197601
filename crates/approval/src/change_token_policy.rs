//! An owner sets what an environment demands of every client's requests and tokens, and what it signs them with. It takes effect within a
//! second; what was issued before lives out its time.

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::Action,
    token_policy::{self, TokenPolicy},
};
use narthex_vocab::Environment;
use serde_json::json;

use crate::acting::{Acting, Deed, NotPermitted};
use crate::prose::Reason;

/// The policy wanted.
#[derive(Debug, Clone)]
pub struct ChangeTokenPolicy {
    /// Where.
    pub environment: Environment,
    /// What.
    pub policy: TokenPolicy,
    /// Why production demands less than before; needed for that alone.
    pub because: Option<Reason>,
}

/// Why the policy is as before.
#[derive(Debug, thiserror::Error)]
pub enum ChangeTokenPolicyError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Production would demand less, and nobody said why.
    #[error("production would demand less: say why")]
    DemandsLess,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets the policy.
pub async fn change_token_policy(
    tx: &mut TenantTx,
    command: ChangeTokenPolicy,
    acting: &mut Acting<'_>,
) -> Result<(), ChangeTokenPolicyError> {
    acting.member(tx, Action::EditSettings)?;
    let (environment, after) = (command.environment, command.policy);
    let before = token_policy::load(tx, environment).await?;
    let less = (before.pushed_requests && !after.pushed_requests)
        || (before.bound_tokens && !after.bound_tokens);
    if less && environment == Environment::Production && command.because.is_none() {
        return Err(ChangeTokenPolicyError::DemandsLess);
    }
    token_policy::save(tx, environment, after, acting.now).await?;
    let deed = Deed {
        action: "environment.change_token_policy",
        object: tx.tenant().to_string(),
        environment: Some(environment),
        reason: command.because.as_ref().map_or("", Reason::as_str),
        detail: json!({ "before": before, "after": after }),
    };
    Ok(acting.record(tx, deed).await?)
}
