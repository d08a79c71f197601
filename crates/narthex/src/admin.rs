//! What an administrator does at the keyboard: make a tenant, make a member of staff. It acts through the same verbs
//! as the dashboard, and the ledger names it.

use anyhow::Context;
use clap::{Args, Subcommand};
use narthex_approval::{
    Acting, Approval,
    create_tenant::{CreateTenant, CreateTenantError, create_tenant},
};
use narthex_people::{account, password::Password, totp::Seed};
use narthex_tenancy::{
    Database, StoreError, TenantTx, ambient,
    ledger::{self, Act, Actor},
    member::{self, Member},
    permission::{Action, Permit, Person, Role},
};
use narthex_token::rotate::{self, Why};
use narthex_vocab::{Email, Id, Label, PLATFORM_TENANT, TenantSlug};
use serde_json::json;
use std::{path::PathBuf, process::ExitCode};
use uuid::Uuid;

use crate::{demo, instance::Instance, planes};

/// `narthex admin …`
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Makes a tenant with its two environments and prints the owner's invitation link.
    CreateTenant(TenantArgs),
    /// Makes a member of staff and prints their password and second factor.
    CreateStaff(StaffArgs),
    /// Gives an issuer new signing keys now, before their time.
    RotateKeys(KeysArgs),
}

/// Where to find the installation.
#[derive(Debug, Args)]
pub struct Where {
    /// The data directory of a running `narthex dev`.
    #[arg(long, env = "NARTHEX_DATA_DIR", default_value = "var")]
    data_dir: PathBuf,
}

/// Settings of `narthex admin create-tenant`.
#[derive(Debug, Args)]
pub struct TenantArgs {
    /// Its name in addresses, as `acme`; it never changes.
    #[arg(long)]
    slug: String,
    /// Its name for people.
    #[arg(long)]
    name: String,
    /// Who is invited to own it.
    #[arg(long)]
    owner_email: String,
    #[command(flatten)]
    place: Where,
}

/// Settings of `narthex admin create-staff`.
#[derive(Debug, Args)]
pub struct StaffArgs {
    /// The address to sign in with.
    #[arg(long)]
    email: String,
    /// Their name.
    #[arg(long)]
    name: String,
    /// `reviewer`, `approver`, `incident_lead`, `policy_admin` or `auditor`.
    #[arg(long)]
    role: String,
    #[command(flatten)]
    place: Where,
}

/// Settings of `narthex admin rotate-keys`.
#[derive(Debug, Args)]
pub struct KeysArgs {
    /// The tenant's name in addresses, as `acme`.
    #[arg(long)]
    slug: String,
    /// `sandbox` or `production`.
    #[arg(long)]
    environment: String,
    /// The private keys are in the wrong hands: they are withdrawn, and all tokens that they signed end now.
    #[arg(long)]
    compromised: bool,
    #[command(flatten)]
    place: Where,
}

/// Carries out an administrative command.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::CreateTenant(args) => {
            let approval = open(&args.place)?;
            let link = tenant(&approval, &args).await?;
            say(&format!(
                "{} is made. Its owner joins here, once, within 7 days:\n{link}",
                args.name
            ));
        }
        Command::CreateStaff(args) => {
            let approval = open(&args.place)?;
            let role: Role = args.role.parse()?;
            anyhow::ensure!(role.is_staff(), "{} is a role of tenants", args.role);
            let (email, name) = (Email::parse(&args.email)?, Label::parse(&args.name)?);
            let password = demo::password();
            let seed = create_staff(&approval, (&email, &name), role, &password).await?;
            let second = seed.to_base32();
            say(&format!(
                "{email} can sign in at {}\npassword       {password}\nsecond factor  {}",
                approval.staff_base, *second
            ));
        }
        Command::RotateKeys(args) => say(&rotate_keys(&args).await?),
    }
    Ok(ExitCode::SUCCESS)
}

async fn rotate_keys(args: &KeysArgs) -> anyhow::Result<String> {
    let instance = Instance::load(&args.place.data_dir)?;
    let database = Database::new(&instance.databases.token, 2)?;
    let token = planes::token_state(&instance.installation()?, &instance.databases, database)?;
    let (slug, environment) = (TenantSlug::parse(&args.slug)?, args.environment.parse()?);
    let issuer = rotate::issuer(&token, &slug, environment).await?;
    let issuer = issuer.with_context(|| format!("there is no active tenant {slug}"))?;
    let (why, before) = if args.compromised {
        (
            Why::Compromised,
            "Those before are withdrawn: every token that they signed has ended.",
        )
    } else {
        (
            Why::Operator,
            "Those before are shown for two days more, so every token goes on.",
        )
    };
    rotate::rotate(&token, issuer, why).await?;
    Ok(format!(
        "{slug} {environment} signs with new keys. {before}"
    ))
}

fn open(place: &Where) -> anyhow::Result<Approval> {
    let instance = Instance::load(&place.data_dir)?;
    let database = Database::new(&instance.databases.approval, 2)?;
    planes::approval_state(&instance.installation()?, &instance.databases, database)
}

async fn tenant(approval: &Approval, args: &TenantArgs) -> anyhow::Result<String> {
    let (now, mut rng) = (ambient::now(), ambient::rng());
    let slug = TenantSlug::parse(&args.slug)?;
    let command = CreateTenant {
        slug: slug.clone(),
        name: Label::parse(&args.name)?,
        owner: Email::parse(&args.owner_email)?,
        hash_key: &approval.people.hash_key,
    };
    let permit = keyboard(Action::CreateTenant)?;
    let tenant = Id::new(now, &mut rng);
    let created = approval
        .database
        .tenant(tenant, async |tx| {
            let mut acting = Acting::person(&permit, now, &mut rng, "keyboard");
            create_tenant(tx, command, &mut acting).await
        })
        .await
        .map_err(|error: CreateTenantError| anyhow::anyhow!("{error}"))?;
    let path = format!("/t/{slug}/invitation/{}", created.invitation.reveal());
    Ok(approval.portal_base.join(&path)?.into())
}

/// Makes a member of staff with a password and a second factor, and says so in the platform's ledger.
pub(crate) async fn create_staff(
    approval: &Approval,
    (email, name): (&Email, &Label),
    role: Role,
    password: &str,
) -> anyhow::Result<Seed> {
    let hash = approval
        .people
        .passwords
        .hash(Password::to_set(
            password,
            &[email.as_str(), name.as_str()],
        )?)
        .await?;
    let (now, mut rng) = (ambient::now(), ambient::rng());
    let key = approval
        .people
        .totp_key
        .as_ref()
        .context("this process has no key for second factors")?;
    let seed = Seed::generate(&mut rng);
    let member = Member {
        id: Id::new(now, &mut rng),
        email: email.clone(),
        name: name.clone(),
        role: Some(role),
    };
    let sealed = seed.seal(key, member.id, &mut rng)?;
    approval
        .database
        .tenant(PLATFORM_TENANT, async |tx: &mut TenantTx| {
            member::create(tx, &member, now).await?;
            account::set_password(tx, (member.id, &hash), ambient::now()).await?;
            account::set_second_factor(tx, member.id, &sealed).await?;
            let act = Act {
                actor: Actor::System("the administrator"),
                action: "staff.create",
                object: member.id.to_string(),
                environment: None,
                reason: "",
                detail: json!({ "email": email, "role": role.as_str() }),
                request_id: "keyboard",
            };
            ledger::record(tx, act, now).await
        })
        .await
        .map_err(|error: StoreError| match error.constraint() {
            Some("member_tenant_id_email_key") => {
                anyhow::anyhow!("{email} is a member of staff already")
            }
            Some(_) | None => error.into(),
        })?;
    Ok(seed)
}

/// The administrator at the keyboard, who holds the keys and the database anyway, as the ledger shall name them.
pub(crate) fn keyboard(action: Action) -> anyhow::Result<Permit> {
    let person = Person {
        tenant: PLATFORM_TENANT,
        member: Id::from_uuid(Uuid::nil()),
        name: "The platform's administrator".to_owned(),
    };
    Role::IncidentLead
        .permit(&person, action)
        .with_context(|| format!("nobody may {action:?} at the keyboard"))
}

#[expect(clippy::print_stdout, reason = "a command line speaks to its terminal")]
fn say(line: &str) {
    println!("{line}");
}
