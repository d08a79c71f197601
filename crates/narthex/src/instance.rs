//! What a running `dev` instance leaves in its data directory, so that commands at the keyboard find it. Mode 0600:
//! it names the databases.

use anyhow::Context;
use narthex_http::TrustedProxies;
use narthex_people::password::Cost;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    path::{Path, PathBuf},
};
use url::Url;

use crate::{
    database::DatabaseUrls,
    installation::{Installation, KeyFiles},
    outbound::TestHosts,
    ready_file,
};

/// A `dev` instance, from its data directory.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Instance {
    /// Origins: discovery, token, portal, staff.
    pub origins: [Url; 4],
    /// One URL a role.
    pub databases: DatabaseUrls,
    /// An administrator's URL of the same database.
    pub administrator: String,
    /// Redis.
    pub redis_url: String,
    /// The key files.
    pub keys: PathBuf,
}

impl Instance {
    /// Reads what the last start wrote. It may have stopped since: then the first use says so.
    pub fn load(data_dir: &Path) -> anyhow::Result<Self> {
        let file = Self::file(data_dir);
        let text = fs::read(&file).with_context(|| {
            format!(
                "{} is not there: start `narthex dev` with this data directory first",
                file.display()
            )
        })?;
        Ok(serde_json::from_slice(&text)?)
    }

    /// Writes it.
    pub fn save(&self, data_dir: &Path) -> anyhow::Result<()> {
        let file = Self::file(data_dir);
        ready_file::write(&file, self).with_context(|| file.display().to_string())
    }

    /// As the planes want it.
    pub fn installation(&self) -> anyhow::Result<Installation> {
        let [discovery, token, portal, staff] = self.origins.clone();
        Ok(Installation {
            discovery,
            token,
            portal,
            staff,
            redis_url: self.redis_url.clone(),
            keys: KeyFiles::ensure(&self.keys)?,
            proxies: TrustedProxies::none(),
            workers: 2,
            password_cost: Cost::default(),
            mail: None,
            test_hosts: TestHosts::default(),
        })
    }

    fn file(data_dir: &Path) -> PathBuf {
        data_dir.join("run/instance.json")
    }
}
