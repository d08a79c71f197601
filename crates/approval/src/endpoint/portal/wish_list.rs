//! Everything an integration can ask for, sandbox and production side by side: one row a scope, one row a tool. It
//! reads two catalogues and gives nothing.

use std::collections::BTreeMap;

use narthex_tenancy::catalogue::{Catalogue, ScopeEntry, ToolEntry};
use narthex_vocab::{Environment, Id, Risk, Scope, kind};

/// The catalogues of both environments.
#[derive(Debug, Clone, Default)]
pub(super) struct WishList {
    /// By scope; the least far-reaching first.
    pub(super) scopes: Vec<ScopeWish>,
    /// By the scope they need, then by name.
    pub(super) tools: Vec<ToolWish>,
}

/// A scope that can be asked for.
#[derive(Debug, Clone)]
pub(super) struct ScopeWish {
    /// As it stands in a token.
    pub(super) scope: Scope,
    /// A verb phrase.
    pub(super) description: String,
    /// The worst it can do, in either environment.
    pub(super) risk: Risk,
    /// Where it exists.
    pub(super) environments: Vec<Environment>,
}

/// A tool that can be asked for.
#[derive(Debug, Clone)]
pub(super) struct ToolWish {
    /// What the form sends: the scope and the tool.
    pub(super) key: String,
    /// The tool as its server lists it.
    pub(super) entry: ToolEntry,
    /// The worst its scope can do.
    pub(super) risk: Risk,
    /// At which resource of each environment.
    pub(super) resources: BTreeMap<Environment, Id<kind::Resource>>,
}

impl WishList {
    /// The rows of two catalogues.
    pub(super) fn of(catalogues: &BTreeMap<Environment, Catalogue>) -> Self {
        let mut list = Self::default();
        for (environment, catalogue) in catalogues {
            for entry in &catalogue.scopes {
                list.add_scope(*environment, entry);
            }
            for entry in &catalogue.tools {
                list.add_tool(*environment, entry);
            }
        }
        list.scopes
            .sort_by(|a, b| (a.risk, &a.scope).cmp(&(b.risk, &b.scope)));
        let risks: BTreeMap<_, _> = list
            .scopes
            .iter()
            .map(|wish| (wish.scope.clone(), wish.risk))
            .collect();
        for tool in &mut list.tools {
            tool.risk = risks.get(&tool.entry.scope).copied().unwrap_or(Risk::Admin);
        }
        list.tools
            .sort_by(|a, b| (a.risk, &a.key).cmp(&(b.risk, &b.key)));
        list
    }

    fn add_scope(&mut self, environment: Environment, entry: &ScopeEntry) {
        let known = self
            .scopes
            .iter_mut()
            .find(|wish| wish.scope == entry.scope);
        if let Some(wish) = known {
            wish.risk = wish.risk.max(entry.risk);
            wish.environments.push(environment);
        } else {
            self.scopes.push(ScopeWish {
                scope: entry.scope.clone(),
                description: entry.description.clone(),
                risk: entry.risk,
                environments: vec![environment],
            });
        }
    }

    /// A scope belongs to one resource of an environment, so scope and name tell its tools apart.
    fn add_tool(&mut self, environment: Environment, entry: &ToolEntry) {
        let key = format!("{} {}", entry.scope, entry.tool);
        let known = self.tools.iter_mut().find(|wish| wish.key == key);
        if let Some(wish) = known {
            wish.resources.insert(environment, entry.resource);
        } else {
            self.tools.push(ToolWish {
                key,
                entry: entry.clone(),
                risk: Risk::Admin,
                resources: BTreeMap::from([(environment, entry.resource)]),
            });
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use narthex_vocab::{SchemaHash, ToolName};

    use super::*;

    fn resource(number: u8) -> Id<kind::Resource> {
        format!("res_000000000000700080000000000000{number:02x}")
            .parse()
            .unwrap()
    }

    fn catalogue(number: u8, scopes: &[(&str, Risk)], tools: &[(&str, &str)]) -> Catalogue {
        let scope = |(scope, risk): &(&str, Risk)| ScopeEntry {
            scope: Scope::parse(scope).unwrap(),
            resource: resource(number),
            description: format!("Do {scope}"),
            risk: *risk,
            open: false,
        };
        let tool = |(tool, scope): &(&str, &str)| ToolEntry {
            tool: ToolName::parse(tool).unwrap(),
            resource: resource(number),
            scope: Scope::parse(scope).unwrap(),
            description: String::new(),
            schema_hash: SchemaHash::of(&serde_json::json!({})),
        };
        Catalogue {
            resources: Vec::new(),
            scopes: scopes.iter().map(scope).collect(),
            tools: tools.iter().map(tool).collect(),
        }
    }

    /// Notes in both environments, deleting in production alone.
    pub(in super::super) fn notes() -> WishList {
        let read = ("notes:read", Risk::Read);
        let delete = ("notes:delete", Risk::Delete);
        WishList::of(&BTreeMap::from([
            (
                Environment::Sandbox,
                catalogue(1, &[read], &[("list_notes", "notes:read")]),
            ),
            (
                Environment::Production,
                catalogue(
                    2,
                    &[delete, read],
                    &[
                        ("list_notes", "notes:read"),
                        ("delete_note", "notes:delete"),
                    ],
                ),
            ),
        ]))
    }

    #[test]
    fn one_row_for_both_environments_and_the_least_reach_first() {
        let list = notes();
        let rows: Vec<_> = list
            .scopes
            .iter()
            .map(|wish| (wish.scope.as_str(), wish.environments.len()))
            .collect();
        assert_eq!(rows, [("notes:read", 2), ("notes:delete", 1)]);
        assert_eq!(list.tools[0].key, "notes:read list_notes");
        assert_eq!(list.tools[0].resources.len(), 2);
        assert_eq!(list.tools[1].risk, Risk::Delete);
    }
}
