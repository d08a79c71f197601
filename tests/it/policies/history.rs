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

/// What the registration of a stranger says of itself.
fn calls_itself(name: &str, software: Option<&str>) -> serde_json::Value {
    let mut sent = serde_json::json!({
        "client_name": name,
        "redirect_uris": [format!("http://127.0.0.1/{}", name.to_lowercase())],
        "token_endpoint_auth_method": "none",
    });
    if let Some(software) = software {
        sent["software_id"] = software.into();
    }
    sent
}

impl Bench<'_> {
    /// A stranger registers in the open sandbox; whether a rule lets it in, and what R-51 saw.
    async fn comes(&self, name: &str, software: Option<&str>) -> (bool, String) {
        let sandbox = Environment::Sandbox;
        let sent = calls_itself(name, software);
        let client_id = self
            .company
            .registered_as(sandbox, &sent, "notes:read")
            .await;
        let command = narthex_approval::open_registration::RegisterOpenly {
            client_id: client_id.clone(),
        };
        let looked = self
            .company
            .itself(narthex_tenancy::ambient::now(), async |tx, acting| {
                narthex_approval::open_registration::register_openly(tx, command, acting).await
            })
            .await
            .unwrap();
        let let_in = matches!(looked, OpenlyRegistered::Screened(Screened::Approved(_)));
        let (_, observed) = finding(self.company, client_id.as_str(), "R-51").await;
        (let_in, observed)
    }
}

/// The name that software gives itself follows it into another registration, whatever else that says; it is no proof, so
/// that it only ever asks for a person, and only in its own tenant.
#[tokio::test(flavor = "multi_thread")]
async fn r_51_software_that_was_blocked_or_revoked_is_known_by_what_it_calls_itself() {
    let company = Company::new().await;
    let bench = Bench::new(&company);
    let sandbox = Environment::Sandbox;
    let opened = narthex_vocab::RegistrationMode::Open;
    company.takes(sandbox, opened).await.unwrap();
    let pass = "Nothing like it was rejected, blocked or revoked here.";
    let (let_in, observed) = bench.comes("First", Some("evil-1")).await;
    assert!(let_in, "{observed}");
    let pass = if observed == pass {
        pass
    } else {
        observed.as_str()
    };

    // Blocked under one name and address, it comes with others.
    let blocked = calls_itself("Blocked", Some("evil-2"));
    let blocked = company.registered_as(sandbox, &blocked, "notes:read").await;
    let command = narthex_approval::block::Block {
        environment: sandbox,
        client_id: blocked,
        reason: reason("It misbehaved."),
    };
    company
        .reviewed(Action::HandleQuarantine, async |tx, acting| {
            narthex_approval::block::block(tx, command, acting).await
        })
        .await
        .unwrap();
    let (let_in, observed) = bench.comes("Second", Some("evil-2")).await;
    assert!(!let_in && observed.contains("blocked once"), "{observed}");

    // Revoked, it comes again.
    let administrator = company.place.administrator().await;
    let first = "select client_id from registry.client";
    let first: String = administrator.query_one(first, &[]).await.unwrap().get(0);
    let command = Suspend {
        environment: sandbox,
        client_id: narthex_vocab::ClientId::parse(&first).unwrap(),
        what: Stop::Revoke,
        reason: reason("It misbehaved."),
    };
    company
        .reviewed(Action::SuspendAny, async |tx, acting| {
            suspend(tx, command, acting).await
        })
        .await
        .unwrap();
    let (let_in, observed) = bench.comes("Third", Some("evil-1")).await;
    assert!(!let_in && observed.contains("revoked once"), "{observed}");

    // Who calls itself something else, or nothing, is not taken for it: not by a part of the name, a wildcard, or its
    // letters in another case.
    for (name, software) in [
        ("Fourth", Some("evil")),
        ("Fifth", Some("evil-%")),
        ("Sixth", Some("EVIL-1")),
        ("Seventh", None),
    ] {
        let (let_in, observed) = bench.comes(name, software).await;
        assert!(let_in && observed == pass, "{name}: {observed}");
    }

    // What happened at one tenant says nothing at another.
    let neighbour = company.neighbour().await;
    neighbour.takes(sandbox, opened).await.unwrap();
    let (let_in, observed) = Bench::new(&neighbour).comes("Eighth", Some("evil-1")).await;
    assert!(let_in && observed == pass, "{observed}");
}
