//! Whose signatures an environment believes, and about what: software (RFC 7591 section 2.3), workloads or people.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_tenancy::statement_issuer::{self, IssuerKeys, StatementIssuer};
use narthex_vocab::{IssuerName, IssuerPurpose, KeySet, Purposes, WebUri};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::reason::Standing;
use crate::Acting;
use crate::statement_issuer::{
    DistrustIssuer, StatementIssuerError, TrustIssuer, distrust_issuer, trust_issuer,
};

/// The issuers.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatementIssuers {
    issuers: Vec<IssuerEntry>,
}

/// One issuer.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssuerEntry {
    issuer: String,
    /// `statements`, or `workloads`, `people` or both.
    counts_for: Vec<&'static str>,
    /// Where its keys are published; absent where they were pasted.
    jwks_uri: Option<String>,
    /// Its keys as they are known now.
    #[schema(value_type = Option<Object>)]
    jwks: Option<Value>,
    /// Why they could not be read lately.
    refusal: Option<String>,
}

/// An issuer to believe: either where its keys are, or the keys.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewIssuer {
    /// As `iss` of what it signs: an https address, or a SPIFFE trust domain.
    #[schema(value_type = String)]
    issuer: IssuerName,
    /// `statements` alone, or `workloads`, `people` or both; statements when not said.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    counts_for: Vec<IssuerPurpose>,
    #[schema(value_type = Option<String>)]
    jwks_uri: Option<WebUri>,
    /// A JSON Web Key Set with public keys alone.
    #[schema(value_type = Option<Object>)]
    jwks: Option<Value>,
}

/// An issuer that is believed no longer.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OldIssuer {
    #[schema(value_type = String)]
    issuer: IssuerName,
}

/// List whose signatures are believed.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/{environment}/settings/statements",
    operation_id = "statement_issuers",
    responses((status = 200, body = StatementIssuers))
)]
pub(crate) async fn list(holder: Holder) -> Result<HttpResponse, Fault> {
    let environment = holder.environment()?;
    let work = async |tx: &mut TenantTx| statement_issuer::trusted(tx, environment).await;
    let all = holder.look(work).await?;
    Ok(HttpResponse::Ok().json(StatementIssuers {
        issuers: all.iter().map(entry).collect(),
    }))
}

/// Believe an issuer.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/settings/statements",
    operation_id = "trust_issuer",
    request_body = NewIssuer,
    responses((status = 200, body = IssuerEntry))
)]
pub(crate) async fn trust(holder: Holder, body: Body<NewIssuer>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    let keys = match (says.jwks_uri, says.jwks) {
        (Some(url), None) => IssuerKeys::At { url, looked: None },
        (None, Some(sent)) => {
            let keys = KeySet::parse(&sent);
            IssuerKeys::Pinned(keys.map_err(|error| Fault::member("jwks", error.to_string()))?)
        }
        (None, None) | (Some(_), Some(_)) => {
            return Err(Fault::member("jwks_uri", "either this or jwks"));
        }
    };
    let purposes = if says.counts_for.is_empty() {
        vec![IssuerPurpose::Statements]
    } else {
        says.counts_for
    };
    let counts_for = Purposes::of(&says.issuer, purposes);
    let issuer = StatementIssuer {
        counts_for: counts_for.map_err(|error| Fault::member("counts_for", error.to_string()))?,
        issuer: says.issuer,
        keys,
    };
    let command = TrustIssuer {
        environment: holder.environment()?,
        issuer,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let told = entry(&command.issuer);
        trust_issuer(tx, command, acting).await?;
        Ok(told)
    };
    holder.act((Action::EditSettings, &body.object), act).await
}

/// Believe an issuer no longer.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/{environment}/settings/statements/remove",
    operation_id = "distrust_issuer",
    request_body = OldIssuer,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn distrust(holder: Holder, body: Body<OldIssuer>) -> Result<HttpResponse, Fault> {
    let command = DistrustIssuer {
        environment: holder.environment()?,
        issuer: body.says.issuer,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        distrust_issuer(tx, command, acting).await?;
        Ok(Standing { state: "removed" })
    };
    holder.act((Action::EditSettings, &body.object), act).await
}

fn entry(issuer: &StatementIssuer) -> IssuerEntry {
    let (jwks_uri, jwks, refusal) = match &issuer.keys {
        IssuerKeys::Pinned(keys) => (None, Some(keys.to_json()), None),
        IssuerKeys::At { url, looked } => {
            let looked = looked.as_ref();
            let found = looked.and_then(|looked| looked.found.as_ref());
            (
                Some(url.to_string()),
                found.map(|(keys, _)| keys.to_json()),
                looked.and_then(|looked| looked.refusal.clone()),
            )
        }
    };
    IssuerEntry {
        issuer: issuer.issuer.to_string(),
        counts_for: issuer
            .counts_for
            .iter()
            .map(IssuerPurpose::as_str)
            .collect(),
        jwks_uri,
        jwks,
        refusal,
    }
}

faults! {
    StatementIssuerError {
        TooMany => fault::state,
        Unknown => |words| Fault::of(fault::NOT_THERE, words),
    }
}
