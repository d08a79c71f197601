//! Which hosts the tenant has proved to be its own, and which of a request's hosts lack a proof. A client whose document
//! was found at its own address has shown that it speaks for that host. It never proves one.

use std::collections::BTreeMap;

use narthex_vocab::{ClientId, ClientMetadata, HostName, Id, kind};

/// The proofs in force of a tenant, by host.
#[derive(Debug, Clone, Default)]
pub struct Proofs(BTreeMap<HostName, Id<kind::Proof>>);

impl Proofs {
    /// Whether this very host is proved.
    pub fn has(&self, host: &HostName) -> bool {
        self.0.contains_key(host)
    }

    /// The hosts of the metadata that nobody has proved, in order. `client` is the identifier that it waits under, if it
    /// waits under one.
    pub fn missing(&self, metadata: &ClientMetadata, client: Option<&ClientId>) -> Vec<HostName> {
        let own = client.and_then(ClientId::document_url);
        let shown = |host: &HostName| own.as_ref().is_some_and(|url| url.host() == host);
        metadata
            .hosts()
            .into_iter()
            .filter(|host| !self.0.contains_key(host) && !shown(host))
            .collect()
    }

    /// The proof each host of the metadata rests on, for those that have one.
    pub fn of(&self, metadata: &ClientMetadata) -> Vec<(HostName, Id<kind::Proof>)> {
        let proved = |host: HostName| self.0.get(&host).map(|proof| (host.clone(), *proof));
        metadata.hosts().into_iter().filter_map(proved).collect()
    }
}

impl FromIterator<(HostName, Id<kind::Proof>)> for Proofs {
    fn from_iter<I: IntoIterator<Item = (HostName, Id<kind::Proof>)>>(proofs: I) -> Self {
        Self(proofs.into_iter().collect())
    }
}
