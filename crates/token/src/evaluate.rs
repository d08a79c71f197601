//! May this client call this tool now (AuthZEN Authorization API 1.0)? Asked by the resource for every call; answered
//! from the token, the entitlement and the tool as it is now, through the policy. No answer is ever inferred.

use narthex_policy::{Behind, CallFacts, Decision, DecisionReason, ToolFact, decide};
use narthex_vocab::ErrorCode;
use narthex_vocab::{ScopeSet, Timestamp, ToolName};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Token;
use crate::call::Call;
use crate::claims::AccessClaims;
use crate::client::{ApprovedClient, Standing};
use crate::error::TokenError;
use crate::introspect::in_force;
use crate::resource_auth::ResourceCaller;
use crate::verify::{self, Live};

/// What a call is refused with whose person did not sign in as it needs (RFC 9470 section 3).
const STEP_UP: &str = ErrorCode::InsufficientUserAuthentication.as_str();

/// The question; members that are not known are ignored, a missing one is a 400.
#[derive(Deserialize)]
pub(crate) struct Evaluation {
    subject: Entity,
    action: Action,
    resource: Entity,
    context: Context,
}

#[derive(Deserialize)]
struct Entity {
    #[serde(rename = "type")]
    kind: String,
    id: String,
}

#[derive(Deserialize)]
struct Action {
    name: String,
}

#[derive(Deserialize)]
struct Context {
    token: String,
    /// What the resource wants to know of how the person signed in (RFC 9470 section 3).
    #[serde(flatten)]
    wanted: Wanted,
}

/// How lately and how surely a person has to have signed in for a call.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
struct Wanted {
    /// Seconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_age: Option<u32>,
    /// Any of these, with blanks between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acr_values: Option<String>,
}

impl Wanted {
    /// Whether a token says enough of its person. One without a person never does, where anything is wanted.
    fn is_met(&self, claims: &AccessClaims, now: Timestamp) -> bool {
        let young = |most: u32| {
            let signed_in = claims.auth_time;
            signed_in.is_some_and(|at| now.timestamp().saturating_sub(at) <= i64::from(most))
        };
        let sure = |wanted: &str| {
            let acr = claims.acr.as_deref();
            acr.is_some_and(|acr| wanted.split(' ').any(|one| one == acr))
        };
        self.max_age.is_none_or(young) && self.acr_values.as_deref().is_none_or(sure)
    }
}

/// The answer: a decision and, for a refusal, why.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    allow: bool,
    /// Rule and words, for whoever runs the resource.
    admin: Vec<(String, String)>,
    /// For the person at the client.
    user: Option<String>,
    /// What the resource puts into its challenge (RFC 9470 section 3).
    step_up: Option<Wanted>,
    /// Which policies were asked, for whoever runs the resource.
    policy: Option<Asked>,
}

/// The policies that were asked: the baseline's text, and the numbers of the versions on top of it.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Asked {
    baseline: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    platform: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant: Option<i32>,
}

impl Answer {
    fn refused(rule: &str, words: &str) -> Self {
        Self {
            allow: false,
            admin: vec![(rule.to_owned(), words.to_owned())],
            user: None,
            step_up: None,
            policy: None,
        }
    }

    /// AuthZEN 1.0 section 6.2, with the request id as the decision's own.
    pub(crate) fn json(&self, request_id: &str) -> Value {
        let mut context = Map::new();
        context.insert("id".to_owned(), request_id.into());
        if let Some(asked) = &self.policy {
            context.insert("policy".to_owned(), json!(asked));
        }
        if !self.allow {
            let words: Vec<&str> = self.admin.iter().map(|(_, words)| words.as_str()).collect();
            let rules: Vec<&str> = self.admin.iter().map(|(rule, _)| rule.as_str()).collect();
            let admin = json!({ "en": words.join("; "), "rules": rules });
            context.insert("reason_admin".to_owned(), admin);
            let user = self.user.as_deref().or(words.first().copied());
            context.insert("reason_user".to_owned(), json!({ "en": user }));
            if let Some(wanted) = &self.step_up {
                context.insert("error".to_owned(), STEP_UP.into());
                context.insert("step_up".to_owned(), json!(wanted));
            }
        }
        json!({ "decision": self.allow, "context": context })
    }
}

impl From<Decision> for Answer {
    fn from(decision: Decision) -> Self {
        let pair = |reason: &DecisionReason| (reason.rule.to_string(), reason.title.clone());
        Self {
            allow: decision.allow,
            admin: decision.reasons.iter().map(pair).collect(),
            user: decision
                .reasons
                .iter()
                .find_map(|reason| reason.fix.clone()),
            step_up: None,
            policy: Some(Asked {
                baseline: decision.policy_version,
                platform: decision.platform_policy,
                tenant: decision.tenant_policy,
            }),
        }
    }
}

/// Decides one call.
pub(crate) async fn evaluate(
    token: &Token,
    call: Call<'_>,
    caller: &ResourceCaller,
    question: &Evaluation,
) -> Result<Answer, TokenError> {
    if question.action.name != "tools/call" || question.resource.kind != "tool" {
        return Ok(Answer::refused(
            "action",
            "Only tools/call on a tool is decided here",
        ));
    }
    let Ok(tool) = ToolName::parse(&question.resource.id) else {
        return Ok(Answer::refused("tool", "This is not the name of a tool"));
    };
    let Some(live) = verify::live(token, call, &question.context.token).await? else {
        return Ok(Answer::refused("token", "The access token is not valid"));
    };
    if !is_subject(&question.subject, &live) {
        return Ok(Answer::refused(
            "subject",
            "The access token is of another subject",
        ));
    }
    let wanted = &question.context.wanted;
    if !wanted.is_met(&live.claims, call.now) {
        let words = "The person has to sign in again, or in another way, for this call";
        return Ok(Answer {
            step_up: Some(wanted.clone()),
            ..Answer::refused(STEP_UP, words)
        });
    }
    let mut decision = decide(&facts(call, (caller, &live), &tool), call.layers);
    // What is remembered may lack what was just given, so a refusal is looked at again.
    if !decision.allow
        && let Some((caller, live)) = anew(token, call, (caller, &live)).await?
    {
        decision = decide(&facts(call, (&caller, &live), &tool), call.layers);
    }
    for error in &decision.errors {
        tracing::error!(error, "a call could not be decided");
    }
    tracing::info!(
        allow = decision.allow,
        client = %live.client.id(),
        tool = %tool,
        policy = decision.policy_version,
        platform = decision.platform_policy,
        tenant = decision.tenant_policy,
        "decided a call"
    );
    Ok(decision.into())
}

/// The resource and the clients of a token as they are stored now; `None` when one of them is no more.
async fn anew(
    token: &Token,
    call: Call<'_>,
    (caller, live): (&ResourceCaller, &Live),
) -> Result<Option<(ResourceCaller, Live)>, TokenError> {
    token.forget_resource(call.place, caller.id);
    token.forget_client(call.place, live.client.id());
    for origin in &live.origins {
        token.forget_client(call.place, origin.id());
    }
    let caller = token.resource(call.place, caller.id, call.now).await?;
    let standing = token.standing(call.place, live.client.id(), call.now);
    let (Some(caller), Standing::Approved(client)) = (caller, standing.await?) else {
        return Ok(None);
    };
    let Some(origins) = verify::clients_behind(token, call, &live.claims).await? else {
        return Ok(None);
    };
    let live = Live {
        client,
        origins,
        ..live.clone()
    };
    Ok(Some((caller, live)))
}

/// The subject is the client, or the person behind its token: whoever the token is of.
fn is_subject(subject: &Entity, live: &Live) -> bool {
    match subject.kind.as_str() {
        "client" => subject.id == live.claims.client_id.as_str(),
        "user" => live.person.is_some() && subject.id == live.claims.sub,
        _ => false,
    }
}

fn facts(call: Call<'_>, (caller, live): (&ResourceCaller, &Live), tool: &ToolName) -> CallFacts {
    let needed = caller.scope_of(tool).cloned();
    let claims = &live.claims;
    let ago = |at: i64| call.now.timestamp().saturating_sub(at);
    CallFacts {
        client: claims.client_id.to_string(),
        resource: caller.identifier.to_string(),
        environment: call.place.environment,
        behind: Behind {
            person: live.person.is_some(),
            on_behalf: claims.act.is_some() || !live.origins.is_empty(),
            signed_in_seconds: claims.auth_time.map(ago),
        },
        client_active: true,
        audience_matches: claims.aud == caller.identifier.as_str(),
        token_scopes: in_force(live, call.now),
        required_scopes: needed.into_iter().collect::<ScopeSet>(),
        tool: Some(tool_fact(call, (caller, live), tool)),
    }
}

/// What the client of a token has of a tool. One that was exchanged reaches no further than any client that it stands on,
/// nor than it says itself.
fn tool_fact(
    call: Call<'_>,
    (caller, live): (&ResourceCaller, &Live),
    tool: &ToolName,
) -> ToolFact {
    let has = |client: &ApprovedClient| {
        let mut tools = client.tools(caller.id, call.now);
        let own = tools.find(|entry| entry.tool == *tool);
        own.map(|entry| entry.approved == entry.current)
    };
    let each: Vec<Option<bool>> = std::iter::once(&live.client)
        .chain(&live.origins)
        .map(has)
        .collect();
    let said = live.origins.is_empty() || live.claims.tools.contains(tool);
    ToolFact {
        name: tool.to_string(),
        entitled: said && each.iter().all(Option::is_some),
        schema_matches: each.iter().all(|own| *own == Some(true)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assurance;
    use crate::claims::sample;

    #[test]
    fn a_refusal_says_why_and_a_yes_does_not() {
        let refused = Answer::refused("token", "The access token is not valid");
        let expected = json!({ "decision": false, "context": {
            "id": "req-1",
            "reason_admin": { "en": "The access token is not valid", "rules": ["token"] },
            "reason_user": { "en": "The access token is not valid" },
        }});
        assert_eq!(refused.json("req-1"), expected);
        let allowed = Answer {
            allow: true,
            admin: vec![("C-01".to_owned(), "In order".to_owned())],
            user: None,
            step_up: None,
            policy: Some(Asked {
                baseline: "call-1".to_owned(),
                platform: None,
                tenant: Some(3),
            }),
        };
        let expected = json!({ "decision": true, "context": {
            "id": "req-2",
            "policy": { "baseline": "call-1", "tenant": 3 },
        }});
        assert_eq!(allowed.json("req-2"), expected);
    }

    #[test]
    fn a_person_signed_in_lately_and_surely_enough_or_not() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap_or_default();
        let claims = |ago: Option<i64>| AccessClaims {
            auth_time: ago.map(|ago| now.timestamp() - ago),
            acr: ago.map(|_| assurance::ACR.to_owned()),
            ..sample()
        };
        let met = |wanted: Value, ago| {
            let wanted: Wanted = serde_json::from_value(wanted).unwrap_or_default();
            wanted.is_met(&claims(ago), now)
        };
        for (wanted, lately, long_ago, nobody) in [
            (json!({}), true, true, true),
            (json!({ "max_age": 60 }), true, false, false),
            (json!({ "max_age": 0 }), false, false, false),
            (json!({ "acr_values": assurance::ACR }), true, true, false),
            (json!({ "acr_values": "gold" }), false, false, false),
            (
                json!({ "acr_values": format!("gold {}", assurance::ACR) }),
                true,
                true,
                false,
            ),
            (
                json!({ "max_age": 60, "acr_values": "gold" }),
                false,
                false,
                false,
            ),
        ] {
            assert_eq!(met(wanted.clone(), Some(10)), lately, "{wanted}");
            assert_eq!(met(wanted.clone(), Some(61)), long_ago, "{wanted}");
            assert_eq!(met(wanted.clone(), None), nobody, "{wanted}");
        }
    }

    #[test]
    fn a_missing_member_does_not_parse() {
        let whole = json!({ "subject": { "type": "client", "id": "np_a" },
            "action": { "name": "tools/call" }, "resource": { "type": "tool", "id": "t" },
            "context": { "token": "x" }, "unknown": 1 });
        assert!(serde_json::from_value::<Evaluation>(whole.clone()).is_ok());
        for member in ["subject", "action", "resource", "context"] {
            let mut cut = whole.clone();
            cut.as_object_mut().map(|members| members.remove(member));
            assert!(
                serde_json::from_value::<Evaluation>(cut).is_err(),
                "{member}"
            );
        }
    }
}
