//! The workload that a client is, in words, for the pages of the dashboard and of the portal.

use narthex_http::page::Fact;
use narthex_vocab::WorkloadIdentity;

/// Who vouches, of whom, with what; and whether a token counts more than once.
pub(crate) fn fact(workload: &WorkloadIdentity) -> Fact {
    let fact = Fact::new("Workload")
        .and_text("It has to show a token of")
        .and_code(workload.issuer().as_str())
        .and_code(workload.subject().as_str());
    let claims = workload.claims().iter();
    let fact = claims.fold(fact, |fact, (name, value)| {
        fact.and_code(format!("{name}={value}"))
    });
    fact.and_text(if workload.is_reusable() {
        "A token may be shown again while it lasts, an hour at most"
    } else {
        "Each token counts once"
    })
}
