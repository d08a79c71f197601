//! The simulator over what happened, and what screening looks back at.

use narthex_approval::{
    decide::Outcome,
    open_registration::OpenlyRegistered,
    screen::Screened,
    suspend::{Stop, Suspend, suspend},
};
use narthex_tenancy::permission::Action;
use narthex_vocab::Environment;

use super::bench::{Bench, reason, rule};
use crate::cases::company::{Company, LOOPBACK, metadata};

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_run_says_what_would_change_and_changes_nothing() {
    let company = Company::new().await;
    let bench = Bench::new(&company);
    for name in ["One Notes", "Two Notes", "Three Notes"] {
        bench.stranger(name).await;
    }
    let asks = [(
        Environment::Sandbox,
        company.reach(Environment::Sandbox, "notes:write", &[]),
    )];
    let client = metadata("Partner", LOOPBACK, "none");
    let onboarded = company.onboard(client, &asks).await.unwrap();
    assert_eq!(onboarded.requests.len(), 1);
    let old = company.place.administrator().await;
    let long_ago = "update review.policy_run set at = at - interval '31 days'
        where request_id = (select request_id from review.access_request where origin = 'open' order by created_at limit 1)";
    old.batch_execute(&format!(
        "alter table review.policy_run disable trigger user; {long_ago}"
    ))
    .await
    .unwrap();

    let source = rule(
        "T-two",
        "needs_two",
        "context.origin == Narthex::Origin::\"open\" || context.risks.contains(\"change\")",
    );
    let number = bench.tenant_draft(&source).await.unwrap();
    let report = bench.try_tenants(number).await;
    // Two of the three are recent; all three are clients; the partner's request waits for a person.
    assert_eq!(
        (report.requests, report.clients, report.unjudged),
        (3, 3, 0)
    );
    let counts: Vec<_> = report
        .counts
        .iter()
        .map(|one| {
            (
                one.clients,
                one.before.as_str(),
                one.after.as_str(),
                one.count,
            )
        })
        .collect();
    assert_eq!(
        counts,
        [
            (true, "allow", "needs_two", 3),
            (false, "allow", "needs_two", 2),
            (false, "needs_person", "needs_two", 1)
        ]
    );
    assert!(
        report
            .changes
            .iter()
            .all(|change| change.rules.contains(&"T-two".to_owned()))
    );

    // Nothing was decided by it, and a stranger is let in as before.
    let (_, after) = bench.stranger("Four Notes").await;
    assert!(
        matches!(after, OpenlyRegistered::Screened(Screened::Approved(_))),
        "{after:?}"
    );

    // The platform's run is over every tenant.
    let neighbour = company.neighbour().await;
    Bench::new(&neighbour).stranger("Their Notes").await;
    let admin = bench.policy_admin("Pia").await;
    let number = bench
        .platform_draft(
            &admin,
            &rule(
                "P-none",
                "deny",
                "context.origin == Narthex::Origin::\"open\"",
            ),
        )
        .await
        .unwrap();
    let report = bench.try_platforms(&admin, number).await;
    assert_eq!(
        (report.requests, report.clients, report.changed()),
        (5, 5, 9)
    );
    let own = bench.try_tenants(1).await;
    assert_eq!(own.requests, 4, "a tenant's run is over its own");
}

async fn finding(company: &Company, client: &str, check: &str) -> (String, String) {
    let administrator = company.place.administrator().await;
    let found = "select f.outcome, f.observed from review.finding as f
        join review.access_request as r on r.tenant_id = f.tenant_id and r.request_id = f.request_id
        where r.client_id = $1 and f.check_id = $2 order by f.at desc limit 1";
    let row = administrator
        .query_one(found, &[&client, &check])
        .await
        .unwrap();
    (row.get(0), row.get(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn r_50_to_53_screening_looks_back() {
    let company = Company::new().await;
    let environment = Environment::Production;
    let first = company
        .registered(environment, "Same Notes", "notes:read")
        .await;
    let linked = company
        .link(&first, Some(&company.owner), None)
        .await
        .unwrap();
    let told = async |check| finding(&company, first.as_str(), check).await;
    assert_eq!(
        told("R-50").await,
        (
            "attention".to_owned(),
            "Nobody in this environment was ever given: notes:read.".to_owned()
        )
    );
    assert_eq!(told("R-51").await.0, "pass");
    assert_eq!(
        told("R-52").await,
        ("attention".to_owned(), "The tenant came today.".to_owned())
    );
    assert_eq!(told("R-53").await.0, "attention");
    company
        .decide(linked.request, Outcome::Approve)
        .await
        .unwrap();

    // The scope was given now, and the same software stands in for what became of the first.
    let command = Suspend {
        environment,
        client_id: first.clone(),
        what: Stop::Revoke,
        reason: reason("It misbehaved."),
    };
    company
        .reviewed(Action::SuspendAny, async |tx, acting| {
            suspend(tx, command, acting).await
        })
        .await
        .unwrap();
    let second = company
        .registered(environment, "Next Notes", "notes:read")
        .await;
    let administrator = company.place.administrator().await;
    let same = format!(
        "alter table intake.quarantine disable trigger user;
         update intake.quarantine set state = 'expired' where client_id = '{first}';
         update intake.quarantine set fingerprint = (select fingerprint from intake.quarantine where client_id = '{first}')
             where client_id = '{second}';
         alter table intake.quarantine enable trigger user"
    );
    administrator.batch_execute(&same).await.unwrap();
    company
        .link(&second, Some(&company.owner), None)
        .await
        .unwrap();
    let told = async |check| finding(&company, second.as_str(), check).await;
    assert_eq!(told("R-50").await.0, "pass");
    let (outcome, observed) = told("R-51").await;
    assert_eq!(
        (outcome.as_str(), observed.as_str()),
        ("fail", "The same software was revoked once here before.")
    );
    let named = "select count(*) from review.policy_run where 'R-51' = any (rules)";
    assert_eq!(
        administrator
            .query_one(named, &[])
            .await
            .unwrap()
            .get::<_, i64>(0),
        1
    );
}
