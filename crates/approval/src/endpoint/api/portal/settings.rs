//! How an environment answers registrations: its mode, its limits and what of metadata it takes.

use narthex_vocab::ProblemKind as Kind;
use std::collections::BTreeSet;

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::environment::{self, Settings};
use narthex_tenancy::metadata_rules;
use narthex_tenancy::permission::Action;
use narthex_tenancy::registration_limits::{self, Limits};
use narthex_vocab::{
    Admits, Allowlist, AppScheme, HostPattern, MetadataRules, OptionalMember, RegistrationMode,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::{Fault, faults};
use super::super::holder::Holder;
use crate::Acting;
use crate::limit_registration::{LimitRegistration, LimitRegistrationError, limit_registration};
use crate::metadata_rules::{ChangeMetadataRules, ChangeMetadataRulesError, change_metadata_rules};
use crate::prose::{Reason, RefusalText};
use crate::settings::{ChangeSettings, ChangeSettingsError, change_settings};

/// How an environment answers those who come unasked.
#[derive(Serialize, ToSchema)]
pub(crate) struct EnvironmentSettings {
    /// `closed`, `approval`, `quarantine`, or `open` in the sandbox.
    registration_mode: &'static str,
    /// Whether clients that come with the address of a document may wait.
    client_documents: bool,
    /// What people read while an app is undecided; the standard text when absent.
    refusal_text: Option<String>,
}

/// The settings as they shall be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSettings {
    /// `closed`, `approval`, `quarantine`, or `open` in the sandbox.
    #[schema(value_type = String)]
    registration_mode: RegistrationMode,
    client_documents: bool,
    #[schema(value_type = Option<String>)]
    refusal_text: Option<RefusalText>,
    /// Why; needed for what opens production to strangers.
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
}

/// Limits on registration; the platform's where absent.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RegistrationLimits {
    /// Calls in a minute.
    calls: Option<i32>,
    /// New registrations in a minute.
    newcomers: Option<i32>,
    /// Registrations that wait at a time.
    waiting: Option<i32>,
    /// Hours that a registration waits.
    hours: Option<i32>,
    /// Clients that one client may have registered and that have not ended.
    children: Option<i32>,
}

/// What of metadata an environment takes.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Allowlists {
    /// Where redirect addresses, pages, logos and key sets may be; proved hosts beside.
    #[schema(value_type = TakenHosts)]
    hosts: Taken<HostPattern>,
    /// Whether a redirect address may be on the person's own machine.
    loopback: bool,
    /// Which schemes of applications a redirect address may have.
    #[schema(value_type = TakenHosts)]
    app_schemes: Taken<AppScheme>,
    /// Which optional members may be sent.
    #[schema(value_type = Vec<String>)]
    members: BTreeSet<OptionalMember>,
    /// At which domains contacts may be.
    #[schema(value_type = TakenHosts)]
    contacts: Taken<HostPattern>,
    /// Why; needed for what opens production wider.
    #[serde(default, skip_serializing)]
    #[schema(value_type = Option<String>)]
    reason: Option<Reason>,
}

/// How much is taken, and what is listed.
#[derive(Serialize, Deserialize, Clone)]
#[serde(deny_unknown_fields)]
struct Taken<T: Ord> {
    admits: Admits,
    listed: BTreeSet<T>,
}

/// How much is taken, and what is listed.
#[derive(ToSchema)]
#[expect(dead_code, reason = "the description of `Taken` alone")]
struct TakenHosts {
    /// `any`, `listed` or `none`.
    admits: String,
    listed: Vec<String>,
}

/// Read how an environment answers registrations.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/settings",
    operation_id = "settings",
    responses((status = 200, body = EnvironmentSettings))
)]
pub(crate) async fn get(holder: Holder) -> Result<HttpResponse, Fault> {
    let environment = holder.environment()?;
    let work = async |tx: &mut TenantTx| environment::load(tx, environment).await;
    let found = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(shown(&found)))
}

/// Change how an environment answers registrations.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/settings",
    operation_id = "change_settings",
    request_body = NewSettings,
    responses((status = 200, body = EnvironmentSettings))
)]
pub(crate) async fn change(holder: Holder, body: Body<NewSettings>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let command = ChangeSettings {
        environment: holder.environment()?,
        registration_mode: says.registration_mode,
        client_documents: says.client_documents,
        refusal_text: says.refusal_text,
        because: says.reason,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        Ok(shown(&change_settings(tx, command, acting).await?))
    };
    holder.act((Action::EditSettings, &body.object), act).await
}

/// Read the limits on registration.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/settings/limits",
    operation_id = "limits",
    responses((status = 200, body = RegistrationLimits))
)]
pub(crate) async fn limits(holder: Holder) -> Result<HttpResponse, Fault> {
    let environment = holder.environment()?;
    let work = async |tx: &mut TenantTx| registration_limits::load(tx, environment).await;
    let found = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(RegistrationLimits {
        calls: found.calls,
        newcomers: found.newcomers,
        waiting: found.waiting,
        hours: found.hours,
        children: found.children,
    }))
}

/// Limit registration further than the platform does.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/settings/limits",
    operation_id = "limit_registration",
    request_body = RegistrationLimits,
    responses((status = 200, body = RegistrationLimits))
)]
pub(crate) async fn change_limits(
    holder: Holder,
    body: Body<RegistrationLimits>,
) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let command = LimitRegistration {
        environment: holder.environment()?,
        limits: Limits {
            calls: says.calls,
            newcomers: says.newcomers,
            waiting: says.waiting,
            hours: says.hours,
            children: says.children,
        },
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        limit_registration(tx, command, acting).await?;
        Ok(says)
    };
    holder.act((Action::EditSettings, &body.object), act).await
}

/// Read what of metadata an environment takes.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/settings/allowlists",
    operation_id = "allowlists",
    responses((status = 200, body = Allowlists))
)]
pub(crate) async fn allowlists(holder: Holder) -> Result<HttpResponse, Fault> {
    let environment = holder.environment()?;
    let work = async |tx: &mut TenantTx| metadata_rules::load(tx, environment).await;
    let found = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(taken(&found)))
}

/// Change what of metadata an environment takes.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/settings/allowlists",
    operation_id = "change_allowlists",
    request_body = Allowlists,
    responses((status = 200, body = Allowlists))
)]
pub(crate) async fn change_allowlists(
    holder: Holder,
    body: Body<Allowlists>,
) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let command = ChangeMetadataRules {
        environment: holder.environment()?,
        because: says.reason.clone(),
        rules: rules(says)?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let told = taken(&command.rules);
        change_metadata_rules(tx, command, acting).await?;
        Ok(told)
    };
    holder.act((Action::EditSettings, &body.object), act).await
}

fn shown(settings: &Settings) -> EnvironmentSettings {
    EnvironmentSettings {
        registration_mode: settings.registration_mode.as_str(),
        client_documents: settings.client_documents,
        refusal_text: settings.refusal_text.clone(),
    }
}

fn taken(rules: &MetadataRules) -> Allowlists {
    Allowlists {
        hosts: of(&rules.hosts),
        loopback: rules.loopback,
        app_schemes: of(&rules.app_schemes),
        members: rules.members.clone(),
        contacts: of(&rules.contacts),
        reason: None,
    }
}

fn of<T: Ord + Clone>(list: &Allowlist<T>) -> Taken<T> {
    Taken {
        admits: list.admits,
        listed: list.listed.clone(),
    }
}

fn rules(says: Allowlists) -> Result<MetadataRules, Fault> {
    Ok(MetadataRules {
        hosts: list("hosts", says.hosts, &[Admits::Any, Admits::Listed])?,
        loopback: says.loopback,
        app_schemes: list("app_schemes", says.app_schemes, Admits::ALL)?,
        members: says.members,
        contacts: list("contacts", says.contacts, &[Admits::Any, Admits::Listed])?,
    })
}

/// A list as its form takes it.
fn list<T: Ord>(member: &str, taken: Taken<T>, offered: &[Admits]) -> Result<Allowlist<T>, Fault> {
    if !offered.contains(&taken.admits) {
        return Err(Fault::at(&format!("/{member}/admits"), "not for this list"));
    }
    if taken.listed.len() > MetadataRules::MOST {
        let most = format!("at most {}", MetadataRules::MOST);
        return Err(Fault::at(&format!("/{member}/listed"), most));
    }
    Ok(Allowlist {
        admits: taken.admits,
        listed: taken.listed,
    })
}

faults! {
    ChangeSettingsError {
        OpenIsForTheSandbox => |words| Fault::member("registration_mode", words),
        OpensProduction => |words| Fault::member("reason", words),
    }
    ChangeMetadataRulesError { OpensProduction => |words| Fault::member("reason", words) }
    LimitRegistrationError { Beyond => |words| Fault::of(Kind::MEMBER, words) }
}
