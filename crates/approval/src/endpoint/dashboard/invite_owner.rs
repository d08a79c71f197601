//! Inviting the owner of a tenant that nobody owns yet, again: the first link was lost. The link is shown once. It never
//! invites into a tenant that has an owner.

use actix_web::HttpResponse;
use actix_web::web::Path;
use askama::Template;
use narthex_http::page::{ErrorSummary, Field, Shell};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{Email, Secret, TenantSlug};

use super::create_tenant;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::{Problems, capital};
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::invite_owner::{InviteOwner, InviteOwnerError, invite_owner};
use crate::store::dashboard_tenants;

#[derive(Template)]
#[template(path = "dashboard/invite_owner.html")]
struct InviteOwnerPage {
    shell: Shell,
    errors: ErrorSummary,
    action: String,
    owner: Field,
    name: String,
}

/// `GET /tenants/{tenant}/invite-owner`
pub(crate) async fn page(
    staff: StaffSignedIn,
    path: Path<String>,
) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::CreateTenant)?;
    let seen = look(&staff, &path).await?;
    Ok(frame::page(&view(&staff, &seen, "", &Problems::default())))
}

/// `POST /tenants/{tenant}/invite-owner`
pub(crate) async fn submit(
    staff: StaffSignedIn,
    path: Path<String>,
    posted: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::CreateTenant)?;
    let seen = look(&staff, &path).await?;
    let typed = posted.text("owner")?;
    let mut problems = Problems::default();
    let owner = problems.keep("owner", Email::parse(typed.trim()), |error| {
        format!("Enter the owner's email address: {error}")
    });
    if let Some(owner) = owner {
        match carry_out(&staff, &permit, &seen.found, owner).await {
            Ok(link) => {
                return create_tenant::shown(&staff, &seen, (&seen.found, typed.trim()), &link);
            }
            Err(InviteOwnerError::NotPermitted(error)) => return Err(error.into()),
            Err(InviteOwnerError::Store(error)) => return Err(error.into()),
            Err(InviteOwnerError::HasOwner) => {
                problems.add("", "It has an owner, who invites the others");
            }
            Err(InviteOwnerError::AlreadyMember) => {
                let words = "Somebody with this address is there already. Invite another person";
                problems.add("owner", words);
            }
            Err(error @ InviteOwnerError::TooOften) => {
                problems.add("owner", capital(&error.to_string()));
            }
        }
    }
    Ok(frame::again(&view(&staff, &seen, &typed, &problems)))
}

async fn look(staff: &StaffSignedIn, slug: &str) -> Result<Seen<Tenant>, Refusal> {
    let slug = TenantSlug::parse(slug).map_err(|_| Refusal::NotFound)?;
    let at = Look {
        object: slug.to_string(),
        tenant: Some(&slug),
        environment: None,
    };
    let find = async |tx: &mut _| dashboard_tenants::find(tx, &slug).await;
    staff.look(at, find).await
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    tenant: &Tenant,
    owner: Email,
) -> Result<Secret, InviteOwnerError> {
    let hash_key = &staff.approval().people.hash_key;
    staff
        .within(tenant.id, async |tx| {
            let mut rng = ambient::rng();
            let command = InviteOwner { owner, hash_key };
            invite_owner(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

fn view(
    staff: &StaffSignedIn,
    seen: &Seen<Tenant>,
    typed: &str,
    problems: &Problems,
) -> InviteOwnerPage {
    let tenant = &seen.found;
    let owner = Field::email("owner", "Email address of the owner")
        .hint("They get a link, choose their own password, and invite the others.")
        .value(typed);
    let title = format!("Invite the owner of {}", tenant.name);
    InviteOwnerPage {
        shell: staff
            .shell(Area::Tenants, seen, title)
            .problem(!problems.is_empty()),
        errors: problems.summary(),
        action: format!("/tenants/{}/invite-owner", tenant.slug),
        owner: problems.beside(owner),
        name: tenant.name.to_string(),
    }
}
