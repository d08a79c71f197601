//! Budgets on a real Redis: bursts, intervals, all or none, tenants apart, and Redis slow or gone.

use std::time::{Duration, Instant};

use narthex_tenancy::{
    ambient,
    budget::{Answer, Bucket, Budgets},
    lease::Leases,
};
use narthex_tests::{Place, Redis};
use narthex_vocab::{Id, kind};

const MINUTE: Duration = Duration::from_secs(60);

fn tenant() -> Id<kind::Tenant> {
    Id::new(ambient::now(), &mut ambient::rng())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_gives_its_burst_then_says_when() {
    let budgets = Place::new().await.budgets();
    let tenant = tenant();
    let bucket = [Bucket::new("register/source/192.0.2.1", 3, MINUTE)];
    for _ in 0..3 {
        assert_eq!(
            budgets.spend(tenant, &bucket).await.unwrap(),
            Answer::Allowed
        );
    }
    let Answer::Limited { retry_after } = budgets.spend(tenant, &bucket).await.unwrap() else {
        panic!("the bucket is empty");
    };
    assert!((15..=20).contains(&retry_after), "{retry_after}");
}

#[tokio::test(flavor = "multi_thread")]
async fn room_comes_back_with_time() {
    let budgets = Place::new().await.budgets();
    let tenant = tenant();
    let bucket = [Bucket::new("token", 2, Duration::from_millis(600))];
    for _ in 0..2 {
        assert_eq!(
            budgets.spend(tenant, &bucket).await.unwrap(),
            Answer::Allowed
        );
    }
    assert_eq!(
        budgets.spend(tenant, &bucket).await.unwrap(),
        Answer::Limited { retry_after: 1 }
    );
    tokio::time::sleep(Duration::from_millis(400)).await;
    assert_eq!(
        budgets.spend(tenant, &bucket).await.unwrap(),
        Answer::Allowed
    );
    assert!(matches!(
        budgets.spend(tenant, &bucket).await.unwrap(),
        Answer::Limited { .. }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_bucket_takes_nothing_from_the_others() {
    let budgets = Place::new().await.budgets();
    let tenant = tenant();
    let (one, two) = (Bucket::new("one", 1, MINUTE), Bucket::new("two", 2, MINUTE));
    let both = [one, two.clone()];
    assert_eq!(budgets.spend(tenant, &both).await.unwrap(), Answer::Allowed);
    for _ in 0..5 {
        assert!(matches!(
            budgets.spend(tenant, &both).await.unwrap(),
            Answer::Limited { .. }
        ));
    }
    let two = [two];
    assert_eq!(budgets.spend(tenant, &two).await.unwrap(), Answer::Allowed);
    assert!(matches!(
        budgets.spend(tenant, &two).await.unwrap(),
        Answer::Limited { .. }
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tenant_never_empties_anothers_bucket() {
    let budgets = Place::new().await.budgets();
    let (one, other) = (tenant(), tenant());
    let bucket = [Bucket::new("register", 1, MINUTE)];
    assert_eq!(budgets.spend(one, &bucket).await.unwrap(), Answer::Allowed);
    assert!(matches!(
        budgets.spend(one, &bucket).await.unwrap(),
        Answer::Limited { .. }
    ));
    assert_eq!(
        budgets.spend(other, &bucket).await.unwrap(),
        Answer::Allowed
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_at_the_same_time_get_the_burst_and_no_more() {
    let budgets = Place::new().await.budgets();
    let tenant = tenant();
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let budgets = budgets.clone();
            tokio::spawn(async move {
                budgets
                    .spend(tenant, &[Bucket::new("register", 10, MINUTE)])
                    .await
                    .unwrap()
            })
        })
        .collect();
    let mut allowed = 0;
    for task in tasks {
        allowed += usize::from(task.await.unwrap() == Answer::Allowed);
    }
    assert_eq!(allowed, 10);
}

/// Keys end by themselves, or a flood of sources would fill the memory.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_ends_when_its_bucket_is_full_again() {
    let place = Place::new().await;
    let tenant = tenant();
    place
        .budgets()
        .spend(tenant, &[Bucket::new("register", 60, MINUTE)])
        .await
        .unwrap();
    let client = redis::Client::open(place.redis_url.as_str()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let key = format!("budget/{{{tenant}}}/register");
    let left: i64 = redis::cmd("PTTL")
        .arg(&key)
        .query_async(&mut connection)
        .await
        .unwrap();
    assert!((1000..=2000).contains(&left), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_with_leases_give_out_no_more_than_there_is() {
    let mut redis = Redis::start().await;
    let budgets = Budgets::new(&redis.url()).unwrap();
    let (tenant, now) = (tenant(), ambient::now());
    let buckets = [
        Bucket::new("token/client", 500, Duration::from_secs(3_600)),
        Bucket::new("token", 50_000, Duration::from_secs(3_600)),
    ];
    let processes = [Leases::default(), Leases::default()];
    let mut allowed = 0;
    for call in 0..600 {
        let spent = budgets.spend_leased(&processes[call % 2], tenant, &buckets, now);
        allowed += u32::from(spent.await.unwrap() == Answer::Allowed);
    }
    assert_eq!(allowed, 500, "what both took is what there is");

    // Nothing is lost where many ask at once.
    let (crowd, other) = (Leases::default(), [Bucket::new("other", 300, MINUTE * 60)]);
    let mut allowed = 0;
    for _ in 0..50 {
        let calls = (0..8).map(|_| budgets.spend_leased(&crowd, tenant, &other, now));
        let answers = futures_util::future::join_all(calls).await;
        let passed = |answer: &&Result<Answer, _>| matches!(answer, Ok(Answer::Allowed));
        allowed += answers.iter().filter(passed).count();
    }
    assert_eq!(allowed, 300, "together");
    redis.stop();
    let spent = budgets.spend_leased(&processes[0], tenant, &buckets, now);
    spent.await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lease_needs_nobody_and_ends() {
    let mut redis = Redis::start().await;
    let budgets = Budgets::new(&redis.url()).unwrap();
    let (tenant, now, leases) = (tenant(), ambient::now(), Leases::default());
    let bucket = [Bucket::new("token", 1_000, MINUTE)];
    let first = budgets.spend_leased(&leases, tenant, &bucket, now).await;
    assert_eq!(first.unwrap(), Answer::Allowed);
    redis.stop();
    for _ in 1..10 {
        let held = budgets.spend_leased(&leases, tenant, &bucket, now).await;
        assert_eq!(held.unwrap(), Answer::Allowed);
    }
    let eleventh = budgets.spend_leased(&leases, tenant, &bucket, now).await;
    eleventh.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redis_that_is_silent_or_gone_is_unavailable_within_a_second() {
    let mut redis = Redis::start().await;
    let budgets = Budgets::new(&redis.url()).unwrap();
    let (tenant, bucket) = (tenant(), [Bucket::new("register", 10, MINUTE)]);
    assert_eq!(
        budgets.spend(tenant, &bucket).await.unwrap(),
        Answer::Allowed
    );

    let client = redis::Client::open(redis.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let () = redis::cmd("CLIENT")
        .arg(&["PAUSE", "2000", "ALL"])
        .query_async(&mut connection)
        .await
        .unwrap();
    refused_within_a_second(&budgets, tenant, &bucket).await;
    tokio::time::sleep(Duration::from_millis(2200)).await;
    assert_eq!(
        budgets.spend(tenant, &bucket).await.unwrap(),
        Answer::Allowed
    );

    redis.stop();
    for _ in 0..2 {
        refused_within_a_second(&budgets, tenant, &bucket).await;
    }
    redis.again();
    let back = Instant::now();
    while budgets.spend(tenant, &bucket).await.is_err() {
        assert!(
            back.elapsed() < Duration::from_secs(5),
            "it never comes back"
        );
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn refused_within_a_second(budgets: &Budgets, tenant: Id<kind::Tenant>, bucket: &[Bucket]) {
    let start = Instant::now();
    budgets.spend(tenant, bucket).await.unwrap_err();
    let took = start.elapsed();
    assert!(took < Duration::from_secs(1), "{took:?}");
}
