//! Who the token speaks for, and what it may do.

use actix_web::HttpResponse;
use narthex_tenancy::permission::Action;
use serde::Serialize;
use utoipa::ToSchema;

use super::bearer::Bearer;
use super::caller::Caller;
use super::holder::Holder;
use super::moment::Moment;

/// The person behind a token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// The person, `mem_…`.
    member: String,
    name: String,
    email: String,
    /// The role, as `reviewer` or `manager`.
    role: &'static str,
    /// What the role includes, in words.
    role_may: Vec<&'static str>,
    token: Token,
}

/// The token of the call.
#[derive(Serialize, ToSchema)]
struct Token {
    /// `tok_…`.
    id: String,
    name: String,
    /// `read` or `act`.
    may: &'static str,
    expires_at: Moment,
    /// Whether acting takes a one-time code: always for staff, in the portal where the person has a second factor.
    takes_codes: bool,
    /// Until when it may act without another one-time code.
    acts_until: Option<Moment>,
}

/// Who am I?
#[utoipa::path(get, path = "/api/v1/me", operation_id = "me", responses((status = 200, body = Me)))]
pub(crate) async fn get(caller: Caller) -> HttpResponse {
    HttpResponse::Ok().json(of(&caller.bearer, Action::STAFF))
}

/// Who am I?
#[utoipa::path(get, path = "/api/v1/t/{tenant}/me", operation_id = "me", responses((status = 200, body = Me)))]
pub(crate) async fn of_tenant(holder: Holder) -> HttpResponse {
    HttpResponse::Ok().json(of(&holder, Action::TENANT))
}

fn of(bearer: &Bearer, actions: &[Action]) -> Me {
    let token = &bearer.token;
    let until = token
        .second_factor_at
        .map(|at| at + narthex_people::api_token::FRESH);
    let may = actions.iter().filter(|action| bearer.role.may(**action));
    Me {
        member: bearer.member.id.to_string(),
        name: bearer.member.name.to_string(),
        email: bearer.member.email.to_string(),
        role: bearer.role.as_str(),
        role_may: may.map(|action| action.words()).collect(),
        token: Token {
            id: token.id.to_string(),
            name: token.name.to_string(),
            may: token.may.as_str(),
            expires_at: token.expires_at.into(),
            takes_codes: bearer.gives_codes,
            acts_until: until.filter(|until| *until > bearer.now).map(Into::into),
        },
    }
}
