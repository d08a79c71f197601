//! Why the management API does nothing, as problem details (RFC 9457). The types are documented on the API's own page;
//! what belongs to nobody's eyes is 404 like what never was.

use actix_web::http::StatusCode;
use narthex_http::{Problem, json::JsonError};
use narthex_tenancy::StoreError;
use narthex_tenancy::permission::{Action, Role};

use crate::acting::NotPermitted;
use crate::endpoint::staff;

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
    TOKEN = 401 "token" "The token is not in force" "Make a token in the dashboard or the portal and send it as Authorization: Bearer.";
    READS_ONLY = 403 "reads-only" "The token may only look" "Use a token that may act.";
    STEP_UP = 403 "step-up" "A fresh one-time code is needed" "Give a code (operation step_up), then try again.";
    ROLE = 403 "role" "The role does not include this" "Ask somebody whose role does.";
    FROZEN = 403 "frozen" "The tenant is frozen" "Read; ask the platform's staff when it goes on.";
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
        let problem = problem(MEMBER, detail)
            .with("member", name)
            .with("pointer", format!("/{name}"));
        Self::Told(Box::new(problem))
    }

    /// What is wrong at this place of the body (RFC 6901); empty for the object itself.
    pub(crate) fn at(pointer: &str, detail: impl Into<String>) -> Self {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let problem = problem(MEMBER, detail)
            .with("member", name)
            .with("pointer", pointer);
        Self::Told(Box::new(problem))
    }

    /// The role does not include the action.
    pub(crate) fn role(role: Role, action: Action) -> Self {
        let problem = problem(ROLE, staff::who_may(role, action))
            .with("rule", staff::rule_against(role, action));
        Self::Told(Box::new(problem))
    }

    /// The token is nobody's.
    pub(crate) fn no_token() -> Self {
        Self::of(TOKEN, "it is unknown, was ended, or is over")
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

/// How an error of a verb is told, by its words.
pub(crate) type Told = fn(String) -> Fault;

/// The object stands so that it cannot be done.
pub(crate) fn state(words: String) -> Fault {
    Fault::of(STATE, words)
}

/// It is not what was seen.
pub(crate) fn stale(words: String) -> Fault {
    Fault::of(STALE, words)
}

/// It is for somebody else.
pub(crate) fn not_yours(words: String) -> Fault {
    Fault::of(ROLE, words)
}

/// The policy or a rule of the environment refuses it.
pub(crate) fn refused(words: String) -> Fault {
    Fault::of(POLICY, words)
}

/// The errors of verbs as problems, each variant with how it is told. Every error has `NotPermitted` and `Store` beside.
macro_rules! faults {
    ($($error:ident { $($($variant:ident)|+ => $how:expr),* $(,)? })*) => {$(
        impl From<$error> for Fault {
            fn from(error: $error) -> Self {
                let words = error.to_string();
                match error {
                    $error::NotPermitted(error) => error.into(),
                    $error::Store(error) => error.into(),
                    $($($error::$variant { .. })|+ => {
                        let told: $crate::endpoint::api::fault::Told = $how;
                        told(words)
                    })*
                }
            }
        }
    )*};
}

pub(crate) use faults;

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
