//! The decision of a reviewer: on exactly the payload they saw, with a reason.

use narthex_vocab::ProblemKind as Kind;
use std::collections::BTreeMap;

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, Scope, Timestamp, TokenLifetime, ToolName, kind};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::fault::Fault;
use super::moment::Moment;
use super::place::Place;
use super::{reason, requests};
use crate::Acting;
use crate::approved::NotApprovable;
use crate::decide::{Decide, DecideError, Decided, Outcome, decide};
use crate::decision::DecisionKind;
use crate::prose::ScopeReason;
use crate::reach::ToolRef;
use crate::remark::{Proposal, Remark};
use crate::warning::Warning;

/// What is decided.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Decision {
    /// `approve`, `offer`, `ask_for_changes`, `reject` or `reject_and_block`.
    #[serde(rename = "decision")]
    kind: String,
    /// The hash of the request as it was read.
    payload_hash: String,
    /// Why: people of the tenant read it, and the ledger keeps it.
    reason: String,
    /// What is offered; for `offer` alone.
    offer: Option<Offered>,
    /// How long people are warned of it; for a client that comes with an address, when something is given.
    warning: Option<Warned>,
}

/// Until a moment, or until so many people have allowed it; whichever comes first.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Warned {
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    people: Option<u16>,
}

/// Less than was asked for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Offered {
    /// The scopes that are given, and what is said of those that are not.
    scopes: Vec<ScopeLine>,
    /// The tools.
    #[serde(default)]
    tools: Vec<ToolLine>,
    /// Minutes that an access token lives; as long as any when not said.
    token_minutes: Option<u16>,
}

/// What becomes of a scope.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ScopeLine {
    scope: String,
    /// `grant`, `withhold` or `sandbox_only`.
    give: String,
    /// When it ends; with the approval when not said.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Why it is not as it was asked for.
    reason: Option<String>,
}

/// What becomes of a tool.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ToolLine {
    /// `res_…`.
    resource: String,
    tool: String,
    /// `grant`, `withhold` or `sandbox_only`.
    give: String,
    /// When it ends; with its scope when not said.
    #[schema(value_type = Option<String>, format = DateTime)]
    until: Option<Timestamp>,
    /// Why it is not as it was asked for.
    reason: Option<String>,
}

/// What is said of one line.
#[derive(Clone, Copy)]
struct Line<'a> {
    give: &'a str,
    until: Option<Timestamp>,
    reason: Option<&'a str>,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct Came {
    /// How the request stands now.
    pub(super) state: &'static str,
    /// The client that came of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) client_id: Option<String>,
    /// Until when somebody else has to answer: the tenant an offer, a second person an approval.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) until: Option<Moment>,
}

/// Decide a request that is in review.
#[utoipa::path(
    post,
    path = "/api/v1/requests/{tenant}/{environment}/{request_id}/decision",
    operation_id = "decide",
    request_body = Decision,
    responses((status = 200, body = Came))
)]
pub(crate) async fn post(
    caller: Caller,
    place: Place,
    body: Body<Decision>,
) -> Result<HttpResponse, Fault> {
    let id: Id<kind::Request> = place.named("request_id")?;
    let (tenant, case) = requests::look(&caller, &place, id).await?;
    let command = Decide {
        request: case.request.at,
        seen: hash(&body.says.payload_hash)?,
        outcome: outcome(&body.says)?,
        warning: warning(body.says.warning.as_ref(), caller.now)?,
        reason: reason::parse(&body.says.reason)?,
    };
    let asked = (Action::Decide, &body.object);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let decided = decide(tx, command, acting).await?;
        Ok(Came::from(decided))
    };
    caller.act(tenant.id, asked, act).await
}

/// What a caller says that they saw.
pub(super) fn hash(text: &str) -> Result<crate::payload_hash::PayloadHash, Fault> {
    text.parse()
        .map_err(|_| Fault::member("payload_hash", "as the request has it"))
}

fn outcome(says: &Decision) -> Result<Outcome, Fault> {
    let kind = says.kind.parse();
    let kind = kind.map_err(|_| Fault::member("decision", "none of its words"))?;
    let offer = match (kind, &says.offer) {
        (DecisionKind::Offer, Some(offered)) => return Ok(Outcome::Offer(proposal(offered)?)),
        (DecisionKind::Offer, None) => Err("say what is offered"),
        (_, Some(_)) => Err("this goes with the decision offer alone"),
        (kind, None) => Ok(kind),
    };
    match offer.map_err(|words| Fault::member("offer", words))? {
        DecisionKind::Approve => Ok(Outcome::Approve),
        DecisionKind::AskForChanges => Ok(Outcome::AskForChanges),
        DecisionKind::Reject => Ok(Outcome::Reject),
        DecisionKind::RejectAndBlock => Ok(Outcome::RejectAndBlock),
        DecisionKind::Offer | DecisionKind::Confirm | DecisionKind::Refuse => {
            Err(Fault::member("decision", "none of its words"))
        }
    }
}

fn warning(warned: Option<&Warned>, now: Timestamp) -> Result<Option<Warning>, Fault> {
    let warning = warned.map(|warned| Warning::new(warned.until, warned.people, now));
    let warning = warning.transpose();
    warning.map_err(|error| Fault::member("warning", error.to_string()))
}

/// What is given, and what is said of what is not.
fn proposal(offered: &Offered) -> Result<Proposal, Fault> {
    let mut proposal = Proposal::default();
    let (reach, remarks) = (&mut proposal.reach, &mut proposal.remarks);
    let mut given = Vec::new();
    for of in &offered.scopes {
        let scope =
            Scope::parse(&of.scope).map_err(|error| Fault::member("scope", error.to_string()))?;
        let line = of.line();
        if line.read(&scope, &mut reach.limits.scopes)? {
            given.push(scope.clone());
        }
        line.remark(scope, &mut remarks.scopes)?;
    }
    reach.scopes = given.into_iter().collect();
    for of in &offered.tools {
        let (tool, line) = (of.tool()?, of.line());
        if line.read(&tool, &mut reach.limits.tools)? {
            reach.tools.insert(tool.clone());
        }
        line.remark(tool, &mut remarks.tools)?;
    }
    let minutes = offered.token_minutes.map(i64::from);
    reach.limits.tokens = minutes
        .map(TokenLifetime::from_minutes)
        .transpose()
        .map_err(|error| Fault::member("token_minutes", error.to_string()))?;
    Ok(proposal)
}

impl ScopeLine {
    fn line(&self) -> Line<'_> {
        Line {
            give: &self.give,
            until: self.until,
            reason: self.reason.as_deref(),
        }
    }
}

impl ToolLine {
    fn line(&self) -> Line<'_> {
        Line {
            give: &self.give,
            until: self.until,
            reason: self.reason.as_deref(),
        }
    }

    fn tool(&self) -> Result<ToolRef, Fault> {
        let resource = self.resource.parse();
        let tool = ToolName::parse(&self.tool);
        Ok(ToolRef {
            resource: resource.map_err(|_| Fault::member("resource", "an identifier as res_…"))?,
            tool: tool.map_err(|error| Fault::member("tool", error.to_string()))?,
        })
    }
}

impl Line<'_> {
    /// Whether it is given; its end, when it has one, goes among the ends.
    fn read<K: Ord + Clone>(
        self,
        of: &K,
        ends: &mut BTreeMap<K, Timestamp>,
    ) -> Result<bool, Fault> {
        match (self.give, self.until) {
            ("grant", None) => Ok(true),
            ("grant", Some(until)) => {
                ends.insert(of.clone(), until);
                Ok(true)
            }
            ("withhold" | "sandbox_only", None) => Ok(false),
            ("withhold" | "sandbox_only", Some(_)) => {
                Err(Fault::member("until", "what is not given has no end"))
            }
            _ => Err(Fault::member("give", "grant, withhold or sandbox_only")),
        }
    }

    fn remark<K: Ord>(self, of: K, remarks: &mut BTreeMap<K, Remark>) -> Result<(), Fault> {
        let sandbox_only = self.give == "sandbox_only";
        let reason = self.reason.unwrap_or_default();
        if sandbox_only || !reason.is_empty() {
            let reason = ScopeReason::parse(reason)
                .map_err(|error| Fault::member("reason", error.to_string()))?;
            let remark = Remark {
                sandbox_only,
                reason,
            };
            remarks.insert(of, remark);
        }
        Ok(())
    }
}

impl From<Decided> for Came {
    fn from(decided: Decided) -> Self {
        let (state, client_id, until) = match decided {
            Decided::Activated(client) => ("approved", Some(client.client_id.to_string()), None),
            Decided::AwaitsSecond { until } => ("awaiting_second", None, Some(until)),
            Decided::Offered { expires_at, .. } => ("offered", None, Some(expires_at)),
            Decided::Closed(state) => (state.as_str(), None, None),
        };
        Self {
            state,
            client_id,
            until: until.map(Moment::from),
        }
    }
}

impl From<DecideError> for Fault {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::NotPermitted(error) => error.into(),
            DecideError::Store(error) => error.into(),
            DecideError::Stale => Self::of(Kind::STALE, "the request has another payload hash"),
            DecideError::NotInReview(state) => {
                Self::of(Kind::STATE, format!("the request is {state}"))
            }
            error @ (DecideError::NothingNarrowed
            | DecideError::TooShort(_)
            | DecideError::OutOfPlace(_)) => Self::member("offer", error.to_string()),
            error @ DecideError::NothingToWarnOf => Self::member("warning", error.to_string()),
            error @ DecideError::NothingToBlock => Self::member("decision", error.to_string()),
            DecideError::NotApprovable(why) => why.into(),
        }
    }
}

impl From<NotApprovable> for Fault {
    fn from(why: NotApprovable) -> Self {
        match why {
            NotApprovable::NotAsked(beyond) => Self::member("offer", beyond.to_string()),
            NotApprovable::ByWhoAsked => Self::of(Kind::ROLE, why.to_string()),
            NotApprovable::AgainstPolicy
            | NotApprovable::NeedsPerson
            | NotApprovable::NeedsSecond
            | NotApprovable::Over(_)
            | NotApprovable::NoSponsor
            | NotApprovable::Unproved { .. } => Self::of(Kind::POLICY, why.to_string()),
        }
    }
}
