//! Any operation of the management API at the command line, by its name: where it is and what it takes is read from the
//! description that the listener itself serves. The verbs for people of a tenant are calls of this kind.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use narthex_egress::OperatorApi;
use percent_encoding::utf8_percent_encode;
use serde_json::{Map, Value, json};

use super::args::Access;
use super::object::SEGMENT;
use super::table;
use super::{new_key, open, say, told};

/// Settings of `narthex call`.
#[derive(Debug, Args)]
pub struct Call {
    /// The operation, as `/api/v1` of the listener lists them, such as `add_domain`.
    operation: String,
    /// `NAME=TEXT` or `NAME:=JSON`: a part of the path, a parameter, or a member of the body.
    given: Vec<String>,
    /// A file with the body, as JSON.
    #[arg(long)]
    body: Option<PathBuf>,
    #[command(flatten)]
    access: Access,
}

/// Settings of a verb of a tenant that names a case or a client.
#[derive(Debug, Args)]
pub struct Of {
    /// `TENANT/ENVIRONMENT/ID`, as `acme/sandbox/ns_…`.
    place: String,
    #[command(flatten)]
    access: Access,
}

/// Settings of `narthex promote`.
#[derive(Debug, Args)]
pub struct Promote {
    #[command(flatten)]
    of: Of,
    /// Only look how ready it is; nothing is sent.
    #[arg(long)]
    look: bool,
    /// A redirect address in production; may be given again. Those of the sandbox when not said.
    #[arg(long)]
    redirect_uri: Vec<String>,
    /// A file with the public keys of production, as a JSON Web Key Set.
    #[arg(long)]
    keys: Option<PathBuf>,
    /// A file with what it asks for: `{"scopes": […], "tools": […]}`. What it has in the sandbox when not said.
    #[arg(long)]
    asks: Option<PathBuf>,
}

/// Settings of `narthex changes`.
#[derive(Debug, Args)]
pub struct Changes {
    /// `TENANT/ENVIRONMENT`, as `acme/production`.
    place: String,
    /// What to choose, as `keys=asked_again`; may be given again. What is chosen is shown when nothing is said.
    #[arg(long)]
    set: Vec<String>,
    /// Why; needed for what asks fewer people in production.
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    access: Access,
}

/// Settings of `narthex onboard`.
#[derive(Debug, Args)]
pub struct Onboard {
    /// The tenant's slug.
    tenant: String,
    /// A file with the integration, as the operation `onboard` takes it.
    file: PathBuf,
    #[command(flatten)]
    access: Access,
}

/// Settings of `narthex accept` and `narthex decline`.
#[derive(Debug, Args)]
pub struct Answer {
    #[command(flatten)]
    of: Of,
    /// What staff read.
    #[arg(long, default_value = "")]
    comment: String,
}

/// Settings of `narthex withdraw`.
#[derive(Debug, Args)]
pub struct Withdraw {
    #[command(flatten)]
    of: Of,
    /// Why.
    #[arg(long, default_value = "")]
    reason: String,
}

/// `narthex call`
pub(super) async fn run(call: &Call) -> anyhow::Result<ExitCode> {
    let mut given = Map::new();
    if let Some(file) = &call.body {
        let body = read(file)?;
        let members = body.as_object().context("the body is not a JSON object")?;
        given.extend(members.clone());
    }
    for one in &call.given {
        let (name, value) = member(one)?;
        given.insert(name, value);
    }
    let answer = operate(&call.access, &call.operation, given).await?;
    Ok(answered(&call.access, &answer))
}

/// `narthex promote`
pub(super) async fn promote(promote: &Promote) -> anyhow::Result<ExitCode> {
    let mut given = promote.of.given("client")?;
    given.insert("look".to_owned(), json!(promote.look));
    if !promote.redirect_uri.is_empty() {
        let addresses = json!(promote.redirect_uri);
        given.insert("redirect_uris".to_owned(), addresses);
    }
    for (name, file) in [("keys", &promote.keys), ("asks", &promote.asks)] {
        if let Some(file) = file {
            given.insert(name.to_owned(), read(file)?);
        }
    }
    let answer = operate(&promote.of.access, "promote", given).await?;
    Ok(answered(&promote.of.access, &answer))
}

/// `narthex onboard`
pub(super) async fn onboard(onboard: &Onboard) -> anyhow::Result<ExitCode> {
    let body = read(&onboard.file)?;
    let members = body.as_object().context("the file is no JSON object")?;
    let mut given = members.clone();
    given.insert("tenant".to_owned(), json!(onboard.tenant));
    let answer = operate(&onboard.access, "onboard", given).await?;
    Ok(answered(&onboard.access, &answer))
}

/// `narthex accept` and `narthex decline`: of the offer that is there now.
pub(super) async fn answer(answer: &Answer, word: &str) -> anyhow::Result<ExitCode> {
    let access = &answer.of.access;
    let request = operate(access, "request", answer.of.given("request")?).await?;
    let mut given = answer.of.given("request")?;
    let offer = request.pointer("/offer/offer");
    given.extend([
        ("answer".to_owned(), json!(word)),
        (
            "offer".to_owned(),
            offer.cloned().context("nothing is offered")?,
        ),
        ("version".to_owned(), version(&request)),
        ("comment".to_owned(), json!(answer.comment)),
    ]);
    let done = operate(access, "answer_offer", given).await?;
    Ok(answered(access, &done))
}

/// `narthex withdraw`
pub(super) async fn withdraw(withdraw: &Withdraw) -> anyhow::Result<ExitCode> {
    let access = &withdraw.of.access;
    let request = operate(access, "request", withdraw.of.given("request")?).await?;
    let mut given = withdraw.of.given("request")?;
    given.extend([
        ("version".to_owned(), version(&request)),
        ("reason".to_owned(), json!(withdraw.reason)),
    ]);
    let done = operate(access, "withdraw", given).await?;
    Ok(answered(access, &done))
}

/// `narthex credential`: a new secret of a client, shown once.
pub(super) async fn credential(of: &Of) -> anyhow::Result<ExitCode> {
    let made = operate(&of.access, "create_credential", of.given("client")?).await?;
    Ok(answered(&of.access, &made))
}

/// `narthex changes`: what happens when an approved client changes.
pub(super) async fn changes(changes: &Changes) -> anyhow::Result<ExitCode> {
    let (tenant, environment) = changes.place.split_once('/').with_context(|| {
        let place = &changes.place;
        format!("say TENANT/ENVIRONMENT, as acme/production: {place}")
    })?;
    let parts = [("tenant", tenant), ("environment", environment)];
    let parts = parts.map(|(name, value)| (name.to_owned(), json!(value)));
    let mut given: Map<String, Value> = parts.into_iter().collect();
    if changes.set.is_empty() {
        let chosen = operate(&changes.access, "change_rules", given).await?;
        return Ok(answered(&changes.access, &chosen));
    }
    let chosen: anyhow::Result<Map<String, Value>> =
        changes.set.iter().map(|one| member(one)).collect();
    given.insert("on_change".to_owned(), Value::Object(chosen?));
    given.extend(
        changes
            .reason
            .iter()
            .map(|reason| ("reason".to_owned(), json!(reason))),
    );
    let done = operate(&changes.access, "change_change_rules", given).await?;
    Ok(answered(&changes.access, &done))
}

/// `narthex lineage`: the tree that a client is in, one client a line; of staff or of a tenant, by whose listener it is.
pub(super) async fn lineage(of: &Of) -> anyhow::Result<ExitCode> {
    let api = open(&of.access)?;
    let described = told(api.get("/api/v1/openapi.json").await?)?;
    let found = Operation::find(&described, "lineage").context("there is no lineage here")?;
    let staff = found.path.ends_with("/{client_id}/lineage");
    let given = of.given(if staff { "client_id" } else { "client" })?;
    let tree = found.call(&api, given).await?;
    if of.access.json {
        return Ok(answered(&of.access, &tree));
    }
    let root = tree.get("root").context("there is no tree")?;
    Ok(say(&table::tree(root)))
}

fn version(request: &Value) -> Value {
    request.get("version").cloned().unwrap_or_default()
}

impl Of {
    fn given(&self, name: &str) -> anyhow::Result<Map<String, Value>> {
        let mut parts = self.place.splitn(3, '/');
        let (Some(tenant), Some(environment), Some(id)) =
            (parts.next(), parts.next(), parts.next())
        else {
            anyhow::bail!(
                "say TENANT/ENVIRONMENT/ID, as acme/sandbox/ns_…: {}",
                self.place
            );
        };
        let parts = [("tenant", tenant), ("environment", environment), (name, id)];
        let parts = parts.map(|(name, value)| (name.to_owned(), json!(value)));
        Ok(parts.into_iter().collect())
    }
}

/// Calls an operation with what is given; gives the code first, when there is one and the operation acts.
async fn operate(
    access: &Access,
    operation: &str,
    given: Map<String, Value>,
) -> anyhow::Result<Value> {
    let api = open(access)?;
    let described = told(api.get("/api/v1/openapi.json").await?)?;
    let found = Operation::find(&described, operation)
        .with_context(|| format!("there is no operation {operation} at {}", access.api_url))?;
    if let Some(code) = access.code.as_ref().filter(|_| found.acts) {
        let step_up = Operation::find(&described, "step_up").context("no code is taken here")?;
        let mut with = given.clone();
        with.retain(|name, _| name == "tenant");
        with.insert("code".to_owned(), json!(code));
        step_up.call(&api, with).await?;
    }
    found.call(&api, given).await
}

/// Where an operation is.
struct Operation<'a> {
    path: &'a str,
    acts: bool,
}

impl<'a> Operation<'a> {
    fn find(described: &'a Value, name: &str) -> Option<Self> {
        let paths = described.get("paths")?.as_object()?;
        let named = |path: &'a String, item: &Value, method: &str| {
            let id = item.get(method)?.get("operationId")?.as_str()?;
            (id == name).then_some(Self {
                path,
                acts: method == "post",
            })
        };
        paths
            .iter()
            .find_map(|(path, item)| named(path, item, "get").or_else(|| named(path, item, "post")))
    }

    async fn call(&self, api: &OperatorApi, given: Map<String, Value>) -> anyhow::Result<Value> {
        let (path, rest) = filled(self.path, given)?;
        if self.acts {
            return told(api.post(&path, &Value::Object(rest), &new_key()).await?);
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in &rest {
            query.append_pair(name, &text(value));
        }
        told(api.get(&format!("{path}?{}", query.finish())).await?)
    }
}

/// The path with what is given for its parts, and what is left.
fn filled(
    pattern: &str,
    mut given: Map<String, Value>,
) -> anyhow::Result<(String, Map<String, Value>)> {
    let mut parts = Vec::new();
    for part in pattern.split('/') {
        let name = part
            .strip_prefix('{')
            .and_then(|part| part.strip_suffix('}'));
        parts.push(match name {
            None => part.to_owned(),
            Some(name) => {
                let value = given.remove(name);
                let value = value.with_context(|| format!("say {name}=…"))?;
                utf8_percent_encode(&text(&value), SEGMENT).to_string()
            }
        });
    }
    Ok((parts.join("/"), given))
}

/// `NAME=TEXT` or `NAME:=JSON`.
fn member(given: &str) -> anyhow::Result<(String, Value)> {
    let (name, value) = given
        .split_once('=')
        .with_context(|| format!("say NAME=TEXT or NAME:=JSON: {given}"))?;
    match name.strip_suffix(':') {
        None => Ok((name.to_owned(), json!(value))),
        Some(name) => {
            let value = serde_json::from_str(value);
            let value = value.with_context(|| format!("{name} is not JSON"))?;
            Ok((name.to_owned(), value))
        }
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

fn answered(access: &Access, body: &Value) -> ExitCode {
    if access.json {
        return say(&format!("{body:#}\n"));
    }
    say(&table::facts(body))
}

fn read(file: &Path) -> anyhow::Result<Value> {
    let text = std::fs::read_to_string(file);
    let text = text.with_context(|| format!("cannot read {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("{} is not JSON", file.display()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn what_is_given_goes_where_the_path_wants_it() {
        let given = ["tenant=acme", "client=https://a.example/b?c", "uses:=3"];
        let given = given.map(|one| member(one).unwrap()).into_iter().collect();
        let (path, rest) = filled("/api/v1/t/{tenant}/clients/{client}", given).unwrap();
        let client = "https%3A%2F%2Fa.example%2Fb%3Fc";
        assert_eq!(path, format!("/api/v1/t/acme/clients/{client}"));
        assert_eq!(Value::Object(rest), json!({ "uses": 3 }));
    }

    #[test]
    fn what_is_missing_is_named() {
        let error = filled("/api/v1/t/{tenant}/me", Map::new()).unwrap_err();
        assert_eq!(error.to_string(), "say tenant=…");
        for wrong in ["tenant", "uses:=three"] {
            assert!(member(wrong).is_err(), "{wrong}");
        }
    }
}
