//! A host is proved: the tenant publishes the value, the discovery plane looks, the approval plane concludes, and only
//! then may a client with that host go to production.

use std::time::Duration;

use actix_web::web::Data;
use narthex_approval::{
    add_domain::{AddDomain, AddDomainError, add_domain},
    approved::NotApprovable,
    check_domain::{CheckDomain, CheckDomainError, check_domain, check_when_due},
    decide::{DecideError, Decided, Outcome},
    domain::Domain,
    prose::Reason,
    remove_domain::{RemoveDomain, RemoveDomainError, remove_domain},
    settle_proof::{SettleProof, SettledProof, settle_proof},
    suspend::{Stop, Suspend, suspend},
};
use narthex_discovery::Discovery;
use narthex_egress::Guard;
use narthex_tenancy::{ambient, permission::Action};
use narthex_tests::FakeHost;
use narthex_vocab::{
    Change, ClientId, DomainState, Environment, HostName, Id, Meanwhile, Timestamp, kind,
};
use rstest::rstest;
use tokio::task::JoinHandle;
use url::Url;

use super::company::{Company, HOSTED, KEY, LOOPBACK, metadata};
use crate::changes::choose;

const PRODUCTION: Environment = Environment::Production;
const HOST: &str = "partner.example";

async fn add(company: &Company, host: &str) -> Result<Domain, AddDomainError> {
    let host = HostName::parse(host).unwrap();
    company
        .owned(Action::EditIntegration, async |tx, acting| {
            add_domain(tx, AddDomain { host }, acting).await
        })
        .await
}

async fn check(
    company: &Company,
    domain: Id<kind::Domain>,
) -> Result<Id<kind::Order>, CheckDomainError> {
    company
        .owned(Action::EditIntegration, async |tx, acting| {
            check_domain(tx, CheckDomain { domain }, acting).await
        })
        .await
}

async fn due(
    company: &Company,
    domain: Id<kind::Domain>,
    now: Timestamp,
) -> Option<Id<kind::Order>> {
    company
        .itself(now, async |tx, acting| {
            check_when_due(tx, CheckDomain { domain }, acting).await
        })
        .await
        .unwrap()
}

/// The conclusion, as soon as the discovery plane has answered.
async fn settled(company: &Company, order: Id<kind::Order>, now: Timestamp) -> SettledProof {
    for _ in 0..200 {
        let settled = company
            .itself(now, async |tx, acting| {
                settle_proof(tx, SettleProof { order }, acting).await
            })
            .await
            .unwrap();
        match settled {
            Some(settled) => return settled,
            None => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    panic!("nobody answered");
}

/// The discovery plane's worker, which finds this host.
fn discovery(company: &Company, host: &FakeHost) -> JoinHandle<()> {
    let base = Url::parse("http://127.0.0.1:1/").unwrap();
    let discovery = Data::new(Discovery {
        database: company.place.discovery(),
        budgets: company.place.budgets(),
        tally: narthex_discovery::tally::tally().0,
        memory: narthex_discovery::Memory::default(),
        discovery_base: base.clone(),
        portal_base: base.clone(),
        hash_key: KEY,
        token_base: base,
        guard: Guard::new(host.guard()).unwrap(),
    });
    let listen_url = company.place.url("narthex_discovery");
    tokio::spawn(narthex_discovery::workers::run(discovery, listen_url))
}

/// Waits until somebody listens on the channel: a notice before that is lost.
async fn heard(company: &Company) {
    let administrator = company.place.administrator().await;
    for _ in 0..100 {
        let listening = "select 1 from pg_stat_activity where query = 'LISTEN narthex_order' and datname = current_database()";
        if !administrator
            .query(listening, &[])
            .await
            .unwrap()
            .is_empty()
        {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody listens");
}

/// The company proves this host, by a file.
pub(crate) async fn proves(company: &Company, host: &str) {
    let published = FakeHost::start(host).await;
    let worker = discovery(company, &published);
    heard(company).await;
    let domain = add(company, host).await.unwrap();
    published.publish(domain.challenge.as_str());
    let order = check(company, domain.id).await.unwrap();
    let seen = settled(company, order, ambient::now()).await;
    assert_eq!(seen.state, DomainState::Verified);
    worker.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_is_proved_and_its_client_goes_to_production() {
    let (company, host) = (Company::new().await, FakeHost::start(HOST).await);
    let worker = discovery(&company, &host);
    heard(&company).await;
    let domain = add(&company, HOST).await.unwrap();
    assert_eq!(domain.state, DomainState::Pending);

    // Nothing is there yet.
    let order = check(&company, domain.id).await.unwrap();
    let now = ambient::now();
    let seen = settled(&company, order, now).await;
    assert_eq!(seen.state, DomainState::Pending);
    assert_eq!(
        seen.seen,
        "1 of 1 resolver did not answer. The file could not be read: the answer has status 404, not 200."
    );
    assert_eq!(host.paths(), ["/.well-known/narthex-challenge.txt"]);

    let ask = [(PRODUCTION, company.reach(PRODUCTION, "notes:read", &[]))];
    let sent = company
        .onboard(metadata("Partner", HOSTED, "none"), &ask)
        .await
        .unwrap();
    let request = sent.requests[0].request;
    let refused = company.decide(request, Outcome::Approve).await;
    let Err(DecideError::NotApprovable(NotApprovable::Unproved { hosts })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(hosts, [HostName::parse(HOST).unwrap()]);

    // Another value proves nothing.
    host.publish("narthex=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let later = now + chrono::Duration::minutes(6);
    let order = due(&company, domain.id, later).await.unwrap();
    let seen = settled(&company, order, later).await;
    assert_eq!(seen.state, DomainState::Pending);
    assert!(
        seen.seen.ends_with("The file has another value."),
        "{}",
        seen.seen
    );

    // The value does.
    host.publish(&format!("{}\n", domain.challenge));
    let later = later + chrono::Duration::minutes(6);
    let order = due(&company, domain.id, later).await.unwrap();
    let seen = settled(&company, order, later).await;
    assert_eq!(seen.state, DomainState::Verified);
    assert!(
        seen.seen.ends_with("The file has the value."),
        "{}",
        seen.seen
    );
    let approved = company.decide(request, Outcome::Approve).await.unwrap();
    assert!(matches!(approved, Decided::Activated(_)), "{approved:?}");

    // An approval rests on it: it stays on record.
    let removed = company
        .owned(Action::EditIntegration, async |tx, acting| {
            remove_domain(tx, RemoveDomain { domain: domain.id }, acting).await
        })
        .await;
    assert!(
        matches!(removed, Err(RemoveDomainError::Proved)),
        "{removed:?}"
    );
    worker.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_covers_its_host_alone() {
    let (company, host) = (Company::new().await, FakeHost::start("example.com").await);
    let worker = discovery(&company, &host);
    heard(&company).await;
    let domain = add(&company, "example.com").await.unwrap();
    host.publish(domain.challenge.as_str());
    let order = check(&company, domain.id).await.unwrap();
    assert_eq!(
        settled(&company, order, ambient::now()).await.state,
        DomainState::Verified
    );

    let ask = [(PRODUCTION, company.reach(PRODUCTION, "notes:read", &[]))];
    let below = metadata("Partner", "https://app.example.com/callback", "none");
    let sent = company.onboard(below, &ask).await.unwrap();
    let refused = company
        .decide(sent.requests[0].request, Outcome::Approve)
        .await;
    assert!(
        matches!(
            refused,
            Err(DecideError::NotApprovable(NotApprovable::Unproved { .. }))
        ),
        "{refused:?}"
    );
    worker.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_look_at_a_time_and_not_at_once_again() {
    let company = Company::new().await;
    let domain = add(&company, HOST).await.unwrap();
    let again = add(&company, "PARTNER.example").await;
    assert!(
        matches!(again, Err(AddDomainError::AlreadyThere(id)) if id == domain.id),
        "{again:?}"
    );
    for shared in ["co.uk", "localhost", "app.localhost"] {
        let refused = add(&company, shared).await;
        assert!(
            matches!(refused, Err(AddDomainError::Unownable)),
            "{shared}: {refused:?}"
        );
    }

    check(&company, domain.id).await.unwrap();
    let soon = check(&company, domain.id).await;
    assert!(
        matches!(
            soon,
            Err(CheckDomainError::TooSoon {
                retry_after: 1..=30
            })
        ),
        "{soon:?}"
    );
    // The product waits for the answer too.
    let later = ambient::now() + chrono::Duration::hours(1);
    assert_eq!(due(&company, domain.id, later).await, None);

    // Never proved, it can be taken back, with what was ordered; added again it has another value.
    company
        .owned(Action::EditIntegration, async |tx, acting| {
            remove_domain(tx, RemoveDomain { domain: domain.id }, acting).await
        })
        .await
        .unwrap();
    let fresh = add(&company, HOST).await.unwrap();
    assert_ne!(fresh.challenge, domain.challenge);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_proves_a_host_alone() {
    let company = Company::new().await;
    let domain = add(&company, HOST).await.unwrap();
    let order = check(&company, domain.id).await.unwrap();
    let (tenant, order) = (company.tenant.as_uuid(), order.as_uuid());
    let tenancy = format!("set app.tenant = '{tenant}'");
    let refused = async |role: &str, statement: String| {
        let client = company.place.raw(role).await;
        client.batch_execute(&tenancy).await.unwrap();
        let error = client.batch_execute(&statement).await.unwrap_err();
        error.as_db_error().unwrap().message().to_owned()
    };

    // Who looks does not know the value, and who knows it does not say what was seen.
    let value = "select challenge from registry.domain".to_owned();
    assert!(
        refused("narthex_discovery", value)
            .await
            .starts_with("permission denied")
    );
    let seen = format!(
        r#"jsonb_build_object('dns', '[]'::jsonb, 'file', jsonb_build_object('found', array['{}']))"#,
        domain.challenge
    );
    let answer = format!(
        "update intake.fetch_order set answered_at = now(), seen = {seen} where order_id = '{order}'"
    );
    assert!(
        refused("narthex_approval", answer)
            .await
            .starts_with("permission denied")
    );
    let proof = format!(
        "insert into review.proof (tenant_id, proof_id, domain_id, host, method, evidence, verified_at, expires_at, order_id)
            values ('{tenant}', gen_random_uuid(), '{}', '{HOST}', 'well_known', 'seen', now(), now() + interval '1 day', '{order}')",
        domain.id.as_uuid()
    );
    assert_eq!(
        refused("narthex_approval", proof).await,
        "a proof needs the value to be seen"
    );

    // An answer is not changed.
    let discovery = company.place.raw("narthex_discovery").await;
    let answer = format!(
        "{tenancy}; update intake.fetch_order set answered_at = now(), seen = '{{\"dns\": [], \"file\": {{\"found\": []}}}}'
            where order_id = '{order}'"
    );
    discovery.batch_execute(&answer).await.unwrap();
    let again = format!("update intake.fetch_order set seen = '{{}}' where order_id = '{order}'");
    assert_eq!(
        refused("narthex_discovery", again).await,
        "an order is answered once"
    );
}

#[rstest]
#[case::pauses(Meanwhile::Pauses, "restricted")]
#[case::people_are_asked_again(Meanwhile::AskedAgain, "active")]
#[tokio::test(flavor = "multi_thread")]
async fn b4_a_client_is_limited_while_its_host_is_not_proved(
    #[case] chosen: Meanwhile,
    #[case] lapsed: &str,
) {
    let (company, host) = (Company::new().await, FakeHost::start(HOST).await);
    let worker = discovery(&company, &host);
    heard(&company).await;
    choose(&company, PRODUCTION, &[(Change::Proof, chosen)]).await;
    let domain = add(&company, HOST).await.unwrap();
    host.publish(domain.challenge.as_str());
    let mut now = ambient::now();
    let order = check(&company, domain.id).await.unwrap();
    settled(&company, order, now).await;
    let mut clients = Vec::new();
    for address in [HOSTED, LOOPBACK] {
        let ask = [(PRODUCTION, company.reach(PRODUCTION, "notes:read", &[]))];
        let sent = company
            .onboard(metadata("Partner", address, "none"), &ask)
            .await
            .unwrap();
        let approved = company
            .decide(sent.requests[0].request, Outcome::Approve)
            .await;
        let Ok(Decided::Activated(client)) = approved else {
            panic!("{approved:?}");
        };
        clients.push(client.client_id);
    }
    let look = async |now: Timestamp| {
        let order = due(&company, domain.id, now).await.unwrap();
        settled(&company, order, now).await.state
    };

    host.deny_records();
    // The value is gone: a week of grace in which nothing changes, then what rests on it is limited, and nothing else.
    host.publish("gone");
    now += chrono::Duration::days(1);
    assert_eq!(look(now).await, DomainState::Failing);
    assert_eq!(standing(&company, &clients).await, ["active", "active"]);
    now += chrono::Duration::days(7);
    assert_eq!(look(now).await, DomainState::Lapsed);
    assert_eq!(standing(&company, &clients).await, [lapsed, "active"]);
    let asked = "select count(*) from registry.asked_anew where client_id = $1 and change = 'proof' and about = $2";
    let administrator = company.place.administrator().await;
    let asked = async || -> i64 {
        let keys: [&(dyn tokio_postgres::types::ToSql + Sync); 2] = [&clients[0].as_str(), &HOST];
        administrator.query_one(asked, &keys).await.unwrap().get(0)
    };
    let people_are = i64::from(chosen == Meanwhile::AskedAgain);
    assert_eq!(asked().await, people_are);

    // Nobody lets it go on by stopping it first.
    for what in [Stop::Suspend, Stop::Resume] {
        let command = Suspend {
            environment: PRODUCTION,
            client_id: clients[0].clone(),
            what,
            reason: Reason::parse("Trying").unwrap(),
        };
        company
            .owned(Action::SuspendOwn, async |tx, acting| {
                suspend(tx, command, acting).await
            })
            .await
            .unwrap();
    }
    assert_eq!(standing(&company, &clients).await, [lapsed, "active"]);

    // Proved again, it goes on.
    host.publish(domain.challenge.as_str());
    now += chrono::Duration::hours(1);
    let order = company
        .owned(Action::EditIntegration, async |tx, acting| {
            acting.now = now;
            check_domain(tx, CheckDomain { domain: domain.id }, acting).await
        })
        .await
        .unwrap();
    assert_eq!(
        settled(&company, order, now).await.state,
        DomainState::Verified
    );
    assert_eq!(standing(&company, &clients).await, ["active", "active"]);
    assert_eq!(asked().await, people_are, "what is void stays void");
    worker.abort();
}

async fn standing(company: &Company, clients: &[ClientId]) -> Vec<String> {
    let administrator = company.place.administrator().await;
    let mut states = Vec::new();
    for client in clients {
        let query = "select state from registry.client where client_id = $1";
        let row = administrator.query_one(query, &[&client.as_str()]).await;
        states.push(row.unwrap().get(0));
    }
    states
}
