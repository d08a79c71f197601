//! The guard: one small https document from a name that somebody else chose. It never follows a
//! redirect, never reuses a connection, and connects only to an address it has checked.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use narthex_vocab::Host;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderName,
};
use reqwest::{Client, Response, redirect, retry};
use tokio::time::{Instant, timeout};
use url::Url;

use crate::config::{GuardConfig, GuardError, Limits};
use crate::error::FetchError;
use crate::fetched::{FetchKind, Fetched, keep_for};
use crate::flight::Flights;
use crate::gate::{Gate, Place};
use crate::record;
use crate::resolve::{Resolvers, TxtAnswer, TxtError};
use crate::target::{Target, Way};
use crate::tls::Tls;

/// The only client for addresses and names that a caller supplied.
pub struct Guard {
    config: GuardConfig,
    resolvers: Resolvers,
    tls: Tls,
    gate: Gate,
    flights: Flights,
}

/// What one exchange goes out with; its place is given back on drop.
pub(crate) struct WayOut {
    pub(crate) client: Client,
    addresses: Vec<SocketAddr>,
    _place: Place,
}

impl Guard {
    /// Sets up a guard; opens no connection.
    pub fn new(config: GuardConfig) -> Result<Self, GuardError> {
        config.check()?;
        Ok(Self {
            resolvers: Resolvers::new(&config)?,
            tls: Tls::new(&config)?,
            gate: Gate::new(&config.limits),
            flights: Flights::default(),
            config,
        })
    }

    /// Fetches one document, or says why not. Ends within [`Limits::total`]. Who asks for what is being fetched shares
    /// that fetch.
    pub async fn fetch(&self, url: Url, kind: FetchKind) -> Result<Fetched, FetchError> {
        let flight = (url.to_string(), kind);
        self.flights
            .share(flight, || self.fetch_once(url, kind))
            .await
    }

    async fn fetch_once(&self, url: Url, kind: FetchKind) -> Result<Fetched, FetchError> {
        let started = Instant::now();
        let limit = self.config.limits.total;
        let outcome = match Target::of(&url, &self.config) {
            Ok(target) => timeout(limit, self.fetch_target(&url, &target, kind))
                .await
                .unwrap_or(Err(FetchError::Timeout { limit })),
            Err(error) => Err(error),
        };
        record::fetch(&url, kind, &outcome, started);
        outcome
    }

    /// Asks every resolver for the TXT records of `name` (underscores allowed), each on its own.
    pub async fn txt(&self, name: &str) -> Vec<TxtAnswer> {
        let started = Instant::now();
        let asked = async {
            match self.gate.enter_any().await {
                Ok(_place) => self.resolvers.txt(name).await,
                Err(_) => self.resolvers.without_answer(TxtError::Busy),
            }
        };
        let answers = timeout(self.config.limits.total, asked)
            .await
            .unwrap_or_else(|_| self.resolvers.without_answer(TxtError::NoAnswer));
        record::txt(name, &answers, started);
        answers
    }

    async fn fetch_target(
        &self,
        url: &Url,
        target: &Target,
        kind: FetchKind,
    ) -> Result<Fetched, FetchError> {
        let limit = self.config.limits.total;
        let out = self.way(target).await?;
        let response = out
            .client
            .get(url.clone())
            .header(ACCEPT, kind.accept())
            .header(ACCEPT_ENCODING, "identity")
            .send()
            .await
            .map_err(|error| FetchError::from_exchange(&error, limit))?;
        let fallback = out
            .addresses
            .first()
            .map_or(IpAddr::from([0, 0, 0, 0]), SocketAddr::ip);
        let address = response
            .remote_addr()
            .map_or(fallback, |remote| remote.ip());
        let content_type = check_head(&response, kind)?;
        let etag = header(&response, &ETAG).map(str::to_owned);
        let keep_for = keep_for(header(&response, &CACHE_CONTROL));
        let body = read(response, kind, limit).await?;
        Ok(Fetched {
            body,
            content_type,
            etag,
            keep_for,
            address,
        })
    }

    pub(crate) const fn config(&self) -> &GuardConfig {
        &self.config
    }

    pub(crate) const fn limits(&self) -> &Limits {
        &self.config.limits
    }

    /// Takes a place, resolves the name, checks every address, and makes the client for one exchange.
    pub(crate) async fn way(&self, target: &Target) -> Result<WayOut, FetchError> {
        let connect = self.config.limits.connect;
        let entered = timeout(connect, self.gate.enter(&target.host)).await;
        let place = entered.unwrap_or(Err(FetchError::Busy))?;
        let addresses: Vec<SocketAddr> = match &target.way {
            Way::Direct(address) => vec![(*address, 0).into()],
            Way::Test(address) => vec![*address],
            Way::Resolve(name) => {
                let found = self.resolvers.public(name).await?;
                found
                    .into_iter()
                    .map(|address| (address, 0).into())
                    .collect()
            }
        };
        Ok(WayOut {
            client: self.client(target, &addresses)?,
            addresses,
            _place: place,
        })
    }

    /// A client that can reach these addresses and nothing else, for one exchange.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place the ban points to"
    )]
    fn client(&self, target: &Target, addresses: &[SocketAddr]) -> Result<Client, FetchError> {
        let tls = match &target.way {
            Way::Test(_) => &self.tls.test,
            Way::Direct(_) | Way::Resolve(_) => &self.tls.world,
        };
        let builder = Client::builder()
            .tls_backend_preconfigured(tls.clone())
            .https_only(true)
            .http1_only()
            .no_proxy()
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .pool_max_idle_per_host(0)
            .connect_timeout(self.config.limits.connect)
            .timeout(self.config.limits.total)
            .user_agent("Narthex");
        let builder = match &target.host {
            Host::Name(name) => builder.resolve_to_addrs(name.as_str(), addresses),
            Host::Address(_) => builder,
        };
        builder.build().map_err(|_| FetchError::Internal)
    }
}

fn header<'a>(response: &'a Response, name: &HeaderName) -> Option<&'a str> {
    response
        .headers()
        .get(name)
        .and_then(|value| value.to_str().ok())
}

/// Checks what comes before the body; gives the content type.
fn check_head(response: &Response, kind: FetchKind) -> Result<String, FetchError> {
    let status = response.status();
    if status.is_redirection() {
        return Err(FetchError::Redirect {
            status: status.as_u16(),
        });
    }
    if status.as_u16() != 200 {
        return Err(FetchError::Status {
            status: status.as_u16(),
        });
    }
    let encodings = response.headers().get_all(CONTENT_ENCODING);
    if encodings
        .iter()
        .any(|value| !value.as_bytes().eq_ignore_ascii_case(b"identity"))
    {
        return Err(FetchError::Encoded);
    }
    let content_type = header(response, &CONTENT_TYPE).filter(|value| kind.takes(value));
    let Some(content_type) = content_type else {
        return Err(FetchError::ContentType {
            expected: kind.accept(),
        });
    };
    let limit = kind.limit();
    let announced = response
        .content_length()
        .and_then(|length| usize::try_from(length).ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(FetchError::TooLarge { limit });
    }
    Ok(content_type.to_owned())
}

/// Reads the body and stops at the first byte over the kind's limit.
pub(crate) async fn read(
    mut response: Response,
    kind: FetchKind,
    total: Duration,
) -> Result<Bytes, FetchError> {
    let limit = kind.limit();
    let mut body = BytesMut::new();
    loop {
        let chunk = response.chunk().await;
        match chunk.map_err(|error| FetchError::from_exchange(&error, total))? {
            Some(chunk) if body.len().saturating_add(chunk.len()) > limit => {
                return Err(FetchError::TooLarge { limit });
            }
            Some(chunk) => body.extend_from_slice(&chunk),
            None => return Ok(body.freeze()),
        }
    }
}
