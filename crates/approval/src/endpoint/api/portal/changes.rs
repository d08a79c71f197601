//! What happens when an approved client changes, as an environment has chosen it.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use narthex_tenancy::permission::Action;
use narthex_tenancy::{TenantTx, change_rules};
use narthex_vocab::{Change, ChangeRules, Meanwhile};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::Fault;
use super::super::holder::Holder;
use super::super::link::said;
use crate::Acting;
use crate::change_rules::{ChangeChangeRules, ChangeChangeRulesError, change_change_rules};
use crate::prose::Reason;

/// What happens on each change.
#[derive(Serialize, ToSchema)]
pub(crate) struct OnChange {
    /// `goes_on`, `asked_again` or `pauses`, by `redirects`, `keys` and the others.
    #[schema(value_type = Object)]
    on_change: BTreeMap<&'static str, &'static str>,
}

/// Choices to make; those that are not named stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewOnChange {
    /// `goes_on`, `asked_again` or `pauses`, by `redirects`, `keys` and the others.
    #[schema(value_type = Object)]
    on_change: BTreeMap<String, String>,
    /// Why; needed for what asks fewer people in production.
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
}

/// Read what happens when an approved client changes.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/settings/changes",
    operation_id = "change_rules",
    responses((status = 200, body = OnChange))
)]
pub(crate) async fn get(holder: Holder) -> Result<HttpResponse, Fault> {
    let environment = holder.environment()?;
    let work = async |tx: &mut TenantTx| change_rules::load(tx, environment).await;
    let rules = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(shown(&rules)))
}

/// Choose what happens when an approved client changes.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/settings/changes",
    operation_id = "change_change_rules",
    request_body = NewOnChange,
    responses((status = 200, body = OnChange))
)]
pub(crate) async fn choose(holder: Holder, body: Body<NewOnChange>) -> Result<HttpResponse, Fault> {
    let environment = holder.environment()?;
    let mut chosen = Vec::new();
    for (change, meanwhile) in &body.says.on_change {
        let at = format!("/on_change/{change}");
        let change: Change = said("on_change", change)?;
        let meanwhile: Result<Meanwhile, _> = meanwhile.parse();
        let meanwhile = meanwhile.map_err(|error| Fault::at(&at, error.to_string()))?;
        chosen.push((change, meanwhile));
    }
    let command = ChangeChangeRules {
        environment,
        chosen,
        because: body.says.reason,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        change_change_rules(tx, command, acting).await?;
        Ok(shown(&change_rules::load(tx, environment).await?))
    };
    holder.act((Action::EditSettings, &body.object), act).await
}

fn shown(rules: &ChangeRules) -> OnChange {
    let choice = |(change, meanwhile): (Change, Meanwhile)| (change.as_str(), meanwhile.as_str());
    OnChange {
        on_change: rules.iter().map(choice).collect(),
    }
}

impl From<ChangeChangeRulesError> for Fault {
    fn from(error: ChangeChangeRulesError) -> Self {
        let words = error.to_string();
        match error {
            ChangeChangeRulesError::NotPermitted(error) => error.into(),
            ChangeChangeRulesError::Store(error) => error.into(),
            ChangeChangeRulesError::TooLoose(loose) => {
                Self::at(&format!("/on_change/{}", loose.change), words)
            }
            ChangeChangeRulesError::OpensProduction(_) => Self::member("reason", words),
        }
    }
}
