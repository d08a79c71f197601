//! An owner sets what an environment takes of a client's metadata. Opening production up needs a reason. It never
//! touches what was approved before: the rules are asked on every way in, and again when something is decided.

use std::collections::BTreeSet;

use narthex_tenancy::{StoreError, TenantTx, metadata_rules, permission::Action};
use narthex_vocab::{Environment, MetadataRules, Widening};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::Reason,
};

/// The rules wanted.
#[derive(Debug, Clone)]
pub struct ChangeMetadataRules {
    /// Of which environment.
    pub environment: Environment,
    /// The rules, whole.
    pub rules: MetadataRules,
    /// Why production takes more than before; needed for that alone.
    pub because: Option<Reason>,
}

/// Why the rules are as before.
#[derive(Debug, thiserror::Error)]
pub enum ChangeMetadataRulesError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Production would take more, and nobody said why.
    #[error("this opens production up: say why")]
    OpensProduction(BTreeSet<Widening>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Replaces the rules of an environment.
pub async fn change_metadata_rules(
    tx: &mut TenantTx,
    command: ChangeMetadataRules,
    acting: &mut Acting<'_>,
) -> Result<(), ChangeMetadataRulesError> {
    acting.member(tx, Action::EditSettings)?;
    let ChangeMetadataRules {
        environment,
        rules,
        because,
    } = command;
    let before = metadata_rules::load(tx, environment).await?;
    let opened = before.widened_by(&rules);
    if environment == Environment::Production && !opened.is_empty() && because.is_none() {
        return Err(ChangeMetadataRulesError::OpensProduction(opened));
    }
    metadata_rules::save(tx, environment, &rules).await?;
    let deed = Deed {
        action: "environment.change_metadata_rules",
        object: tx.tenant().to_string(),
        environment: Some(environment),
        reason: because.as_ref().map_or("", Reason::as_str),
        detail: json!({ "before": before, "after": rules }),
    };
    acting.record(tx, deed).await?;
    Ok(())
}
