//! Who calls the management API: token in the `Authorization` header, person, role, in that order (RFC 6750 section 2.1).
//! It reads no cookie, so that no page of another origin can make a browser call.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;
use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use narthex_http::RequestId;
use narthex_people::People;
use narthex_people::api_token::{self, ApiToken, May};
use narthex_tenancy::budget::{Answer, Bucket};
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{PLATFORM_TENANT, Timestamp};

use super::fault::{self, Fault};
use crate::Approval;
use crate::endpoint::staff::Staff;

/// The calls of one token in a minute.
const CALLS: u32 = 600;

/// A person of the platform, by a token.
pub(crate) struct Caller {
    staff: Staff,
    /// The token.
    pub(crate) token: ApiToken,
}

impl Deref for Caller {
    type Target = Staff;

    fn deref(&self) -> &Staff {
        &self.staff
    }
}

impl Caller {
    /// The proof that this person may do `action` by this token now: the token may act, the role includes it, and a
    /// one-time code was given not long ago.
    pub(crate) fn permit(&self, action: Action) -> Result<Permit, Fault> {
        if self.token.may != May::Act {
            return Err(Fault::of(fault::READS_ONLY, "this token only looks"));
        }
        let permit = self.staff.permit(action);
        let permit = permit.map_err(|_| Fault::role(self, action))?;
        if !self.token.is_fresh(self.now) {
            let minutes = api_token::FRESH.num_minutes();
            let words = format!("no code was given with this token in the last {minutes} minutes");
            return Err(Fault::of(fault::STEP_UP, words));
        }
        Ok(permit)
    }
}

impl FromRequest for Caller {
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Fault>>>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request = request.clone();
        Box::pin(async move { read(&request).await })
    }
}

async fn read(request: &HttpRequest) -> Result<Caller, Fault> {
    let approval = request.app_data::<Data<Approval>>().cloned();
    let approval = approval.ok_or_else(Fault::not_there)?;
    let now = ambient::now();
    let shown = bearer(request).ok_or_else(|| {
        Fault::of(
            fault::TOKEN,
            "send one Authorization header: Bearer and a token",
        )
    })?;
    let found = behind(&approval.people, shown, now).await?;
    let (token, member) =
        found.ok_or_else(|| Fault::of(fault::TOKEN, "it is unknown, was ended, or is over"))?;
    throttle(&approval.people, &token, now).await?;
    let role = member.role.filter(|role| role.may(Action::ReadPlatform));
    let role = role.ok_or_else(|| Fault::of(fault::ROLE, "your account has no role any more"))?;
    let staff = Staff {
        member,
        role,
        now,
        request_id: RequestId::of(request).map_or_else(String::new, |id| id.to_string()),
        approval,
    };
    Ok(Caller { staff, token })
}

/// The token of the one header.
fn bearer(request: &HttpRequest) -> Option<&str> {
    let mut lines = request.headers().get_all(AUTHORIZATION);
    let (Some(line), None) = (lines.next(), lines.next()) else {
        return None;
    };
    let (scheme, token) = line.to_str().ok()?.split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// The token in force and the active person whose it is.
async fn behind(
    people: &People,
    shown: &str,
    now: Timestamp,
) -> Result<Option<(ApiToken, Member)>, StoreError> {
    let work = async |tx: &mut TenantTx| {
        let Some(token) = api_token::find(tx, &people.hash_key, shown, now).await? else {
            return Ok(None);
        };
        match member::load(tx, token.member).await {
            Ok(member) => Ok(Some((token, member))),
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    };
    people.database.tenant(PLATFORM_TENANT, work).await
}

async fn throttle(people: &People, token: &ApiToken, now: Timestamp) -> Result<(), Fault> {
    let calls = [Bucket::new(
        format!("api/{}", token.id),
        CALLS,
        Duration::from_secs(60),
    )];
    let answer = match people.budgets.spend(PLATFORM_TENANT, &calls).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "the management API is throttled in memory");
            people.fallback.spend(PLATFORM_TENANT, &calls, now)
        }
    };
    match answer {
        Answer::Allowed => Ok(()),
        Answer::Limited { retry_after } => Err(Fault::often(retry_after)),
    }
}
