//! The demo that an empty `dev` database is filled with: two tenants with their people, an MCP server's catalogue in
//! both environments, staff with second factors, and a case to decide. Everything is made through the verbs of the
//! product, so that it can hold nothing that a person could not have made.

mod catalogue;
mod people;

pub(crate) use people::password;

use anyhow::Context;
use narthex_approval::Approval;
use narthex_vocab::{Environment, Issuer, TenantSlug};
use serde::{Deserialize, Serialize};
use std::{fs, io, path::Path};
use url::Url;

use crate::ready_file::{self, Account, ResourceCredential, StaffAccount, TenantEntry};

/// What the demo's people know: kept in the data directory, since the database cannot say it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Demo {
    /// The tenants, the one with the MCP server first.
    pub tenants: Vec<DemoTenant>,
    /// The staff.
    pub staff: Vec<StaffAccount>,
}

/// One tenant.
#[derive(Debug, Serialize, Deserialize)]
pub struct DemoTenant {
    /// In paths.
    pub slug: TenantSlug,
    /// For people.
    pub name: String,
    /// Signs in to the portal.
    pub owner: Account,
    /// An end user.
    pub member: Account,
    /// Its MCP server in production.
    pub resource: String,
    /// Its MCP server in the sandbox: nothing is shared between the two.
    pub sandbox_resource: String,
    /// How that server proves itself in production.
    pub production: ResourceCredential,
    /// How it does in the sandbox.
    pub sandbox: ResourceCredential,
}

impl Demo {
    /// The demo of an earlier start, when there was one.
    pub fn load(file: &Path) -> anyhow::Result<Option<Self>> {
        match fs::read(file) {
            Ok(text) => Ok(Some(
                serde_json::from_slice(&text).with_context(|| file.display().to_string())?,
            )),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| file.display().to_string()),
        }
    }

    /// Fills the database and writes `file`. `notes` is the address of the MCP server.
    pub async fn seed(approval: &Approval, notes: &Url, file: &Path) -> anyhow::Result<Self> {
        let staff = people::staff(approval)
            .await
            .context("making the demo's staff")?;
        let mut tenants = Vec::new();
        for (slug, name, paths) in [
            ("acme", "Acme", ["/mcp", "/sandbox/mcp"]),
            ("globex", "Globex", ["/globex/mcp", "/globex/sandbox/mcp"]),
        ] {
            let [resource, sandbox_resource] = paths.map(|path| notes.join(path));
            let (resource, sandbox_resource) = (resource?, sandbox_resource?);
            let made = people::tenant(approval, slug, name)
                .await
                .with_context(|| format!("making {name}"))?;
            let [production, sandbox] =
                catalogue::fill(approval, &made, [&resource, &sandbox_resource])
                    .await
                    .context("filling a catalogue")?;
            if slug == "acme" {
                catalogue::send_case(approval, &made)
                    .await
                    .context("sending a case")?;
            }
            tenants.push(DemoTenant {
                slug: made.slug,
                name: name.to_owned(),
                owner: made.owner.account,
                member: made.member,
                resource: resource.into(),
                sandbox_resource: sandbox_resource.into(),
                production,
                sandbox,
            });
        }
        let demo = Self { tenants, staff };
        ready_file::write(file, &demo).with_context(|| file.display().to_string())?;
        Ok(demo)
    }

    /// The tenants as scripts read them.
    #[must_use]
    pub fn entries(&self, discovery: &Url) -> Vec<TenantEntry> {
        let issuer =
            |slug: &TenantSlug, environment| Issuer::new(discovery, slug, environment).to_string();
        self.tenants
            .iter()
            .map(|tenant| TenantEntry {
                slug: tenant.slug.to_string(),
                issuer: issuer(&tenant.slug, Environment::Production),
                sandbox_issuer: issuer(&tenant.slug, Environment::Sandbox),
                owner: tenant.owner.clone(),
                member: tenant.member.clone(),
                resource: tenant.resource.clone(),
                sandbox_resource: tenant.sandbox_resource.clone(),
                resource_credential: tenant.production.clone(),
                sandbox_resource_credential: tenant.sandbox.clone(),
            })
            .collect()
    }
}
