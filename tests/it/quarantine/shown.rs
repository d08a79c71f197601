//! The list and the page of a family: what they show, how they filter, and what they say when there is nothing.

use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{Environment, RegistrationMode};
use serde_json::json;

use crate::scene::Scene;

pub(super) const PRODUCTION: Environment = Environment::Production;

/// The reviewer's browser.
pub(super) async fn reviewer(scene: &Scene) -> Browser {
    scene.in_dashboard(&scene.company.reviewer).await
}

pub(super) async fn get(scene: &Scene, browser: &mut Browser, path: &str) -> Answer {
    let answer = browser.get(&scene.system.at(Plane::Staff, path)).await;
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_many_calls_of_one_software_are_one_line_with_their_count() {
    let scene = Scene::new().await;
    let company = &scene.company;
    company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let software = json!({ "client_name": "Acme", "redirect_uris": ["http://127.0.0.1/cb"] });
    for _ in 0..7 {
        let answer = Browser::new()
            .json(&scene.register(PRODUCTION), &software)
            .await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }
    company.registered(PRODUCTION, "Other <b>app</b>", "").await;
    let mut browser = reviewer(&scene).await;
    let page = get(&scene, &mut browser, "/quarantine").await;
    assert_eq!(page.body.matches("scope=\"row\"").count(), 2);
    let line = page
        .body
        .split("<tr role=\"row\">")
        .find(|row| row.contains(">“Acme”</a>"));
    let line = line.unwrap();
    assert!(
        line.contains("data-l=\"Attempts\" class=\"number\">7<"),
        "{line}"
    );
    assert!(
        line.contains("Looks like “Acme”, which the tenant has already."),
        "{line}"
    );
    assert!(!page.body.contains("<b>app</b>"), "names are text");

    // Most attempts first, and the text of a name, a host or an identifier.
    let sorted = get(&scene, &mut browser, "/quarantine?sort=attempts").await;
    let place = |text: &str| sorted.body.find(text).unwrap();
    assert!(place(">“Acme”</a>") < place("Other &#60;b&#62;app"));
    for (query, lines) in [
        ("q=acme", 1),
        ("q=this+computer", 2),
        ("q=zzz", 0),
        ("tenant=globex", 0),
        ("environment=sandbox", 0),
        ("state=blocked", 0),
        ("state=any", 2),
    ] {
        let page = get(&scene, &mut browser, &format!("/quarantine?{query}")).await;
        assert_eq!(page.body.matches("scope=\"row\"").count(), lines, "{query}");
        assert_eq!(page.body.contains("Clear filters"), lines == 0, "{query}");
    }
    for query in [
        "state=waiting",
        "sort=name",
        "before=1",
        "environment=Sandbox",
    ] {
        let url = scene
            .system
            .at(Plane::Staff, &format!("/quarantine?{query}"));
        assert_eq!(browser.get(&url).await.status, 400, "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b5_the_page_of_a_family_says_what_came_of_it_and_from_where() {
    let scene = Scene::new().await;
    let company = &scene.company;
    company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let software = json!({ "client_name": "Notes", "redirect_uris": ["https://app.example/cb"] });
    let allowed = "update tenant.metadata_rules set hosts = 'any'";
    let administrator = company.place.administrator().await;
    administrator.batch_execute(allowed).await.unwrap();
    let mut client = String::new();
    for _ in 0..3 {
        let answer = Browser::new()
            .json(&scene.register(PRODUCTION), &software)
            .await;
        if answer.status == 201 {
            answer.json()["client_id"]
                .as_str()
                .unwrap()
                .clone_into(&mut client);
        }
    }
    let user = company.user("Uma").await;
    let id = narthex_vocab::ClientId::parse(&client).unwrap();
    company.asks(&user, &id, "notes:read").await;
    let family = company.family_of(&id).await;
    let mut browser = reviewer(&scene).await;
    let path = format!("/families/acme/production/{family}");
    let page = get(&scene, &mut browser, &path).await;
    for says in [
        "“Notes”",
        "app.example",
        "I keep my notes here.",
        "127.77.",
        "Strangers, who all share it",
        "Attempts by day",
        &format!("/quarantine/acme/production/{client}"),
        &format!("{path}/block"),
        "Block app.example and all below it",
    ] {
        assert!(page.body.contains(says), "{says}: {}", page.body);
    }
    // Of the other environment, and of no tenant, it is not there.
    for path in [
        format!("/families/acme/sandbox/{family}"),
        format!("/families/nobody/production/{family}"),
        format!("/families/acme/production/{}", &family[1..]),
    ] {
        let answer = browser.get(&scene.system.at(Plane::Staff, &path)).await;
        assert_eq!(answer.status, 404, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_quarantine_says_what_it_is() {
    let scene = Scene::new().await;
    let mut browser = reviewer(&scene).await;
    let page = get(&scene, &mut browser, "/quarantine").await;
    assert!(page.body.contains("Nothing in quarantine"), "{}", page.body);
}
