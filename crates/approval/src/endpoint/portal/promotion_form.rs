//! What a client of the sandbox is to be in production: as it was carried over or typed, and as the command that promotes
//! it. What cannot be used is named beside its question.

use std::collections::{BTreeMap, BTreeSet};

use narthex_http::form::FormError;
use narthex_http::page::{Cell, Field, ScopeRow};
use narthex_tenancy::catalogue::{ScopeEntry, ToolEntry};
use narthex_vocab::{AuthMethod, ClientId, KeySet, RedirectUri, Risk};

use super::integration_form::{read_redirects, why, why_id};
use super::posted::Posted;
use super::problems::Problems;
use super::resource::risk_level;
use super::workload_form::WorkloadAnswers;
use crate::promote::{Prepared, Promote};
use crate::prose::ScopeReason;
use crate::reach::{Ask, ToolRef};

/// The answers, as sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    redirect_uris: String,
    keys: String,
    workload: WorkloadAnswers,
    scopes: BTreeSet<String>,
    tools: BTreeSet<String>,
    reasons: BTreeMap<String, String>,
}

impl Answers {
    /// What the sandbox has, as far as production has it too.
    pub(super) fn carried(prepared: &Prepared) -> Self {
        let addresses = prepared.sandbox.redirect_uris().iter();
        let addresses: Vec<&str> = addresses.map(RedirectUri::as_str).collect();
        let tool = |entry: &ToolEntry| {
            let mut carried = prepared.ask.tools.iter();
            let same = |tool: &ToolRef| tool.resource == entry.resource && tool.tool == entry.tool;
            carried.any(same)
        };
        let tools = prepared.catalogue.tools.iter();
        Self {
            redirect_uris: addresses.join("\n"),
            workload: prepared
                .sandbox
                .workload()
                .map(WorkloadAnswers::of)
                .unwrap_or_default(),
            scopes: prepared
                .ask
                .scopes
                .keys()
                .map(ToString::to_string)
                .collect(),
            tools: tools.filter(|entry| tool(entry)).map(key_of).collect(),
            ..Self::default()
        }
    }

    pub(super) fn read(posted: &Posted) -> Result<Self, FormError> {
        let ticked = |name: &str| posted.many(name).map(str::to_owned).collect();
        let reason = |(name, text): (&str, &str)| {
            let scope = name.strip_prefix("why.")?;
            Some((scope.to_owned(), text.to_owned()))
        };
        Ok(Self {
            redirect_uris: posted.text("redirect_uris")?,
            keys: posted.text("keys")?,
            workload: WorkloadAnswers::read(posted)?,
            scopes: ticked("scope"),
            tools: ticked("tool"),
            reasons: posted.pairs().filter_map(reason).collect(),
        })
    }

    /// The command, or what to mend.
    pub(super) fn parse(
        &self,
        client_id: &ClientId,
        prepared: &Prepared,
    ) -> Result<Promote, Problems> {
        let mut problems = Problems::default();
        let (redirect_uris, wrong) = read_redirects(&self.redirect_uris);
        if !wrong.is_empty() {
            problems.add("redirect_uris", wrong.join(". "));
        }
        let keys = if wants_keys(prepared) {
            problems.keep("keys", self.parse_keys(), |words| words)
        } else {
            None
        };
        let workload = prepared.sandbox.workload();
        let workload = workload.and_then(|_| self.workload.parse(&mut problems));
        let ask = self.parse_ask(prepared, &mut problems);
        if problems.is_empty() {
            Ok(Promote {
                client_id: client_id.clone(),
                redirect_uris,
                keys,
                workload,
                ask,
            })
        } else {
            Err(problems)
        }
    }

    fn parse_keys(&self) -> Result<KeySet, String> {
        if self.keys.trim().is_empty() {
            return Err(
                "Enter the public key of a key pair that is made for production".to_owned(),
            );
        }
        let sent = serde_json::from_str(&self.keys)
            .map_err(|_| "Enter a JSON Web Key Set: {\"keys\": […]}".to_owned())?;
        KeySet::parse(&sent).map_err(|error| format!("Enter another key set: {error}"))
    }

    fn parse_ask(&self, prepared: &Prepared, problems: &mut Problems) -> Ask {
        let mut ask = Ask::default();
        for (index, entry) in scopes(prepared).into_iter().enumerate() {
            let scope = entry.scope.as_str();
            if !self.scopes.contains(scope) {
                continue;
            }
            let text = self.reasons.get(scope).map_or("", String::as_str);
            let reason = match ScopeReason::parse(text) {
                Ok(reason) if reason.is_empty() && entry.risk != Risk::Read => {
                    Err(format!("Enter why it needs {scope} in production"))
                }
                Ok(reason) => Ok(reason),
                Err(error) => Err(format!("Enter another reason for {scope}: {error}")),
            };
            if let Some(reason) = problems.keep(&why_id(index), reason, |words| words) {
                ask.scopes.insert(entry.scope.clone(), reason);
            }
        }
        if self.scopes.is_empty() {
            problems.add("scopes", "Tick at least one scope");
        }
        for entry in &prepared.catalogue.tools {
            if !self.tools.contains(&key_of(entry)) {
                continue;
            }
            if !self.scopes.contains(entry.scope.as_str()) {
                let (tool, scope) = (&entry.tool, &entry.scope);
                problems.add(
                    "tools",
                    format!("{tool} needs {scope}: tick that scope too"),
                );
                continue;
            }
            ask.tools.insert(ToolRef {
                resource: entry.resource,
                tool: entry.tool.clone(),
            });
        }
        ask
    }

    /// The fields above the scopes.
    pub(super) fn fields(&self, prepared: &Prepared, problems: &Problems) -> Vec<Field> {
        let addresses = Field::area("redirect_uris", "Redirect addresses in production", 4)
            .hint("One a line, compared letter by letter. Those of the sandbox are filled in: change what is other. None for a service that acts for itself.")
            .mono()
            .value(self.redirect_uris.as_str());
        let mut fields = vec![addresses];
        if wants_keys(prepared) {
            let keys = Field::area("keys", "Public keys in production", 6)
                .hint("A JSON Web Key Set with public keys alone, of a key pair that is made for production. The key of the sandbox is refused.")
                .mono()
                .value(self.keys.as_str());
            fields.push(keys);
        }
        if prepared.sandbox.workload().is_some() {
            fields.extend(self.workload.fields());
        }
        fields
            .into_iter()
            .map(|field| problems.beside(field))
            .collect()
    }

    /// One row a scope of production: whether the sandbox has it, a box, and why.
    pub(super) fn scope_rows(&self, prepared: &Prepared, problems: &Problems) -> Vec<ScopeRow> {
        let row = |(index, entry): (usize, &ScopeEntry)| {
            let scope = entry.scope.as_str();
            let had = prepared.scopes.iter().any(|one| one == scope);
            let tick = Cell::Tick {
                name: "scope".to_owned(),
                value: scope.to_owned(),
                ticked: self.scopes.contains(scope),
                label: format!("{scope} in production"),
            };
            let reason = self.reasons.get(scope).cloned().unwrap_or_default();
            let field = Field::text(why(scope), format!("Why it needs {scope}"))
                .id(why_id(index))
                .quiet()
                .value(reason);
            let level = risk_level(entry.risk);
            ScopeRow::new(scope, entry.description.as_str(), level, [has(had), tick])
                .field(problems.beside(field))
        };
        scopes(prepared).into_iter().enumerate().map(row).collect()
    }

    /// One row a tool of production.
    pub(super) fn tool_rows(&self, prepared: &Prepared) -> Vec<ScopeRow> {
        let row = |entry: &ToolEntry| {
            let (tool, scope) = (entry.tool.as_str(), entry.scope.as_str());
            let same = |(its, name): &(String, String)| its == scope && name == tool;
            let tick = Cell::Tick {
                name: "tool".to_owned(),
                value: key_of(entry),
                ticked: self.tools.contains(&key_of(entry)),
                label: format!("{tool} in production"),
            };
            let risk = prepared.catalogue.scope(&entry.scope);
            let risk = risk.map_or(Risk::Admin, |entry| entry.risk);
            let cells = [has(prepared.tools.iter().any(same)), tick];
            ScopeRow::new(tool, format!("Needs {scope}"), risk_level(risk), cells)
        };
        prepared.catalogue.tools.iter().map(row).collect()
    }
}

/// Whether it proves itself by a key, which is never carried over.
fn wants_keys(prepared: &Prepared) -> bool {
    prepared.sandbox.auth_method() == AuthMethod::PrivateKeyJwt
}

fn has(had: bool) -> Cell {
    Cell::Text(if had { "Has it" } else { "Has it not" }.to_owned())
}

fn key_of(entry: &ToolEntry) -> String {
    format!("{} {}", entry.scope, entry.tool)
}

/// The scopes of production, the least far-reaching first.
fn scopes(prepared: &Prepared) -> Vec<&ScopeEntry> {
    let mut all: Vec<&ScopeEntry> = prepared.catalogue.scopes.iter().collect();
    all.sort_by(|a, b| (a.risk, &a.scope).cmp(&(b.risk, &b.scope)));
    all
}
