//! An offer in the words of the portal: what became of each line, why, and what will not work. It never says who of the
//! platform wrote it.

use narthex_http::page::{Badge, Icon, Tone, When};
use narthex_vocab::{Scope, Timestamp, TokenLifetime};

use crate::reach::{Asked, ToolRef};
use crate::remark::{Proposal, Remark};

/// What became of one line.
pub(super) struct OfferedLine {
    pub(super) badge: Badge,
    /// The reviewer's reason for this line; empty where none was given.
    pub(super) why: String,
}

/// What became of a scope.
pub(super) fn of_scope(proposal: &Proposal, scope: &Scope) -> OfferedLine {
    let reach = &proposal.reach;
    let end = reach.limits.scopes.get(scope);
    line(
        reach.scopes.contains(scope),
        end,
        proposal.remarks.scopes.get(scope),
    )
}

/// What became of a tool.
pub(super) fn of_tool(proposal: &Proposal, tool: &ToolRef) -> OfferedLine {
    let reach = &proposal.reach;
    let end = reach.limits.tools.get(tool);
    line(
        reach.tools.contains(tool),
        end,
        proposal.remarks.tools.get(tool),
    )
}

fn line(given: bool, end: Option<&Timestamp>, remark: Option<&Remark>) -> OfferedLine {
    let sandbox_only = remark.is_some_and(|remark| remark.sandbox_only);
    let badge = match (given, end) {
        (true, None) => Badge::new(Tone::Ok, "Offered").icon(Icon::Tick),
        (true, Some(end)) => {
            let words = format!("Offered until {}", When::new(*end).day());
            Badge::new(Tone::Warn, words).icon(Icon::Clock)
        }
        (false, _) if sandbox_only => {
            Badge::new(Tone::Warn, "In the sandbox only").icon(Icon::Cross)
        }
        (false, _) => Badge::new(Tone::Warn, "Not offered").icon(Icon::Cross),
    };
    OfferedLine {
        badge,
        why: remark.map_or_else(String::new, |remark| remark.reason.as_str().to_owned()),
    }
}

/// What will not work, in sentences.
pub(super) fn loses(asked: &Asked, proposal: &Proposal) -> Vec<String> {
    let reach = &proposal.reach;
    let mut sentences = Vec::new();
    for scope in asked.scopes.keys() {
        let tools = asked.tools.iter().filter(|(_, tool)| tool.scope == *scope);
        let lost: Vec<&str> = tools
            .filter(|(tool, _)| !reach.tools.contains(tool))
            .map(|(tool, _)| tool.tool.as_str())
            .collect();
        let given = reach.scopes.contains(scope);
        let tools = lost.join(", ");
        match (given, lost.is_empty()) {
            (true, true) => {}
            (true, false) => sentences.push(format!("The client cannot call {tools}.")),
            (false, true) => sentences.push(format!("Tokens never carry {scope}.")),
            (false, false) => sentences.push(format!(
                "Tokens never carry {scope}, and the client cannot call {tools}."
            )),
        }
    }
    if let Some(tokens) = reach.limits.tokens {
        sentences.push(format!(
            "An access token lives {} instead of {} minutes.",
            tokens.minutes(),
            TokenLifetime::LONGEST.minutes()
        ));
    }
    sentences
}
