//! Orders of the other planes. For approval a host that a tenant named is looked at, through the guard, and what was
//! seen is written down: it never judges what it saw, and never knows what it looks for. For the token plane the
//! document of a client is (`client_document.rs`), and for approval the picture of a logo (`logo.rs`).

use narthex_egress::{FetchError, FetchKind, Guard, TxtAnswer};
use narthex_tenancy::StoreError;
use narthex_vocab::{
    Challenge, Glimpse, HostName, Id, ResolverSaw, Saw, Sighting, Timestamp, kind,
};
use url::Url;

use crate::{Discovery, client_document::Address, logo::LogoAt, store::fetch_order};

/// An order, by its notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OrderRef {
    /// Whose it is.
    pub tenant: Id<kind::Tenant>,
    /// Which.
    pub id: Id<kind::Order>,
}

impl OrderRef {
    /// Reads the payload of a notice: tenant and order, as UUIDs, with a blank between.
    #[must_use]
    pub fn parse(payload: &str) -> Option<Self> {
        let (tenant, order) = payload.split_once(' ')?;
        Some(Self {
            tenant: uuid::Uuid::try_parse(tenant).map(Id::from_uuid).ok()?,
            id: uuid::Uuid::try_parse(order).map(Id::from_uuid).ok()?,
        })
    }
}

/// What to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// A host that a tenant says is its own.
    Host(HostName),
    /// The address that is a client's identifier.
    Document(Address),
    /// The address of a logo.
    Logo(LogoAt),
}

/// Takes an order that nobody works on. `None` when there is nothing to do.
pub async fn claim(
    discovery: &Discovery,
    order: OrderRef,
    now: Timestamp,
) -> Result<Option<Job>, StoreError> {
    let claimed = async |tx: &mut _| fetch_order::claim(tx, order.id, now).await;
    discovery.database.tenant(order.tenant, claimed).await
}

/// Asks every resolver, and the web server of the host. Ends within the guard's limits.
pub async fn look(guard: &Guard, host: &HostName) -> Sighting {
    let name = Challenge::record_name(host);
    let (dns, file) = tokio::join!(guard.txt(&name), fetch(guard, host));
    Sighting {
        dns: dns.iter().map(resolver_saw).collect(),
        file,
    }
}

/// Writes down what was seen; false when another worker was faster.
pub async fn answer(
    discovery: &Discovery,
    order: OrderRef,
    seen: &Sighting,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let answered = async |tx: &mut _| fetch_order::answer(tx, order.id, seen, now).await;
    discovery.database.tenant(order.tenant, answered).await
}

async fn fetch(guard: &Guard, host: &HostName) -> Saw {
    let Ok(address) = Url::parse(&Challenge::file_address(host)) else {
        return Saw::failed("the host does not make an address");
    };
    match guard.fetch(address, FetchKind::WellKnown).await {
        Ok(fetched) => Saw::found([&*String::from_utf8_lossy(&fetched.body)]),
        Err(error) => Saw::Failed(said(&error)),
    }
}

/// Why nothing was fetched, for people outside: where a name of our own network leads is not for them to know.
pub(crate) fn said(error: &FetchError) -> Glimpse {
    match error {
        FetchError::Address { .. } => Glimpse::from("its address is not a public one"),
        other => Glimpse::from(other.to_string().as_str()),
    }
}

fn resolver_saw(answer: &TxtAnswer) -> ResolverSaw {
    ResolverSaw {
        resolver: Glimpse::from(answer.resolver.as_str()),
        saw: match &answer.records {
            Ok(records) => Saw::found(records.iter().map(String::as_str)),
            Err(error) => Saw::failed(&error.to_string()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notices_are_two_ids() {
        let tenant = "00000000-0000-7000-8000-000000000002";
        let order = "00000000-0000-7000-8000-000000000003";
        let read = OrderRef::parse(&format!("{tenant} {order}"));
        assert_eq!(
            read.map(|read| read.id.to_string()),
            Some(format!("ord_{}", order.replace('-', "")))
        );
        for payload in [
            "",
            tenant,
            &format!("{tenant} "),
            &format!("{tenant} x"),
            &format!("{tenant} {order} more"),
        ] {
            assert_eq!(OrderRef::parse(payload), None, "{payload}");
        }
    }
}
