//! What happens when an approved client changes: what can be chosen and what never, each kind of change on the running
//! product, and what people are asked.

mod asked;
mod documented;
mod kinds;
mod rules;

use narthex_approval::{
    change_rules::{ChangeChangeRules, ChangeChangeRulesError, change_change_rules},
    prose::Reason,
};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Change, Environment, Meanwhile};

use crate::cases::company::Company;

/// The owner chooses, with a reason.
pub(crate) async fn choose(
    company: &Company,
    environment: Environment,
    chosen: &[(Change, Meanwhile)],
) {
    chosen_for(
        company,
        environment,
        (chosen, Some("We look at them daily.")),
    )
    .await
    .unwrap();
}

/// The same, as it ends.
async fn chosen_for(
    company: &Company,
    environment: Environment,
    (chosen, because): (&[(Change, Meanwhile)], Option<&str>),
) -> Result<(), ChangeChangeRulesError> {
    let command = ChangeChangeRules {
        environment,
        chosen: chosen.to_vec(),
        because: because.map(|text| Reason::parse(text).unwrap()),
    };
    company
        .owned(Action::EditSettings, async |tx, acting| {
            change_change_rules(tx, command, acting).await
        })
        .await
}
