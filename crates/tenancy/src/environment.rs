//! The settings of an environment: how it takes registrations and what it says to the undecided.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_vocab::{Environment, RegistrationMode};

use crate::{StoreError, TenantTx, schema::tenant::environments as e};

/// The settings of one environment of the transaction's tenant.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Which of the two.
    pub environment: Environment,
    /// How strangers may register.
    pub registration_mode: RegistrationMode,
    /// Whether a client may be named by the address of its own metadata document.
    pub client_documents: bool,
    /// What the tenant wants people to read while an app is undecided.
    pub refusal_text: Option<String>,
}

/// Reads the settings. [`StoreError::NotFound`] only for a tenant without environments (the platform).
pub async fn load(tx: &mut TenantTx, environment: Environment) -> Result<Settings, StoreError> {
    let (mode, client_documents, refusal_text): (String, bool, Option<String>) = e::table
        .filter(
            e::tenant_id
                .eq(tx.tenant_uuid())
                .and(e::environment.eq(environment.as_str())),
        )
        .select((e::registration_mode, e::client_documents, e::refusal_text))
        .first(tx.connection()?)
        .await?;
    let registration_mode = mode.parse().map_err(StoreError::corrupt(
        "tenant.environment",
        "registration_mode",
    ))?;
    Ok(Settings {
        environment,
        registration_mode,
        client_documents,
        refusal_text,
    })
}

/// Changes the settings. [`StoreError::Refused`] by `open_is_for_the_sandbox` for `open` in production.
pub async fn save(tx: &mut TenantTx, settings: &Settings) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let changed = diesel::update(e::table)
        .filter(
            e::tenant_id
                .eq(tenant_id)
                .and(e::environment.eq(settings.environment.as_str())),
        )
        .set((
            e::registration_mode.eq(settings.registration_mode.as_str()),
            e::client_documents.eq(settings.client_documents),
            e::refusal_text.eq(settings.refusal_text.as_deref()),
        ))
        .execute(tx.connection()?)
        .await?;
    if changed == 1 {
        Ok(())
    } else {
        Err(StoreError::NotFound)
    }
}
