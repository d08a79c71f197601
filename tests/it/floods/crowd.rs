//! A crowd of callers behind one proxy that the product believes: each call says where it comes from.

use std::collections::BTreeMap;
use std::sync::Arc;

use narthex_tests::{Answer, Browser, Place, Redis, System};
use serde_json::{Value, json};

use crate::cases::company::Company;
use crate::scene::Scene;

/// Calls that are under way at once.
const AT_ONCE: u32 = 16;

/// A company whose product is behind a proxy.
pub(crate) async fn scene() -> Scene {
    let company = Company::new().await;
    let system = System::behind_a_proxy(&company.place, [7; 32]).await;
    Scene { company, system }
}

/// The same with a Redis that no other test has.
pub(super) async fn scene_with(redis: &Redis) -> Scene {
    let mut company = Company::new().await;
    company.place.redis_url = redis.url();
    let system = System::behind_a_proxy(&company.place, [7; 32]).await;
    Scene { company, system }
}

/// Software of this name, which runs on somebody's computer.
pub(crate) fn software(name: &str) -> Value {
    json!({ "client_name": name, "redirect_uris": ["http://127.0.0.1/callback"] })
}

/// One call from this address.
pub(crate) async fn call(from: &Browser, url: &str, (source, body): (&str, &Value)) -> Answer {
    let request = from.request(reqwest::Method::POST, url).json(body);
    let request = request.header("x-forwarded-for", source);
    from.clone().send(request).await
}

/// That the proxy is at.
pub(crate) fn proxy() -> Browser {
    Browser::from([127, 0, 0, 1].into())
}

/// How many calls were answered with each status.
pub(super) async fn crowd(
    url: &str,
    calls: u32,
    call_of: impl Fn(u32) -> (String, Value) + Send + Sync + 'static,
) -> BTreeMap<u16, i64> {
    let (call_of, mut tasks) = (Arc::new(call_of), Vec::new());
    for task in 0..AT_ONCE {
        let (call_of, url, proxy) = (Arc::clone(&call_of), url.to_owned(), proxy());
        tasks.push(tokio::spawn(async move {
            let mut statuses = Vec::new();
            for number in (task..calls).step_by(AT_ONCE as usize) {
                let (source, body) = call_of(number);
                statuses.push(call(&proxy, &url, (&source, &body)).await.status);
            }
            statuses
        }));
    }
    let mut answered = BTreeMap::new();
    for task in tasks {
        for status in task.await.unwrap() {
            *answered.entry(status).or_insert(0) += 1;
        }
    }
    answered
}

/// What the log knows: attempts by outcome, and rows that say so.
#[derive(Debug)]
pub(super) struct Logged {
    pub(super) calls: BTreeMap<String, i64>,
    pub(super) rows: i64,
    /// What the families count.
    pub(super) of_families: i64,
    /// Calls that the log says are of a stored family, but for those that could not be looked up.
    pub(super) named: i64,
}

impl Logged {
    pub(super) async fn of(place: &Place) -> Self {
        let administrator = place.administrator().await;
        let all = "select outcome, sum(calls)::bigint, count(*) from (
                select outcome, 1::bigint as calls from intake.attempt
                union all select outcome, calls from intake.tally) as every group by 1";
        let (mut calls, mut rows) = (BTreeMap::new(), 0);
        for row in administrator.query(all, &[]).await.unwrap() {
            calls.insert(row.get(0), row.get(1));
            rows += row.get::<_, i64>(2);
        }
        let families = "select coalesce(sum(attempts), 0)::bigint, (
                select coalesce(sum(calls), 0)::bigint from (
                    select fingerprint, 1::bigint as calls from intake.attempt where outcome <> 'refused'
                    union all select fingerprint, calls from intake.tally) as every
                where fingerprint in (select fingerprint from intake.family))
            from intake.family";
        let row = administrator.query_one(families, &[]).await.unwrap();
        Self {
            calls,
            rows,
            of_families: row.get(0),
            named: row.get(1),
        }
    }

    pub(super) fn all(&self) -> i64 {
        self.calls.values().sum()
    }

    /// But for those that failed for a reason of ours.
    pub(super) fn answered(&self) -> i64 {
        self.all() - self.calls.get("refused").copied().unwrap_or_default()
    }
}
