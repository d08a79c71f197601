//! The demo's MCP server in a tenant's catalogue, and the case that waits for a reviewer. The tools are those of
//! `tests/peers/mcp-server.mjs`.

use narthex_approval::{
    Acting, Approval,
    catalogue::{
        AddResource, AddScope, AddTool, CreateResourceCredential, add_resource, add_scope,
        add_tool, create_resource_credential,
    },
    integration::Operator,
    onboard::{Onboard, onboard},
    prose::Prose,
    reach::{Ask, ToolRef},
};
use narthex_tenancy::{
    TenantTx, ambient,
    catalogue::{self, ResourceKind},
    permission::{Action, Permit, Role},
};
use narthex_vocab::{
    ClientMetadata, Environment, Id, Label, ResourceUri, Risk, SchemaHash, Scope, ToolName, kind,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use url::Url;

use super::people::Made;
use crate::ready_file::ResourceCredential;

/// Scope, what it lets do, its risk, the tool that needs it and what that does.
const NOTES: [(&str, &str, Risk, &str, &str); 3] = [
    (
        "notes:read",
        "Read your notes",
        Risk::Read,
        "list_notes",
        "Lists all notes",
    ),
    (
        "notes:write",
        "Add notes for you",
        Risk::Change,
        "add_note",
        "Adds a note",
    ),
    (
        "notes:delete",
        "Delete your notes for good",
        Risk::Delete,
        "delete_note",
        "Deletes a note",
    ),
];

/// Adds an MCP server to each environment, production first; returns their credentials in that order.
pub(super) async fn fill(
    approval: &Approval,
    made: &Made,
    [production, sandbox]: [&Url; 2],
) -> anyhow::Result<[ResourceCredential; 2]> {
    let production = fill_one(approval, made, production, Environment::Production).await?;
    let sandbox = fill_one(approval, made, sandbox, Environment::Sandbox).await?;
    Ok([production, sandbox])
}

async fn fill_one(
    approval: &Approval,
    made: &Made,
    resource: &Url,
    environment: Environment,
) -> anyhow::Result<ResourceCredential> {
    let permit = permit(made, Action::EditCatalogue)?;
    let identifier = ResourceUri::parse(resource.as_str())?;
    let name = Label::parse("Notes")?;
    let (now, mut rng) = (ambient::now(), ambient::rng());
    let (id, credential) = approval
        .database
        .tenant(made.id, async |tx| {
            let mut acting = Acting::person(&permit, now, &mut rng, "demo");
            let command = AddResource {
                environment,
                identifier,
                name,
                kind: ResourceKind::Mcp,
            };
            let id = add_resource(tx, command, &mut acting).await?.id;
            add_notes(tx, (environment, id), &mut acting).await?;
            let command = CreateResourceCredential {
                environment,
                resource: id,
                hash_key: &approval.people.hash_key,
            };
            Ok((
                id,
                create_resource_credential(tx, command, &mut acting).await?,
            ))
        })
        .await
        .map_err(|error: anyhow::Error| error)?;
    Ok(ResourceCredential {
        id: id.to_string(),
        secret: credential.secret.reveal().to_owned(),
    })
}

async fn add_notes(
    tx: &mut TenantTx,
    (environment, resource): (Environment, Id<kind::Resource>),
    acting: &mut Acting<'_>,
) -> anyhow::Result<()> {
    for (scope, what, risk, tool, does) in NOTES {
        let scope = Scope::parse(scope)?;
        let open = environment == Environment::Sandbox && risk == Risk::Read;
        let description = Prose::parse(what)?;
        let command = AddScope {
            environment,
            resource,
            scope: scope.clone(),
            description,
            risk,
            open,
        };
        add_scope(tx, command, acting).await?;
        let (tool, description) = (ToolName::parse(tool)?, Prose::parse(does)?);
        let schema_hash = SchemaHash::of(&Value::Object(serde_json::Map::new()));
        add_tool(
            tx,
            AddTool {
                environment,
                resource,
                tool,
                scope,
                description,
                schema_hash,
            },
            acting,
        )
        .await?;
    }
    Ok(())
}

/// The owner asks for a partner's service, in both environments.
pub(super) async fn send_case(approval: &Approval, made: &Made) -> anyhow::Result<()> {
    let permit = permit(made, Action::EditIntegration)?;
    let (now, mut rng) = (ambient::now(), ambient::rng());
    let client = json!({
        "client_name": "Northwind CRM sync",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let client = ClientMetadata::parse(client.as_object().unwrap_or(&serde_json::Map::new()))?;
    approval
        .database
        .tenant(made.id, async |tx| {
            let mut asks = BTreeMap::new();
            for (environment, scopes) in [(Environment::Sandbox, 2), (Environment::Production, 3)] {
                asks.insert(environment, ask(tx, environment, scopes).await?);
            }
            let command = Onboard {
                name: Label::parse("Northwind CRM sync")?,
                purpose: Prose::parse(
                    "Copies meeting notes into the customer records of our sales partner.",
                )?,
                operator: Operator::Partner,
                sponsor: made.owner.person.member,
                client,
                asks,
            };
            let mut acting = Acting::person(&permit, now, &mut rng, "demo");
            onboard(tx, command, &mut acting).await?;
            Ok(())
        })
        .await
        .map_err(|error: anyhow::Error| error)
}

/// The first `count` scopes and their tools, each with a reason.
async fn ask(tx: &mut TenantTx, environment: Environment, count: usize) -> anyhow::Result<Ask> {
    let catalogue = catalogue::load(tx, environment).await?;
    let mut ask = Ask::default();
    for (scope, what, ..) in NOTES.into_iter().take(count) {
        let reason = Prose::parse(&format!("The sync needs to: {}", what.to_lowercase()))?;
        ask.scopes.insert(Scope::parse(scope)?, reason);
    }
    let wanted = catalogue
        .tools
        .into_iter()
        .filter(|tool| ask.scopes.contains_key(&tool.scope));
    ask.tools = wanted
        .map(|tool| ToolRef {
            resource: tool.resource,
            tool: tool.tool,
        })
        .collect();
    Ok(ask)
}

fn permit(made: &Made, action: Action) -> anyhow::Result<Permit> {
    Role::Owner
        .permit(&made.owner.person, action)
        .ok_or_else(|| anyhow::anyhow!("owners may not {action:?}"))
}
