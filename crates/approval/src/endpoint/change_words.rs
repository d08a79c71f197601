//! What happens when an approved client changes, in words: for the settings, and for the pages of a client and of a case
//! that is to be approved again. Words only; what happens is decided elsewhere.

use narthex_http::page::{Badge, Fact, Tone, When};
use narthex_vocab::{
    Change, ChangeRules, ClientMetadata, Drift, Environment, GrantType, Meanwhile,
};

use crate::store::{dashboard_changed::Changed, restriction::OpenCause};

/// What a change is, and why somebody should care.
pub(super) const fn meaning(change: Change) -> &'static str {
    match change {
        Change::Redirects => {
            "Its document names other addresses to send people back to. Whoever has such an address gets what is meant for the app. Until a reviewer approves them, only the approved ones work."
        }
        Change::Keys => {
            "Its document names other keys, or another address for them. Whoever has the private key is the app. Until a reviewer approves them, only the approved ones work."
        }
        Change::Authentication => {
            "Its document says that it proves itself in another way, or not at all. Until a reviewer approves it, the approved way holds."
        }
        Change::Scopes => {
            "Its document wishes for other scopes. It has those that were approved and no others until a reviewer approves more."
        }
        Change::Terms => {
            "Its document says something else that matters: grant types, response types, application type."
        }
        Change::Silence => {
            "Nobody can read any more what it says about itself. It works as it was approved."
        }
        Change::Proof => {
            "The proof of a host that its approval rests on has lapsed, a week after it was last seen. Somebody else may have the host now."
        }
        Change::Owner => {
            "The person who answers for it has left the tenant, and nobody else has said yes."
        }
        Change::Tool => {
            "The tool itself is denied at once, whatever you choose, until its new schema is approved. This is about the rest of the app."
        }
    }
}

/// Why an owner cannot choose less; nothing where everything can be chosen.
pub(super) const fn why_least(change: Change, environment: Environment) -> Option<&'static str> {
    match (change.least(environment), environment) {
        (Meanwhile::GoesOn, _) => None,
        (Meanwhile::AskedAgain, _) => Some(
            "It never simply goes on in production: it may be the first sign that somebody else has the app.",
        ),
        (Meanwhile::Pauses, _) => {
            Some("It always pauses in production: there somebody answers for every app.")
        }
    }
}

/// What a choice does.
pub(super) const fn does(change: Change, meanwhile: Meanwhile) -> &'static str {
    match (meanwhile, change) {
        (Meanwhile::GoesOn, Change::Tool) => "Everything but the tool goes on.",
        (Meanwhile::GoesOn, _) => "Everything goes on. The change is noted, and shown here.",
        (Meanwhile::AskedAgain, _) => {
            "What people allowed before counts no more. They sign in again, read what changed and decide. An app that also acts for itself pauses: there is nobody to ask."
        }
        (Meanwhile::Pauses, _) => "Nobody new can begin to use it. Who uses it already goes on.",
    }
}

/// Every change with what would happen to a client, and to one that acts for itself what happens instead.
pub(super) fn facts(rules: &ChangeRules, metadata: Option<&ClientMetadata>) -> Vec<Fact> {
    let alone = metadata.is_some_and(|metadata| metadata.allows(GrantType::ClientCredentials));
    let fact = |(change, chosen): (Change, Meanwhile)| {
        let happens = if alone {
            chosen.without_people()
        } else {
            chosen
        };
        let fact = Fact::text(change.label(), happens.label());
        if happens == chosen {
            fact
        } else {
            fact.and_text("It acts for itself: there is nobody to ask")
        }
    };
    rules.iter().map(fact).collect()
}

/// What changed and was not agreed to, each with what it does and why.
pub(super) fn open(causes: &[OpenCause]) -> Vec<Fact> {
    let fact = |cause: &OpenCause| {
        Fact::text(subject(&cause.cause), cause.reason.as_str())
            .badge(badge(cause.effect))
            .and_text(format!("Since {}", When::new(cause.since).text()))
            .and_text(rule(cause))
    };
    causes.iter().map(fact).collect()
}

/// What a cause is about, in a word.
fn subject(cause: &str) -> &'static str {
    match cause {
        "proof" => "Its host",
        "sponsor" => "Who answers for it",
        "tool" => "Its tool",
        _ => "Its document",
    }
}

/// By whose rule.
fn rule(cause: &OpenCause) -> &'static str {
    if cause.cause == "blocked" {
        "By the platform, whatever the settings say"
    } else {
        "By the settings of the environment, Changes, as they were when it was found"
    }
}

fn badge(effect: Meanwhile) -> Badge {
    let tone = match effect {
        Meanwhile::GoesOn => Tone::Neutral,
        Meanwhile::AskedAgain => Tone::Info,
        Meanwhile::Pauses => Tone::Warn,
    };
    Badge::new(tone, effect.label())
}

/// What happens while a version of a case that would change a client waits, and when it is approved.
pub(super) fn meanwhile(changed: &Changed) -> Vec<Fact> {
    let mut facts = open(&changed.causes);
    if facts.is_empty() {
        let words = "It asked for the change itself, and works as it was approved until you decide";
        facts.push(Fact::text("Until then", words));
    }
    let asked = changed.drifts.iter().filter_map(Drift::change);
    let asked = asked.filter(|change| changed.rules.of(*change) == Meanwhile::AskedAgain);
    let asked: Vec<_> = asked.map(Change::label).collect();
    if !asked.is_empty() {
        let words = format!(
            "People are asked again, if they were not yet: {}",
            asked.join(", ")
        );
        facts.push(Fact::text("When you approve it", words));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_cannot_be_chosen_says_why() {
        for environment in Environment::ALL.iter().copied() {
            for change in Change::ALL.iter().copied() {
                let all = change.choices(environment).count() == Meanwhile::ALL.len();
                assert_eq!(why_least(change, environment).is_none(), all, "{change}");
                assert!(!meaning(change).is_empty());
            }
        }
        assert!(does(Change::Tool, Meanwhile::GoesOn).contains("but the tool"));
    }
}
