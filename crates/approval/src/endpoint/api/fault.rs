//! Why the management API does nothing, as problem details (RFC 9457). The types are documented on the API's own page;
//! what belongs to nobody's eyes is 404 like what never was.

use actix_web::http::StatusCode;
use narthex_http::{Problem, json::JsonError};
use narthex_tenancy::{StoreError, permission::Action};

use crate::acting::NotPermitted;
use crate::endpoint::staff::Staff;

/// One kind of problem: its reference, its title and what to do about it, as the API's page lists them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The member `type`, a reference into the API's own page.
    pub(crate) reference: &'static str,
    /// The member `title`.
    pub(crate) title: &'static str,
    /// The status.
    pub(crate) status: u16,
    /// What to do, in a sentence.
    pub(crate) fix: &'static str,
}

impl Kind {
    /// The place on the API's page.
    pub(crate) fn slug(&self) -> &'static str {
        self.reference.rsplit('#').next().unwrap_or_default()
    }
}

macro_rules! kinds {
    ($($name:ident = $status:literal $slug:literal $title:literal $fix:literal;)*) => {
        $(pub(crate) const $name: Kind = Kind {
            reference: concat!("/api/v1#", $slug),
            title: $title,
            status: $status,
            fix: $fix,
        };)*

        /// All of them, for the page.
        pub(crate) const KINDS: &[Kind] = &[$($name),*];
    };
}

kinds! {
    TOKEN = 401 "token" "The token is not in force" "Make a token in the dashboard and send it as Authorization: Bearer.";
    READS_ONLY = 403 "reads-only" "The token may only look" "Use a token that may act.";
    STEP_UP = 403 "step-up" "A fresh one-time code is needed" "Send a code to /api/v1/step-up, then try again.";
    ROLE = 403 "role" "The role does not include this" "Ask somebody whose role does.";
    NOT_THERE = 404 "not-there" "Nothing is here" "Check tenant, environment and identifier.";
    MEMBER = 400 "member" "A member of the body or a parameter is wrong" "Read the detail, and the description of the operation.";
    CURSOR = 400 "cursor" "The cursor is not ours" "Use a cursor as it was answered, for the same list.";
    KEY_REUSED = 422 "key-reused" "The Idempotency-Key was used for something else" "Take a new key for another act.";
    STATE = 409 "state" "The state does not allow it" "Read the object again: it may have changed.";
    STALE = 409 "stale" "It is not what was seen" "Read it again, and decide on what is there now.";
    POLICY = 409 "policy" "The policy refuses it" "Give less, or reject.";
    OFTEN = 429 "often" "Too many calls" "Wait as Retry-After says.";
    AWAY = 503 "away" "Something we need is away" "Try again in a moment.";
    DEFECT = 500 "defect" "Something went wrong here" "Quote the request id when asking for help.";
}

/// An API call that did nothing.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// With its words.
    #[error("{0}")]
    Told(Box<Problem>),
    /// The store failed; the log gets the reason.
    #[error(transparent)]
    Store(StoreError),
}

impl Fault {
    /// A problem of this kind, with what happened in a sentence.
    pub(crate) fn of(kind: Kind, detail: impl Into<String>) -> Self {
        Self::Told(Box::new(problem(kind, detail)))
    }

    /// A member or a parameter that is wrong, by its name.
    pub(crate) fn member(name: &str, detail: impl Into<String>) -> Self {
        let problem = problem(MEMBER, detail).with("member", name);
        Self::Told(Box::new(problem))
    }

    /// The role of this person does not include the action.
    pub(crate) fn role(staff: &Staff, action: Action) -> Self {
        let problem = problem(ROLE, staff.who_may(action)).with("rule", staff.rule_against(action));
        Self::Told(Box::new(problem))
    }

    /// There were too many calls.
    pub(crate) fn often(seconds: u32) -> Self {
        let problem = problem(OFTEN, "wait a while").retry_after(seconds);
        Self::Told(Box::new(problem))
    }

    /// Unknown, or not to be seen: one answer for both.
    pub(crate) fn not_there() -> Self {
        Self::of(NOT_THERE, "there is nothing of this name that you may see")
    }

    fn problem(&self) -> Problem {
        match self {
            Self::Told(problem) => (**problem).clone(),
            Self::Store(StoreError::Unavailable(_)) => problem(AWAY, "try again in a moment"),
            Self::Store(_) => problem(DEFECT, "the reason is in the log"),
        }
    }
}

fn problem(kind: Kind, detail: impl Into<String>) -> Problem {
    let status = StatusCode::from_u16(kind.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let problem = Problem::new(status, detail)
        .of_kind(kind.reference, kind.title)
        .with("fix", kind.fix);
    if status == StatusCode::UNAUTHORIZED {
        problem.challenge("Bearer realm=\"narthex-management\"")
    } else {
        problem
    }
}

impl From<StoreError> for Fault {
    /// What the store does not have is not there for the caller either.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::not_there(),
            error @ (StoreError::Unavailable(_)
            | StoreError::Refused { .. }
            | StoreError::Corrupt { .. }
            | StoreError::Query(_)) => Self::Store(error),
        }
    }
}

impl From<NotPermitted> for Fault {
    fn from(NotPermitted: NotPermitted) -> Self {
        Self::of(ROLE, "this is for somebody else")
    }
}

impl From<JsonError> for Fault {
    fn from(error: JsonError) -> Self {
        Self::of(MEMBER, error.to_string())
    }
}

impl From<Fault> for actix_web::Error {
    fn from(fault: Fault) -> Self {
        if let Fault::Store(error) = &fault {
            tracing::error!(%error, "a call of the management API failed");
        }
        fault.problem().into()
    }
}
