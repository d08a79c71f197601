//! The forms of a resource's page: a scope, a tool, and another schema for one; as typed and as commands.

use narthex_http::form::FormError;
use narthex_http::page::{Choice, Field};
use narthex_vocab::{Environment, Id, Risk, SchemaHash, Scope, ScopeError, ToolName, kind};
use serde_json::Value;

use super::posted::Posted;
use super::problems::Problems;
use crate::catalogue::{AddScope, AddTool};
use crate::change_tool::ChangeTool;
use crate::prose::{Prose, ProseError};

/// The longest input schema that is read, in bytes.
const SCHEMA_LIMIT: usize = 65_536;

/// A scope, as typed.
pub(super) struct ScopeTyped {
    scope: String,
    description: String,
    risk: String,
    open: bool,
}

impl Default for ScopeTyped {
    fn default() -> Self {
        Self {
            scope: String::new(),
            description: String::new(),
            risk: Risk::Read.as_str().to_owned(),
            open: false,
        }
    }
}

impl ScopeTyped {
    pub(super) fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            scope: posted.text("scope")?,
            description: posted.text("description")?,
            risk: posted.text("risk")?,
            open: posted.text("open")? == "yes",
        })
    }

    /// The command, or what to mend.
    pub(super) fn parse(
        &self,
        environment: Environment,
        resource: Id<kind::Resource>,
    ) -> Result<AddScope, Problems> {
        let mut problems = Problems::default();
        let scope = Scope::parse(self.scope.trim());
        let scope = problems.keep("scope", scope, |error| match error {
            ScopeError::Empty => "Enter the scope, such as tickets:read".to_owned(),
            error => format!("Enter another scope: {error}"),
        });
        let description = Prose::parse(&self.description);
        let description = problems.keep("description", description, |error| match error {
            ProseError::TooShort(_) => {
                "Enter what it lets a client do, such as Read your tickets".to_owned()
            }
            error => format!("Enter another description: {error}"),
        });
        let risk = problems.keep("risk", self.risk.parse(), |_| {
            "Choose the worst that it can do".to_owned()
        });
        let misplaced = risk.is_some_and(|risk| risk != Risk::Read) && self.open;
        if misplaced {
            problems.add("open", "Only a scope that reads can be given to everybody");
        }
        match (scope, description, risk) {
            (Some(scope), Some(description), Some(risk)) if !misplaced => Ok(AddScope {
                environment,
                resource,
                scope,
                description,
                risk,
                open: self.open && environment == Environment::Sandbox,
            }),
            (None | Some(_), None | Some(_), None | Some(_)) => Err(problems),
        }
    }

    pub(super) fn fields(&self, environment: Environment) -> Vec<Field> {
        let risks = vec![
            Choice::new("read", "Read: looks and changes nothing"),
            Choice::new("change", "Change: adds or changes data"),
            Choice::new("delete", "Delete: removes data for good"),
            Choice::new("admin", "Admin: changes who may do what"),
        ];
        let mut fields = vec![
            Field::text("scope", "Scope")
                .hint("As it stands in a token, such as tickets:read")
                .mono()
                .value(self.scope.as_str()),
            Field::text("description", "What it lets a client do")
                .hint("A verb and its object. People read it before they allow a client to act for them.")
                .value(self.description.as_str()),
            Field::select("risk", "The worst it can do", risks).value(self.risk.as_str()),
        ];
        if environment == Environment::Sandbox {
            let label = "Give it to every client that registers itself, while the sandbox is open";
            fields.push(Field::checkbox("open", label, self.open));
        }
        fields
    }
}

/// A tool, as typed.
#[derive(Default)]
pub(super) struct ToolTyped {
    tool: String,
    scope: String,
    description: String,
    schema: String,
}

impl ToolTyped {
    pub(super) fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            tool: posted.text("tool")?,
            scope: posted.text("tool_scope")?,
            description: posted.text("tool_description")?,
            schema: posted.text("schema")?,
        })
    }

    /// The command, or what to mend.
    pub(super) fn parse(
        &self,
        environment: Environment,
        resource: Id<kind::Resource>,
    ) -> Result<AddTool, Problems> {
        let mut problems = Problems::default();
        let tool = problems.keep("tool", ToolName::parse(self.tool.trim()), |error| {
            format!("Enter the tool's name as the server lists it: {error}")
        });
        let scope = problems.keep("tool_scope", Scope::parse(&self.scope), |_| {
            "Choose the scope that calling it needs".to_owned()
        });
        let description = Prose::parse(&self.description);
        let description = problems.keep("tool_description", description, |error| {
            format!("Enter another description: {error}")
        });
        let schema = problems.keep("schema", schema_hash(&self.schema), |words| {
            words.to_owned()
        });
        match (tool, scope, description, schema) {
            (Some(tool), Some(scope), Some(description), Some(schema_hash)) => Ok(AddTool {
                environment,
                resource,
                tool,
                scope,
                description,
                schema_hash,
            }),
            (None | Some(_), None | Some(_), None | Some(_), None | Some(_)) => Err(problems),
        }
    }

    pub(super) fn fields(&self, scopes: &[&str]) -> Vec<Field> {
        let choices = scopes
            .iter()
            .map(|scope| Choice::new(*scope, *scope))
            .collect();
        vec![
            Field::text("tool", "Tool")
                .hint("Its name as the server lists it, such as list_tickets")
                .mono()
                .value(self.tool.as_str()),
            Field::select("tool_scope", "Scope that calling it needs", choices)
                .value(self.scope.as_str()),
            Field::text("tool_description", "What it does")
                .optional()
                .value(self.description.as_str()),
            Field::area("schema", "Input schema", 4)
                .hint("JSON, as the server lists it. A changed schema stops approved clients until somebody looks.")
                .optional()
                .mono()
                .value(self.schema.as_str()),
        ]
    }
}

/// Another schema for a tool, as typed.
#[derive(Default)]
pub(super) struct SchemaTyped {
    tool: String,
    schema: String,
}

impl SchemaTyped {
    pub(super) fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            tool: posted.text("changed_tool")?,
            schema: posted.text("changed_schema")?,
        })
    }

    /// The command, or what to mend.
    pub(super) fn parse(
        &self,
        environment: Environment,
        resource: Id<kind::Resource>,
    ) -> Result<ChangeTool, Problems> {
        let mut problems = Problems::default();
        let tool = problems.keep("changed_tool", ToolName::parse(&self.tool), |_| {
            "Choose a tool of this resource".to_owned()
        });
        let schema = problems.keep("changed_schema", schema_hash(&self.schema), str::to_owned);
        match (tool, schema) {
            (Some(tool), Some(schema_hash)) => Ok(ChangeTool {
                environment,
                resource,
                tool,
                schema_hash,
            }),
            (None | Some(_), None | Some(_)) => Err(problems),
        }
    }

    pub(super) fn fields(&self, tools: &[&str]) -> Vec<Field> {
        let choices = tools.iter().map(|tool| Choice::new(*tool, *tool)).collect();
        vec![
            Field::select("changed_tool", "Tool that changed", choices).value(self.tool.as_str()),
            Field::area("changed_schema", "Input schema now", 4)
                .hint("JSON, as the server lists it. Clients that were approved for the schema before are denied the tool at once. Each asks for it anew by itself, and a reviewer decides.")
                .mono()
                .value(self.schema.as_str()),
        ]
    }
}

/// The hash of a pasted schema; nothing pasted is the schema without members.
fn schema_hash(text: &str) -> Result<SchemaHash, &'static str> {
    let text = match text.trim() {
        "" => "{}",
        text => text,
    };
    if text.len() > SCHEMA_LIMIT {
        return Err("Paste a schema of at most 64 KiB");
    }
    match serde_json::from_str(text) {
        Ok(schema @ Value::Object(_)) => Ok(SchemaHash::of(&schema)),
        Ok(_) | Err(_) => Err("Paste the schema as one JSON object, from { to }"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    fn resource() -> Id<kind::Resource> {
        "res_00000000000070008000000000000001".parse().unwrap()
    }

    fn typed(scope: &str, description: &str, risk: &str, open: bool) -> ScopeTyped {
        ScopeTyped {
            scope: scope.to_owned(),
            description: description.to_owned(),
            risk: risk.to_owned(),
            open,
        }
    }

    #[rstest]
    #[case::empty(typed("", "", "read", false), &["scope", "description"])]
    #[case::space_inside(typed("a b", "Read", "read", false), &["scope"])]
    #[case::unknown_risk(typed("a", "Read", "huge", false), &["risk"])]
    #[case::open_and_deleting(typed("a", "Delete", "delete", true), &["open"])]
    fn each_problem_has_its_field(#[case] typed: ScopeTyped, #[case] fields: &[&str]) {
        let problems = typed.parse(Environment::Sandbox, resource()).unwrap_err();
        let ids: Vec<_> = problems
            .summary()
            .items
            .into_iter()
            .map(|(id, _)| id)
            .collect();
        assert_eq!(ids, fields);
    }

    #[test]
    fn nothing_is_open_in_production() {
        let typed = typed(" notes:read ", "Read your notes", "read", true);
        let command = typed.parse(Environment::Production, resource()).unwrap();
        assert_eq!(
            (command.scope.as_str(), command.open),
            ("notes:read", false)
        );
    }

    #[rstest]
    #[case("", Some(json!({})))]
    #[case(" {\"b\":1, \"a\":2} ", Some(json!({"a": 2, "b": 1})))]
    #[case("[]", None)]
    #[case("{", None)]
    #[case("null", None)]
    fn a_schema_is_an_object(#[case] text: &str, #[case] same_as: Option<Value>) {
        let same_as = same_as.map(|schema| SchemaHash::of(&schema));
        assert_eq!(schema_hash(text).ok(), same_as);
    }
}
