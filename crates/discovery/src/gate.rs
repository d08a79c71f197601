//! What people set against floods, asked at each call: a brake stops every registration, and a line of the block list
//! stops one. Both of the tenant and of the platform. It limits nobody: budgets are `pricing.rs`.

use std::collections::{BTreeSet, HashMap};

use ipnet::IpNet;
use narthex_tenancy::StoreError;
use narthex_vocab::{Fingerprint, HostName, Id, PLATFORM_TENANT, Tenant, Timestamp};

use crate::{
    Discovery, candidate::Candidate, pricing::Call, register::RegisterError, source::Source,
};

/// What one owner, a tenant or the platform, set against floods. Each part has an end.
#[derive(Debug)]
pub(crate) struct Against {
    pub(crate) owner: Id<Tenant>,
    /// When its last brake ends.
    brake: Option<Timestamp>,
    families: HashMap<Fingerprint, Timestamp>,
    hosts: HashMap<String, Timestamp>,
    networks: Vec<(IpNet, Timestamp)>,
    /// The trust list.
    pub(crate) lanes: Vec<Lane>,
}

impl Against {
    /// A brake at most.
    pub(crate) fn of(owner: Id<Tenant>, brake: Option<Timestamp>) -> Self {
        Self {
            owner,
            brake,
            families: HashMap::new(),
            hosts: HashMap::new(),
            networks: Vec::new(),
            lanes: Vec::new(),
        }
    }

    /// Adds a line of the block list: a family, a host with all below it, or a network.
    pub(crate) fn block(
        &mut self,
        (family, host, network): (Option<Fingerprint>, Option<HostName>, Option<IpNet>),
        until: Timestamp,
    ) {
        // Of two lines about the same thing the later end counts.
        let later = |end: &mut Timestamp| *end = until.max(*end);
        if let Some(family) = family {
            later(self.families.entry(family).or_insert(until));
        }
        if let Some(host) = host {
            later(self.hosts.entry(host.as_str().to_owned()).or_insert(until));
        }
        self.networks
            .extend(network.map(|network| (network, until)));
    }

    /// When the brake that holds ends, if one does.
    fn braked(&self, now: Timestamp) -> Option<Timestamp> {
        self.brake.filter(|end| *end > now)
    }

    /// Whether a line of the block list names the call.
    fn blocks(&self, named: &Named, now: Timestamp) -> bool {
        let family = named.family.and_then(|family| self.families.get(&family));
        let hosts = named.hosts.iter().filter_map(|host| self.hosts.get(host));
        let networks = self.networks.iter();
        let networks = networks.filter(|(network, _)| network.contains(&named.network));
        let networks = networks.map(|(_, until)| until);
        family
            .into_iter()
            .chain(hosts)
            .chain(networks)
            .any(|until| *until > now)
    }
}

/// What lists may name about a call.
#[derive(Debug, Clone)]
pub(crate) struct Named {
    pub(crate) family: Option<Fingerprint>,
    /// Each host of the metadata and every name above it.
    pub(crate) hosts: Vec<String>,
    pub(crate) network: IpNet,
}

/// A line of the trust list: calls of its own when the common budgets are used up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Lane {
    pub(crate) owner: Id<Tenant>,
    pub(crate) id: uuid::Uuid,
    pub(crate) family: Option<Fingerprint>,
    pub(crate) network: Option<IpNet>,
    pub(crate) per_minute: u32,
    pub(crate) until: Timestamp,
}

impl Lane {
    /// Whether the call is on it.
    pub(crate) fn takes(&self, source: Source, family: Option<&Fingerprint>) -> bool {
        let by_network = self
            .network
            .is_some_and(|network| network.contains(&source.network));
        let by_family = self.family.is_some() && self.family.as_ref() == family;
        by_network || by_family
    }
}

impl Named {
    /// What lists may name; not the family of what was taken out of it.
    pub(crate) fn of(candidate: Option<&Candidate>, apart: bool, source: Source) -> Self {
        let hosts = candidate.map(|candidate| candidate.metadata.hosts());
        Self {
            family: candidate
                .map(|candidate| candidate.fingerprint)
                .filter(|_| !apart),
            hosts: and_above(&hosts.unwrap_or_default()),
            network: source.network,
        }
    }
}

/// `a.b.example` is below `b.example` and `example`.
fn and_above(hosts: &BTreeSet<HostName>) -> Vec<String> {
    let mut names = BTreeSet::new();
    for host in hosts {
        let mut rest = Some(host.as_str());
        while let Some(name) = rest {
            names.insert(name.to_owned());
            rest = name.split_once('.').map(|(_, above)| above);
        }
    }
    names.into_iter().collect()
}

/// Whether a line of the block list, the tenant's own or the platform's, names a host or a name above it: nothing is
/// fetched from there.
pub(crate) async fn blocks_host(
    discovery: &Discovery,
    tenant: Id<Tenant>,
    host: &HostName,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let names = and_above(&[host.clone()].into());
    let platform = discovery.against(PLATFORM_TENANT, now).await?;
    let own = discovery.against(tenant, now).await?;
    let listed = |name: &String| {
        [&platform, &own]
            .into_iter()
            .filter_map(|list| list.hosts.get(name))
            .any(|until| *until > now)
    };
    Ok(names.iter().any(listed))
}

/// When the brake that holds a tenant ends: its own, or the platform's.
pub async fn brake(
    discovery: &Discovery,
    tenant: Id<Tenant>,
    now: Timestamp,
) -> Result<Option<Timestamp>, StoreError> {
    let platform = discovery.against(PLATFORM_TENANT, now).await?;
    let own = discovery.against(tenant, now).await?;
    Ok(platform.braked(now).max(own.braked(now)))
}

/// Refuses a call that a brake or a list stops.
pub(crate) async fn pass(
    discovery: &Discovery,
    call: Call<'_>,
    candidate: Option<&Candidate>,
) -> Result<(), RegisterError> {
    held(discovery, call, Named::of(candidate, false, call.source)).await
}

/// Refuses a call about a registration that was taken out of its family, where a brake or another list stops it.
pub(crate) async fn pass_apart(
    discovery: &Discovery,
    call: Call<'_>,
    candidate: &Candidate,
) -> Result<(), RegisterError> {
    held(
        discovery,
        call,
        Named::of(Some(candidate), true, call.source),
    )
    .await
}

async fn held(discovery: &Discovery, call: Call<'_>, named: Named) -> Result<(), RegisterError> {
    let now = call.now;
    let platform = discovery.against(PLATFORM_TENANT, now).await?;
    let own = discovery.against(call.place.tenant, now).await?;
    match platform.braked(now).max(own.braked(now)) {
        Some(end) => Err(RegisterError::Braked {
            retry_after: wait(end, now),
        }),
        None if platform.blocks(&named, now) || own.blocks(&named, now) => {
            Err(RegisterError::Listed)
        }
        None => Ok(()),
    }
}

/// Whole seconds until the end, an hour at most: a brake may be lifted.
fn wait(end: Timestamp, now: Timestamp) -> u32 {
    let seconds = (end - now).num_seconds() + 1;
    u32::try_from(seconds.clamp(1, 3_600)).unwrap_or(3_600)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn a_host_is_below_every_name_above_it() {
        let hosts = [HostName::parse("a.b.example").unwrap()].into();
        assert_eq!(and_above(&hosts), ["a.b.example", "b.example", "example"]);
        assert_eq!(and_above(&BTreeSet::new()), Vec::<String>::new());
    }

    #[test]
    fn a_lane_takes_its_network_or_its_family_and_nobody_else() {
        let family = Fingerprint::from_bytes([1; 32]);
        let lane = |family, network: Option<&str>| Lane {
            owner: PLATFORM_TENANT,
            id: uuid::Uuid::nil(),
            family,
            network: network.map(|text| text.parse().unwrap()),
            per_minute: 1,
            until: Timestamp::MAX_UTC,
        };
        let source = Source::of("192.0.2.7".parse().unwrap());
        assert!(lane(None, Some("192.0.2.0/28")).takes(source, None));
        assert!(!lane(None, Some("192.0.2.0/30")).takes(source, Some(&family)));
        assert!(lane(Some(family), None).takes(source, Some(&family)));
        let other = Fingerprint::from_bytes([2; 32]);
        assert!(!lane(Some(family), None).takes(source, Some(&other)));
        assert!(!lane(None, None).takes(source, None));
    }

    #[test]
    fn a_call_that_waits_is_told_how_long() {
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        let after = |seconds| wait(now + chrono::Duration::seconds(seconds), now);
        assert_eq!([after(0), after(59), after(86_400)], [1, 60, 3_600]);
    }
}
