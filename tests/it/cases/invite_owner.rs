//! A tenant whose first link was lost gets its owner all the same, and one that has an owner gets no other from staff.

use narthex_approval::{
    create_tenant::{CreateTenant, create_tenant},
    invite_owner::{InviteOwner, InviteOwnerError, invite_owner},
};
use narthex_people::invitation::{self, InvitationError};
use narthex_tenancy::{
    ambient,
    permission::{Action, Role},
};
use narthex_vocab::{Email, Id, Label, Secret, TenantSlug, kind};

use super::company::{Company, KEY, by};

async fn again(
    company: &Company,
    tenant: Id<kind::Tenant>,
    owner: &str,
) -> Result<Secret, InviteOwnerError> {
    let command = InviteOwner {
        owner: Email::parse(owner).unwrap(),
        hash_key: &KEY,
    };
    let reviewer = (&company.reviewer, Role::Reviewer, Action::CreateTenant);
    by(&company.place, tenant, reviewer, async |tx, acting| {
        invite_owner(tx, command, acting).await
    })
    .await
}

async fn accept(
    company: &Company,
    tenant: Id<kind::Tenant>,
    link: &Secret,
) -> Result<(), InvitationError> {
    let database = company.place.approval();
    database
        .tenant(tenant, async |tx| {
            let (now, mut rng) = (ambient::now(), ambient::rng());
            let open = invitation::open(tx, &KEY, link.reveal(), now).await?;
            let name = Label::parse("Nina").unwrap();
            invitation::accept(tx, &open, name, "hash", (now, &mut rng))
                .await
                .map(drop)
        })
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_link_is_replaced_until_somebody_owns_the_tenant() {
    let company = Company::new().await;
    let tenant = Id::new(ambient::now(), &mut ambient::rng());
    let command = CreateTenant {
        slug: TenantSlug::parse("nextdoor").unwrap(),
        name: Label::parse("Next door").unwrap(),
        owner: Email::parse("nina@nextdoor.example").unwrap(),
        hash_key: &KEY,
    };
    let reviewer = (&company.reviewer, Role::Reviewer, Action::CreateTenant);
    let created = by(&company.place, tenant, reviewer, async |tx, acting| {
        create_tenant(tx, command, acting).await
    });
    let lost = created.await.unwrap().invitation;

    let found = again(&company, tenant, "nina@nextdoor.example")
        .await
        .unwrap();
    let gone = accept(&company, tenant, &lost).await;
    assert!(matches!(gone, Err(InvitationError::Gone)), "{gone:?}");
    accept(&company, tenant, &found).await.unwrap();

    let refused = again(&company, tenant, "other@nextdoor.example").await;
    assert!(
        matches!(refused, Err(InviteOwnerError::HasOwner)),
        "{refused:?}"
    );
    let refused = again(&company, company.tenant, "other@acme.example").await;
    assert!(
        matches!(refused, Err(InviteOwnerError::HasOwner)),
        "{refused:?}"
    );
}
