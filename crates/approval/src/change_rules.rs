//! An owner sets what happens when an approved client changes. Asking fewer people in production needs a reason, and less
//! than the platform's least is refused. What is stricter holds for changes that are there, too; what is looser only for
//! those that come.

use narthex_tenancy::{StoreError, TenantTx, change_rules, permission::Action};
use narthex_vocab::{Change, ChangeRules, Environment, HostName, Meanwhile, TooLoose};
use serde_json::{Map, Value, json};

use crate::{
    acting::{Acting, Deed, NotPermitted},
    compare_document,
    prose::Reason,
    restriction::{self, Cause, Found},
    store::{self, restriction::OpenCause},
};

/// The choices wanted.
#[derive(Debug, Clone)]
pub struct ChangeChangeRules {
    /// Of which environment.
    pub environment: Environment,
    /// Those that are named; the others stay.
    pub chosen: Vec<(Change, Meanwhile)>,
    /// Why production asks fewer people than before; needed for that alone.
    pub because: Option<Reason>,
}

/// Why the choices are as before.
#[derive(Debug, thiserror::Error)]
pub enum ChangeChangeRulesError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Less than the platform's least.
    #[error(transparent)]
    TooLoose(#[from] TooLoose),
    /// Production would ask fewer people, and nobody said why.
    #[error("this opens production up: say why")]
    OpensProduction(Vec<(Change, Meanwhile)>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Sets what happens.
pub async fn change_change_rules(
    tx: &mut TenantTx,
    command: ChangeChangeRules,
    acting: &mut Acting<'_>,
) -> Result<(), ChangeChangeRulesError> {
    acting.member(tx, Action::EditSettings)?;
    let environment = command.environment;
    let before = change_rules::load(tx, environment).await?;
    let mut after = before.clone();
    for (change, meanwhile) in &command.chosen {
        after = after.with(*change, *meanwhile)?;
    }
    let loosened = before.loosened_by(&after);
    if environment == Environment::Production && !loosened.is_empty() && command.because.is_none() {
        let opens = loosened.into_iter();
        let opens = opens.map(|change| (change, after.of(change))).collect();
        return Err(ChangeChangeRulesError::OpensProduction(opens));
    }
    for (change, meanwhile) in after.iter() {
        if before.of(change) != meanwhile {
            change_rules::save(tx, environment, (change, meanwhile), acting.now).await?;
        }
    }
    let deed = Deed {
        action: "environment.change_change_rules",
        object: tx.tenant().to_string(),
        environment: Some(environment),
        reason: command.because.as_ref().map_or("", Reason::as_str),
        detail: json!({ "before": kept(&before), "after": kept(&after) }),
    };
    acting.record(tx, deed).await?;
    Ok(tighten(tx, environment, acting).await?)
}

fn kept(rules: &ChangeRules) -> Map<String, Value> {
    let member = |(change, meanwhile): (Change, Meanwhile)| (change.to_string(), json!(meanwhile));
    rules.iter().map(member).collect()
}

/// What is stricter now than what a change does that is there, it does.
async fn tighten(
    tx: &mut TenantTx,
    environment: Environment,
    acting: &mut Acting<'_>,
) -> Result<(), StoreError> {
    let place = (tx.tenant(), environment);
    for open in store::restriction::open(tx, place, None).await? {
        let at = (environment, &open.client);
        let host = HostName::parse(&open.about).ok();
        let Some(cause) = cause(&open, host.as_ref()) else {
            compare_document::compare(tx, at, acting).await?;
            continue;
        };
        let found = Found::of(cause, &open.reason);
        if let Some(effect) = restriction::limit(tx, at, found, acting.now).await? {
            let deed = Deed {
                action: restriction::action(effect),
                object: open.client.to_string(),
                environment: Some(environment),
                reason: &open.reason,
                detail: json!({ "before": open.effect }),
            };
            acting.record(tx, deed).await?;
        }
    }
    Ok(())
}

/// The cause, where it is not a document, which is compared anew.
fn cause<'a>(open: &'a OpenCause, host: Option<&'a HostName>) -> Option<Cause<'a>> {
    let about = open.about.as_str();
    let all = [
        Some(Cause::Silence),
        Some(Cause::Blocked),
        host.map(Cause::Proof),
        Some(Cause::Sponsor(about)),
        Some(Cause::Tool(about)),
    ];
    let mut known = all.into_iter().flatten();
    known.find(|cause| cause.as_str() == open.cause)
}
