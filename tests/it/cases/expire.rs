//! What is over ends, and what a person works on does not.

use chrono::Duration;
use narthex_approval::{
    decide::{Decided, Outcome},
    expire::{Expired, expire},
};
use narthex_tenancy::ambient;
use narthex_vocab::Environment;

use super::company::{Company, LOOPBACK, metadata};

const PRODUCTION: Environment = Environment::Production;

async fn after(company: &Company, time: Duration) -> Expired {
    let expiring = company.itself(ambient::now() + time, async |tx, acting| {
        expire(tx, acting).await
    });
    expiring.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn registrations_end_after_three_days_unless_a_case_is_open() {
    let company = Company::new().await;
    company.registered(PRODUCTION, "Nobody", "").await;
    let wanted = company.registered(PRODUCTION, "Somebody", "").await;
    let linked = company
        .link(&wanted, Some(&company.owner), None)
        .await
        .unwrap();
    let (early, late) = (Duration::hours(71), Duration::hours(73));
    assert_eq!(after(&company, early).await, Expired::default());
    assert_eq!(
        after(&company, late).await,
        Expired {
            registrations: 1,
            ..Expired::default()
        }
    );
    company
        .decide(linked.request, Outcome::Reject)
        .await
        .unwrap();
    assert_eq!(
        after(&company, late).await,
        Expired {
            registrations: 1,
            ..Expired::default()
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn offers_lapse_after_two_weeks_and_clients_after_a_year() {
    let company = Company::new().await;
    let ask = [(
        PRODUCTION,
        company.reach(PRODUCTION, "notes:read notes:write", &[]),
    )];
    for outcome in [
        Outcome::Approve,
        Outcome::Offer(company.reach(PRODUCTION, "notes:read", &[]).into()),
    ] {
        let sent = company
            .onboard(metadata("Partner", LOOPBACK, "none"), &ask)
            .await
            .unwrap();
        let decided = company
            .decide(sent.requests[0].request, outcome)
            .await
            .unwrap();
        assert!(
            matches!(decided, Decided::Activated(_) | Decided::Offered { .. }),
            "{decided:?}"
        );
    }
    let lapsed = after(&company, Duration::days(15)).await;
    assert_eq!(
        lapsed,
        Expired {
            offers: 1,
            ..Expired::default()
        }
    );
    let ended = after(&company, Duration::days(366)).await;
    assert_eq!(
        ended,
        Expired {
            clients: 1,
            ..Expired::default()
        }
    );
}
