//! What somebody says about a new integration: as typed, and as the command that onboards it. Every answer that cannot
//! be used is named beside its question; nothing is dropped silently.

use std::collections::{BTreeMap, BTreeSet};

use narthex_http::form::FormError;
use narthex_vocab::{
    ClientMetadata, ClientName, Environment, Id, Label, NameError, RedirectUri, Risk,
    WorkloadIdentity, kind,
};
use serde_json::{Map, Value, json};

use super::posted::Posted;
use super::problems::Problems;
use super::sign_in_by::SignInBy;
use super::wish_list::WishList;
use super::workload_form::WorkloadAnswers;
use crate::integration::Operator;
use crate::onboard::Onboard;
use crate::prose::{Purpose, ScopeReason};
use crate::reach::{Ask, ToolRef};

/// The names of the two groups of boxes in one environment.
pub(super) const fn group(environment: Environment) -> (&'static str, &'static str) {
    match environment {
        Environment::Sandbox => ("scope.sandbox", "tool.sandbox"),
        Environment::Production => ("scope.production", "tool.production"),
    }
}

/// The name of the field that says why a scope is wanted.
pub(super) fn why(scope: &str) -> String {
    format!("why.{scope}")
}

/// The answers, as sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Answers {
    pub(super) name: String,
    pub(super) purpose: String,
    pub(super) operator: String,
    pub(super) sign_in: String,
    pub(super) redirect_uris: String,
    pub(super) workload: WorkloadAnswers,
    /// Ticked scopes by environment.
    pub(super) scopes: BTreeMap<Environment, BTreeSet<String>>,
    /// Ticked tools by environment, by their key in the [`WishList`].
    pub(super) tools: BTreeMap<Environment, BTreeSet<String>>,
    /// Why a scope is wanted, by scope.
    pub(super) reasons: BTreeMap<String, String>,
}

/// A command without its sponsor: what the answers say.
#[derive(Debug, Clone)]
pub(super) struct Described {
    pub(super) name: Label,
    purpose: Purpose,
    pub(super) operator: Operator,
    pub(super) sign_in: SignInBy,
    pub(super) client: ClientMetadata,
    pub(super) asks: BTreeMap<Environment, Ask>,
}

impl Described {
    /// The command, for the person who answers for it.
    pub(super) fn by(self, sponsor: Id<kind::Member>) -> Onboard {
        Onboard {
            name: self.name,
            purpose: self.purpose,
            operator: self.operator,
            sponsor,
            client: self.client,
            asks: self.asks,
        }
    }
}

impl Answers {
    /// The answers of an empty form: what most tenants choose.
    pub(super) fn empty() -> Self {
        Self {
            operator: Operator::Partner.as_str().to_owned(),
            sign_in: SignInBy::Web.as_str().to_owned(),
            ..Self::default()
        }
    }

    pub(super) fn read(posted: &Posted) -> Result<Self, FormError> {
        let ticked = |name: &str| posted.many(name).map(str::to_owned).collect();
        let mut answers = Self {
            name: posted.text("name")?,
            purpose: posted.text("purpose")?,
            operator: posted.text("operator")?,
            sign_in: posted.text("sign_in")?,
            redirect_uris: posted.text("redirect_uris")?,
            workload: WorkloadAnswers::read(posted)?,
            ..Self::default()
        };
        for environment in Environment::ALL {
            let (scopes, tools) = group(*environment);
            answers.scopes.insert(*environment, ticked(scopes));
            answers.tools.insert(*environment, ticked(tools));
        }
        for (name, text) in posted.pairs() {
            if let Some(scope) = name.strip_prefix("why.") {
                answers.reasons.insert(scope.to_owned(), text.to_owned());
            }
        }
        Ok(answers)
    }

    /// Whether a box is ticked.
    pub(super) fn has_scope(&self, environment: Environment, scope: &str) -> bool {
        self.scopes
            .get(&environment)
            .is_some_and(|ticked| ticked.contains(scope))
    }

    /// Whether a tool's box is ticked.
    pub(super) fn has_tool(&self, environment: Environment, key: &str) -> bool {
        self.tools
            .get(&environment)
            .is_some_and(|ticked| ticked.contains(key))
    }

    /// What the answers say, or what to mend.
    pub(super) fn parse(&self, wishes: &WishList) -> Result<Described, Problems> {
        let mut problems = Problems::default();
        let name = self.parse_name(&mut problems);
        let purpose = problems.keep("purpose", self.parse_purpose(), |words| words);
        let operator = problems.keep("operator", self.operator.parse(), |_| {
            "Choose who runs it".to_owned()
        });
        let sign_in = SignInBy::ALL
            .into_iter()
            .find(|one| one.as_str() == self.sign_in);
        let sign_in = problems.keep("sign_in", sign_in.ok_or(()), |()| {
            "Choose how it signs in".to_owned()
        });
        let redirects = self.parse_redirects(sign_in, &mut problems);
        let workload = self.parse_workload(sign_in, &mut problems);
        let asks = self.parse_asks(wishes, &mut problems);
        let (Some(name), Some(purpose), Some(operator), Some(sign_in)) =
            (name, purpose, operator, sign_in)
        else {
            return Err(problems);
        };
        if !problems.is_empty() {
            return Err(problems);
        }
        let client = ClientMetadata::parse(&metadata(&name, sign_in, (&redirects, workload)));
        let client = problems.keep("redirect_uris", client, |error| {
            format!("These answers do not fit together: {}", error.why)
        });
        Ok(Described {
            client: client.ok_or(problems)?,
            name,
            purpose,
            operator,
            sign_in,
            asks,
        })
    }

    /// Which workload it is, of those that are one.
    fn parse_workload(
        &self,
        sign_in: Option<SignInBy>,
        problems: &mut Problems,
    ) -> Option<WorkloadIdentity> {
        if sign_in == Some(SignInBy::Workload) {
            return self.workload.parse(problems);
        }
        if !self.workload.is_empty() {
            let words = "Only a workload has somebody who vouches for it. Remove these answers, or choose that it is one";
            problems.add("workload_issuer", words);
        }
        None
    }

    /// It names the integration and, as its first name, the client.
    fn parse_name(&self, problems: &mut Problems) -> Option<Label> {
        let words = |error| match error {
            NameError::Empty => "Enter a name".to_owned(),
            error => format!("Enter another name: {error}"),
        };
        problems.keep("name", ClientName::parse(&self.name), words)?;
        problems.keep("name", Label::parse(&self.name), words)
    }

    fn parse_purpose(&self) -> Result<Purpose, String> {
        match Purpose::parse(&self.purpose) {
            Ok(purpose) if purpose.is_empty() => {
                Err("Enter what it is for, in a sentence or two".to_owned())
            }
            Ok(purpose) => Ok(purpose),
            Err(error) => Err(format!("Enter another purpose: {error}")),
        }
    }

    fn parse_redirects(
        &self,
        sign_in: Option<SignInBy>,
        problems: &mut Problems,
    ) -> Vec<RedirectUri> {
        let (read, mut wrong) = read_redirects(&self.redirect_uris);
        let some = !read.is_empty() || !wrong.is_empty();
        if sign_in.is_some_and(SignInBy::has_redirects) && !some {
            wrong.push(
                "Enter at least one address that people return to after signing in".to_owned(),
            );
        }
        if sign_in.is_some_and(|by| !by.has_redirects()) && some {
            wrong.push(
                "Nobody returns to a device, or to what acts without a person before it. Remove the addresses, or choose how people sign in"
                    .to_owned(),
            );
        }
        if !wrong.is_empty() {
            problems.add("redirect_uris", wrong.join(". "));
        }
        read
    }

    fn parse_asks(&self, wishes: &WishList, problems: &mut Problems) -> BTreeMap<Environment, Ask> {
        let reasons = self.parse_reasons(wishes, problems);
        let mut asks: BTreeMap<Environment, Ask> = BTreeMap::new();
        for wish in &wishes.scopes {
            for environment in &wish.environments {
                if self.has_scope(*environment, wish.scope.as_str()) {
                    let reason = reasons
                        .get(wish.scope.as_str())
                        .cloned()
                        .unwrap_or_default();
                    let ask = asks.entry(*environment).or_default();
                    ask.scopes.insert(wish.scope.clone(), reason);
                }
            }
        }
        if asks.is_empty() {
            problems.add(
                "scopes",
                "Tick at least one scope, in the sandbox or in production",
            );
        }
        for wish in &wishes.tools {
            for (environment, resource) in &wish.resources {
                if !self.has_tool(*environment, &wish.key) {
                    continue;
                }
                let ask = asks.get_mut(environment);
                let Some(ask) = ask.filter(|ask| ask.scopes.contains_key(&wish.entry.scope)) else {
                    let (tool, scope) = (&wish.entry.tool, &wish.entry.scope);
                    let place = environment.label().to_lowercase();
                    problems.add(
                        "tools",
                        format!("{tool} needs {scope}: tick that scope in {place} too"),
                    );
                    continue;
                };
                let tool = wish.entry.tool.clone();
                ask.tools.insert(ToolRef {
                    resource: *resource,
                    tool,
                });
            }
        }
        asks
    }

    /// A scope that changes something needs a reason wherever it is asked for.
    fn parse_reasons(
        &self,
        wishes: &WishList,
        problems: &mut Problems,
    ) -> BTreeMap<String, ScopeReason> {
        let mut reasons = BTreeMap::new();
        for (index, wish) in wishes.scopes.iter().enumerate() {
            let scope = wish.scope.as_str();
            let ticked = wish
                .environments
                .iter()
                .any(|at| self.has_scope(*at, scope));
            let text = self.reasons.get(scope).map_or("", String::as_str);
            let parsed = match ScopeReason::parse(text) {
                Ok(reason) if reason.is_empty() && ticked && wish.risk != Risk::Read => {
                    Err(format!("Enter why it needs {scope}"))
                }
                Ok(reason) => Ok(reason),
                Err(error) => Err(format!("Enter another reason for {scope}: {error}")),
            };
            if let Some(reason) = problems.keep(&why_id(index), parsed, |words| words) {
                reasons.insert(scope.to_owned(), reason);
            }
        }
        reasons
    }
}

/// One address a line, and what is wrong with those that are none.
pub(super) fn read_redirects(text: &str) -> (Vec<RedirectUri>, Vec<String>) {
    let mut read = Vec::new();
    let mut wrong = Vec::new();
    for (index, line) in text.lines().enumerate() {
        match line.trim() {
            "" => {}
            line => match RedirectUri::parse(line) {
                Ok(uri) => read.push(uri),
                Err(error) => wrong.push(format!("Line {}: {error}", index + 1)),
            },
        }
    }
    (read, wrong)
}

/// The id of the reason field of the scope in this place of the list.
pub(super) fn why_id(index: usize) -> String {
    format!("why-{}", index + 1)
}

fn metadata(
    name: &Label,
    sign_in: SignInBy,
    (redirects, workload): (&[RedirectUri], Option<WorkloadIdentity>),
) -> Map<String, Value> {
    let (grants, mut method) = sign_in.registered_as();
    if workload
        .as_ref()
        .is_some_and(|one| one.issuer().is_trust_domain())
    {
        method = "spiffe_jwt";
    }
    let redirects: Vec<_> = redirects.iter().map(RedirectUri::as_str).collect();
    let members = [
        ("client_name", json!(name.as_str())),
        ("redirect_uris", json!(redirects)),
        ("grant_types", json!(grants)),
        ("token_endpoint_auth_method", json!(method)),
        (
            "workload_identity",
            json!(workload.map(|one| one.to_json())),
        ),
    ];
    let members = members.map(|(name, value)| (name.to_owned(), value));
    members.into_iter().collect()
}

#[cfg(test)]
#[path = "integration_form_tests.rs"]
mod tests;
