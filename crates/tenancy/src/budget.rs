//! Budgets: GCRA buckets in Redis, several at once in one round trip, and a per-process limiter for the planes that
//! must go on while Redis is away. It knows no route and no price: callers name the buckets.

use narthex_vocab::{Id, Timestamp, kind};
use redis::{
    Script,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// One bucket: `burst` calls at once, then one every `interval`.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// What is counted, as `register/source/192.0.2.1`; the tenant is added by [`Budgets::spend`].
    pub name: String,
    /// How many may come at once.
    pub burst: u32,
    /// The time after which one more may come.
    pub interval: Duration,
    /// How many of them one call takes; usually one.
    pub cost: u32,
}

impl Bucket {
    /// `count` calls in `window`, all of them at once if need be.
    #[must_use]
    pub fn new(name: impl Into<String>, count: u32, window: Duration) -> Self {
        Self {
            name: name.into(),
            burst: count,
            interval: window / count.max(1),
            cost: 1,
        }
    }

    /// The same bucket for a call that takes more, or nothing at all.
    #[must_use]
    pub fn costing(mut self, cost: u32) -> Self {
        self.cost = cost;
        self
    }
}

/// What the buckets say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// Every bucket had room, and the call's cost was taken from each.
    Allowed,
    /// At least one was empty; nothing was taken from any.
    Limited {
        /// Whole seconds until all of them have room, for `Retry-After`.
        retry_after: u32,
    },
}

/// Redis did not answer: registration answers 503, other planes use a [`LocalLimiter`].
#[derive(Debug, thiserror::Error)]
#[error("budgets are unavailable: {0}")]
pub struct BudgetsUnavailable(String);

/// KEYS: buckets. ARGV: burst, interval (microseconds) and cost for each. Takes the cost from all or nothing from any;
/// answers the microseconds to wait, 0 when taken.
const GCRA: &str = r"
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local wait, marks = 0, {}
for i, key in ipairs(KEYS) do
  local burst, interval = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1])
  local taken = tonumber(ARGV[3 * i]) * interval
  local arrival = math.max(tonumber(redis.call('GET', key) or 0), now)
  local late = arrival + taken - burst * interval - now
  if late > wait then wait = late end
  marks[i] = { key, arrival + taken }
end
if wait > 0 then return wait end
for _, mark in ipairs(marks) do
  redis.call('SET', mark[1], string.format('%.0f', mark[2]), 'PX', math.ceil((mark[2] - now) / 1000) + 1000)
end
return 0";

/// The shared budgets. Cloning shares the one multiplexed connection.
#[derive(Clone)]
pub struct Budgets {
    connection: ConnectionManager,
    script: Arc<Script>,
}

impl std::fmt::Debug for Budgets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Budgets")
    }
}

impl Budgets {
    /// Prepares the connection to `url`; connects on first use and again by itself.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the place the ban points to"
    )]
    pub fn new(url: &str) -> Result<Self, BudgetsUnavailable> {
        let unavailable = |error: redis::RedisError| BudgetsUnavailable(error.to_string());
        let config = ConnectionManagerConfig::new()
            .set_number_of_retries(1)
            .set_connection_timeout(Some(Duration::from_millis(300)))
            .set_response_timeout(Some(Duration::from_millis(300)))
            .set_max_delay(Duration::from_millis(100));
        let client = redis::Client::open(url).map_err(unavailable)?;
        let connection =
            ConnectionManager::new_lazy_with_config(client, config).map_err(unavailable)?;
        Ok(Self {
            connection,
            script: Arc::new(Script::new(GCRA)),
        })
    }

    /// Takes a call's cost from every bucket of `tenant`, or nothing from any. One round trip; the keys share one hash slot.
    pub async fn spend(
        &self,
        tenant: Id<kind::Tenant>,
        buckets: &[Bucket],
    ) -> Result<Answer, BudgetsUnavailable> {
        let mut call = self.script.prepare_invoke();
        for bucket in buckets {
            let interval = u64::try_from(bucket.interval.as_micros())
                .unwrap_or(u64::MAX)
                .max(1);
            call.key(key(tenant, bucket))
                .arg(bucket.burst)
                .arg(interval)
                .arg(bucket.cost);
        }
        let wait: u64 = call
            .invoke_async(&mut self.connection.clone())
            .await
            .map_err(|error| BudgetsUnavailable(error.to_string()))?;
        Ok(if wait == 0 {
            Answer::Allowed
        } else {
            Answer::Limited {
                retry_after: seconds(wait),
            }
        })
    }

    /// Whether nobody has used this name for so long; from now on it is used. For what counts once: unlike a budget it has no
    /// second best while Redis is away.
    pub async fn first_use(
        &self,
        tenant: Id<kind::Tenant>,
        name: &str,
        remembered: Duration,
    ) -> Result<bool, BudgetsUnavailable> {
        let set: Option<String> = redis::cmd("SET")
            .arg(format!("once/{{{tenant}}}/{name}"))
            .arg(1)
            .arg("NX")
            .arg("EX")
            .arg(remembered.as_secs().max(1))
            .query_async(&mut self.connection.clone())
            .await
            .map_err(|error| BudgetsUnavailable(error.to_string()))?;
        Ok(set.is_some())
    }

    /// Empties what was taken from these buckets, as if nobody had called. A failure is only slower forgiveness.
    pub async fn forgive(&self, tenant: Id<kind::Tenant>, buckets: &[Bucket]) {
        let keys: Vec<String> = buckets.iter().map(|bucket| key(tenant, bucket)).collect();
        let forgiven: Result<(), redis::RedisError> = redis::cmd("DEL")
            .arg(keys)
            .query_async(&mut self.connection.clone())
            .await;
        if let Err(error) = forgiven {
            tracing::warn!(%error, "a budget was not forgiven");
        }
    }
}

/// One tenant's keys share a hash slot.
pub(crate) fn key(tenant: Id<kind::Tenant>, bucket: &Bucket) -> String {
    format!("budget/{{{tenant}}}/{}", bucket.name)
}

/// The same buckets in this process's memory, at most 10,000 of them: what is left while Redis is away.
#[derive(Debug, Default)]
pub struct LocalLimiter {
    arrivals: Mutex<HashMap<String, i64>>,
}

impl LocalLimiter {
    const MOST: usize = 10_000;

    /// Takes a call's cost from every bucket of `tenant`, or nothing from any.
    pub fn spend(&self, tenant: Id<kind::Tenant>, buckets: &[Bucket], now: Timestamp) -> Answer {
        let now = now.timestamp_micros();
        let mut arrivals = self.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        if arrivals.len() >= Self::MOST {
            arrivals.retain(|_, arrival| *arrival > now);
        }
        let mut wait = 0;
        let mut marks = Vec::with_capacity(buckets.len());
        for bucket in buckets {
            let interval = i64::try_from(bucket.interval.as_micros())
                .unwrap_or(i64::MAX)
                .max(1);
            let key = format!("{tenant}/{}", bucket.name);
            let arrival = arrivals
                .get(&key)
                .copied()
                .unwrap_or(now)
                .max(now)
                .saturating_add(interval.saturating_mul(bucket.cost.into()));
            wait = wait
                .max(arrival.saturating_sub(interval.saturating_mul(bucket.burst.into())) - now);
            marks.push((key, arrival));
        }
        if let Ok(wait @ 1..) = u64::try_from(wait) {
            return Answer::Limited {
                retry_after: seconds(wait),
            };
        }
        if arrivals.len() < Self::MOST {
            arrivals.extend(marks);
        }
        Answer::Allowed
    }
}

fn seconds(micros: u64) -> u32 {
    u32::try_from(micros.div_ceil(1_000_000)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use narthex_vocab::PLATFORM_TENANT;

    #[test]
    fn a_bucket_gives_its_burst_then_one_an_interval() {
        let limiter = LocalLimiter::default();
        let bucket = [Bucket::new(
            "token/source/192.0.2.1",
            3,
            Duration::from_secs(30),
        )];
        let start = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        for _ in 0..3 {
            assert_eq!(
                limiter.spend(PLATFORM_TENANT, &bucket, start),
                Answer::Allowed
            );
        }
        assert_eq!(
            limiter.spend(PLATFORM_TENANT, &bucket, start),
            Answer::Limited { retry_after: 10 }
        );
        let later = start + chrono::Duration::seconds(10);
        assert_eq!(
            limiter.spend(PLATFORM_TENANT, &bucket, later),
            Answer::Allowed
        );
        assert_eq!(
            limiter.spend(PLATFORM_TENANT, &bucket, later),
            Answer::Limited { retry_after: 10 }
        );
    }

    #[test]
    fn an_empty_bucket_takes_nothing_from_the_others() {
        let limiter = LocalLimiter::default();
        let (one, many) = (
            Bucket::new("one", 1, Duration::from_secs(60)),
            Bucket::new("many", 2, Duration::from_secs(60)),
        );
        let now = Timestamp::from_timestamp(1_800_000_000, 0).unwrap();
        assert_eq!(
            limiter.spend(PLATFORM_TENANT, &[one.clone(), many.clone()], now),
            Answer::Allowed
        );
        assert!(matches!(
            limiter.spend(PLATFORM_TENANT, &[one, many.clone()], now),
            Answer::Limited { .. }
        ));
        assert_eq!(
            limiter.spend(PLATFORM_TENANT, &[many], now),
            Answer::Allowed
        );
    }
}
