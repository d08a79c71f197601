//! What a client may reach: scopes and tools, as asked for, offered and agreed. Each step can only narrow the one
//! before; nothing here reads the catalogue from a store or gives reach to anybody.

use std::collections::{BTreeMap, BTreeSet};

use narthex_tenancy::catalogue::Catalogue;
use narthex_vocab::{Id, Risk, SchemaHash, Scope, ScopeSet, ToolName, kind};

use crate::{limits::Limits, prose::ScopeReason};

/// A tool, by the resource that has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ToolRef {
    /// The MCP server.
    pub resource: Id<kind::Resource>,
    /// The tool's name there.
    pub tool: ToolName,
}

/// What somebody asks for in one environment, before anything is known about it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ask {
    /// The scopes, each with the reason given.
    pub scopes: BTreeMap<Scope, ScopeReason>,
    /// The tools.
    pub tools: BTreeSet<ToolRef>,
}

/// A choice of scopes and tools: what is offered or agreed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reach {
    /// The scopes.
    pub scopes: ScopeSet,
    /// The tools.
    pub tools: BTreeSet<ToolRef>,
    /// What of it ends early.
    pub limits: Limits,
}

/// What a request asks for, as the catalogue of its environment has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// The scopes.
    pub scopes: BTreeMap<Scope, AskedScope>,
    /// The tools; the scope of each is among `scopes`.
    pub tools: BTreeMap<ToolRef, AskedTool>,
}

/// One scope that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedScope {
    /// Why it is wanted.
    pub reason: ScopeReason,
    /// The worst it can do.
    pub risk: Risk,
    /// Whether an open sandbox gives it to everyone.
    pub open: bool,
}

/// One tool that is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedTool {
    /// The scope that calling it needs.
    pub scope: Scope,
    /// The schema it has: an approval pins it.
    pub schema_hash: SchemaHash,
}

/// The ask names what the environment does not have.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown scopes {scopes:?}, unknown tools {tools:?}, tools whose scope is not asked for {stranded:?}"
)]
pub struct UnknownReach {
    /// Scopes that are not in the catalogue.
    pub scopes: Vec<Scope>,
    /// Tools that are not in the catalogue.
    pub tools: Vec<ToolRef>,
    /// Tools whose scope the ask does not name.
    pub stranded: Vec<ToolRef>,
}

/// A choice goes beyond what was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, thiserror::Error)]
#[error(
    "not asked for: scopes {scopes:?}, tools {tools:?}; tools without their scope {stranded:?}"
)]
pub struct NotAsked {
    /// Scopes that nobody asked for.
    pub scopes: Vec<Scope>,
    /// Tools that nobody asked for.
    pub tools: Vec<ToolRef>,
    /// Tools that are chosen while their scope is not.
    pub stranded: Vec<ToolRef>,
}

impl Ask {
    /// Everything the environment would have to give for `wanted`: what of it the catalogue knows, and every tool that
    /// those scopes cover. So a stranger, who knows no catalogue, still gets a case with tools to choose from.
    pub fn covering(wanted: &BTreeMap<Scope, ScopeReason>, catalogue: &Catalogue) -> Self {
        let scopes: BTreeMap<_, _> = wanted
            .iter()
            .filter(|(scope, _)| catalogue.scope(scope).is_some())
            .map(|(scope, reason)| (scope.clone(), reason.clone()))
            .collect();
        let tools = catalogue
            .tools
            .iter()
            .filter(|entry| scopes.contains_key(&entry.scope))
            .map(|entry| ToolRef {
                resource: entry.resource,
                tool: entry.tool.clone(),
            })
            .collect();
        Self { scopes, tools }
    }
}

impl Asked {
    /// Looks an ask up in the catalogue. All of it must be there: nothing is dropped silently.
    pub fn look_up(ask: Ask, catalogue: &Catalogue) -> Result<Self, UnknownReach> {
        let mut asked = Self::default();
        let mut unknown = UnknownReach::default();
        for (scope, reason) in ask.scopes {
            match catalogue.scope(&scope) {
                Some(entry) => {
                    let (risk, open) = (entry.risk, entry.open);
                    asked
                        .scopes
                        .insert(scope, AskedScope { reason, risk, open });
                }
                None => unknown.scopes.push(scope),
            }
        }
        for tool in ask.tools {
            let entry = catalogue
                .tools
                .iter()
                .find(|entry| entry.resource == tool.resource && entry.tool == tool.tool);
            match entry {
                None => unknown.tools.push(tool),
                Some(entry) if !asked.scopes.contains_key(&entry.scope) => {
                    unknown.stranded.push(tool);
                }
                Some(entry) => {
                    let (scope, schema_hash) = (entry.scope.clone(), entry.schema_hash);
                    asked.tools.insert(tool, AskedTool { scope, schema_hash });
                }
            }
        }
        if unknown == UnknownReach::default() {
            Ok(asked)
        } else {
            Err(unknown)
        }
    }

    /// All of it, as a choice.
    pub fn reach(&self) -> Reach {
        Reach {
            scopes: self.scopes.keys().cloned().collect(),
            tools: self.tools.keys().cloned().collect(),
            limits: Limits::default(),
        }
    }

    /// The part of it that `choice` names. A choice that reaches further, or has a tool without its scope, is refused;
    /// so is one that limits what it does not give.
    pub fn narrowed(&self, choice: &Reach) -> Result<Self, NotAsked> {
        let mut narrow = Self::default();
        let mut beyond = NotAsked::default();
        for scope in &choice.scopes {
            match self.scopes.get(scope) {
                Some(asked) => {
                    narrow.scopes.insert(scope.clone(), asked.clone());
                }
                None => beyond.scopes.push(scope.clone()),
            }
        }
        for tool in &choice.tools {
            match self.tools.get(tool) {
                None => beyond.tools.push(tool.clone()),
                Some(asked) if !choice.scopes.contains(&asked.scope) => {
                    beyond.stranded.push(tool.clone());
                }
                Some(asked) => {
                    narrow.tools.insert(tool.clone(), asked.clone());
                }
            }
        }
        beyond
            .scopes
            .extend(choice.limits.scopes_beyond(&choice.scopes));
        beyond
            .tools
            .extend(choice.limits.tools_beyond(&choice.tools));
        if beyond == NotAsked::default() {
            Ok(narrow)
        } else {
            Err(beyond)
        }
    }
}

#[cfg(test)]
#[path = "reach_tests.rs"]
mod tests;
