//! A tenant says that a tool of its has another schema now. The token plane denies it to every client at once that was
//! approved for the old one; whoever has it asks anew by itself. It gives the tool to nobody.

use narthex_tenancy::{StoreError, TenantTx, catalogue, permission::Action};
use narthex_vocab::{Environment, Id, SchemaHash, ToolName, kind};
use serde_json::json;

use crate::acting::{Acting, Deed, NotPermitted};

/// Which tool, and its schema now.
#[derive(Debug, Clone)]
pub struct ChangeTool {
    /// The environment.
    pub environment: Environment,
    /// The resource that has it.
    pub resource: Id<kind::Resource>,
    /// Its name there.
    pub tool: ToolName,
    /// The hash of its input schema.
    pub schema_hash: SchemaHash,
}

/// Why the tool is as before.
#[derive(Debug, thiserror::Error)]
pub enum ChangeToolError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The resource has no such tool.
    #[error("the resource has no such tool")]
    Unknown,
    /// It has this schema already.
    #[error("the tool has this schema already")]
    Same,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets the schema.
pub async fn change_tool(
    tx: &mut TenantTx,
    command: ChangeTool,
    acting: &mut Acting<'_>,
) -> Result<(), ChangeToolError> {
    acting.member(tx, Action::EditCatalogue)?;
    let ChangeTool {
        environment,
        resource,
        tool,
        schema_hash,
    } = command;
    let known = catalogue::load(tx, environment).await?;
    let mut known = known.tools.into_iter();
    let before = known.find(|entry| entry.resource == resource && entry.tool == tool);
    let before = before.ok_or(ChangeToolError::Unknown)?;
    if before.schema_hash == schema_hash {
        return Err(ChangeToolError::Same);
    }
    catalogue::change_tool(tx, (environment, resource), (&tool, &schema_hash)).await?;
    let deed = Deed {
        action: "tool.change",
        object: tool.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({
            "resource": resource,
            "before": before.schema_hash,
            "schema_hash": schema_hash,
        }),
    };
    Ok(acting.record(tx, deed).await?)
}
