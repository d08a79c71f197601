//! The person at the front door: who is signed in, and whether that will do for this request (OpenID Connect Core section
//! 3.1.2.1). It shows and sends nothing.

use chrono::Duration;
use narthex_vocab::ErrorCode;
use narthex_vocab::{Id, Member, Timestamp};

use super::request::{Prompt, Refusal};
use crate::signed_in::SignedIn;

/// What the prompt makes of the session.
pub(super) enum StepIn {
    GoOn(Box<SignedIn>),
    SignIn,
    Refused(Refusal),
}

/// Step: the person. Whether they have to decide is another step; here they only have to be there, as lately as the client wants it
/// and no other than the one that it means.
pub(super) fn step_in(
    person: Option<SignedIn>,
    (prompt, subject): (&Prompt, Option<Id<Member>>),
    now: Timestamp,
) -> StepIn {
    let will_do = |person: &SignedIn| {
        let age = now - person.session.created_at;
        let young = prompt
            .max_age
            .is_none_or(|most| age <= Duration::seconds(most));
        let again = prompt
            .said_at
            .is_some_and(|said| person.session.created_at >= said);
        let meant = subject.is_none_or(|subject| subject == person.member.id);
        young && meant && (!prompt.login || again)
    };
    match person.filter(will_do) {
        None if prompt.none => {
            let words = "nobody is signed in, or not as it is asked for";
            StepIn::Refused(Refusal::new(ErrorCode::LoginRequired, words))
        }
        None => StepIn::SignIn,
        Some(person) => StepIn::GoOn(Box::new(person)),
    }
}

#[cfg(test)]
#[path = "person_tests.rs"]
mod tests;
