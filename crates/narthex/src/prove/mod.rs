//! `narthex prove isolation`: shows on a real database that tenants, environments and planes are kept apart, by
//! reading its catalogue and by trying what must be impossible. It leaves nothing behind: what it writes is in a
//! transaction that is rolled back.

mod catalogue;
mod command;
mod grants;
mod refusal;
mod report;
mod rights;
mod role;
mod scene;
mod signed_in;
mod stage;
mod states;
mod tables;
mod trial;
mod trials;

pub use command::{Command, run};
pub use report::{Line, Outcome, Report};

use crate::database::DatabaseUrls;
use role::Role;
use stage::Stage;
use tokio_postgres::{Client, NoTls};
use trials::{
    apart, approvals, clients, devices, documents, events, floods, logs, mail, planes, policies,
    promotions, proofs, registrations, sign_ins, sign_outs, trust,
};

/// Everything: the catalogue, the roles by their own URLs, and each try as the role it is about.
///
/// `administrator` is a superuser, or a role that may become the five roles.
///
/// # Errors
/// When the database cannot be reached, or the scene of the tries cannot be set.
pub async fn isolation(urls: &DatabaseUrls, administrator: &str) -> anyhow::Result<Report> {
    let mut report = catalogue(administrator).await?;
    for role in Role::ALL {
        signed_in::run(&connect(role.url(urls)).await?, role, &mut report).await?;
    }
    let client = connect(administrator).await?;
    let stage = Stage::new(&client).await?;
    if !stage.set(&mut report).await? {
        // Without a scene nothing can be tried, and the report says so.
        stage.leave().await?;
        return Ok(report);
    }
    tables::run(&stage, &mut report).await?;
    for (part, trials) in [
        ("Tenant A naming what is tenant B's", apart::TENANTS),
        ("The planes", planes::TRIALS),
        ("Production and sandbox", apart::ENVIRONMENTS),
        (
            "From the sandbox to production; who answers",
            promotions::TRIALS,
        ),
        ("Proofs of ownership", proofs::TRIALS),
        ("Devices", devices::TRIALS),
        ("Documents of clients", documents::TRIALS),
        ("Registrations that wait", registrations::TRIALS),
        ("Rules against floods", floods::TRIALS),
        ("Trust, claims and limits", trust::TRIALS),
        ("Policies", policies::TRIALS),
        (
            "Clients, their reach and their credentials",
            clients::TRIALS,
        ),
        ("Where people sign in", sign_ins::TRIALS),
        ("Security events", events::TRIALS),
        ("Tokens and sign-outs", sign_outs::TRIALS),
        ("Mail and new passwords", mail::TRIALS),
        ("The logs", logs::TRIALS),
    ] {
        trial::run(&stage, &mut report, part, trials).await?;
    }
    states::run(&stage, &mut report).await?;
    approvals::run(&stage, &mut report, "Approvals").await?;
    stage.leave().await?;
    Ok(report)
}

/// What the catalogue alone says: quick, and without any lock.
///
/// # Errors
/// When the database cannot be reached or is not one of ours.
pub async fn catalogue(administrator: &str) -> anyhow::Result<Report> {
    let client = connect(administrator).await?;
    let mut report = Report::default();
    catalogue::check(&client, &mut report).await?;
    grants::check(&client, &mut report).await?;
    Ok(report)
}

/// Every grant of every role, one line a role and object, in order.
///
/// # Errors
/// When the database cannot be reached.
pub async fn grants(administrator: &str) -> anyhow::Result<Vec<String>> {
    Ok(grants::all(&connect(administrator).await?).await?)
}

#[expect(
    clippy::disallowed_methods,
    reason = "a chore at the keyboard, to our own database"
)]
async fn connect(url: &str) -> anyhow::Result<Client> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    Ok(client)
}
