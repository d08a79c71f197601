//! The file that tells scripts and tests where a `dev` instance listens and who can sign in. Only `dev` writes it,
//! mode 0600, whole or not at all.

use serde::{Deserialize, Serialize};
use std::{fs, io, io::Write, os::unix::fs::OpenOptionsExt, path::Path};

/// The whole file.
#[derive(Debug, Serialize)]
pub struct ReadyFile {
    /// Origin of the discovery plane.
    pub discovery: String,
    /// Origin of the token plane.
    pub token: String,
    /// Origin of the portal.
    pub portal: String,
    /// Origin of the staff dashboard.
    pub staff: String,
    /// Where the mail that was sent can be read.
    pub mail: String,
    /// The demo's tenants.
    pub tenants: Vec<TenantEntry>,
    /// The demo's staff.
    pub staff_accounts: Vec<StaffAccount>,
}

/// A tenant with an owner and an end user.
#[derive(Debug, Clone, Serialize)]
pub struct TenantEntry {
    /// In paths.
    pub slug: String,
    /// The production issuer.
    pub issuer: String,
    /// The sandbox issuer.
    pub sandbox_issuer: String,
    /// Signs in to the portal.
    pub owner: Account,
    /// Signs in at the token plane.
    pub member: Account,
    /// The identifier of the tenant's resource in production.
    pub resource: String,
    /// The same in the sandbox, which has a resource of its own.
    pub sandbox_resource: String,
    /// The resource as a caller of introspection and decisions, in production.
    pub resource_credential: ResourceCredential,
    /// The same for the sandbox.
    pub sandbox_resource_credential: ResourceCredential,
}

/// Somebody who can sign in.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Account {
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
}

/// How a resource server proves itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResourceCredential {
    /// The user part of HTTP Basic.
    pub id: String,
    /// The password part.
    pub secret: String,
}

/// A member of staff.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct StaffAccount {
    /// Address.
    pub email: String,
    /// Password.
    pub password: String,
    /// The role, as stored.
    pub role: String,
    /// Base32 seed of the second factor.
    pub totp_secret: String,
}

/// Writes `content` beside `path` and moves it into place.
pub fn write<T: Serialize>(path: &Path, content: &T) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(content)?;
    let beside = path.with_extension("tmp");
    match fs::remove_file(&beside) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let mut file = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&beside)?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&beside, path)
}
