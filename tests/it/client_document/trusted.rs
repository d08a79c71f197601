//! Trusted domains: in the sandbox a named rule lets a client in with the open scopes; in production it is a case that
//! says so, and no more. Only a registrable domain can be trusted, for a time, and by an owner.

use std::time::Duration;

use narthex_approval::{
    prose::Reason,
    trust_domain::{
        DistrustDomain, DistrustDomainError, TrustDomain, TrustDomainError, distrust_domain,
        trust_domain,
    },
    trusted_registration::{TakeTrusted, TakenTrusted, take_trusted},
};
use narthex_tenancy::{ambient, permission::Action};
use narthex_tests::Plane;
use narthex_vocab::{Environment, HostName};

use super::bench::{Bench, HOST, PRODUCTION};
use crate::cases::company::Company;

const SANDBOX: Environment = Environment::Sandbox;

pub(super) async fn trust(
    company: &Company,
    environment: Environment,
    (domain, days, because): (&str, i64, &str),
) -> Result<(), TrustDomainError> {
    let command = TrustDomain {
        environment,
        domain: HostName::parse(domain).unwrap(),
        until: ambient::now() + chrono::Duration::days(days),
        because: Reason::parse(because).ok(),
    };
    company
        .owned(Action::EditSettings, async |tx, acting| {
            trust_domain(tx, command, acting).await
        })
        .await
}

/// The document waits in this environment, as if somebody had come with it.
pub(super) async fn waits(bench: &Bench, environment: Environment) {
    let administrator = bench.scene.company.place.administrator().await;
    let order = format!(
        "insert into intake.fetch_order (tenant_id, order_id, kind, environment, client_id, requested_at)
            values ('{}', gen_random_uuid(), 'document', '{environment}', '{}', now())",
        bench.scene.company.tenant.as_uuid(),
        bench.client
    );
    administrator.batch_execute(&order).await.unwrap();
    let there =
        format!("select count(*) from intake.quarantine where environment = '{environment}'");
    for _ in 0..100 {
        if bench.count(&there).await == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never waits");
}

/// What the case of an environment says, once there is one.
pub(super) async fn case(bench: &Bench, environment: Environment) -> Option<(String, String)> {
    let administrator = bench.scene.company.place.administrator().await;
    let query = format!(
        "select state, origin from review.access_request where environment = '{environment}'
            and state not in ('submitted', 'screening')"
    );
    for _ in 0..60 {
        if let Some(row) = administrator.query_opt(&query, &[]).await.unwrap() {
            return Some((row.get(0), row.get(1)));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_a_trusted_domain_is_let_in_in_the_sandbox_with_the_open_scopes_alone() {
    let bench = Bench::new().await;
    let company = &bench.scene.company;
    trust(company, SANDBOX, (HOST, 90, "")).await.unwrap();
    waits(&bench, SANDBOX).await;
    let (state, origin) = case(&bench, SANDBOX).await.expect("a case comes of it");
    assert_eq!(
        (state.as_str(), origin.as_str()),
        ("auto_approved", "trust")
    );
    let administrator = company.place.administrator().await;
    let said = "select (select rule from review.decision), (select string_agg(scope, ' ') from registry.entitlement),
        (select state from registry.client), (select count(*) from registry.client where environment = 'production')";
    let row = administrator.query_one(said, &[]).await.unwrap();
    let words: Vec<String> = (0..3).map(|at| row.get(at)).collect();
    assert_eq!(words, ["R-30", "notes:read", "active"]);
    assert_eq!(row.get::<_, i64>(3), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s4_a_trusted_domain_is_only_a_case_in_production() {
    let bench = Bench::new().await;
    let company = &bench.scene.company;
    let silent = trust(company, PRODUCTION, (HOST, 90, "")).await;
    assert!(
        matches!(silent, Err(TrustDomainError::OpensProduction)),
        "{silent:?}"
    );
    trust(company, PRODUCTION, (HOST, 90, "A partner."))
        .await
        .unwrap();
    waits(&bench, PRODUCTION).await;
    let (state, origin) = case(&bench, PRODUCTION).await.expect("a case comes of it");
    assert_eq!((state.as_str(), origin.as_str()), ("in_review", "trust"));
    assert_eq!(bench.count("select count(*) from registry.client").await, 0);
    let mut staff = bench.scene.in_dashboard(&company.reviewer).await;
    let administrator = company.place.administrator().await;
    let id = "select request_id::text from review.access_request";
    let id: String = administrator.query_one(id, &[]).await.unwrap().get(0);
    let path = format!("/requests/acme/production/req_{}", id.replace('-', ""));
    let page = staff.get(&bench.scene.system.at(Plane::Staff, &path)).await;
    assert!(
        page.body
            .contains(&format!("The tenant trusts {HOST} until ")),
        "{}",
        page.body
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_trust_is_for_a_registrable_domain_and_ends() {
    let bench = Bench::new().await;
    let company = &bench.scene.company;
    for domain in ["co.uk", "com", "api.app.example", "localhost"] {
        let refused = trust(company, SANDBOX, (domain, 90, "")).await;
        assert!(
            matches!(refused, Err(TrustDomainError::NotRegistrable)),
            "{domain}: {refused:?}"
        );
    }
    for days in [0, 367] {
        let refused = trust(company, SANDBOX, (HOST, days, "")).await;
        assert!(
            matches!(refused, Err(TrustDomainError::End)),
            "{days}: {refused:?}"
        );
    }
    assert_eq!(
        bench
            .count("select count(*) from review.trusted_domain")
            .await,
        0
    );

    // Of another domain, over, or of the other environment: it waits as any other.
    trust(company, SANDBOX, ("other.example", 90, ""))
        .await
        .unwrap();
    trust(company, PRODUCTION, (HOST, 1, "Soon over."))
        .await
        .unwrap();
    let twice = trust(company, PRODUCTION, (HOST, 1, "Again.")).await;
    assert!(matches!(twice, Err(TrustDomainError::Trusted)), "{twice:?}");
    let administrator = company.place.administrator().await;
    let over = "update review.trusted_domain set created_at = now() - interval '2 days', expires_at = now() - interval '1 day'
        where environment = 'production'";
    administrator.batch_execute(over).await.unwrap();
    for environment in [SANDBOX, PRODUCTION] {
        waits(&bench, environment).await;
        let command = TakeTrusted {
            environment,
            client_id: bench.client.clone(),
        };
        let taken = company
            .itself(ambient::now(), async |tx, acting| {
                take_trusted(tx, command, acting).await
            })
            .await;
        assert!(
            matches!(taken, Ok(TakenTrusted::NotForUs)),
            "{environment}: {taken:?}"
        );
    }
    assert_eq!(
        bench
            .count("select count(*) from review.access_request")
            .await,
        0
    );

    // What is over can be trusted anew; and ended by hand once.
    trust(company, PRODUCTION, (HOST, 1, "Anew."))
        .await
        .unwrap();
    let live = "select trust_id::text from review.trusted_domain where ended_at is null and environment = 'production'";
    let live: String = administrator.query_one(live, &[]).await.unwrap().get(0);
    let command = DistrustDomain {
        because: None,
        environment: PRODUCTION,
        trust: narthex_vocab::Id::from_uuid(live.parse().unwrap()),
    };
    let end = async || {
        company
            .owned(Action::EditSettings, async |tx, acting| {
                distrust_domain(tx, command.clone(), acting).await
            })
            .await
    };
    end().await.unwrap();
    let again = end().await;
    assert!(matches!(again, Err(DistrustDomainError::Over)), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_production_is_asked_twice_in_the_portal() {
    let bench = Bench::silent().await;
    let mut owner = bench.scene.in_portal(&bench.scene.company.owner).await;
    let url = bench
        .scene
        .system
        .at(Plane::Portal, "/t/acme/production/settings/trusted-domains");
    let page = owner.get(&url).await;
    assert!(page.body.contains("No domain is trusted"), "{}", page.body);
    let csrf = page.field("csrf");
    let bad = [
        ("csrf", csrf.as_str()),
        ("domain", "not a domain"),
        ("span", "90d"),
    ];
    assert_eq!(owner.post(&url, &bad).await.status, 422);
    let form = [("csrf", csrf.as_str()), ("domain", HOST), ("span", "90d")];
    let asked = owner.post(&url, &form).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    assert!(asked.body.contains("marked as trusted"), "{}", asked.body);
    assert_eq!(
        bench
            .count("select count(*) from review.trusted_domain")
            .await,
        0
    );
    let confirmed: Vec<_> = form
        .into_iter()
        .chain([("because", "A partner.")])
        .collect();
    let saved = owner.post(&url, &confirmed).await;
    assert!(saved.location().ends_with("?done=saved"));
    assert!(owner.get(&url).await.body.contains("A partner."));
}
