//! An owner sets how an environment takes registrations and what it tells the undecided. It never opens production.

use narthex_tenancy::{StoreError, TenantTx, environment, permission::Action};
use narthex_vocab::{Environment, RegistrationMode};
use serde_json::{Value, json};

use crate::{
    acting::{Acting, Deed, NotPermitted},
    prose::{Reason, RefusalText},
};

/// The settings wanted.
#[derive(Debug, Clone)]
pub struct ChangeSettings {
    /// Of which environment.
    pub environment: Environment,
    /// How strangers may register.
    pub registration_mode: RegistrationMode,
    /// Whether a client may be named by the address of its own metadata document.
    pub client_documents: bool,
    /// What people read while an app is undecided; `None` shows the product's own text.
    pub refusal_text: Option<RefusalText>,
    /// Why production takes registrations in a more open way than before; needed for that alone.
    pub because: Option<Reason>,
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
    /// Production would take registrations in a more open way, and nobody said why.
    #[error("this opens production up: say why")]
    OpensProduction,
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
    let opens = command.environment == Environment::Production
        && command.registration_mode > before.registration_mode;
    if opens && command.because.is_none() {
        return Err(ChangeSettingsError::OpensProduction);
    }
    let after = environment::Settings {
        environment: command.environment,
        registration_mode: command.registration_mode,
        client_documents: command.client_documents,
        refusal_text: command.refusal_text.map(|text| text.as_str().to_owned()),
    };
    environment::save(tx, &after).await?;
    let deed = Deed {
        action: "environment.change_settings",
        object: tx.tenant().to_string(),
        environment: Some(after.environment),
        reason: command.because.as_ref().map_or("", Reason::as_str),
        detail: json!({ "before": kept(&before), "after": kept(&after) }),
    };
    acting.record(tx, deed).await?;
    Ok(after)
}

fn kept(settings: &environment::Settings) -> Value {
    json!({
        "registration_mode": settings.registration_mode,
        "client_documents": settings.client_documents,
        "refusal_text": settings.refusal_text,
    })
}
