//! Tools of a client that have another schema than the one that was approved. The token plane denies them, whatever
//! happens here; what happens to the rest of the client its environment has chosen. The next version of its case asks for
//! the tools as they are now. A tool that is as approved again is taken off.

use std::collections::{BTreeMap, BTreeSet};

use narthex_tenancy::{
    StoreError, TenantTx,
    catalogue::{self, Catalogue},
};
use narthex_vocab::{ClientId, ClientMetadata, Environment};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    onboard,
    prose::ScopeReason,
    reach::{Ask, Asked},
    request::{AccessRequest, ComesFrom, RequestRef},
    restriction::{self, At, Cause, Found},
    store,
    take_update::without_scope,
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
    if watched.changed > 0 {
        ask_again(tx, at, acting).await?;
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

/// The next version of the client's case, with what it has and the tools as they are now; none while one is open.
async fn ask_again(
    tx: &mut TenantTx,
    at @ (environment, client_id): At<'_>,
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    let case = store::client::case_of(tx, environment, client_id).await?;
    let last = store::request::newest_version(tx, case).await?;
    if store::request::OPEN.contains(&last.state) {
        return Ok(());
    }
    let standing = store::client::load(tx, environment, client_id).await?;
    let catalogue = catalogue::load(tx, environment).await?;
    let ask = held(tx, (at, &standing.metadata), &catalogue).await?;
    let next = RequestRef {
        version: last.at.version + 1,
        ..last.at
    };
    let comes = ComesFrom {
        origin: last.origin,
        client_id: last.client_id.clone(),
        requested_by: last.requested_by,
    };
    let asked = Asked::look_up(ask, &catalogue).unwrap_or_default();
    let metadata = without_scope(&standing.metadata)?;
    let request = AccessRequest::submitted(next, last.integration, comes, metadata, asked);
    onboard::send(tx, &request, acting).await?;
    Ok(())
}

/// What a client has, as far as the catalogue has it still.
async fn held(
    tx: &mut TenantTx,
    (at, metadata): (At<'_>, &ClientMetadata),
    catalogue: &Catalogue,
) -> Result<Ask, StoreError> {
    let scopes = metadata
        .scope()
        .into_iter()
        .flat_map(|scopes| scopes.iter());
    let wanted: BTreeMap<_, _> = scopes
        .map(|scope| (scope.clone(), ScopeReason::default()))
        .collect();
    let Ask { scopes, tools } = Ask::covering(&wanted, catalogue);
    let entitled = store::changed_tool::entitled(tx, at).await?;
    let tools = tools.intersection(&entitled).cloned().collect();
    Ok(Ask { scopes, tools })
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
