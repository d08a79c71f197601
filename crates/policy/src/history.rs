//! The screening checks that look back: what of the request is new here, what became of the same software, how long the
//! tenant has been there, and whether the sandbox came first. Each weighs little alone; a past block does not.

use narthex_vocab::Environment;

use crate::check::{Check, listed, weighed};
use crate::facts::{Past, ScreeningFacts};
use crate::finding::Finding;

/// A tenant is new for as long.
const NEW_TENANT_DAYS: u32 = 30;

/// All of them.
pub(crate) fn all(facts: &ScreeningFacts) -> [Finding; 4] {
    [
        first_use(facts),
        software(facts),
        tenant_age(facts),
        sandbox(facts),
    ]
}

fn first_use(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-50",
        title: "First use of a scope",
        required: "Some client of the environment was given each scope before.",
    };
    if facts.new_scopes.is_empty() {
        return CHECK.pass("Every scope was given to a client of the environment before.");
    }
    CHECK.attention(
        format!(
            "Nobody in this environment was ever given: {}.",
            listed(facts.new_scopes.iter())
        ),
        small(facts.environment, 4),
        Some("Say why the integration needs it, or ask for a scope that others use."),
    )
}

fn software(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-51",
        title: "History of the software",
        required: "The same software was not rejected, blocked or revoked in this tenant before.",
    };
    let Past {
        rejections,
        blocks,
        revocations,
    } = facts.past;
    let words = [
        (rejections, "rejected"),
        (blocks, "blocked"),
        (revocations, "revoked"),
    ];
    let seen = words
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| format!("{word} {}", times(count)));
    let observed = format!("The same software was {} here before.", listed(seen));
    let weight = match (rejections, blocks, revocations) {
        (0, 0, 0) => return CHECK.pass("Nothing is held against the same software here."),
        (_, 0, 0) => u8::try_from(rejections.min(3) * 8).unwrap_or(24),
        (_, 0, 1..) => 30,
        (_, 1.., _) => 40,
    };
    let fix = "Say what has changed since.";
    if blocks + revocations > 0 {
        CHECK.fail(observed, small(facts.environment, weight), fix)
    } else {
        CHECK.attention(observed, small(facts.environment, weight), Some(fix))
    }
}

fn times(count: u32) -> String {
    match count {
        1 => "once".to_owned(),
        2 => "twice".to_owned(),
        more => format!("{more} times"),
    }
}

fn tenant_age(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-52",
        title: "Age of the tenant",
        required: "The tenant has been on the platform for 30 days.",
    };
    let days = facts.tenant_age_days;
    let observed = match days {
        0 => "The tenant came today.".to_owned(),
        1 => "The tenant came a day ago.".to_owned(),
        days => format!("The tenant came {days} days ago."),
    };
    if days >= NEW_TENANT_DAYS {
        CHECK.pass(observed)
    } else {
        CHECK.attention(observed, small(facts.environment, 3), None)
    }
}

fn sandbox(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-53",
        title: "Environment",
        required: "What goes to production was approved in the sandbox before.",
    };
    match (facts.environment, facts.sandbox_first) {
        (Environment::Sandbox, _) => {
            CHECK.pass("It asks for the sandbox, which reaches nothing real.")
        }
        (Environment::Production, true) => CHECK.pass("It was approved in the sandbox before."),
        (Environment::Production, false) => CHECK.attention(
            "It asks for production and was never approved in the sandbox.",
            2,
            Some("Ask for the sandbox first, and try it there."),
        ),
    }
}

/// A weight that is never nothing: what is not as required always counts.
fn small(environment: Environment, weight: u8) -> u8 {
    weighed(environment, weight).max(1)
}

#[cfg(test)]
#[path = "history_tests.rs"]
mod tests;
