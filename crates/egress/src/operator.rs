//! Calls to an address that the person at the keyboard typed: the command line's calls of their own management API. It
//! is no part of the guard, and no plane uses it: it goes where it is told, loopback and private addresses too, and it
//! sends a token there.

use std::time::Duration;

use reqwest::{Client, Method, redirect};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use url::Url;

use crate::config::GuardError;
use crate::tls;

/// The longest a call takes.
const LIMIT: Duration = Duration::from_secs(30);

/// A management API, and the token to call it with.
pub struct OperatorApi {
    client: Client,
    base: Url,
    token: String,
}

/// What it answered.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    /// The HTTP status.
    pub status: u16,
    /// The body; null when it was no JSON.
    pub body: Value,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum OperatorError {
    /// A token would travel in the clear to another machine.
    #[error("use https, or an address of this machine: the token would travel in the clear")]
    InTheClear,
    /// TLS could not be set up.
    #[error(transparent)]
    Tls(#[from] GuardError),
    /// The path is not one below the address.
    #[error("not a path: {0}")]
    Path(#[from] url::ParseError),
    /// Nobody answered, or not in HTTP.
    #[error("no answer from {0}: {1}")]
    Exchange(Box<str>, reqwest::Error),
}

/// Without the token.
impl std::fmt::Debug for OperatorApi {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OperatorApi({})", self.base)
    }
}

impl OperatorApi {
    /// The API at `base`; opens no connection.
    #[expect(
        clippy::disallowed_methods,
        reason = "the operator names their own API; nothing a stranger says comes here"
    )]
    pub fn new(base: Url, token: String) -> Result<Self, OperatorError> {
        if base.scheme() != "https" && !is_this_machine(&base) {
            return Err(OperatorError::InTheClear);
        }
        let roots = RootCertStore {
            roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
        };
        let config: ClientConfig = tls::client(roots)?;
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .no_proxy()
            .redirect(redirect::Policy::none())
            .timeout(LIMIT)
            .build()
            .map_err(|error| OperatorError::Exchange(base.as_str().into(), error))?;
        Ok(Self {
            client,
            base,
            token,
        })
    }

    /// `GET` of a path with its query.
    pub async fn get(&self, path: &str) -> Result<Answered, OperatorError> {
        self.call(Method::GET, path, None).await
    }

    /// `POST` of a body to a path, once: `key` is its `Idempotency-Key`.
    pub async fn post(
        &self,
        path: &str,
        body: &Value,
        key: &str,
    ) -> Result<Answered, OperatorError> {
        self.call(Method::POST, path, Some((body, key))).await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<(&Value, &str)>,
    ) -> Result<Answered, OperatorError> {
        let url = self.base.join(path)?;
        let mut request = self.client.request(method, url).bearer_auth(&self.token);
        if let Some((body, key)) = body {
            request = request
                .header("content-type", "application/json")
                .header("idempotency-key", key)
                .body(body.to_string());
        }
        let lost = |error| OperatorError::Exchange(self.base.as_str().into(), error);
        let response = request.send().await.map_err(lost)?;
        let status = response.status().as_u16();
        let bytes = response.bytes().await.map_err(lost)?;
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Ok(Answered { status, body })
    }
}

fn is_this_machine(base: &Url) -> bool {
    match base.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("https://staff.example", true)]
    #[case("http://127.0.0.1:7403", true)]
    #[case("http://[::1]:7403", true)]
    #[case("http://localhost:7403", true)]
    #[case("http://staff.example", false)]
    #[case("http://10.0.0.7", false)]
    #[case("http://127.0.0.1.example", false)]
    #[case("http://localhost.example", false)]
    #[case("ftp://staff.example", false)]
    fn a_token_does_not_travel_in_the_clear(#[case] base: &str, #[case] taken: bool) {
        let api = OperatorApi::new(Url::parse(base).unwrap(), "npt_secret".to_owned());
        assert_eq!(api.is_ok(), taken);
        if let Ok(api) = api {
            assert!(!format!("{api:?}").contains("secret"));
        }
    }
}
