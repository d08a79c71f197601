//! S6: views of the inventory and the whole of it as a file, by the API: one's own, and no more than the page gives.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn s6_a_view_is_its_persons_alone_and_is_what_the_page_shows() {
    let scene = Scene::new().await;
    let owner = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let viewer = Hand::of_tenant(&scene, Role::Viewer, May::Act).await;
    let views = "/api/v1/t/acme/views";
    let wrong = json!({ "name": "Mine", "query": "state=sleeping" });
    assert_eq!(
        problem(&owner.post(views, wrong).await, 400, "member")["member"],
        "query"
    );
    let wrong = json!({ "name": "", "query": "state=active" });
    problem(&owner.post(views, wrong).await, 400, "member");
    let body = json!({ "name": "Mine", "query": "state=active&sort=ends", "standard": true });
    let kept = owner.post(views, body).await;
    assert_eq!(kept.status, 200, "{}", kept.body);
    let own = owner.get(views).await.json();
    let [view] = own["views"].as_array().unwrap().as_slice() else {
        panic!("{own}")
    };
    assert_eq!(view["view"], kept.json()["view"]);
    assert_eq!(
        (&view["name"], &view["standard"]),
        (&json!("Mine"), &json!(true))
    );
    // The page opens with it.
    let mut browser = scene.in_portal(&owner.person).await;
    let page = browser
        .get(&scene.system.at(Plane::Portal, "/t/acme/inventory"))
        .await;
    assert!(
        page.location().contains("state=active") || page.body.contains("Mine"),
        "{}",
        page.body
    );
    let forget = format!("{views}/{}/forget", view["view"].as_str().unwrap());
    assert_eq!(viewer.get(views).await.json(), json!({ "views": [] }));
    problem(&viewer.post(&forget, json!({})).await, 404, "not-there");
    assert_eq!(
        owner.post(&forget, json!({})).await.json()["state"],
        "forgotten"
    );
    problem(&owner.post(&forget, json!({})).await, 404, "not-there");
    let looks = Hand::of_tenant(&scene, Role::Owner, May::Read).await;
    let body = json!({ "name": "Mine", "query": "state=active" });
    problem(&looks.post(views, body).await, 403, "reads-only");
}

#[tokio::test(flavor = "multi_thread")]
async fn s6_the_inventory_is_taken_away_whole_and_the_ledger_says_who_took_it() {
    let scene = Scene::new().await;
    let machine = scene.machine(PRODUCTION, "notes:read").await;
    let administrator = scene.company.place.administrator().await;
    let rename = "update registry.integration set name = '=HYPERLINK(1)'";
    administrator.batch_execute(rename).await.unwrap();
    scene.company.neighbour().await;
    let looks = Hand::of_tenant(&scene, Role::Viewer, May::Read).await;
    let file = looks.get("/api/v1/t/acme/inventory/export/csv").await;
    assert_eq!(file.status, 200, "{}", file.body);
    assert!(file.header("content-type").starts_with("text/csv"));
    assert_eq!(file.header("cache-control"), "no-store");
    assert!(
        file.header("content-disposition")
            .starts_with("attachment; filename=\"acme_both_inventory_")
    );
    assert!(
        file.body.contains(&machine.id) && file.body.contains("\"'=HYPERLINK(1)\""),
        "{}",
        file.body
    );
    assert!(!file.body.contains("\"=HYPERLINK"));
    assert_eq!(file.body.lines().count(), 2, "{}", file.body);
    assert_eq!(acts(&scene, "list.export").await, 1);
    let none = looks
        .get("/api/v1/t/acme/inventory/export/csv?state=revoked")
        .await;
    assert_eq!(none.body.lines().count(), 1);
    let json = looks
        .get("/api/v1/t/acme/inventory/export/json")
        .await
        .json();
    assert_eq!(json[0]["client_id"], machine.id);
    for (path, status, kind) in [
        ("/api/v1/t/acme/inventory/export/xlsx", 404, "not-there"),
        (
            "/api/v1/t/acme/inventory/export/csv?state=sleeping",
            400,
            "member",
        ),
        ("/api/v1/t/globex/inventory/export/csv", 401, "token"),
    ] {
        problem(&looks.get(path).await, status, kind);
    }
    assert_eq!(acts(&scene, "list.export").await, 3);
    let staff = Hand::new(&scene, Role::Auditor, May::Read).await;
    let all = staff.get("/api/v1/inventory/export/csv?tenant=acme").await;
    assert!(all.body.contains(&machine.id), "{}", all.body);
    let whole = staff
        .get(&format!("/api/v1/clients/acme/production/{}", machine.id))
        .await;
    let credential = whole.json()["credentials"][0].clone();
    assert!(
        credential["created_at"].is_string() && credential["last_used"].is_null(),
        "{credential}"
    );
    scene.client_token(PRODUCTION, &machine).await;
    for _ in 0..100 {
        let whole = staff
            .get(&format!("/api/v1/clients/acme/production/{}", machine.id))
            .await;
        if whole.json()["credentials"][0]["last_used"].is_string() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("it was used and nobody says so");
}
