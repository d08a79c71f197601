//! A request to an identity provider and its whole answer, under the same rules as a fetch. A provider that an owner named is
//! somebody else like any other: its addresses are checked one by one. It reads no body.

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use tokio::time::{Instant, timeout};
use url::Url;

use crate::error::FetchError;
use crate::fetched::FetchKind;
use crate::guard::{Guard, read};
use crate::record;
use crate::target::Target;

/// What is asked. The credential goes to this address and no further: redirects are not followed.
pub struct Exchange {
    /// Where.
    pub url: Url,
    /// A form to post; without one it is a GET.
    pub form: Option<Vec<u8>>,
    /// The `Authorization` header, if there is one.
    pub authorization: Option<String>,
}

/// What came back, whatever its status but a redirect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchanged {
    /// The HTTP status.
    pub status: u16,
    /// The `Content-Type`, as sent; empty when there was none.
    pub content_type: String,
    /// The body, as sent: 64 KiB at most.
    pub body: Bytes,
}

impl Guard {
    /// Asks once. Ends within [`Limits::total`].
    ///
    /// [`Limits::total`]: crate::Limits::total
    pub async fn exchange(&self, asked: Exchange) -> Result<Exchanged, FetchError> {
        let started = Instant::now();
        let limit = self.limits().total;
        let url = asked.url.clone();
        let outcome = timeout(limit, self.ask(asked))
            .await
            .unwrap_or(Err(FetchError::Timeout { limit }));
        record::exchange(&url, &outcome, started);
        outcome
    }

    async fn ask(&self, asked: Exchange) -> Result<Exchanged, FetchError> {
        let limit = self.limits().total;
        let target = Target::of(&asked.url, self.config())?;
        let way = self.way(&target).await?;
        let method = if asked.form.is_some() {
            Method::POST
        } else {
            Method::GET
        };
        let mut request = way
            .client
            .request(method, asked.url)
            .header(ACCEPT, "application/json")
            .header(ACCEPT_ENCODING, "identity");
        if let Some(text) = asked.authorization {
            let mut value = HeaderValue::try_from(text).map_err(|_| FetchError::Credentials)?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        if let Some(form) = asked.form {
            let form_type = "application/x-www-form-urlencoded";
            request = request.header(CONTENT_TYPE, form_type).body(form);
        }
        let sent = request.send().await;
        let answer = sent.map_err(|error| FetchError::from_exchange(&error, limit))?;
        let status = answer.status();
        if status.is_redirection() {
            let status = status.as_u16();
            return Err(FetchError::Redirect { status });
        }
        let content_type = answer.headers().get(CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        Ok(Exchanged {
            status: status.as_u16(),
            content_type: content_type.unwrap_or_default().to_owned(),
            body: read(answer, FetchKind::KeySet, limit).await?,
        })
    }
}
