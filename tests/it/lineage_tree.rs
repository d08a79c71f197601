//! S17: the whole tree of who registered whom on one page, whichever client of it one came from; what is stopped there
//! takes along what the page says.

use narthex_approval::suspend::Stop;
use narthex_tests::Plane;
use narthex_vocab::Environment;

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
            "registered 1, 2 below it",
            "registered 1, 1 below it",
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
