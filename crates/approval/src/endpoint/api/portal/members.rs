//! The people of a tenant: who they are, inviting one, taking one out.

use actix_web::HttpResponse;
use narthex_tenancy::TenantTx;
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Action, Role};
use narthex_vocab::Email;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::Body;
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::link::said;
use super::super::reason::{self, WithReason};
use crate::Acting;
use crate::invite::{InviteError, InviteMember, invite};
use crate::remove_member::{RemoveMember, RemoveMemberError, remove_member};

/// The people.
#[derive(Serialize, ToSchema)]
pub(crate) struct Members {
    members: Vec<MemberEntry>,
}

/// One person.
#[derive(Serialize, ToSchema)]
struct MemberEntry {
    /// `mem_…`.
    member: String,
    name: String,
    email: String,
    /// `owner`, `manager`, `developer` or `viewer`; absent for end users.
    role: Option<&'static str>,
}

/// Somebody to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMember {
    #[schema(value_type = String)]
    email: Email,
    /// `owner`, `manager`, `developer` or `viewer`.
    role: String,
}

/// An invitation.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invited {
    email: String,
    role: &'static str,
    /// Where the secret leads: append it. Who has the link is that person.
    address: String,
    /// Shown once: absent when asked again with the same key.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

/// What somebody's leaving changed.
#[derive(Serialize, ToSchema)]
pub(crate) struct Left {
    /// Sessions that were ended.
    sessions: usize,
    /// Tokens that were ended.
    api_tokens: usize,
    /// Integrations for which nobody answers now, `int_…`.
    orphans: Vec<String>,
}

/// List people.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/members",
    operation_id = "members",
    responses((status = 200, body = Members))
)]
pub(crate) async fn list(holder: Holder) -> Result<HttpResponse, Fault> {
    let all = holder.look(member::list).await?;
    Ok(HttpResponse::Ok().json(Members {
        members: all.iter().map(entry).collect(),
    }))
}

/// Invite somebody. The link is shown once.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/members",
    operation_id = "invite",
    request_body = NewMember,
    responses((status = 200, body = Invited))
)]
pub(crate) async fn add(holder: Holder, body: Body<NewMember>) -> Result<HttpResponse, Fault> {
    let role: Role = said("role", &body.says.role)?;
    let email = body.says.email;
    let command = InviteMember {
        email: email.clone(),
        role,
        hash_key: holder.hash_key(),
    };
    let base = holder.approval.portal_base.as_str().trim_end_matches('/');
    let address = format!("{base}/t/{}/invitation/", holder.tenant.slug);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let secret = invite(tx, command, acting).await?;
        let shown = Invited {
            email: email.to_string(),
            role: role.as_str(),
            address,
            secret: None,
        };
        Ok((shown, Some(secret)))
    };
    holder.make((Action::ManagePeople, &body.object), act).await
}

/// Take somebody out: sessions and tokens end at once.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/members/{member}/remove",
    operation_id = "remove_member",
    request_body = WithReason,
    responses((status = 200, body = Left))
)]
pub(crate) async fn remove(holder: Holder, body: Body<WithReason>) -> Result<HttpResponse, Fault> {
    let command = RemoveMember {
        member: holder.named("member")?,
        reason: reason::parse(&body.says.reason)?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let removed = remove_member(tx, command, acting).await?;
        Ok(Left {
            sessions: removed.sessions,
            api_tokens: removed.api_tokens,
            orphans: removed.orphans.iter().map(ToString::to_string).collect(),
        })
    };
    holder.act((Action::ManagePeople, &body.object), act).await
}

fn entry(member: &Member) -> MemberEntry {
    MemberEntry {
        member: member.id.to_string(),
        name: member.name.to_string(),
        email: member.email.to_string(),
        role: member.role.map(Role::as_str),
    }
}

faults! {
    InviteError {
        AlreadyMember => |words| Fault::member("email", words),
        NotATenantRole => |words| Fault::member("role", words),
    }
    RemoveMemberError { LastOwner => fault::state }
}
