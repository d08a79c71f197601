//! How a guard is set up. It never loosens a rule for a name that is not listed as a test host.

use std::net::SocketAddr;
use std::time::Duration;

use narthex_vocab::HostName;
use rustls::pki_types::CertificateDer;

/// How a guard is set up; the default is for production.
#[derive(Debug, Clone, Default)]
pub struct GuardConfig {
    /// Whether port 8443 is allowed beside 443.
    pub allow_8443: bool,
    /// Who resolves names; `None`: the servers of this system. Its `hosts` file is never read.
    pub name_server: Option<NameServer>,
    /// Who else is asked for TXT records, each on its own.
    pub witnesses: Vec<NameServer>,
    /// Names that lead to a loopback address, for development and tests.
    pub test_hosts: Vec<TestHost>,
    /// Certificates that test hosts, and only they, may present or chain to.
    pub test_roots: Vec<CertificateDer<'static>>,
    /// How long and how many.
    pub limits: Limits,
}

/// A name that is not resolved: its connection goes to this address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestHost {
    /// The name, which the certificate has to carry.
    pub host: HostName,
    /// Where it leads; a loopback address.
    pub address: SocketAddr,
}

/// A recursive name server that is asked in the clear (UDP, then TCP).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameServer {
    /// What people call it.
    pub name: String,
    /// Where it listens, port 53 as a rule.
    pub address: SocketAddr,
}

impl NameServer {
    /// Two public resolvers of different operators, for [`GuardConfig::witnesses`].
    pub fn public() -> Vec<Self> {
        [("Cloudflare", [1, 1, 1, 1]), ("Quad9", [9, 9, 9, 9])]
            .map(|(name, address)| Self {
                name: name.to_owned(),
                address: SocketAddr::from((address, 53)),
            })
            .to_vec()
    }
}

/// How long an exchange may take and how many may run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connecting, TLS included; also one DNS question, and waiting for a free place.
    pub connect: Duration,
    /// A fetch from its start to the last byte, all of that included.
    pub total: Duration,
    /// Fetches and TXT questions at once.
    pub at_once: usize,
    /// Fetches at once for one registrable domain.
    pub at_once_per_domain: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(1),
            total: Duration::from_secs(3),
            at_once: 32,
            at_once_per_domain: 4,
        }
    }
}

/// Why a guard cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    /// A test host would reach beyond this machine.
    #[error("the test host {host} leads to {address}, which is not a loopback address")]
    TestHostNotLoopback {
        /// The name.
        host: HostName,
        /// Where it would lead.
        address: SocketAddr,
    },
    /// Test certificates without a test host would trust them for nothing.
    #[error("test certificates are configured without a test host")]
    RootsWithoutTestHost,
    /// The system's name servers cannot be read.
    #[error("the system's name servers cannot be read: {0}")]
    NameServers(String),
    /// The TLS configuration is refused.
    #[error("the TLS configuration is refused: {0}")]
    Tls(#[from] rustls::Error),
}

impl GuardConfig {
    /// Refuses a configuration that would open more than it says.
    pub(crate) fn check(&self) -> Result<(), GuardError> {
        let beyond = self
            .test_hosts
            .iter()
            .find(|test| !test.address.ip().is_loopback());
        if let Some(TestHost { host, address }) = beyond {
            return Err(GuardError::TestHostNotLoopback {
                host: host.clone(),
                address: *address,
            });
        }
        if self.test_hosts.is_empty() && !self.test_roots.is_empty() {
            return Err(GuardError::RootsWithoutTestHost);
        }
        Ok(())
    }

    /// Where a test host leads, if the name is one.
    pub(crate) fn test_address(&self, host: &HostName) -> Option<SocketAddr> {
        self.test_hosts
            .iter()
            .find(|test| test.host == *host)
            .map(|test| test.address)
    }
}
