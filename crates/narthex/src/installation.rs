//! What an installation is: its origins, its databases by role, its keys by process. Read once at start, handed to the
//! planes as values; nobody reads the environment later.

use anyhow::Context;
use narthex_approval::mail::Mail;
use narthex_approval::mailer::{MailServer, Mailer};
use narthex_http::{TrustedProxies, peer::ProxyHeader};
use narthex_people::{
    People,
    password::{Cost, Passwords},
    provider::Way,
};
use narthex_tenancy::{
    Database, ambient,
    budget::{Budgets, LocalLimiter},
    keys,
    outbox::Outbox,
};
use std::{
    fs,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};
use url::Url;

use crate::{
    cli::SharedArgs,
    outbound::{self, TestHosts},
};

/// What all planes agree on.
#[derive(Debug, Clone)]
pub struct Installation {
    /// Below which issuers live.
    pub discovery: Url,
    /// The token plane's origin.
    pub token: Url,
    /// The portal's origin.
    pub portal: Url,
    /// The dashboard's origin.
    pub staff: Url,
    /// Redis.
    pub redis_url: String,
    /// The key files.
    pub keys: KeyFiles,
    /// Whose `X-Forwarded-For` is believed.
    pub proxies: TrustedProxies,
    /// Worker threads for each listener.
    pub workers: usize,
    /// What one password hash costs.
    pub password_cost: Cost,
    /// Where mail is handed over; none where none is sent.
    pub mail: Option<MailServer>,
    /// Which hosts of this machine stand for hosts of the world; none but in `dev`.
    pub test_hosts: TestHosts,
}

impl Installation {
    /// From the command line.
    pub fn from_args(args: &SharedArgs) -> anyhow::Result<Self> {
        let proxies = args.trusted_proxies.iter().map(String::as_str);
        Ok(Self {
            discovery: args.discovery_url.clone(),
            token: args.token_url.clone(),
            portal: args.portal_url.clone(),
            staff: args.staff_url.clone(),
            redis_url: args.redis_url.clone(),
            keys: KeyFiles {
                directory: args.keys.clone(),
            },
            proxies: TrustedProxies::parse(proxies, ProxyHeader::XForwardedFor)
                .context("--trusted-proxies")?,
            workers: args.workers,
            password_cost: Cost::new(args.password_memory_kib, args.password_passes)?,
            mail: None,
            test_hosts: TestHosts::default(),
        })
    }

    /// How people prove who they are, in the approval process with their second factors.
    pub(crate) fn people(
        &self,
        database: Database,
        second_factors: bool,
    ) -> anyhow::Result<People> {
        Ok(People {
            database,
            budgets: Budgets::new(&self.redis_url)?,
            fallback: LocalLimiter::default(),
            passwords: Passwords::new(self.workers, self.password_cost)?,
            hash_key: keys::hash_key(&self.keys.hash())?,
            totp_key: second_factors
                .then(|| keys::sealing_key(&self.keys.people()))
                .transpose()?,
            providers: second_factors
                .then(|| self.way_to_providers())
                .transpose()?,
        })
    }

    /// How the approval process gets to identity providers that owners named.
    fn way_to_providers(&self) -> anyhow::Result<Way> {
        Ok(Way {
            out: outbound::to_providers(outbound::way_out(&self.test_hosts)?),
            key: keys::sealing_key(&self.keys.providers())?,
        })
    }

    /// How the approval process writes mail and hands it over, when any is sent.
    pub fn mail(&self) -> anyhow::Result<Option<Mail>> {
        let Some(server) = &self.mail else {
            return Ok(None);
        };
        let outbox = Outbox::new(keys::sealing_key(&self.keys.people())?);
        let origins = [self.portal.clone(), self.staff.clone()];
        Ok(Some(Mail::new(outbox, Mailer::new(server)?, origins)))
    }
}

/// Where the keys lie. Each process reads only those it may have.
#[derive(Debug, Clone)]
pub struct KeyFiles {
    directory: PathBuf,
}

impl KeyFiles {
    /// The key files of `directory`, made there when they are missing. For `dev` and tests: an operator makes keys by hand.
    pub fn ensure(directory: &Path) -> anyhow::Result<Self> {
        if !directory.exists() {
            fs::DirBuilder::new()
                .recursive(true)
                .mode(0o700)
                .create(directory)?;
        }
        let files = Self {
            directory: directory.to_owned(),
        };
        for file in [
            files.hash(),
            files.people(),
            files.providers(),
            files.registration(),
            files.signing(),
        ] {
            keys::ensure(&file, &mut ambient::rng())?;
        }
        Ok(files)
    }

    /// Under which secrets are hashed: approval and token process.
    #[must_use]
    pub fn hash(&self) -> PathBuf {
        self.directory.join("hash.key")
    }

    /// Under which TOTP seeds are sealed: approval process alone.
    #[must_use]
    pub fn people(&self) -> PathBuf {
        self.directory.join("people.key")
    }

    /// Under which client secrets at identity providers are sealed: approval process alone.
    #[must_use]
    pub fn providers(&self) -> PathBuf {
        self.directory.join("providers.key")
    }

    /// Under which codes of waiting registrations are hashed: discovery and approval process.
    #[must_use]
    pub fn registration(&self) -> PathBuf {
        self.directory.join("registration.key")
    }

    /// Under which signing keys are sealed: token process alone.
    #[must_use]
    pub fn signing(&self) -> PathBuf {
        self.directory.join("signing.key")
    }
}
