//! Who the token speaks for, and what it may do.

use actix_web::HttpResponse;
use narthex_tenancy::permission::Action;
use serde::Serialize;
use utoipa::ToSchema;

use super::caller::Caller;
use super::moment::Moment;

/// The person behind a token.
#[derive(Serialize, ToSchema)]
pub(crate) struct Me {
    /// The person, `mem_…`.
    member: String,
    name: String,
    email: String,
    /// The role in the dashboard, as `reviewer`.
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
    /// Until when it may act without another one-time code.
    acts_until: Option<Moment>,
}

/// Who am I?
#[utoipa::path(get, path = "/api/v1/me", operation_id = "me", responses((status = 200, body = Me)))]
pub(crate) async fn get(caller: Caller) -> HttpResponse {
    let token = &caller.token;
    let until = token
        .second_factor_at
        .map(|at| at + narthex_people::api_token::FRESH);
    let may = Action::STAFF.iter().filter(|action| caller.may(**action));
    HttpResponse::Ok().json(Me {
        member: caller.member.id.to_string(),
        name: caller.member.name.to_string(),
        email: caller.member.email.to_string(),
        role: caller.role.as_str(),
        role_may: may.map(|action| action.words()).collect(),
        token: Token {
            id: token.id.to_string(),
            name: token.name.to_string(),
            may: token.may.as_str(),
            expires_at: token.expires_at.into(),
            acts_until: until.filter(|until| *until > caller.now).map(Into::into),
        },
    })
}
