//! What the catalogue refuses, by name.

use narthex_approval::{
    catalogue::{AddScope, AddTool, CatalogueError, add_scope, add_tool},
    prose::Prose,
};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Environment, Id, Risk, SchemaHash, Scope, ToolName, kind};
use serde_json::json;

use super::company::Company;

async fn scope(
    company: &Company,
    (environment, scope): (Environment, &str),
    (risk, open): (Risk, bool),
    resource: Option<Id<kind::Resource>>,
) -> Result<(), CatalogueError> {
    let command = AddScope {
        environment,
        resource: resource.unwrap_or(company.notes[&environment]),
        scope: Scope::parse(scope).unwrap(),
        description: Prose::parse("Handle your notes").unwrap(),
        risk,
        open,
    };
    let add = company.owned(Action::EditCatalogue, async |tx, acting| {
        add_scope(tx, command, acting).await.map(drop)
    });
    add.await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_is_there_once_and_belongs_to_a_resource_of_its_environment() {
    use Environment::{Production, Sandbox};
    let company = Company::new().await;
    let read = (Risk::Read, false);
    let again = scope(&company, (Production, "notes:read"), read, None).await;
    assert!(matches!(again, Err(CatalogueError::Exists)), "{again:?}");
    let other = Some(company.notes[&Sandbox]);
    let strange = scope(&company, (Production, "notes:list"), read, other).await;
    assert!(
        matches!(strange, Err(CatalogueError::Unknown)),
        "{strange:?}"
    );
    for (environment, risk) in [(Production, Risk::Read), (Sandbox, Risk::Admin)] {
        let open = scope(&company, (environment, "notes:all"), (risk, true), None).await;
        assert!(
            matches!(open, Err(CatalogueError::NotOpen)),
            "{environment}: {open:?}"
        );
    }
    scope(&company, (Production, "notes:list"), read, None)
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tool_needs_a_scope_that_is_there() {
    let company = Company::new().await;
    let command = AddTool {
        environment: Environment::Production,
        resource: company.notes[&Environment::Production],
        tool: ToolName::parse("share_note").unwrap(),
        scope: Scope::parse("notes:share").unwrap(),
        description: Prose::default(),
        schema_hash: SchemaHash::of(&json!({})),
    };
    let strange = company.owned(Action::EditCatalogue, async |tx, acting| {
        add_tool(tx, command, acting).await.map(drop)
    });
    assert!(matches!(strange.await, Err(CatalogueError::Unknown)));
}
