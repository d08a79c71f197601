//! An owner sets how an environment takes registrations and what it tells the undecided. It never opens production.

use narthex_tenancy::{StoreError, TenantTx, environment, permission::Action};
use narthex_vocab::{Environment, RegistrationMode};
use serde_json::{Value, json};

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::RefusalText,
};

/// The settings wanted.
#[derive(Debug, Clone)]
pub struct ChangeSettings {
    /// Of which environment.
    pub environment: Environment,
    /// How strangers may register.
    pub registration_mode: RegistrationMode,
    /// What people read while an app is undecided; `None` shows the product's own text.
    pub refusal_text: Option<RefusalText>,
}

/// Why the settings are as before.
#[derive(Debug, thiserror::Error)]
pub enum ChangeSettingsError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// Open registration is for the sandbox.
    #[error("open registration is for the sandbox")]
    OpenIsForTheSandbox,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Changes the settings of an environment.
pub async fn change_settings(
    tx: &mut TenantTx,
    command: ChangeSettings,
    acting: &mut Acting<'_>,
) -> Result<environment::Settings, ChangeSettingsError> {
    acting.member(tx, Action::EditSettings)?;
    let open = command.registration_mode == RegistrationMode::Open;
    if open && command.environment == Environment::Production {
        return Err(ChangeSettingsError::OpenIsForTheSandbox);
    }
    let before = environment::load(tx, command.environment).await?;
    let after = environment::Settings {
        environment: command.environment,
        registration_mode: command.registration_mode,
        refusal_text: command.refusal_text.map(|text| text.as_str().to_owned()),
    };
    environment::save(tx, &after).await?;
    let deed = Deed {
        action: "environment.change_settings",
        object: tx.tenant().to_string(),
        environment: Some(after.environment),
        reason: "",
        detail: json!({ "before": kept(&before), "after": kept(&after) }),
    };
    acting.record(tx, deed).await?;
    Ok(after)
}

fn kept(settings: &environment::Settings) -> Value {
    json!({
        "registration_mode": settings.registration_mode,
        "refusal_text": settings.refusal_text,
    })
}
