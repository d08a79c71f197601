//! Making a tenant: its name in addresses, its name for people, its first owner; then the owner's invitation link, shown
//! once. It never makes a person.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::page::{ErrorSummary, Fact, Field, Shell};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Permit};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{Email, Id, Label, Secret, TenantSlug};

use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::create_tenant::{CreateTenant, CreateTenantError, CreatedTenant, create_tenant};

/// What somebody typed.
#[derive(Debug, Default)]
struct Typed {
    slug: String,
    name: String,
    owner: String,
}

#[derive(Template)]
#[template(path = "dashboard/create_tenant.html")]
struct CreateTenantPage {
    shell: Shell,
    errors: ErrorSummary,
    fields: Vec<Field>,
}

/// The tenant is there; its owner's way in, shown once.
#[derive(Template)]
#[template(path = "dashboard/created_tenant.html")]
struct CreatedTenantPage {
    shell: Shell,
    link: String,
    owner: String,
    mailed: bool,
    facts: Vec<Fact>,
}

/// `GET /tenants/new`
pub(crate) async fn page(staff: StaffSignedIn) -> Result<HttpResponse, Refusal> {
    staff.permit(Action::CreateTenant)?;
    let seen = look(&staff).await?;
    Ok(frame::page(&view(
        &staff,
        &seen,
        &Typed::default(),
        &Problems::default(),
    )))
}

/// `POST /tenants/new`
pub(crate) async fn submit(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::CreateTenant)?;
    let seen = look(&staff).await?;
    let typed = Typed {
        slug: posted.text("slug")?,
        name: posted.text("name")?,
        owner: posted.text("owner")?,
    };
    let mut problems = Problems::default();
    let Some((slug, name, owner)) = typed.read(&mut problems) else {
        return Ok(frame::again(&view(&staff, &seen, &typed, &problems)));
    };
    match carry_out(&staff, &permit, (slug, name, owner)).await {
        Ok(created) => {
            let of = (&created.tenant, typed.owner.trim());
            shown(&staff, &seen, of, &created.invitation)
        }
        Err(CreateTenantError::NotPermitted(error)) => Err(error.into()),
        Err(CreateTenantError::Store(error)) => Err(error.into()),
        Err(CreateTenantError::SlugTaken) => {
            problems.add(
                "slug",
                "Another tenant has this name in addresses. Choose another",
            );
            Ok(frame::again(&view(&staff, &seen, &typed, &problems)))
        }
    }
}

async fn look(staff: &StaffSignedIn) -> Result<Seen<()>, Refusal> {
    staff
        .look(Look::list(Area::Tenants), async |_| Ok(()))
        .await
}

async fn carry_out(
    staff: &StaffSignedIn,
    permit: &Permit,
    (slug, name, owner): (TenantSlug, Label, Email),
) -> Result<CreatedTenant, CreateTenantError> {
    let mut rng = ambient::rng();
    let tenant = Id::new(staff.now, &mut rng);
    let hash_key = &staff.approval().people.hash_key;
    staff
        .within(tenant, async |tx| {
            let command = CreateTenant {
                slug,
                name,
                owner,
                hash_key,
            };
            create_tenant(tx, command, &mut staff.acting(permit, &mut rng)).await
        })
        .await
}

impl Typed {
    /// The three answers, or their problems.
    fn read(&self, problems: &mut Problems) -> Option<(TenantSlug, Label, Email)> {
        let name = problems.keep("name", Label::parse(&self.name), |error| {
            format!("Enter the tenant's name: {error}")
        });
        let slug = problems.keep("slug", TenantSlug::parse(self.slug.trim()), |error| {
            format!("Enter another name for addresses: {error}")
        });
        let owner = problems.keep("owner", Email::parse(self.owner.trim()), |error| {
            format!("Enter the owner's email address: {error}")
        });
        Some((slug?, name?, owner?))
    }
}

fn view(
    staff: &StaffSignedIn,
    seen: &Seen<()>,
    typed: &Typed,
    problems: &Problems,
) -> CreateTenantPage {
    create_tenant_page(
        staff.shell(Area::Tenants, seen, "New tenant"),
        typed,
        problems,
    )
}

fn create_tenant_page(shell: Shell, typed: &Typed, problems: &Problems) -> CreateTenantPage {
    let name = Field::text("name", "Name")
        .hint("As people call the company. It can change later.")
        .value(typed.name.as_str());
    let slug = Field::text("slug", "Name in addresses")
        .hint("3 to 40 of a to z, digits and hyphens, a letter first. It never changes: it is part of every issuer.")
        .value(typed.slug.as_str())
        .mono();
    let owner = Field::email("owner", "Email address of the first owner")
        .hint("They get a link, choose their own password, and invite the others.")
        .value(typed.owner.as_str());
    CreateTenantPage {
        shell: shell.problem(!problems.is_empty()),
        errors: problems.summary(),
        fields: [name, slug, owner]
            .map(|field| problems.beside(field))
            .into(),
    }
}

/// The link by which a tenant's owner joins, for the only time.
pub(super) fn shown<T>(
    staff: &StaffSignedIn,
    seen: &Seen<T>,
    (tenant, owner): (&Tenant, &str),
    invitation: &Secret,
) -> Result<HttpResponse, Refusal> {
    let path = format!("/t/{}/invitation/{}", tenant.slug, invitation.reveal());
    let base = &staff.approval().portal_base;
    let link = base.join(&path).map_err(|_| Refusal::NotFound)?;
    let shell = staff.shell(
        Area::Tenants,
        seen,
        format!("{} waits for its owner", tenant.name),
    );
    let page = CreatedTenantPage {
        shell: shell.without_script(),
        link: link.to_string(),
        owner: owner.to_owned(),
        mailed: staff.approval().mail.is_some(),
        facts: vec![
            Fact::code("Name in addresses", tenant.slug.as_str()),
            Fact::text(
                "Registration",
                "Closed in both environments. The owner opens it.",
            ),
        ],
    };
    Ok(frame::bare_page(&page, StatusCode::OK))
}
