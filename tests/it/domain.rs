//! The pages of domains on the running product: an owner adds a host, publishes the value on its web server, and sees
//! what was seen until it is proved. The planes find the host by their own workers.

use std::time::Duration;

use narthex_tenancy::permission::Role;
use narthex_tests::{Answer, Browser, FakeHost, Plane, System};
use narthex_vocab::{Challenge, HostName};

use crate::cases::company::{Company, person};
use crate::scene::Scene;

const HOST: &str = "partner.example";
const WRONG: &str = "narthex=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

async fn scene(host: &FakeHost) -> Scene {
    let company = Company::new().await;
    let system = System::with_hosts(&company.place, [7; 32], host.test_hosts()).await;
    Scene { company, system }
}

/// Waits for a page that says this.
async fn until(browser: &mut Browser, url: &str, words: &str) -> Answer {
    let mut last = browser.get(url).await;
    for _ in 0..200 {
        if last.body.contains(words) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        last = browser.get(url).await;
    }
    panic!("never says {words:?}: {}", last.body);
}

async fn check(browser: &mut Browser, url: &str) -> Answer {
    let csrf = browser.get(url).await.field("csrf");
    browser
        .post(&format!("{url}/check"), &[("csrf", &csrf)])
        .await
}

/// As if the last check had been a while ago.
async fn wait(scene: &Scene) {
    let administrator = scene.company.place.administrator().await;
    let earlier = "update intake.fetch_order set requested_at = requested_at - interval '1 minute'";
    administrator.batch_execute(earlier).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_proves_a_host() {
    let host = FakeHost::start(HOST).await;
    let scene = scene(&host).await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let list = scene.system.at(Plane::Portal, "/t/acme/domains");

    let page = owner.get(&list).await;
    assert!(page.body.contains("No domains yet"), "{}", page.body);
    let csrf = page.field("csrf");
    let refused = owner
        .post(&list, &[("csrf", &csrf), ("host", "co.uk")])
        .await;
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("There is a problem"),
        "{}",
        refused.body
    );
    let form = [
        ("csrf", csrf.as_str()),
        ("host", "https://Partner.example/"),
    ];
    let added = owner.post(&list, &form).await;
    let here = added.location().strip_suffix("?done=domain-added").unwrap();
    let here = scene.system.at(Plane::Portal, here);

    // Both places and the value, ready to copy.
    let page = owner.get(&here).await;
    let name = HostName::parse(HOST).unwrap();
    let start = page.body.find("narthex=").unwrap();
    let challenge = Challenge::parse(&page.body[start..start + WRONG.len()]).unwrap();
    for told in [
        Challenge::record_name(&name),
        format!("value=\"{}\"", Challenge::relative_record_name(&name)),
        Challenge::file_address(&name),
        format!("dig +short TXT {}", Challenge::record_name(&name)),
        "Not verified yet".to_owned(),
    ] {
        assert!(page.body.contains(&told), "{told}: {}", page.body);
    }

    // Nothing, then something else, then the value.
    assert!(
        check(&mut owner, &here)
            .await
            .location()
            .ends_with("?done=checking")
    );
    until(&mut owner, &here, "the answer has status 404, not 200").await;
    let soon = check(&mut owner, &here).await;
    assert_eq!(soon.status, 422);
    assert!(
        soon.body.contains("It was checked a moment ago"),
        "{}",
        soon.body
    );

    host.publish(WRONG);
    wait(&scene).await;
    check(&mut owner, &here).await;
    let page = until(&mut owner, &here, "Another value").await;
    assert!(page.body.contains(WRONG) && page.body.contains(challenge.as_str()));

    host.publish(challenge.as_str());
    wait(&scene).await;
    check(&mut owner, &here).await;
    let page = until(&mut owner, &here, "Proved until").await;
    assert!(!page.body.contains("Remove domain"), "{}", page.body);
    assert!(
        owner
            .get(&list)
            .await
            .body
            .contains("The file has the value.")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_viewer_reads_and_a_stranger_sees_nothing() {
    let host = FakeHost::start(HOST).await;
    let scene = scene(&host).await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let list = scene.system.at(Plane::Portal, "/t/acme/domains");
    let csrf = owner.get(&list).await.field("csrf");
    let added = owner.post(&list, &[("csrf", &csrf), ("host", HOST)]).await;
    let path = added.location().split('?').next().unwrap().to_owned();
    let here = scene.system.at(Plane::Portal, &path);

    let database = scene.company.place.approval();
    let viewer = person(&database, scene.company.tenant, "Vera", Some(Role::Viewer)).await;
    let mut viewer = scene.in_portal(&viewer).await;
    let page = viewer.get(&here).await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains("Check now") && !page.body.contains("Remove domain"));
    let csrf = page.field("csrf");
    for act in ["check", "remove"] {
        let refused = viewer
            .post(&format!("{here}/{act}"), &[("csrf", &csrf)])
            .await;
        assert_eq!(refused.status, 403, "{act}");
    }

    let unknown = "/t/acme/domains/dom_00000000000070008000000000000009";
    assert_eq!(
        owner
            .get(&scene.system.at(Plane::Portal, unknown))
            .await
            .status,
        404
    );
    let csrf = owner.get(&here).await.field("csrf");
    let removed = owner
        .post(&format!("{here}/remove"), &[("csrf", &csrf)])
        .await;
    assert!(
        removed
            .location()
            .ends_with("/t/acme/domains?done=domain-removed")
    );
    assert_eq!(owner.get(&here).await.status, 404);
}
