//! Why the management API does nothing, as problem details (RFC 9457). Each kind has its entry in the public error reference;
//! what belongs to nobody's eyes is 404 like what never was.

use actix_web::http::StatusCode;
use narthex_http::{Problem, json::JsonError};
use narthex_tenancy::StoreError;
use narthex_tenancy::permission::{Action, Role};
use narthex_vocab::ProblemKind as Kind;

use crate::acting::NotPermitted;
use crate::endpoint::staff;

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
        let problem = problem(Kind::MEMBER, detail)
            .with("member", name)
            .with("pointer", format!("/{name}"));
        Self::Told(Box::new(problem))
    }

    /// What is wrong at this place of the body (RFC 6901); empty for the object itself.
    pub(crate) fn at(pointer: &str, detail: impl Into<String>) -> Self {
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let problem = problem(Kind::MEMBER, detail)
            .with("member", name)
            .with("pointer", pointer);
        Self::Told(Box::new(problem))
    }

    /// The role does not include the action.
    pub(crate) fn role(role: Role, action: Action) -> Self {
        let problem = problem(Kind::ROLE, staff::who_may(role, action))
            .with("rule", staff::rule_against(role, action));
        Self::Told(Box::new(problem))
    }

    /// The token is nobody's.
    pub(crate) fn no_token() -> Self {
        Self::of(Kind::TOKEN, "it is unknown, was ended, or is over")
    }

    /// There were too many calls.
    pub(crate) fn often(seconds: u32) -> Self {
        let problem = problem(Kind::OFTEN, "wait a while").retry_after(seconds);
        Self::Told(Box::new(problem))
    }

    /// Unknown, or not to be seen: one answer for both.
    pub(crate) fn not_there() -> Self {
        Self::of(
            Kind::NOT_THERE,
            "there is nothing of this name that you may see",
        )
    }

    fn problem(&self) -> Problem {
        match self {
            Self::Told(problem) => (**problem).clone(),
            Self::Store(StoreError::Unavailable(_)) => problem(Kind::AWAY, "try again in a moment"),
            Self::Store(_) => problem(Kind::DEFECT, "the reason is in the log"),
        }
    }
}

fn problem(kind: Kind, detail: impl Into<String>) -> Problem {
    let problem = Problem::of_kind(kind, detail).with("fix", kind.fix);
    if problem.status == StatusCode::UNAUTHORIZED {
        problem.challenge("Bearer realm=\"narthex-management\"")
    } else {
        problem
    }
}

/// How an error of a verb is told, by its words.
pub(crate) type Told = fn(String) -> Fault;

/// The object stands so that it cannot be done.
pub(crate) fn state(words: String) -> Fault {
    Fault::of(Kind::STATE, words)
}

/// It was done as often as may be within a day; an hour later is worth a try.
pub(crate) fn too_often(words: String) -> Fault {
    Fault::Told(Box::new(problem(Kind::OFTEN, words).retry_after(3_600)))
}

/// It is not what was seen.
pub(crate) fn stale(words: String) -> Fault {
    Fault::of(Kind::STALE, words)
}

/// It is for somebody else.
pub(crate) fn not_yours(words: String) -> Fault {
    Fault::of(Kind::ROLE, words)
}

/// The policy or a rule of the environment refuses it.
pub(crate) fn refused(words: String) -> Fault {
    Fault::of(Kind::POLICY, words)
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
        Self::of(Kind::ROLE, "this is for somebody else")
    }
}

impl From<JsonError> for Fault {
    fn from(error: JsonError) -> Self {
        Self::of(Kind::MEMBER, error.to_string())
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
