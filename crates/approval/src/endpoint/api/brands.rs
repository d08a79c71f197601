//! Names that people know, and the hosts where they really are.

use narthex_vocab::ProblemKind as Kind;
use std::collections::BTreeSet;

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Brand, HostPattern, Label, PLATFORM_TENANT};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::body::Body;
use super::caller::Caller;
use super::fault::{Fault, faults};
use super::reason::Standing;
use crate::Acting;
use crate::brand::{EditBrandError, ForgetBrand, KeepBrand, forget_brand, keep_brand};
use crate::endpoint::staff::Look;
use crate::store::brand;

/// The names.
#[derive(Serialize, ToSchema)]
pub(crate) struct Brands {
    #[schema(value_type = Vec<KnownName>)]
    brands: Vec<KnownName>,
}

/// One name.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct KnownName {
    #[schema(value_type = String)]
    name: Label,
    /// Where it really is: `example.com`, or `*.example.com` for all below.
    #[schema(value_type = Vec<String>)]
    hosts: BTreeSet<HostPattern>,
}

/// A name to forget.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OldName {
    #[schema(value_type = String)]
    name: Label,
}

/// List known names.
#[utoipa::path(
    get,
    path = "/api/v1/brands",
    operation_id = "brands",
    responses((status = 200, body = Brands))
)]
pub(crate) async fn list(caller: Caller) -> Result<HttpResponse, Fault> {
    let seen = caller.look(Look::over("api/brands"), brand::known).await?;
    let name = |brand: Brand| KnownName {
        name: brand.name,
        hosts: brand.hosts,
    };
    Ok(HttpResponse::Ok().json(Brands {
        brands: seen.found.into_iter().map(name).collect(),
    }))
}

/// Keep a name with its hosts, new or in place of what was known.
#[utoipa::path(
    post,
    path = "/api/v1/brands",
    operation_id = "keep_brand",
    request_body = KnownName,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn keep(caller: Caller, body: Body<KnownName>) -> Result<HttpResponse, Fault> {
    let says = body.says;
    if says.hosts.is_empty() || says.hosts.len() > Brand::MOST_HOSTS {
        let words = format!("1 to {} of them", Brand::MOST_HOSTS);
        return Err(Fault::member("hosts", words));
    }
    let brand = Brand {
        name: says.name,
        hosts: says.hosts,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        keep_brand(tx, KeepBrand { brand }, acting).await?;
        Ok(Standing { state: "kept" })
    };
    let asked = (Action::EditBrands, &body.object);
    caller.act(PLATFORM_TENANT, asked, act).await
}

/// Forget a name.
#[utoipa::path(
    post,
    path = "/api/v1/brands/forget",
    operation_id = "forget_brand",
    request_body = OldName,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn forget(caller: Caller, body: Body<OldName>) -> Result<HttpResponse, Fault> {
    let name = body.says.name;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        forget_brand(tx, ForgetBrand { name }, acting).await?;
        Ok(Standing { state: "forgotten" })
    };
    let asked = (Action::EditBrands, &body.object);
    caller.act(PLATFORM_TENANT, asked, act).await
}

faults! {
    EditBrandError { Unknown => |words| Fault::of(Kind::NOT_THERE, words) }
}
