//! A caller over HTTP: cookies as a browser keeps them, no redirect followed, from a loopback address of its own choice
//! so that budgets count it apart. What came back is kept whole.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU16, Ordering};

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};
use reqwest::{Client, Method, RequestBuilder, redirect::Policy};
use serde_json::Value;

/// One caller: an address and its cookies.
#[derive(Debug, Clone)]
pub struct Browser {
    client: Client,
    /// What the next request will carry.
    pub cookies: BTreeMap<String, String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: String,
}

impl Default for Browser {
    fn default() -> Self {
        Self::new()
    }
}

impl Browser {
    /// From a loopback address that nobody else has.
    #[must_use]
    pub fn new() -> Self {
        static NEXT: AtomicU16 = AtomicU16::new(1);
        let [high, low] = NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        Self::from(Ipv4Addr::new(127, 77, high, low).into())
    }

    /// From this address.
    #[must_use]
    pub fn from(address: IpAddr) -> Self {
        // The client wants a provider, though nothing here speaks TLS.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .local_address(address)
            .build()
            .unwrap();
        Self {
            client,
            cookies: BTreeMap::new(),
        }
    }

    /// Carries one more cookie.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.cookies.insert(name.to_owned(), value.to_owned());
        self
    }

    /// A request to finish and [`Browser::send`].
    pub fn request(&self, method: Method, url: &str) -> RequestBuilder {
        self.client.request(method, url)
    }

    /// `GET`
    pub async fn get(&mut self, url: &str) -> Answer {
        self.send(self.request(Method::GET, url)).await
    }

    /// Posts a form as pages of ours do.
    pub async fn post(&mut self, url: &str, form: &[(&str, &str)]) -> Answer {
        let request = self.request(Method::POST, url).form(form);
        self.send(request.header("sec-fetch-site", "same-origin"))
            .await
    }

    /// Posts a form with HTTP Basic.
    pub async fn basic(
        &mut self,
        url: &str,
        (user, password): (&str, &str),
        form: &[(&str, &str)],
    ) -> Answer {
        let request = self.request(Method::POST, url).form(form);
        self.send(request.basic_auth(user, Some(password))).await
    }

    /// Posts JSON.
    pub async fn json(&mut self, url: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, url);
        let request = request.header("content-type", "application/json");
        self.send(request.body(body.to_string())).await
    }

    /// Sends any request with the cookies, and keeps those that come back.
    pub async fn send(&mut self, request: RequestBuilder) -> Answer {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(n, v)| format!("{n}={v}"))
            .collect();
        let request = if pairs.is_empty() {
            request
        } else {
            request.header(COOKIE, pairs.join("; "))
        };
        let response = request.send().await.expect("the listener answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for line in headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let body = response.bytes().await.expect("the body arrives");
        Answer {
            status,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }
}

impl Answer {
    /// A header, or nothing.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name);
        value.map_or("", |value| value.to_str().unwrap_or_default())
    }

    /// Where a redirect leads.
    #[must_use]
    pub fn location(&self) -> &str {
        assert_eq!(self.status, 303, "{}", self.body);
        self.header(LOCATION.as_str())
    }

    /// The body as JSON.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// The value of a hidden field of the page.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self.body.split_once(&start);
        let (_, rest) = rest.unwrap_or_else(|| panic!("no field {name}: {}", self.body));
        let (value, _) = rest.split_once('"').unwrap();
        value.replace("&#38;", "&").replace("&amp;", "&")
    }
}
