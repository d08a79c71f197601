//! The reviewer's pages with a hundred thousand requests in the database: the queue, one request, the inventory. A bench,
//! and no part of `make test`: `make bench-review` runs it. Rows are made by SQL here alone, with triggers off, since a
//! hundred thousand cases by verbs would take an hour; the pages read them as any others.

use std::time::{Duration, Instant};

use narthex_tests::Plane;
use narthex_vocab::{Environment, Id, kind};

use crate::cases::company::{HOSTED, metadata};
use crate::scene::Scene;

/// What a page may take, median and worst but one of twenty.
const LIMIT: Duration = Duration::from_millis(100);
const REQUESTS: u32 = 100_000;

/// As many requests like the one that is there, each with its integration, findings, run, marks and ledger entries; four
/// of ten wait for a decision.
async fn many(scene: &Scene) {
    let administrator = scene.company.place.administrator().await;
    let sql = format!(
        "set session_replication_role = replica;
        create temporary table seed as select n, gen_random_uuid() as id, gen_random_uuid() as integration,
            case when n % 10 < 4 then 'in_review' when n % 10 < 8 then 'approved' else 'rejected' end as state
            from generate_series(1, {REQUESTS}) as n;
        insert into registry.integration (tenant_id, integration_id, name, purpose, operator, origin, sponsor_id, created_at)
            select i.tenant_id, s.integration, 'Partner ' || s.n, i.purpose, i.operator, i.origin, i.sponsor_id,
                now() - s.n * interval '1 second'
            from seed as s cross join registry.integration as i;
        insert into review.access_request (tenant_id, environment, request_id, version, integration_id, origin, state, metadata,
                payload_hash, requested_by, risk_score, created_at, submitted_at)
            select r.tenant_id, r.environment, s.id, 1, s.integration, r.origin, s.state, r.metadata, sha256(s.n::text::bytea),
                r.requested_by, s.n % 60, now() - s.n * interval '1 second', now() - s.n * interval '1 second'
            from seed as s cross join (select * from review.access_request limit 1) as r;
        insert into review.finding (tenant_id, environment, request_id, version, check_id, title, outcome, observed, required, fix,
                weight, at)
            select f.tenant_id, f.environment, s.id, 1, f.check_id, f.title, f.outcome, f.observed, f.required, f.fix, f.weight, f.at
            from seed as s cross join (select * from review.finding
                where request_id = (select request_id from review.finding limit 1)) as f;
        insert into review.policy_run (tenant_id, environment, run_id, request_id, version, verdict, policy_version, rules, at)
            select p.tenant_id, p.environment, gen_random_uuid(), s.id, 1, p.verdict, p.policy_version, p.rules, p.at
            from seed as s cross join (select * from review.policy_run limit 1) as p;
        insert into review.requested_scope (tenant_id, environment, request_id, version, scope)
            select q.tenant_id, q.environment, s.id, 1, q.scope
            from seed as s cross join (select * from review.requested_scope limit 1) as q;
        insert into review.mark (tenant_id, environment, request_id, version, kind, hash)
            select q.tenant_id, q.environment, s.id, 1, 'redirect_host', sha256(s.n::text::bytea)
            from seed as s cross join (select * from review.access_request limit 1) as q;
        insert into review.decision (tenant_id, environment, decision_id, request_id, version, kind, rule, reason, payload_hash, at)
            select q.tenant_id, q.environment, gen_random_uuid(), s.id, 1, case when s.state = 'approved' then 'approve' else 'reject' end,
                'R-99', 'Seeded', sha256(s.n::text::bytea), now()
            from seed as s cross join (select * from review.access_request limit 1) as q where s.state <> 'in_review';
        insert into ledger.entry (tenant_id, seq, at, actor_kind, actor, action, object, reason, detail, request_id, previous_hash, hash)
            select q.tenant_id, 1000000 + s.n, now(), 'system', 'bench', 'request.submit', 'req_' || replace(s.id::text, '-', ''), '', '{{}}',
                'bench', sha256('a'), sha256('b')
            from seed as s cross join (select * from review.access_request limit 1) as q;
        set session_replication_role = origin;
        analyze"
    );
    administrator.batch_execute(&sql).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a bench: make bench-review"]
async fn a_reviewers_pages_with_a_hundred_thousand_requests() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let asks = [(
        Environment::Production,
        company.reach(
            Environment::Production,
            "notes:read notes:write",
            &["list_notes"],
        ),
    )];
    let partner = metadata("Partner", HOSTED, "client_secret_basic");
    company.onboard(partner, &asks).await.unwrap();
    let began = Instant::now();
    many(&scene).await;
    println!("{REQUESTS} requests were made in {:?}", began.elapsed());
    let administrator = company.place.administrator().await;
    let one = "select request_id::text from review.access_request where state = 'in_review' order by payload_hash limit 1";
    let row = administrator.query_one(one, &[]).await.unwrap();
    let id = Id::<kind::Request>::from_uuid(row.get::<_, String>(0).parse().unwrap());

    let mut staff = scene.in_dashboard(&company.reviewer).await;
    let mut slow = Vec::new();
    for path in [
        "/requests".to_owned(),
        "/requests?environment=production&state=any".to_owned(),
        format!("/requests/acme/production/{id}"),
        "/inventory?all=yes".to_owned(),
        "/inventory?sort=name".to_owned(),
        "/inventory?q=Partner+99".to_owned(),
    ] {
        let url = scene.system.at(Plane::Staff, &path);
        let mut times = Vec::new();
        for round in 0..22 {
            let began = Instant::now();
            let page = staff.get(&url).await;
            let took = began.elapsed();
            assert_eq!(page.status, 200, "{path}: {}", page.body);
            // The first two fill caches.
            if round > 1 {
                times.push(took);
            }
        }
        times.sort();
        let (median, nearly_worst) = (times[times.len() / 2], times[times.len() - 2]);
        println!("{path}: median {median:.1?}, 95 of 100 within {nearly_worst:.1?}");
        if nearly_worst > LIMIT {
            slow.push(path);
        }
    }
    assert!(slow.is_empty(), "slower than {LIMIT:?}: {slow:?}");
}
