//! Something short that is posted to an address that somebody else chose, under the same rules as a fetch. Nothing of the answer is read but
//! its status.

use reqwest::header::CONTENT_TYPE;
use tokio::time::{Instant, timeout};
use url::Url;

use crate::error::FetchError;
use crate::guard::Guard;
use crate::record;
use crate::target::Target;

impl Guard {
    /// Posts `body`, or says why it was not taken: 200, 202 and 204 are taken, nothing else. Ends within [`Limits::total`].
    ///
    /// [`Limits::total`]: crate::Limits::total
    pub async fn post(
        &self,
        url: Url,
        (kind, body): (&'static str, String),
    ) -> Result<(), FetchError> {
        let started = Instant::now();
        let limit = self.limits().total;
        let told = async {
            let target = Target::of(&url, self.config())?;
            let way = self.way(&target).await?;
            let request = way.client.post(url.clone()).body(body);
            let request = request.header(CONTENT_TYPE, kind);
            let sent = request.send().await;
            let answer = sent.map_err(|error| FetchError::from_exchange(&error, limit))?;
            match answer.status().as_u16() {
                200 | 202 | 204 => Ok(()),
                status @ 300..400 => Err(FetchError::Redirect { status }),
                status => Err(FetchError::Status { status }),
            }
        };
        let outcome = timeout(limit, told)
            .await
            .unwrap_or(Err(FetchError::Timeout { limit }));
        record::post(&url, &outcome, started);
        outcome
    }
}
