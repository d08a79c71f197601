//! The people of a tenant: who they are, inviting one, taking one out.

use actix_web::HttpResponse;
use narthex_people::invitation::{self, Pending};
use narthex_tenancy::TenantTx;
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::{Action, Role};
use narthex_vocab::Email;
use narthex_vocab::ProblemKind as Kind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::super::body::{Body, Nothing};
use super::super::fault::{self, Fault, faults};
use super::super::holder::Holder;
use super::super::link::said;
use super::super::moment::Moment;
use super::super::reason::{self, Standing, WithReason};
use crate::Acting;
use crate::change_role::{ChangeRole, ChangeRoleError, change_role};
use crate::end_invitation::{EndInvitationError, end_invitation, invite_again};
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

/// A role to give.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewRole {
    /// `owner`, `manager`, `developer` or `viewer`.
    role: String,
}

/// Invitations that nobody has accepted.
#[derive(Serialize, ToSchema)]
pub(crate) struct Invitations {
    invitations: Vec<InvitationEntry>,
}

/// One of them, without its link.
#[derive(Serialize, ToSchema)]
struct InvitationEntry {
    /// `inv_…`.
    invitation: String,
    email: String,
    role: Option<&'static str>,
    expires_at: Moment,
    /// When the invited person asked for another link, after its end.
    asked_again_at: Option<Moment>,
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
    let address = link(&holder);
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

/// Give somebody another role. It counts from their next call on.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/members/{member}/role",
    operation_id = "change_role",
    request_body = NewRole,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn set_role(holder: Holder, body: Body<NewRole>) -> Result<HttpResponse, Fault> {
    let command = ChangeRole {
        member: holder.named("member")?,
        role: said("role", &body.says.role)?,
    };
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let state = command.role.as_str();
        change_role(tx, command, acting).await?;
        Ok(Standing { state })
    };
    holder.act((Action::ManagePeople, &body.object), act).await
}

/// List invitations that nobody has accepted.
#[utoipa::path(
    get,
    path = "/api/v1/t/{tenant}/members/invitations",
    operation_id = "invitations",
    responses((status = 200, body = Invitations))
)]
pub(crate) async fn invitations(holder: Holder) -> Result<HttpResponse, Fault> {
    let now = holder.now;
    let work = async |tx: &mut TenantTx| invitation::pending(tx, now).await;
    let all = holder.look(work).await?;
    let entry = |one: &Pending| InvitationEntry {
        invitation: one.invitation.id.to_string(),
        email: one.invitation.invite.email.to_string(),
        role: one.invitation.invite.role.map(Role::as_str),
        expires_at: one.invitation.expires_at.into(),
        asked_again_at: one.asked_again_at.map(Into::into),
    };
    Ok(HttpResponse::Ok().json(Invitations {
        invitations: all.iter().map(entry).collect(),
    }))
}

/// Invite somebody again: the link of before leads nowhere, and another is shown once.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/members/invitations/{invitation}/again",
    operation_id = "invite_again",
    request_body = Nothing,
    responses((status = 200, body = Invited))
)]
pub(crate) async fn again(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let invitation = holder.named("invitation")?;
    let address = link(&holder);
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        let before = (invitation, holder.hash_key());
        let (invite, secret) = invite_again(tx, before, acting).await?;
        let shown = Invited {
            email: invite.email.to_string(),
            role: invite.role.map_or("", Role::as_str),
            address,
            secret: None,
        };
        Ok((shown, Some(secret)))
    };
    holder.make((Action::ManagePeople, &body.object), act).await
}

/// Take an invitation back: its link leads nowhere.
#[utoipa::path(
    post,
    path = "/api/v1/t/{tenant}/members/invitations/{invitation}/end",
    operation_id = "end_invitation",
    request_body = Nothing,
    responses((status = 200, body = Standing))
)]
pub(crate) async fn end(holder: Holder, body: Body<Nothing>) -> Result<HttpResponse, Fault> {
    let invitation = holder.named("invitation")?;
    let act = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        end_invitation(tx, invitation, acting).await?;
        Ok(Standing { state: "ended" })
    };
    holder.act((Action::ManagePeople, &body.object), act).await
}

/// Where a link begins; the secret follows.
fn link(holder: &Holder) -> String {
    let base = holder.approval.portal_base.as_str().trim_end_matches('/');
    format!("{base}/t/{}/invitation/", holder.tenant.slug)
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
    ChangeRoleError {
        NotATenantRole => |words| Fault::member("role", words),
        LastOwner => fault::state,
    }
    EndInvitationError {
        Over => |words| Fault::of(Kind::NOT_THERE, words),
        TooOften => fault::too_often,
    }
    InviteError {
        AlreadyMember => |words| Fault::member("email", words),
        NotATenantRole => |words| Fault::member("role", words),
        TooOften => fault::too_often,
    }
    RemoveMemberError { LastOwner => fault::state }
}
