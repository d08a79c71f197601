//! How often somebody may try what is costly or can be guessed: by person, and by source where it is known. Pages and the
//! management API count together.

use std::time::Duration;

use narthex_people::People;
use narthex_tenancy::budget::{Answer, Bucket};
use narthex_vocab::{Id, Timestamp, kind};

/// Over which time tries are counted.
const TRIES: Duration = Duration::from_secs(600);

/// Whose try it is.
pub(crate) type Whose<'a> = (Id<kind::Tenant>, Id<kind::Member>, Option<&'a str>);

/// Counts a try at `what`; the seconds to wait when there were too many.
pub(crate) async fn may_try(
    people: &People,
    what: &str,
    (tenant, member, source): Whose<'_>,
    now: Timestamp,
) -> Option<u32> {
    let mut buckets = vec![Bucket::new(format!("{what}/member/{member}"), 20, TRIES)];
    buckets.extend(source.map(|source| Bucket::new(format!("{what}/source/{source}"), 60, TRIES)));
    spend(people, tenant, &buckets, now).await
}

/// Spends from all of the buckets, in memory while Redis is away; the seconds to wait when one is empty.
pub(crate) async fn spend(
    people: &People,
    tenant: Id<kind::Tenant>,
    buckets: &[Bucket],
    now: Timestamp,
) -> Option<u32> {
    let answer = match people.budgets.spend(tenant, buckets).await {
        Ok(answer) => answer,
        Err(error) => {
            tracing::warn!(%error, "tries are counted in memory");
            people.fallback.spend(tenant, buckets, now)
        }
    };
    match answer {
        Answer::Allowed => None,
        Answer::Limited { retry_after } => Some(retry_after),
    }
}
