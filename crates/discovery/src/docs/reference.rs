//! The two reference pages as Markdown, from the tables that the planes answer from: error codes, kinds of problems,
//! rules and checks. It adds no entry of its own but the three that are neither.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use narthex_policy::{Finding, Rule, RuleOutcome};
use narthex_vocab::{ErrorCode, ProblemKind};

/// What no policy and no check is about.
const OTHERS: [(&str, &str); 3] = [
    (
        "R-00",
        "The policy could not be evaluated. Nothing is approved by itself: a person decides.",
    ),
    (
        "R-61",
        "Several requests are approved at once only if each is of low risk and for the sandbox.",
    ),
    ("R-99", "No rule was about this. A person decides."),
];

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
    let written = narthex_policy::rules().map(|rule| (rule.id.to_string(), entry(rule)));
    let mut entries: BTreeMap<String, String> = written.collect();
    for Finding {
        check,
        title,
        required,
        ..
    } in narthex_policy::checks()
    {
        let about = format!("{title}: a check that a reviewer sees.\n\n**Wanted:** {required}\n");
        entries.entry(check.into_owned()).or_insert(about);
    }
    entries.extend(OTHERS.map(|(id, about)| (id.to_owned(), format!("{about}\n"))));
    for (id, about) in entries {
        let _ = write!(text, "\n## {id}\n\n{about}");
    }
    text
}

fn entry(rule: &Rule) -> String {
    let effect = consequence(rule.outcome);
    let mut entry = format!("{}.\n\n**Effect:** {effect}\n", rule.title);
    if let Some(fix) = &rule.fix {
        let _ = write!(entry, "\n**What to do:** {fix}\n");
    }
    entry
}

const fn consequence(outcome: RuleOutcome) -> &'static str {
    match outcome {
        RuleOutcome::Allow => "what fits may be allowed without a person.",
        RuleOutcome::NeedsPerson => "a person decides.",
        RuleOutcome::NeedsTwo => "one person decides and another confirms.",
        RuleOutcome::Deny => "it is refused.",
    }
}
