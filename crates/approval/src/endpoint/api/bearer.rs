//! Somebody who calls the management API by a token, on either listener: token in the `Authorization` header, person,
//! role, what the route asks for, in that order (RFC 6750 section 2.1). It reads no cookie, so that no page of another
//! origin can make a browser call.

use narthex_vocab::ProblemKind as Kind;
use std::time::Duration;

use actix_web::http::header::AUTHORIZATION;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use narthex_http::RequestId;
use narthex_people::People;
use narthex_people::api_token::{self, ApiToken, May};
use narthex_tenancy::budget::Bucket;
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Action, Permit, Person, Role};
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_vocab::{Id, Secret, Timestamp, kind};
use serde::Serialize;
use serde_json::Value;

use super::fault::Fault;
use super::once::{Asked, once};
use crate::endpoint::tries::{may_try, spend};
use crate::{Acting, Approval};

/// The calls of one token in a minute.
const CALLS: u32 = 600;

/// Left with a call when its caller is known and may do what the route asks for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known;

/// Left with a call as soon as somebody looks who it is from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asking;

/// A person, by a token.
pub(crate) struct Bearer {
    /// Whose person it is; the platform's for staff.
    tenant: Id<kind::Tenant>,
    /// Who they are.
    pub(crate) member: Member,
    /// What they may do now.
    pub(crate) role: Role,
    /// The token.
    pub(crate) token: ApiToken,
    /// Whether the person proves themselves by codes: then acting takes a fresh one.
    pub(crate) gives_codes: bool,
    /// When this call is handled.
    pub(crate) now: Timestamp,
    /// As the logs and the ledger name the call.
    pub(crate) request_id: String,
    /// The plane.
    pub(crate) approval: Data<Approval>,
    /// The call.
    pub(crate) request: HttpRequest,
}

impl Bearer {
    /// The person of this tenant behind the token of a call, who may do what the route asks for. `looks` is what every
    /// role on this listener includes.
    pub(crate) async fn read(
        request: &HttpRequest,
        tenant: Id<kind::Tenant>,
        (asked, looks): (Option<Action>, Action),
    ) -> Result<Self, Fault> {
        let approval = request.app_data::<Data<Approval>>().cloned();
        let approval = approval.ok_or_else(Fault::not_there)?;
        let now = ambient::now();
        let found = behind(&approval.people, (tenant, bearer(request)?), now).await?;
        let (token, member, gives_codes) = found.ok_or_else(Fault::no_token)?;
        let calls = Bucket::new(format!("api/{}", token.id), CALLS, Duration::from_secs(60));
        if let Some(seconds) = spend(&approval.people, tenant, &[calls], now).await {
            return Err(Fault::often(seconds));
        }
        let role = member.role.filter(|role| role.may(looks));
        let role =
            role.ok_or_else(|| Fault::of(Kind::ROLE, "your account has no role any more"))?;
        let bearer = Self {
            tenant,
            member,
            role,
            token,
            gives_codes,
            now,
            request_id: RequestId::of(request).map_or_else(String::new, |id| id.to_string()),
            approval,
            request: request.clone(),
        };
        // A body is read for those alone who may act on it.
        if let Some(action) = asked.filter(|action| *action != looks) {
            bearer.permit(action)?;
        }
        Ok(bearer)
    }

    /// Lets the body of the call be read.
    pub(super) fn known(&self) {
        self.request.extensions_mut().insert(Known);
    }

    /// The proof that this person may look, as everybody with a role on this listener may: any token of theirs will do.
    pub(super) fn look(&self, looks: Action) -> Result<Permit, Fault> {
        let permit = self.role.permit(&self.person(), looks);
        permit.ok_or_else(|| Fault::role(self.role, looks))
    }

    fn person(&self) -> Person {
        Person {
            tenant: self.tenant,
            member: self.member.id,
            name: self.member.name.as_str().to_owned(),
        }
    }

    /// The proof that this person may do `action` by this token now: the token may act, the role includes it, and a
    /// one-time code was given not long ago.
    pub(crate) fn permit(&self, action: Action) -> Result<Permit, Fault> {
        if self.token.may != May::Act {
            return Err(Fault::of(Kind::READS_ONLY, "this token only looks"));
        }
        let permit = self.role.permit(&self.person(), action);
        let permit = permit.ok_or_else(|| Fault::role(self.role, action))?;
        if self.gives_codes && !self.token.is_fresh(self.now) {
            let minutes = api_token::FRESH.num_minutes();
            let words = format!("no code was given with this token in the last {minutes} minutes");
            return Err(Fault::of(Kind::STEP_UP, words));
        }
        Ok(permit)
    }

    /// Lets the person act once in one transaction of the tenant, and answers what came of it.
    pub(crate) async fn act<T: Serialize>(
        &self,
        tenant: Id<kind::Tenant>,
        (action, body): (Action, &Value),
        act: impl AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<T, Fault>,
    ) -> Result<HttpResponse, Fault> {
        let with_nothing =
            async |tx: &mut TenantTx, acting: &mut Acting<'_>| Ok((act(tx, acting).await?, None));
        self.make(tenant, (action, body), with_nothing).await
    }

    /// The same, where a secret comes of it: it is in the first answer as `secret`, and kept nowhere.
    pub(crate) async fn make<T: Serialize>(
        &self,
        tenant: Id<kind::Tenant>,
        (action, body): (Action, &Value),
        act: impl AsyncFnOnce(&mut TenantTx, &mut Acting<'_>) -> Result<(T, Option<Secret>), Fault>,
    ) -> Result<HttpResponse, Fault> {
        let permit = self.permit(action)?;
        let asked = Asked::of(&self.request, body)?;
        let by = (self.member.id, self.now);
        let work = async |tx: &mut TenantTx| {
            once(tx, (by, &asked), async |tx| {
                let mut rng = ambient::rng();
                let mut acting = Acting::person(&permit, self.now, &mut rng, &self.request_id)
                    .telling(self.approval.mail.as_ref());
                act(tx, &mut acting).await
            })
            .await
        };
        self.approval.database.tenant(tenant, work).await
    }

    /// Counts a try at something that is costly or can be guessed.
    pub(crate) async fn may_try(&self, what: &str) -> Result<(), Fault> {
        let whose = (self.tenant, self.member.id, None);
        let wait = may_try(&self.approval.people, what, whose, self.now).await;
        wait.map_or(Ok(()), |seconds| Err(Fault::often(seconds)))
    }
}

/// The token of the one header.
fn bearer(request: &HttpRequest) -> Result<&str, Fault> {
    let mut lines = request.headers().get_all(AUTHORIZATION);
    let shown = match (lines.next(), lines.next()) {
        (Some(line), None) => line.to_str().ok().and_then(|line| line.split_once(' ')),
        (None, _) | (Some(_), Some(_)) => None,
    };
    let shown = shown.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let words = "send one Authorization header: Bearer and a token";
    shown
        .map(|(_, token)| token.trim())
        .ok_or_else(|| Fault::of(Kind::TOKEN, words))
}

/// The token in force, the active person whose it is, and whether they give codes.
async fn behind(
    people: &People,
    (tenant, shown): (Id<kind::Tenant>, &str),
    now: Timestamp,
) -> Result<Option<(ApiToken, Member, bool)>, StoreError> {
    let work = async |tx: &mut TenantTx| {
        let Some(token) = api_token::find(tx, &people.hash_key, shown, now).await? else {
            return Ok(None);
        };
        match member::load(tx, token.member).await {
            Ok(member) => {
                let gives_codes = api_token::takes_codes(tx, (tenant, token.member)).await?;
                Ok(Some((token, member, gives_codes)))
            }
            Err(StoreError::NotFound) => Ok(None),
            Err(error) => Err(error),
        }
    };
    people.database.tenant(tenant, work).await
}
