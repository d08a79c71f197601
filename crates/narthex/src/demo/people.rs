//! The demo's people: staff, and for each tenant an owner and an end user, by invitation like everybody else. Their
//! passwords are random and stay on this machine.

use narthex_approval::{
    Acting, Approval,
    create_tenant::{CreateTenant, CreateTenantError, create_tenant},
};
use narthex_people::{
    invitation::{self, Invite},
    password::Password,
};
use narthex_tenancy::{
    TenantTx, ambient,
    permission::{Action, Person, Role},
};
use narthex_vocab::{Email, Id, Label, Secret, TenantSlug, kind};
use rand_core::RngCore;

use crate::{
    admin,
    ready_file::{Account, StaffAccount},
};

/// A tenant just made.
pub(super) struct Made {
    pub(super) id: Id<kind::Tenant>,
    pub(super) slug: TenantSlug,
    pub(super) owner: Owner,
    pub(super) member: Account,
}

/// Its owner, signed in or not.
pub(super) struct Owner {
    pub(super) person: Person,
    pub(super) account: Account,
}

/// One member of staff for each role that decides or looks.
pub(super) async fn staff(approval: &Approval) -> anyhow::Result<Vec<StaffAccount>> {
    let mut accounts = Vec::new();
    for (name, role) in [
        ("Rhea Lindqvist", Role::Reviewer),
        ("Omar Haddad", Role::Approver),
        ("Ines Castro", Role::IncidentLead),
        ("Petra Sand", Role::PolicyAdmin),
        ("Ada Novak", Role::Auditor),
    ] {
        let email = address(name, "narthex.example")?;
        let password = password();
        let made =
            admin::create_staff(approval, (&email, &Label::parse(name)?), role, &password).await?;
        let totp_secret = made.to_base32().to_string();
        accounts.push(StaffAccount {
            email: email.to_string(),
            password,
            role: role.as_str().into(),
            totp_secret,
        });
    }
    Ok(accounts)
}

/// A tenant with its owner and an end user.
pub(super) async fn tenant(approval: &Approval, slug: &str, name: &str) -> anyhow::Result<Made> {
    let (now, mut rng) = (ambient::now(), ambient::rng());
    let id = Id::new(now, &mut rng);
    let slug = TenantSlug::parse(slug)?;
    let domain = format!("{slug}.example");
    let owner_name = if slug.as_str() == "acme" {
        "Ana Ruiz"
    } else {
        "Greta Holm"
    };
    let member_name = if slug.as_str() == "acme" {
        "Sam Okafor"
    } else {
        "Mika Sato"
    };
    let command = CreateTenant {
        slug: slug.clone(),
        name: Label::parse(name)?,
        owner: address(owner_name, &domain)?,
        hash_key: &approval.people.hash_key,
    };
    let permit = admin::keyboard(Action::CreateTenant)?;
    let created = approval
        .database
        .tenant(id, async |tx| {
            let mut acting = Acting::person(&permit, now, &mut rng, "demo");
            create_tenant(tx, command, &mut acting).await
        })
        .await
        .map_err(|error: CreateTenantError| anyhow::anyhow!("{error}"))?;
    let owner = join(approval, id, &created.invitation, owner_name).await?;

    let invite = Invite {
        email: address(member_name, &domain)?,
        role: None,
        invited_by: owner_name.to_owned(),
    };
    let invitation = approval
        .database
        .tenant(id, async |tx: &mut TenantTx| {
            invitation::create(tx, &approval.people.hash_key, invite, now, &mut rng).await
        })
        .await?;
    let member = join(approval, id, &invitation, member_name).await?;
    Ok(Made {
        id,
        slug,
        owner,
        member: member.account,
    })
}

/// Follows an invitation.
async fn join(
    approval: &Approval,
    tenant: Id<kind::Tenant>,
    token: &Secret,
    name: &str,
) -> anyhow::Result<Owner> {
    let password = password();
    let hash = approval
        .people
        .passwords
        .hash(Password::to_set(&password, &[])?)
        .await?;
    let (now, mut rng) = (ambient::now(), ambient::rng());
    let member = approval
        .database
        .tenant(tenant, async |tx| {
            let found =
                invitation::open(tx, &approval.people.hash_key, token.reveal(), now).await?;
            let name = Label::parse(name).map_err(|_| invitation::InvitationError::Gone)?;
            invitation::accept(tx, &found, name, &hash, (now, &mut rng)).await
        })
        .await?;
    let person = Person {
        tenant,
        member: member.id,
        name: member.name.to_string(),
    };
    Ok(Owner {
        person,
        account: Account {
            email: member.email.to_string(),
            password,
        },
    })
}

/// `Ana Ruiz` at `acme.example`: `ana@acme.example`.
fn address(name: &str, domain: &str) -> anyhow::Result<Email> {
    let first = name.split(' ').next().unwrap_or(name).to_lowercase();
    Ok(Email::parse(&format!("{first}@{domain}"))?)
}

/// Four groups of five, 100 bits.
pub(crate) fn password() -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let mut bytes = [0_u8; 20];
    ambient::rng().fill_bytes(&mut bytes);
    let letters: Vec<char> = bytes
        .iter()
        .filter_map(|byte| LETTERS.get(usize::from(byte % 32)))
        .map(|letter| char::from(*letter))
        .collect();
    letters
        .chunks(5)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
}
