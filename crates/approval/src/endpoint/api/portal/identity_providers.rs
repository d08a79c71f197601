//! The identity providers at which people of a tenant sign in, and whether passwords count beside them. A client secret is
//! taken and never given.

use actix_web::HttpResponse;
use narthex_people::elsewhere;
use narthex_people::provider::{self, NewProvider, Provider, ProviderIssuer};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::{Action, Role};
use narthex_vocab::Label;
use narthex_vocab::ProblemKind as Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::super::body::{Body, Nothing};
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::link::said;
use super::super::moment::Moment;
use super::super::reason::Standing;
use crate::Acting;
use crate::endpoint::portal::identity_provider_form::plain;
use crate::identity_provider::{
    IdentityProviderError, SignInRule, add_provider, reached_provider, remove_provider,
    set_sign_in_rule,
};

/// Where people sign in.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentityProviders {
    /// Passwords count for nobody but owners with a second factor.
    providers_only: bool,
    providers: Vec<ProviderEntry>,
}

/// One provider.
#[derive(Serialize, ToSchema)]
pub(crate) struct ProviderEntry {
    /// `idp_…`.
    provider: String,
    name: String,
    issuer: String,
    client_id: String,
    /// To be registered at the provider.
    redirect_uri: String,
    /// As what people join whom nobody invited, with a checked address of a proved domain; absent where nobody does.
    joins_as: Option<&'static str>,
    /// When it was last reached.
    tested_at: Option<Moment>,
}

/// A provider to believe.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIdentityProvider {
    /// What people read on the sign-in page.
    name: String,
    /// As its tokens name it; it cannot be changed.
    issuer: String,
    client_id: String,
    /// Never given out again.
    client_secret: String,
    /// `manager`, `developer` or `viewer`; absent where nobody joins uninvited.
    joins_as: Option<String>,
}

/// How people sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewSignInRule {
    /// Passwords count for nobody but owners with a second factor. Every session that a password began ends.
    providers_only: bool,
}

/// List identity providers.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/identity-providers",
    operation_id = "identity_providers",
    responses((status = 200, body = IdentityProviders))
)]
pub(crate) async fn list(holder: Holder) -> Result<HttpResponse, Fault> {
    let look = async |tx: &mut TenantTx| Ok((provider::all(tx).await?, provider::only(tx).await?));
    let (all, providers_only) = holder.look(look).await?;
    Ok(HttpResponse::Ok().json(IdentityProviders {
        providers_only,
        providers: all.iter().map(|one| entry(&holder, one)).collect(),
    }))
}

/// Add an identity provider.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/identity-providers",
    operation_id = "add_identity_provider",
    request_body = NewIdentityProvider,
    responses((status = 200, body = ProviderEntry))
)]
pub(crate) async fn add(
    holder: Holder,
    body: Body<NewIdentityProvider>,
) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let wrong = |name: &'static str| {
        move |()| Fault::member(name, "write up to 255 visible characters of ASCII")
    };
    let role = says.joins_as.as_deref();
    let issuer = ProviderIssuer::parse(&says.issuer);
    let new = NewProvider {
        name: said::<Label>("name", &says.name)?,
        issuer: issuer.map_err(|error| Fault::member("issuer", error.to_string()))?,
        client_id: plain(&says.client_id).map_err(wrong("client_id"))?,
        client_secret: Zeroizing::new(plain(&says.client_secret).map_err(wrong("client_secret"))?),
        joins_as: role
            .map(|role| said::<Role>("joins_as", role))
            .transpose()?,
    };
    let way = holder.approval.people.providers.as_ref();
    let key = &way.ok_or_else(Fault::not_there)?.key;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let added = add_provider(tx, (new, key), acting).await?;
        Ok(entry(&holder, &added))
    };
    holder.act((Action::ManagePeople, &body.object), act).await
}

/// Test the connection to an identity provider: its discovery document and its keys are read.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/identity-providers/{provider}/test",
    operation_id = "test_identity_provider",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn test(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    holder.permit(Action::ManagePeople)?;
    let id = holder.named("provider")?;
    let load = async |tx: &mut TenantTx| provider::load(tx, id).await;
    let provider = holder.look(load).await?;
    holder.may_try("test-provider").await?;
    elsewhere::test(&holder.approval.people, &provider)
        .await
        .map_err(|fault| fault::state(format!("it was not reached: {fault}")))?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        reached_provider(tx, id, acting).await?;
        Ok(Standing { state: "reached" })
    };
    holder.act((Action::ManagePeople, &body.object), act).await
}

/// Remove an identity provider: every session that began there ends.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/identity-providers/{provider}/remove",
    operation_id = "remove_identity_provider",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn remove(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let id = holder.named("provider")?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        remove_provider(tx, id, acting).await?;
        Ok(Standing { state: "removed" })
    };
    holder.act((Action::ManagePeople, &body.object), act).await
}

/// Say whether people sign in at identity providers alone.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/sign-in-rule",
    operation_id = "set_sign_in_rule",
    request_body = NewSignInRule,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn set_rule(
    holder: Holder,
    body: Body<NewSignInRule>,
) -> Result<HttpResponse, Fault> {
    let rule = SignInRule {
        providers_only: body.says.providers_only,
        session: None,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        set_sign_in_rule(tx, rule, acting).await?;
        let state = if rule.providers_only {
            "providers_only"
        } else {
            "passwords_too"
        };
        Ok(Standing { state })
    };
    holder.act((Action::ManagePeople, &body.object), act).await
}

fn entry(holder: &Holder, provider: &Provider) -> ProviderEntry {
    let base = holder.approval.portal_base.as_str().trim_end_matches('/');
    let (slug, id) = (&holder.tenant.slug, provider.id);
    ProviderEntry {
        provider: id.to_string(),
        name: provider.name.to_string(),
        issuer: provider.issuer.as_str().to_owned(),
        client_id: provider.client_id.clone(),
        redirect_uri: format!("{base}/t/{slug}/sign-in/with/{id}/back"),
        joins_as: provider.joins_as.map(Role::as_str),
        tested_at: provider.tested_at.map(Into::into),
    }
}

faults! {
    IdentityProviderError {
        Role => |words| Fault::member("joins_as", words),
        Known => |words| Fault::member("issuer", words),
        TooMany | LastWay | NoSecondFactor => fault::state,
        Unknown => |words| Fault::of(Kind::NOT_THERE, words),
    }
}
