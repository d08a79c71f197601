//! Why a fetch was refused or failed, one sentence each. It never carries a path, a query or a
//! byte of the answer.

use std::net::IpAddr;
use std::time::Duration;

use narthex_vocab::{HostError, HostName};

use crate::address::Special;

/// Why a fetch was refused or failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// Not https.
    #[error("only https addresses are fetched, not {scheme}")]
    Scheme {
        /// What it was.
        scheme: String,
    },
    /// A user name or password in the URL.
    #[error("the address has a user name or password in it")]
    Credentials,
    /// Not 443 (nor 8443 where that is configured).
    #[error("port {port} is not fetched from")]
    Port {
        /// What it was.
        port: u16,
    },
    /// The host is not a usable name.
    #[error("the host cannot be used: {0}")]
    Host(#[from] HostError),
    /// A name that only means something inside a network.
    #[error("{host} is not a public name")]
    LocalName {
        /// The name.
        host: HostName,
    },
    /// An address, written out or resolved, is not public.
    #[error("{address} is not a public address: {special}")]
    Address {
        /// The address.
        address: IpAddr,
        /// Why not.
        special: Special,
    },
    /// The name does not exist or has no address.
    #[error("{host} has no address")]
    NoAddress {
        /// The name.
        host: HostName,
    },
    /// The name servers did not answer.
    #[error("the name servers did not answer for {host}")]
    Dns {
        /// The name.
        host: HostName,
    },
    /// Too many fetches run already, of all or of this domain.
    #[error("too many fetches are running")]
    Busy,
    /// No connection.
    #[error("no connection could be made")]
    Connect,
    /// The connection was made, TLS failed: an untrusted, expired or wrong certificate as a rule.
    #[error("the TLS connection failed: {reason}")]
    Tls {
        /// What rustls says.
        reason: String,
    },
    /// Not done in time.
    #[error("not done within {} ms", limit.as_millis())]
    Timeout {
        /// The limit.
        limit: Duration,
    },
    /// A redirect, which is never followed.
    #[error("the answer is a redirect ({status}), which is not followed")]
    Redirect {
        /// The HTTP status.
        status: u16,
    },
    /// Not 200.
    #[error("the answer has status {status}, not 200")]
    Status {
        /// The HTTP status.
        status: u16,
    },
    /// Not a content type that this kind of document has.
    #[error("the content type is not one of {expected}")]
    ContentType {
        /// What would do.
        expected: &'static str,
    },
    /// Compressed although it was not asked for.
    #[error("the answer is compressed")]
    Encoded,
    /// More than the kind's limit; reading stopped there.
    #[error("the answer is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: usize,
    },
    /// The exchange broke off or was not HTTP.
    #[error("the exchange broke off")]
    Broken,
    /// The guard could not make its client.
    #[error("the fetch could not be started")]
    Internal,
}

impl FetchError {
    /// One word for metrics, rows and logs.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Scheme { .. } => "scheme",
            Self::Credentials => "credentials",
            Self::Port { .. } => "port",
            Self::Host(_) => "host",
            Self::LocalName { .. } => "local_name",
            Self::Address { .. } => "address",
            Self::NoAddress { .. } => "no_address",
            Self::Dns { .. } => "dns",
            Self::Busy => "busy",
            Self::Connect => "connect",
            Self::Tls { .. } => "tls",
            Self::Timeout { .. } => "timeout",
            Self::Redirect { .. } => "redirect",
            Self::Status { .. } => "status",
            Self::ContentType { .. } => "content_type",
            Self::Encoded => "encoded",
            Self::TooLarge { .. } => "too_large",
            Self::Broken => "broken",
            Self::Internal => "internal",
        }
    }

    /// Whether the same fetch may succeed later without a change on the other side.
    pub const fn is_temporary(&self) -> bool {
        matches!(
            self,
            Self::Dns { .. }
                | Self::Busy
                | Self::Connect
                | Self::Timeout { .. }
                | Self::Status {
                    status: 429 | 500..=599
                }
                | Self::Broken
        )
    }

    /// What reqwest's error means; the error itself holds the URL, so it goes no further.
    pub(crate) fn from_exchange(error: &reqwest::Error, limit: Duration) -> Self {
        if let Some(reason) = tls_reason(error) {
            return Self::Tls { reason };
        }
        match (error.is_timeout(), error.is_connect()) {
            (true, _) => Self::Timeout { limit },
            (false, true) => Self::Connect,
            (false, false) => Self::Broken,
        }
    }
}

/// What rustls said, if the error came from it. An `io::Error` does not give the error it wraps
/// as its source, so it is looked into.
fn tls_reason(error: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(tls) = error.downcast_ref::<rustls::Error>() {
        return Some(tls.to_string());
    }
    let wrapped = error
        .downcast_ref::<std::io::Error>()
        .and_then(std::io::Error::get_ref);
    match wrapped {
        Some(inner) => tls_reason(inner),
        None => error.source().and_then(tls_reason),
    }
}
