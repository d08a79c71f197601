//! How the discovery process reaches hosts that others named, and the approval process the identity providers of tenants: the system's resolver and two public ones, port 443. Hosts
//! of this machine stand for hosts of the world only when the setting says so, and only beside a loopback listener.

use anyhow::Context;
use narthex_egress::{CertificateDer, Exchange, Guard, GuardConfig, NameServer, TestHost};
use narthex_people::way_out::{Answered, NotReached, WayOut};
use narthex_vocab::HostName;
use rustls::pki_types::pem::PemObject;
use std::{net::SocketAddr, path::PathBuf, sync::Arc};

/// Names that lead to this machine, and whom they may show as their issuer.
#[derive(Debug, Clone, Default)]
pub struct TestHosts {
    /// The names.
    pub hosts: Vec<TestHost>,
    /// Certificates that they, and only they, may present or chain to.
    pub roots: Vec<CertificateDer<'static>>,
}

impl TestHosts {
    /// From the command line: `name=address:port`, and PEM files.
    pub fn parse(hosts: &[String], roots: &[PathBuf]) -> anyhow::Result<Self> {
        let hosts = hosts
            .iter()
            .map(|text| test_host(text))
            .collect::<Result<_, _>>()?;
        let mut certificates = Vec::new();
        for file in roots {
            let read = CertificateDer::pem_file_iter(file)
                .and_then(Iterator::collect::<Result<Vec<_>, _>>);
            certificates.extend(read.with_context(|| file.display().to_string())?);
        }
        Ok(Self {
            hosts,
            roots: certificates,
        })
    }
}

fn test_host(text: &str) -> anyhow::Result<TestHost> {
    let wrong = || format!("--test-host {text}: write it as app.example=127.0.0.1:8443");
    let (host, address) = text.split_once('=').with_context(wrong)?;
    Ok(TestHost {
        host: HostName::parse(host).with_context(wrong)?,
        address: address.parse().with_context(wrong)?,
    })
}

/// Refuses test hosts beside a listener that others reach.
pub fn beside(test: &TestHosts, listen: SocketAddr) -> anyhow::Result<()> {
    if !test.hosts.is_empty() && !listen.ip().is_loopback() {
        anyhow::bail!("test hosts are for a loopback listener, and {listen} is none");
    }
    Ok(())
}

/// The guard of a discovery process that listens on `listen`.
pub fn guard(test: &TestHosts, listen: SocketAddr) -> anyhow::Result<Guard> {
    beside(test, listen)?;
    way_out(test)
}

/// A guard; whoever listens says [`beside`] first.
pub(crate) fn way_out(test: &TestHosts) -> anyhow::Result<Guard> {
    let config = GuardConfig {
        witnesses: NameServer::public(),
        test_hosts: test.hosts.clone(),
        test_roots: test.roots.clone(),
        ..GuardConfig::default()
    };
    Guard::new(config).context("the way out to hosts that others name")
}

/// The way to identity providers that owners named, through this guard.
pub fn to_providers(guard: Guard) -> WayOut {
    let guard = Arc::new(guard);
    Arc::new(move |asked| {
        let guard = Arc::clone(&guard);
        Box::pin(async move {
            let exchange = Exchange {
                url: asked.url,
                form: asked.form,
                authorization: asked.authorization,
            };
            let answer = guard.exchange(exchange).await;
            let answer = answer.map_err(|error| NotReached(error.to_string()))?;
            Ok(Answered {
                status: answer.status,
                content_type: answer.content_type,
                body: answer.body.to_vec(),
            })
        })
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use super::*;

    fn hosts(text: &str) -> anyhow::Result<TestHosts> {
        TestHosts::parse(&[text.to_owned()], &[])
    }

    #[test]
    fn test_hosts_are_names_and_addresses() {
        let test = hosts("app.example=127.0.0.1:8443").unwrap();
        assert_eq!(test.hosts[0].host.as_str(), "app.example");
        for text in [
            "app.example",
            "app.example=",
            "=127.0.0.1:1",
            "127.0.0.1=127.0.0.1:1",
            "app.example=localhost:1",
        ] {
            assert!(hosts(text).is_err(), "{text}");
        }
    }

    #[test]
    fn test_hosts_are_for_this_machine_alone() {
        let test = hosts("app.example=127.0.0.1:8443").unwrap();
        let anywhere = "0.0.0.0:8080".parse().unwrap();
        assert!(guard(&test, anywhere).is_err());
        assert!(guard(&test, "127.0.0.1:8080".parse().unwrap()).is_ok());
        assert!(guard(&TestHosts::default(), anywhere).is_ok());
        let beyond = hosts("app.example=192.0.2.1:443").unwrap();
        assert!(guard(&beyond, "127.0.0.1:8080".parse().unwrap()).is_err());
    }
}
