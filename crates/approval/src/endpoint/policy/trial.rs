//! What a run of the simulator found, display-ready: how many of a kind, and the first of them with a way to each.

use narthex_http::page::{Badge, When, number};
use narthex_vocab::Environment;

use super::verdict_badge;
use crate::simulation::{Change, Simulation};

/// A run, as pages show it.
#[derive(Debug)]
pub(crate) struct TrialView {
    /// What was tried, as a sentence.
    pub(crate) tried: String,
    /// What would change, as a sentence.
    pub(crate) changed: String,
    /// It is of the text that is shown.
    pub(crate) is_of_this: bool,
    /// Who had it run.
    pub(crate) by: String,
    /// When.
    pub(crate) at: When,
    /// How many of a kind.
    pub(crate) counts: Vec<CountLine>,
    /// The first changes.
    pub(crate) rows: Vec<Row>,
    /// What is not shown, as a sentence.
    pub(crate) more: String,
}

/// How many of a kind would be judged otherwise.
#[derive(Debug)]
pub(crate) struct CountLine {
    pub(crate) amount: String,
    pub(crate) before: Badge,
    pub(crate) after: Badge,
}

/// One that would be judged otherwise.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) what: String,
    pub(crate) href: String,
    pub(crate) before: Badge,
    pub(crate) after: Badge,
    pub(crate) rules: String,
}

/// A run beside the text with this hash; `link` leads to a request of a tenant.
pub(crate) fn view(
    run: &Simulation,
    hash: &[u8; 32],
    link: impl Fn(&Change) -> String,
) -> TrialView {
    let report = &run.report;
    let count = |count: usize| number(u64::try_from(count).unwrap_or(u64::MAX));
    let unjudged = match report.unjudged {
        0 => String::new(),
        some => format!(
            " {} of them cannot be judged: what was known then does not answer what is asked today.",
            count(some)
        ),
    };
    let changed = report.changed();
    let shown = report.changes.len();
    TrialView {
        tried: format!(
            "{} past requests since {} and {} clients of today.{unjudged}",
            count(report.requests),
            run.since.format("%-d %b %Y"),
            count(report.clients),
        ),
        changed: match changed {
            0 => "Nothing would be judged otherwise.".to_owned(),
            1 => "1 would be judged otherwise.".to_owned(),
            some => format!("{} would be judged otherwise.", count(some)),
        },
        is_of_this: run.hash == *hash,
        by: run.by.clone(),
        at: When::new(run.at),
        counts: report
            .counts
            .iter()
            .map(|one| CountLine {
                amount: format!(
                    "{} {}",
                    count(one.count),
                    match (one.clients, one.count) {
                        (true, 1) => "client",
                        (true, _) => "clients",
                        (false, 1) => "request",
                        (false, _) => "requests",
                    }
                ),
                before: verdict_badge(&one.before),
                after: verdict_badge(&one.after),
            })
            .collect(),
        rows: report
            .changes
            .iter()
            .map(|change| row(change, &link))
            .collect(),
        more: if shown < changed {
            format!("The newest {} are shown.", count(shown))
        } else {
            String::new()
        },
    }
}

fn row(change: &Change, link: &impl Fn(&Change) -> String) -> Row {
    let place = match change.environment {
        Environment::Sandbox => "sandbox",
        Environment::Production => "production",
    };
    Row {
        name: change.name.clone(),
        what: match &change.client {
            Some(client) => format!("Client {client}, {place}"),
            None => format!("Request, version {}, {place}", change.version),
        },
        href: link(change),
        before: verdict_badge(&change.before),
        after: verdict_badge(&change.after),
        rules: change.rules.join(", "),
    }
}
