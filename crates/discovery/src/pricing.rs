//! What a call costs, and whose budgets pay. A repeat of software that waits already is cheap, whoever sends it: many
//! people share an address behind a hosted connector. All else costs ten times that, and new software up to a hundred
//! times, the more of what came from there, or came to this tenant, nobody ever confirmed.
//!
//! Every tenant has a reserve that is its own; beyond it all share the platform's budget. What is on the trust list has
//! a lane of its own when those are used up. Without Redis nothing is priced, and registration is closed.

use narthex_tenancy::{
    budget::{Answer, Bucket},
    registration_limits::Limits,
};
use narthex_vocab::{Fingerprint, Id, PLATFORM_TENANT, QuarantineState, Tenant, Timestamp};
use std::time::Duration;

use crate::{Discovery, place::Place, register::RegisterError, source::Source, store::quarantine};

const MINUTE: Duration = Duration::from_secs(60);
/// What a repeat costs; the unit of all that follows.
const REPEAT: u32 = 1;
/// What any other call costs, and new software at least.
const STRANGER: u32 = 10;
/// Units of a minute.
const OF_A_SOURCE: u32 = 3_000;
const OF_A_RANGE: u32 = 9_000;
const OF_A_TENANT: u32 = 120_000;
const OF_THE_PLATFORM: u32 = 1_200_000;
/// Of each tenant, however busy the platform is.
const RESERVED: u32 = 6_000;
/// Units of a minute that new software of one tenant may cost.
const OF_NEW_SOFTWARE: u32 = 6_000;
/// Repeats of one family in a minute.
const OF_A_FAMILY: u32 = 6_000;
/// Registrations that wait in one environment when the approval plane is not there to make room.
const FULL: i64 = QuarantineState::MOST_WAITING + QuarantineState::MOST_WAITING / 2;
/// How many families somebody introduces before they are judged by what became of them.
const JUDGED_FROM: i64 = 5;

/// What became of the families that were introduced in the last day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct History {
    /// All of them.
    pub(crate) introduced: i64,
    /// Those that a person linked, or that became a client.
    pub(crate) confirmed: i64,
}

impl History {
    /// How many times more new software costs: 1 to 10.
    pub(crate) fn price(self) -> u32 {
        if self.introduced < JUDGED_FROM {
            return 1;
        }
        let unconfirmed = (self.introduced - self.confirmed).clamp(0, self.introduced);
        let share = 9 * unconfirmed / self.introduced.max(1);
        1 + u32::try_from(share).unwrap_or(9)
    }
}

/// A call, as budgets see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) place: &'a Place,
    pub(crate) source: Source,
    pub(crate) family: Option<Fingerprint>,
    pub(crate) now: Timestamp,
    /// What the owner of the environment lowered.
    pub(crate) limits: Limits,
}

/// What the owner of the environment lets strangers do in a minute.
pub(crate) async fn own(discovery: &Discovery, call: Call<'_>) -> Result<(), RegisterError> {
    lowered(discovery, call, ("calls", call.limits.calls)).await
}

/// Takes one from a budget that an owner lowered.
async fn lowered(
    discovery: &Discovery,
    call: Call<'_>,
    (name, limit): (&str, Option<i32>),
) -> Result<(), RegisterError> {
    let Some(limit) = limit.and_then(|limit| u32::try_from(limit).ok()) else {
        return Ok(());
    };
    let name = format!("register/{}/own/{name}", call.place.environment);
    let bucket = [Bucket::new(name, limit, MINUTE)];
    match spend(discovery, call.place.tenant, &bucket).await? {
        Answer::Allowed => Ok(()),
        Answer::Limited { retry_after } => lane(discovery, call, retry_after).await,
    }
}

/// What every call costs at the door.
pub(crate) async fn knock(discovery: &Discovery, call: Call<'_>) -> Result<(), RegisterError> {
    let buckets = common(call.source, REPEAT);
    charge(discovery, call, &buckets, REPEAT).await
}

/// What a repeat costs its family.
pub(crate) async fn repeat(discovery: &Discovery, call: Call<'_>) -> Result<(), RegisterError> {
    let Some(family) = call.family else {
        return Ok(());
    };
    let name = format!("register/{}/family/{family}", call.place.environment);
    let buckets = [Bucket::new(name, OF_A_FAMILY, MINUTE)];
    match spend(discovery, call.place.tenant, &buckets).await? {
        Answer::Allowed => Ok(()),
        Answer::Limited { retry_after } => lane(discovery, call, retry_after).await,
    }
}

/// What a call costs that leads nowhere, beside the knock.
pub(crate) async fn stranger(discovery: &Discovery, call: Call<'_>) -> Result<(), RegisterError> {
    let cost = STRANGER - REPEAT;
    charge(discovery, call, &common(call.source, cost), cost).await
}

/// What new software costs, by what became of the earlier one; it waits only where there is room.
pub(crate) async fn newcomer(
    discovery: &Discovery,
    call: Call<'_>,
    open: bool,
) -> Result<(), RegisterError> {
    let since = call.now - chrono::Duration::days(1);
    let (waiting, ours, theirs) = discovery
        .database
        .tenant(call.place.tenant, async |tx| {
            let at = (call.place.environment, since, open);
            let waiting = quarantine::waiting(tx, call.place.environment).await?;
            let ours = quarantine::history(tx, at, None).await?;
            let theirs = quarantine::history(tx, at, Some(call.source.range)).await?;
            Ok::<_, RegisterError>((waiting, ours, theirs))
        })
        .await?;
    let cost = STRANGER * ours.price().max(theirs.price());
    let mut buckets = common(call.source, cost - REPEAT);
    let new = Bucket::new("register/new", OF_NEW_SOFTWARE, MINUTE);
    buckets.push(new.costing(cost));
    charge(discovery, call, &buckets, cost - REPEAT).await?;
    lowered(discovery, call, ("new", call.limits.newcomers)).await?;
    let most = call.limits.most_waiting();
    if waiting >= FULL.min(most + most / 2) {
        return Err(RegisterError::Full { retry_after: 60 });
    }
    Ok(())
}

/// The buckets of the caller and of the tenant.
fn common(source: Source, cost: u32) -> Vec<Bucket> {
    let of = |name: String, units| Bucket::new(name, units, MINUTE).costing(cost);
    vec![
        of(format!("register/source/{}", source.network), OF_A_SOURCE),
        of(format!("register/range/{}", source.range), OF_A_RANGE),
        of("register/tenant".to_owned(), OF_A_TENANT),
    ]
}

/// Takes from these buckets and from the tenant's reserve; beyond it from what all share; beyond that from a lane.
async fn charge(
    discovery: &Discovery,
    call: Call<'_>,
    buckets: &[Bucket],
    cost: u32,
) -> Result<(), RegisterError> {
    let tenant = call.place.tenant;
    let reserve = Bucket::new("register/reserve", RESERVED, MINUTE).costing(cost);
    let mut reserved = buckets.to_vec();
    reserved.push(reserve);
    if spend(discovery, tenant, &reserved).await? == Answer::Allowed {
        return Ok(());
    }
    let shared = [Bucket::new("register/platform", OF_THE_PLATFORM, MINUTE).costing(cost)];
    let answer = match spend(discovery, tenant, buckets).await? {
        Answer::Allowed => spend(discovery, PLATFORM_TENANT, &shared).await?,
        limited @ Answer::Limited { .. } => limited,
    };
    match answer {
        Answer::Allowed => Ok(()),
        Answer::Limited { retry_after } => lane(discovery, call, retry_after).await,
    }
}

/// A call of somebody on the trust list goes on in their lane.
async fn lane(
    discovery: &Discovery,
    call: Call<'_>,
    retry_after: u32,
) -> Result<(), RegisterError> {
    let own = discovery.against(call.place.tenant, call.now).await?;
    let platform = discovery.against(PLATFORM_TENANT, call.now).await?;
    for lane in own.lanes.iter().chain(&platform.lanes) {
        if lane.until <= call.now || !lane.takes(call.source, call.family.as_ref()) {
            continue;
        }
        let name = format!("register/lane/{}", lane.id.simple());
        let bucket = [Bucket::new(name, lane.per_minute, MINUTE)];
        if spend(discovery, lane.owner, &bucket).await? == Answer::Allowed {
            return Ok(());
        }
    }
    Err(RegisterError::Limited { retry_after })
}

/// Takes from these buckets, or refuses.
pub(crate) async fn within(
    discovery: &Discovery,
    tenant: Id<Tenant>,
    buckets: &[Bucket],
) -> Result<(), RegisterError> {
    match spend(discovery, tenant, buckets).await? {
        Answer::Allowed => Ok(()),
        Answer::Limited { retry_after } => Err(RegisterError::Limited { retry_after }),
    }
}

async fn spend(
    discovery: &Discovery,
    tenant: Id<Tenant>,
    buckets: &[Bucket],
) -> Result<Answer, RegisterError> {
    discovery
        .budgets
        .spend(tenant, buckets)
        .await
        .map_err(|error| {
            tracing::warn!(%error, "registration is closed while budgets cannot be kept");
            RegisterError::Closed { retry_after: 5 }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case(0, 0, 1)]
    #[case(4, 0, 1)]
    #[case(5, 5, 1)]
    #[case(5, 0, 10)]
    #[case(100, 50, 5)]
    #[case(1_000, 999, 1)]
    #[case(1_000, 0, 10)]
    #[case(5, 9, 1)]
    fn what_nobody_confirmed_makes_new_software_dearer(
        #[case] introduced: i64,
        #[case] confirmed: i64,
        #[case] price: u32,
    ) {
        let history = History {
            introduced,
            confirmed,
        };
        assert_eq!(history.price(), price);
    }
}
