//! Tools of a client that have another schema than the one that was approved. The token plane denies them, whatever
//! happens here; what happens to the rest of the client its environment has chosen. A tool that is as approved again is
//! taken off.

use std::collections::BTreeSet;

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientId, Environment};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    restriction::{self, At, Cause, Found},
    store,
};

/// Which client.
#[derive(Debug, Clone)]
pub struct WatchTools {
    /// The environment.
    pub environment: Environment,
    /// The client.
    pub client_id: ClientId,
}

/// How many tools were taken up, and how many taken off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WatchedTools {
    /// They have another schema now.
    pub changed: usize,
    /// They are as approved again.
    pub back: usize,
}

/// Why it is as before.
#[derive(Debug, thiserror::Error)]
pub enum WatchToolsError {
    /// A person does not act here.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Looks at the tools of a client.
pub async fn watch_tools(
    tx: &mut TenantTx,
    command: WatchTools,
    acting: &mut Acting<'_>,
) -> Result<WatchedTools, WatchToolsError> {
    acting.itself()?;
    let at = (command.environment, &command.client_id);
    let mut watched = WatchedTools::default();
    let changed = store::changed_tool::of_client(tx, at).await?;
    for tool in &changed {
        let reason = format!(
            "The tool {} of {} has another schema: it is not called before somebody approves it.",
            tool.tool, tool.resource
        );
        let found = Found::of(Cause::Tool(&tool.about), &reason);
        if let Some(effect) = restriction::limit(tx, at, found, acting.now).await? {
            record(tx, at, (restriction::action(effect), &reason), acting).await?;
            watched.changed += 1;
        }
    }
    let changed: BTreeSet<_> = changed.into_iter().map(|tool| tool.about).collect();
    let place = (tx.tenant(), command.environment);
    for open in store::restriction::open(tx, place, Some(&command.client_id)).await? {
        let cause = Cause::Tool(&open.about);
        if open.cause == cause.as_str() && !changed.contains(&open.about) {
            restriction::lift(tx, at, cause, acting.now).await?;
            let reason = "A tool that had changed is as it was approved.";
            record(tx, at, ("client.unrestrict", reason), acting).await?;
            watched.back += 1;
        }
    }
    Ok(watched)
}

async fn record(
    tx: &mut TenantTx,
    (environment, client_id): At<'_>,
    (action, reason): (&'static str, &str),
    acting: &Acting<'_>,
) -> Result<(), StoreError> {
    let deed = Deed {
        action,
        object: client_id.to_string(),
        environment: Some(environment),
        reason,
        detail: json!({}),
    };
    acting.record(tx, deed).await
}
