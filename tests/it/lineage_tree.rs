//! S17: the whole tree of who registered whom on one page, whichever client of it one came from; what is stopped there
//! takes along what the page says; and no client has more below it than it may.

use narthex_approval::limit_registration::{LimitRegistration, limit_registration};
use narthex_approval::suspend::Stop;
use narthex_tenancy::{permission::Action, registration_limits::Limits};
use narthex_tests::{Browser, Plane};
use narthex_vocab::{ClientId, Environment};

use crate::initial_access::case;
use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn s17_the_tree_is_the_same_from_each_of_its_clients() {
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read").await;
    let child = scene.child(&agent, "notes:read", "Child").await;
    let grandchild = scene.child(&child, "notes:read", "Grandchild").await;
    let other = scene.app("Other", "notes:read").await;
    let mut staff = scene.in_dashboard(&scene.company.reviewer).await;
    for client in [&agent, &child, &grandchild] {
        let path = format!("/clients/acme/production/{client}/lineage");
        let page = staff.get(&scene.system.at(Plane::Staff, &path)).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let place = |id: &str| page.body.find(&format!("<code>{id}</code>"));
        let all = [&agent, &child, &grandchild].map(|client| place(client.as_str()));
        assert!(
            all.iter().all(Option::is_some) && all.is_sorted(),
            "{all:?}"
        );
        assert_eq!(place(other.as_str()), None);
        for words in [
            "Olga",
            "registered 1, 2 below it; 1 of the 100 that it may have",
            "registered 1, 1 below it; 1 of the 100 that it may have",
            "registered nobody",
            "3 of 3 clients in the longest line",
            "You came from this one",
            "and 2 below it</a>",
        ] {
            assert!(page.body.contains(words), "{words}: {}", page.body);
        }
    }
    let alone = format!("/clients/acme/production/{other}/lineage");
    let page = staff.get(&scene.system.at(Plane::Staff, &alone)).await;
    assert!(page.body.contains("1 of 3 clients"), "{}", page.body);

    // What the page says goes along is what goes along.
    let before = staff
        .get(&scene.system.at(
            Plane::Staff,
            &format!("/clients/acme/production/{agent}/suspend"),
        ))
        .await;
    assert!(
        before.body.contains("<strong>2</strong>"),
        "{}",
        before.body
    );
    scene
        .stop(agent.as_str(), Environment::Production, Stop::Suspend)
        .await;
    let administrator = scene.company.place.administrator().await;
    let stopped = "select count(*) from registry.client where state = 'suspended'";
    let row = administrator.query_one(stopped, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_tenants_tree_is_not_there() {
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read").await;
    scene.company.neighbour().await;
    let mut staff = scene.in_dashboard(&scene.company.reviewer).await;
    for path in [
        format!("/clients/globex/production/{agent}/lineage"),
        format!("/clients/acme/sandbox/{agent}/lineage"),
        format!("/clients/acme/production/np_{}/lineage", "q".repeat(26)),
    ] {
        let page = staff.get(&scene.system.at(Plane::Staff, &path)).await;
        assert_eq!(page.status, 404, "{path}");
    }
}

const PRODUCTION: Environment = Environment::Production;

impl Scene {
    async fn tree(&self, owner: &mut Browser, client: &ClientId) -> String {
        let path = format!("/t/acme/production/clients/{client}/lineage");
        let page = owner.get(&self.system.at(Plane::Portal, &path)).await;
        assert_eq!(page.status, 200, "{}", page.body);
        page.body
    }

    async fn in_state(&self, state: &str) -> i64 {
        let administrator = self.company.place.administrator().await;
        let count = "select count(*) from registry.client where state = $1";
        let row = administrator.query_one(count, &[&state]).await.unwrap();
        row.get(0)
    }

    /// An owner says how many clients one may have below it.
    async fn at_most(&self, children: i32) {
        let command = LimitRegistration {
            environment: PRODUCTION,
            limits: Limits {
                children: Some(children),
                ..Limits::default()
            },
        };
        let limited = self
            .company
            .owned(Action::EditSettings, async |tx, acting| {
                limit_registration(tx, command, acting).await
            });
        limited.await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_tenant_ends_a_line_by_the_numbers_of_its_page() {
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read").await;
    let child = scene.child(&agent, "notes:read", "Child").await;
    let grandchild = scene.child(&child, "notes:read", "Grandchild").await;
    let gone = scene.child(&agent, "notes:read", "Gone").await;
    scene.stop(gone.as_str(), PRODUCTION, Stop::Revoke).await;
    scene
        .stop(grandchild.as_str(), PRODUCTION, Stop::Suspend)
        .await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let body = scene.tree(&mut owner, &grandchild).await;
    // Of three below it one has ended and one stands still: one is suspended with it, two are revoked with it.
    for words in [
        "Suspend Stranger Notes and 1 below it</a>",
        "Revoke Stranger Notes and 2 below it</a>",
        "registered 2, 3 below it; 1 of the 100 that it may have",
    ] {
        assert!(body.contains(words), "{words}: {body}");
    }
    let revoke = format!("/t/acme/production/clients/{agent}/revoke");
    let revoke = scene.system.at(Plane::Portal, &revoke);
    let page = owner.get(&revoke).await;
    assert!(page.body.contains("<strong>2</strong>"), "{}", page.body);
    let csrf = page.field("csrf");
    let wrong = [
        ("csrf", csrf.as_str()),
        ("reason", "It is over."),
        ("name", "Child"),
    ];
    assert_eq!(owner.post(&revoke, &wrong).await.status, 422);
    assert_eq!(scene.in_state("revoked").await, 1);
    let right = [
        ("csrf", csrf.as_str()),
        ("reason", "It is over."),
        ("name", "stranger notes"),
    ];
    let done = owner.post(&revoke, &right).await;
    assert!(
        done.body.contains("never gets a token again") || done.status == 303,
        "{}",
        done.body
    );
    assert_eq!(scene.in_state("revoked").await, 4);
    assert_eq!(owner.post(&revoke, &right).await.status, 422, "it is over");
    let body = scene.tree(&mut owner, &agent).await;
    assert!(
        !body.contains("Suspend ") && !body.contains("Revoke "),
        "{body}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_a_neighbours_tree_is_not_there_and_a_viewer_is_offered_nothing() {
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read").await;
    let neighbour = scene.company.neighbour().await;
    let mut theirs = scene.in_portal(&neighbour.owner).await;
    for tenant in ["acme", "globex"] {
        for below in ["lineage", "revoke"] {
            let path = format!("/t/{tenant}/production/clients/{agent}/{below}");
            let page = theirs.get(&scene.system.at(Plane::Portal, &path)).await;
            assert!([303, 404].contains(&page.status), "{path}: {}", page.status);
            assert!(!page.body.contains(agent.as_str()), "{path}");
        }
    }
    let viewer = crate::isolation_http::member(
        &scene.company,
        "Vera",
        Some(narthex_tenancy::permission::Role::Viewer),
    );
    let viewer = viewer.await;
    let mut viewer = scene.in_portal(&viewer).await;
    let body = scene.tree(&mut viewer, &agent).await;
    assert!(
        body.contains("registered nobody") && !body.contains("Revoke "),
        "{body}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_no_client_has_more_below_it_than_it_may() {
    let scene = Scene::new().await;
    let agent = scene.app("Agent", "notes:read").await;
    let other = scene.app("Other", "notes:read").await;
    scene.at_most(2).await;
    let first = scene.child(&agent, "notes:read", "First").await;
    // A second one waits for a person: that counts, too.
    let (second, at) = scene.brought(&agent, "notes:read", "Second").await;
    let (third, _) = scene.brought(&agent, "notes:read", "Third").await;
    let (_, state, ..) = case(&scene, &third).await;
    assert_eq!(state, "rejected_by_policy", "a third is one too many");
    let administrator = scene.company.place.administrator().await;
    let rules = "select count(*) from review.policy_run where 'R-25' = any (rules)";
    let found = administrator.query_one(rules, &[]).await;
    assert!(found.is_ok_and(|row| row.get::<_, i64>(0) == 1));
    // Another client has room of its own, and what ends makes room.
    scene.child(&other, "notes:read", "Elsewhere").await;
    let decided = scene
        .company
        .decide(at, narthex_approval::decide::Outcome::Approve);
    assert!(decided.await.is_ok(), "{second}");
    scene.stop(first.as_str(), PRODUCTION, Stop::Revoke).await;
    scene.child(&agent, "notes:read", "Fourth").await;

    // The database keeps it, whatever the verbs think; and nobody raises it above what the platform gives.
    let again = format!(
        "insert into registry.client (tenant_id, environment, client_id, integration_id, request_id, version, approval_id,
                state, metadata, created_at, changed_at, expires_at)
            select tenant_id, environment, 'np_{}', integration_id, request_id, version, approval_id, 'active', metadata,
                created_at, changed_at, expires_at
            from registry.client where client_id = '{second}'",
        "z".repeat(26)
    );
    assert_eq!(scene.refused(&again).await, "client_breadth");
    let more = "update tenant.registration_limits set most_children = 101";
    assert_eq!(scene.refused(more).await, "children_within_the_platforms");
}
