//! Names to addresses and TXT records. It never gives out an address that is not public, never
//! reads the `hosts` file, and never completes a name from a search list.

use std::net::IpAddr;

use futures_util::future::join_all;
use hickory_resolver::TokioResolver;
use hickory_resolver::config::{
    ConnectionConfig, LookupIpStrategy, NameServerConfig, ResolveHosts, ResolverConfig,
};
use hickory_resolver::net::NetError;
use hickory_resolver::net::runtime::TokioRuntimeProvider;
use hickory_resolver::proto::rr::{Name, RData};
use narthex_vocab::HostName;

use crate::address::is_public;
use crate::config::{GuardConfig, GuardError, NameServer};
use crate::error::FetchError;

/// What one resolver said about TXT records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxtAnswer {
    /// What people call the resolver; `system` for the servers of this system.
    pub resolver: String,
    /// The records, each with its strings joined (RFC 7208 section 3.3); empty when there is
    /// none. At most [`TxtAnswer::MOST`].
    pub records: Result<Vec<String>, TxtError>,
}

impl TxtAnswer {
    /// How many records of one answer are read.
    pub const MOST: usize = 64;
}

/// Why a resolver gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TxtError {
    /// Not a domain name.
    #[error("this is not a domain name")]
    Name,
    /// No answer in time, or an answer that cannot be used.
    #[error("the resolver did not answer")]
    NoAnswer,
    /// Too many questions run already.
    #[error("too many questions are running")]
    Busy,
}

/// The resolvers of a guard.
pub(crate) struct Resolvers {
    addresses: TokioResolver,
    txt: Vec<(String, TokioResolver)>,
}

impl Resolvers {
    pub(crate) fn new(config: &GuardConfig) -> Result<Self, GuardError> {
        let (name, servers) = match &config.name_server {
            Some(server) => (server.name.clone(), vec![server_config(server)]),
            None => ("system".to_owned(), system_servers()?),
        };
        let addresses = resolver(servers.clone(), config, Cache::Kept)?;
        let mut txt = vec![(name, resolver(servers, config, Cache::None)?)];
        for witness in &config.witnesses {
            let servers = vec![server_config(witness)];
            txt.push((
                witness.name.clone(),
                resolver(servers, config, Cache::None)?,
            ));
        }
        Ok(Self { addresses, txt })
    }

    /// Every address of the name; an error if there is none or if any of them is not public.
    pub(crate) async fn public(&self, host: &HostName) -> Result<Vec<IpAddr>, FetchError> {
        let none = || FetchError::NoAddress { host: host.clone() };
        let name = absolute(host.as_str()).map_err(|_| none())?;
        let addresses: Vec<IpAddr> = match self.addresses.lookup_ip(name).await {
            Ok(found) => found.iter().collect(),
            Err(error) if is_negative(&error) => Vec::new(),
            Err(_) => return Err(FetchError::Dns { host: host.clone() }),
        };
        for address in &addresses {
            is_public(*address).map_err(|special| FetchError::Address {
                address: *address,
                special,
            })?;
        }
        if addresses.is_empty() {
            Err(none())
        } else {
            Ok(addresses)
        }
    }

    /// What each resolver says, each asked on its own.
    pub(crate) async fn txt(&self, name: &str) -> Vec<TxtAnswer> {
        let answers = self.txt.iter().map(async |(resolver, dns)| TxtAnswer {
            resolver: resolver.clone(),
            records: txt_records(dns, name).await,
        });
        join_all(answers).await
    }

    /// The same error from each resolver.
    pub(crate) fn without_answer(&self, error: TxtError) -> Vec<TxtAnswer> {
        let names = self.txt.iter().map(|(resolver, _)| resolver.clone());
        names
            .map(|resolver| TxtAnswer {
                resolver,
                records: Err(error),
            })
            .collect()
    }
}

async fn txt_records(dns: &TokioResolver, name: &str) -> Result<Vec<String>, TxtError> {
    let name = absolute(name)?;
    let lookup = match dns.txt_lookup(name).await {
        Ok(lookup) => lookup,
        Err(error) if is_negative(&error) => return Ok(Vec::new()),
        Err(_) => return Err(TxtError::NoAnswer),
    };
    let records = lookup
        .answers()
        .iter()
        .filter_map(|record| match &record.data {
            RData::TXT(txt) => Some(String::from_utf8_lossy(&txt.txt_data.concat()).into_owned()),
            _ => None,
        });
    Ok(records.take(TxtAnswer::MOST).collect())
}

/// A name from the root, so that no search list applies.
fn absolute(name: &str) -> Result<Name, TxtError> {
    if name.trim_matches('.').is_empty() {
        return Err(TxtError::Name);
    }
    let mut name = Name::from_ascii(name).map_err(|_| TxtError::Name)?;
    name.set_fqdn(true);
    Ok(name)
}

fn is_negative(error: &NetError) -> bool {
    error.is_nx_domain() || error.is_no_records_found()
}

fn system_servers() -> Result<Vec<NameServerConfig>, GuardError> {
    let (config, _) = hickory_resolver::system_conf::read_system_conf()
        .map_err(|error| GuardError::NameServers(error.to_string()))?;
    Ok(config.name_servers().to_vec())
}

fn server_config(server: &NameServer) -> NameServerConfig {
    let mut config = NameServerConfig::udp_and_tcp(server.address.ip());
    config.connections = [ConnectionConfig::udp(), ConnectionConfig::tcp()]
        .map(|mut connection| {
            connection.port = server.address.port();
            connection
        })
        .to_vec();
    config
}

/// Whether answers are kept for their time to live. A proof that was just published must be seen,
/// so TXT answers are not.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Cache {
    Kept,
    None,
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the place the ban points to"
)]
fn resolver(
    servers: Vec<NameServerConfig>,
    config: &GuardConfig,
    cache: Cache,
) -> Result<TokioResolver, GuardError> {
    let servers = ResolverConfig::from_parts(None, Vec::new(), servers);
    let mut builder = TokioResolver::builder_with_config(servers, TokioRuntimeProvider::default());
    let options = builder.options_mut();
    options.timeout = config.limits.connect;
    options.attempts = 1;
    options.ip_strategy = LookupIpStrategy::Ipv4AndIpv6;
    options.use_hosts_file = ResolveHosts::Never;
    if cache == Cache::None {
        options.cache_size = 0;
    }
    builder
        .build()
        .map_err(|error| GuardError::NameServers(error.to_string()))
}
