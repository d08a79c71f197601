//! Who calls the management API on the portal's listener: a person of the tenant that the path names, by a token of that
//! tenant. A tenant that is not there and one where the token is nobody's answer alike.

use narthex_vocab::ProblemKind as Kind;
use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::str::FromStr;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use narthex_http::Guarded;
use narthex_tenancy::permission::Action;
use narthex_tenancy::tenant::{self, Tenant};
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{Environment, HashKey, Secret, TenantSlug};
use serde::Serialize;
use serde_json::Value;

use super::bearer::{Asking, Bearer};
use super::fault::Fault;
use super::place;
use crate::endpoint::frozen;
use crate::routes::portal::Guard;
use crate::{Acting, Approval};

/// A person of a tenant, by a token.
pub(crate) struct Holder {
    /// Whose person it is.
    pub(crate) tenant: Tenant,
    bearer: Bearer,
}

impl Deref for Holder {
    type Target = Bearer;

    fn deref(&self) -> &Bearer {
        &self.bearer
    }
}

impl Holder {
    /// A part of the path, by the name of its segment.
    pub(crate) fn named<T: FromStr>(&self, segment: &str) -> Result<T, Fault> {
        place::read(&self.request, segment)
    }

    /// The environment of the path.
    pub(crate) fn environment(&self) -> Result<Environment, Fault> {
        self.named("environment")
    }

    /// Reads in one transaction of the tenant.
    pub(crate) async fn look<T>(
        &self,
        work: impl AsyncFnOnce(&mut TenantTx) -> Result<T, StoreError>,
    ) -> Result<T, Fault> {
        let database = &self.approval.database;
        Ok(database.tenant(self.tenant.id, work).await?)
    }

    /// Lets the person act once, and answers what came of it.
    pub(crate) async fn act<T: Serialize>(
        &self,
        asked: (Action, &Value),
        act: impl AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, Fault>,
    ) -> Result<HttpResponse, Fault> {
        self.bearer.act(self.tenant.id, asked, act).await
    }

    /// The same, where a secret comes of it.
    pub(crate) async fn make<T: Serialize>(
        &self,
        asked: (Action, &Value),
        act: impl AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<(T, Option<Secret>), Fault>,
    ) -> Result<HttpResponse, Fault> {
        self.bearer.make(self.tenant.id, asked, act).await
    }

    /// Under which secrets are hashed.
    pub(crate) fn hash_key(&self) -> &HashKey {
        &self.approval.people.hash_key
    }

    /// Under which the codes of waiting registrations and initial access tokens are hashed.
    pub(crate) fn registration_key(&self) -> &HashKey {
        &self.approval.registration_key
    }
}

impl FromRequest for Holder {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Fault>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        request.extensions_mut().insert(Asking);
        let request = request.clone();
        Box::pin(async move { read(&request).await })
    }
}

async fn read(request: &HttpRequest) -> Result<Holder, Fault> {
    let approval = request.app_data::<Data<Approval>>().cloned();
    let approval = approval.ok_or_else(Fault::not_there)?;
    let slug = request.match_info().get("tenant").unwrap_or_default();
    let slug = TenantSlug::parse(slug).map_err(|_| Fault::no_token())?;
    let id = approval.database.find(&slug).await?;
    let id = id.ok_or_else(Fault::no_token)?;
    let guard = request.extensions().get::<Guarded<Guard>>().copied();
    let asked = match guard {
        Some(Guarded(Guard::Token(action))) => Some(action),
        Some(Guarded(Guard::Anyone | Guard::LinkHolder | Guard::May(_) | Guard::Credential))
        | None => None,
    };
    let bearer = Bearer::read(request, id, (asked, Action::ReadTenant)).await?;
    let load = async |tx: &mut TenantTx| tenant::load(tx).await;
    let tenant = approval.database.tenant(id, load).await?;
    if let Some(because) = frozen::refuses(request, &tenant) {
        return Err(Fault::of(
            Kind::FROZEN,
            format!("staff froze the tenant: {because}"),
        ));
    }
    bearer.known();
    Ok(Holder { tenant, bearer })
}
