//! Every kind of problem that the management API answers (RFC 9457 section 3.1), with what to do about it: the API and
//! the public error reference read this one table. It never says what happened in one call.

/// A kind of problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ProblemKind {
    /// Its name: the fragment of the member `type`, which leads to its entry in the error reference.
    pub slug: &'static str,
    /// The member `title`.
    pub title: &'static str,
    /// The status.
    pub status: u16,
    /// What to do, in a sentence.
    pub fix: &'static str,
}

macro_rules! kinds {
    ($($name:ident = $status:literal $slug:literal $title:literal $fix:literal;)*) => {
        impl ProblemKind {
            $(#[doc = $title] pub const $name: Self =
                Self { slug: $slug, title: $title, status: $status, fix: $fix };)*

            /// All of them, in the order of the reference.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
        }
    };
}

kinds! {
    TOKEN = 401 "token" "The token is not in force" "Make a token in the dashboard or the portal and send it as Authorization: Bearer.";
    READS_ONLY = 403 "reads-only" "The token may only look" "Use a token that may act.";
    STEP_UP = 403 "step-up" "A fresh one-time code is needed" "Give a code (operation step_up), then try again.";
    ROLE = 403 "role" "The role does not include this" "Ask somebody whose role does.";
    FROZEN = 403 "frozen" "The tenant is frozen" "Read; ask the platform's staff when it goes on.";
    NOT_THERE = 404 "not-there" "Nothing is here" "Check tenant, environment and identifier.";
    METHOD = 405 "method" "The path has no such method" "Use a method of the header Allow.";
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

impl ProblemKind {
    /// The kind of an error that has nothing but a status.
    #[must_use]
    pub const fn of_status(status: u16) -> Self {
        match status {
            401 => Self::TOKEN,
            403 => Self::ROLE,
            404 => Self::NOT_THERE,
            405 => Self::METHOD,
            409 => Self::STATE,
            429 => Self::OFTEN,
            503 => Self::AWAY,
            400..=499 => Self::MEMBER,
            _ => Self::DEFECT,
        }
    }
}
