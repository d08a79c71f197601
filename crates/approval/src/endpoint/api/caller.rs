//! Who calls the management API on the staff listener: a person of the platform, by a token. What they look at is logged
//! as the dashboard's looks are.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest, HttpResponse};
use narthex_http::Guarded;
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{Id, PLATFORM_TENANT, Secret, kind};
use serde::Serialize;
use serde_json::Value;

use super::bearer::{Asking, Bearer};
use super::fault::Fault;
use crate::Acting;
use crate::endpoint::staff::Staff;
use crate::routes::dashboard::Guard;

/// A person of the platform, by a token.
pub(crate) struct Caller {
    staff: Staff,
    /// The token and how it was shown.
    pub(crate) bearer: Bearer,
}

impl Deref for Caller {
    type Target = Staff;

    fn deref(&self) -> &Staff {
        &self.staff
    }
}

impl Caller {
    /// The proof that this person may do `action` by this token now.
    pub(crate) fn permit(&self, action: Action) -> Result<Permit, Fault> {
        self.bearer.permit(action)
    }

    /// Lets the person act once in a tenant, and answers what came of it.
    pub(crate) async fn act<T: Serialize>(
        &self,
        tenant: Id<kind::Tenant>,
        asked: (Action, &Value),
        act: impl AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, Fault>,
    ) -> Result<HttpResponse, Fault> {
        self.bearer.act(tenant, asked, act).await
    }

    /// The same, where a secret comes of it.
    pub(crate) async fn make<T: Serialize>(
        &self,
        tenant: Id<kind::Tenant>,
        asked: (Action, &Value),
        act: impl AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<(T, Option<Secret>), Fault>,
    ) -> Result<HttpResponse, Fault> {
        self.bearer.make(tenant, asked, act).await
    }
}

impl FromRequest for Caller {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Fault>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        request.extensions_mut().insert(Asking);
        let request = request.clone();
        Box::pin(async move { read(&request).await })
    }
}

async fn read(request: &HttpRequest) -> Result<Caller, Fault> {
    let guard = request.extensions().get::<Guarded<Guard>>().copied();
    let asked = match guard {
        Some(Guarded(Guard::Token(action))) => Some(action),
        Some(Guarded(Guard::Anyone | Guard::May(_))) | None => None,
    };
    let bearer = Bearer::read(request, PLATFORM_TENANT, (asked, Action::ReadPlatform)).await?;
    bearer.known();
    let staff = Staff {
        member: bearer.member.clone(),
        role: bearer.role,
        now: bearer.now,
        request_id: bearer.request_id.clone(),
        approval: bearer.approval.clone(),
    };
    Ok(Caller { staff, bearer })
}
