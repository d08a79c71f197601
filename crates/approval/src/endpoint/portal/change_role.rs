//! Giving a person of the tenant another role. The last owner stays one.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::page::{ErrorSummary, Field, Shell};
use narthex_tenancy::TenantTx;
use narthex_tenancy::member::{self, Member};
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::frame::{Area, again, page as answer};
use super::members::{role_field, role_named};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::change_role::{ChangeRole, ChangeRoleError, change_role};

/// The path of a person's page.
type At = (String, Id<kind::Member>);

#[derive(Template)]
#[template(path = "portal/change_role.html")]
struct ChangeRolePage {
    shell: Shell,
    errors: ErrorSummary,
    role: Field,
    here: String,
    cancel: String,
}

/// `GET /t/{tenant}/members/{member}/role`
pub(crate) async fn page(who: SignedIn, path: Path<At>) -> Result<HttpResponse, Refusal> {
    who.permit(Action::ManagePeople)?;
    let person = who
        .within(async |tx| member::load(tx, path.1).await)
        .await?;
    let role = person
        .role
        .map_or("", narthex_tenancy::permission::Role::as_str);
    Ok(answer(&view(&who, &person, role, &Problems::default())))
}

/// `POST /t/{tenant}/members/{member}/role`
pub(crate) async fn submit(
    who: SignedIn,
    path: Path<At>,
    posted: Posted,
) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ManagePeople)?;
    let load = who.within(async |tx| member::load(tx, path.1).await).await;
    let person = load.map_err(Refusal::from)?;
    let typed = posted.text("role")?;
    let mut problems = Problems::default();
    let role = role_named(&typed).ok_or(());
    let role = problems.keep("role", role, |()| "Choose a role".to_owned());
    if let Some(role) = role {
        let command = ChangeRole {
            member: path.1,
            role,
        };
        let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
            change_role(tx, command, acting).await
        };
        match who.act(&permit, work).await {
            Ok(()) => return Ok(Done::RoleChanged.at(&who.path(&Area::Members.path()))),
            Err(ChangeRoleError::LastOwner) => {
                let words = "The last owner stays one. Give somebody else that role first";
                problems.add("role", words);
            }
            Err(ChangeRoleError::NotATenantRole) => return Err(Refusal::NotFound.into()),
            Err(ChangeRoleError::NotPermitted(error)) => return Err(Refusal::from(error).into()),
            Err(ChangeRoleError::Store(error)) => return Err(Refusal::from(error).into()),
        }
    }
    Ok(again(&view(&who, &person, &typed, &problems)))
}

fn view(who: &SignedIn, person: &Member, role: &str, problems: &Problems) -> ChangeRolePage {
    let title = format!("Role of {}", person.name);
    ChangeRolePage {
        shell: who
            .shell(Area::Members, title)
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        role: problems.beside(role_field().value(role)),
        here: who.path(&format!("/members/{}/role", person.id)),
        cancel: who.path(&Area::Members.path()),
    }
}
