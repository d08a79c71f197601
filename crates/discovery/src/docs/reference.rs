//! The two reference pages as Markdown, from the tables that the planes answer from: error codes, kinds of problems,
//! rules. It adds no entry of its own but the two rules that no policy text has.

use std::fmt::Write as _;

use narthex_policy::{Rule, RuleOutcome};
use narthex_vocab::{ErrorCode, ProblemKind};

/// Every error.
pub(super) fn errors() -> String {
    let mut text = String::from(
        "Every refusal names its entry here: an OAuth error by `error_uri`, a problem of the management API by `type`. Each \
         has a `request_id`, too: quote it when you ask for help.\n\n## OAuth errors\n\n\
         The codes that endpoints answer in `error`, and that a client's redirect address gets.\n",
    );
    for code in ErrorCode::ALL {
        let (meaning, fix, source) = (code.meaning(), code.fix(), code.source());
        let _ = write!(
            text,
            "\n### {code}\n\n{meaning}\n\n**What to do:** {fix}\n\n*{source}*\n"
        );
    }
    text.push_str(
        "\n## Problems of the management API\n\nAnswers of type `application/problem+json` (RFC 9457), with `title`, `status`, \
         `detail`, `fix` and `request_id`.\n",
    );
    for ProblemKind {
        slug,
        title,
        status,
        fix,
    } in ProblemKind::ALL
    {
        let _ = write!(
            text,
            "\n### {slug}\n\n{title} ({status}).\n\n**What to do:** {fix}\n"
        );
    }
    text
}

/// Every rule of the platform.
pub(super) fn rules() -> String {
    let mut text = String::from(
        "Rules whose name begins with `R-` judge an access request before anybody decides; those with `C-` judge one call of \
         an approved client. A page or an answer that refuses names the rule. On top of these, the platform may publish \
         rules whose names begin with `P-`, and a tenant some with `T-`; the strictest counts.\n",
    );
    let mut rules: Vec<&Rule> = narthex_policy::rules().collect();
    rules.sort_by(|one, other| one.id.cmp(&other.id));
    for Rule {
        id,
        title,
        outcome,
        fix,
    } in rules
    {
        let _ = write!(
            text,
            "\n## {id}\n\n{title}.\n\n**Effect:** {}\n",
            consequence(*outcome)
        );
        if let Some(fix) = fix {
            let _ = write!(text, "\n**What to do:** {fix}\n");
        }
    }
    text.push_str(
        "\n## R-00\n\nThe policy could not be evaluated. Nothing is approved by itself: a person decides.\n\n\
         ## R-99\n\nNo rule was about this. A person decides.\n",
    );
    text
}

const fn consequence(outcome: RuleOutcome) -> &'static str {
    match outcome {
        RuleOutcome::Allow => "what fits may be allowed without a person.",
        RuleOutcome::NeedsPerson => "a person decides.",
        RuleOutcome::NeedsTwo => "one person decides and another confirms.",
        RuleOutcome::Deny => "it is refused.",
    }
}
