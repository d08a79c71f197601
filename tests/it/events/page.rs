//! What a tenant's people see of a stream and do to it, in the portal; the management API does the same.

use super::*;

#[tokio::test(flavor = "multi_thread")]
async fn the_portal_sets_a_stream_up_tests_pauses_and_ends_it() {
    let host = FakeHost::start("receiver.example").await;
    host.answer(b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n".to_vec());
    let scene = with_hosts(&[&host]).await;
    let resource = scene.company.notes[&PRODUCTION];
    let url = scene.system.at(
        Plane::Portal,
        &format!("/t/acme/production/resources/{resource}/events"),
    );
    let mut browser = scene.in_portal(&scene.company.owner).await;
    let page = browser.get(&url).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let csrf = page.field("csrf");
    let form = |endpoint: &'static str, event: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("method", "push".to_owned()),
            ("endpoint", endpoint.to_owned()),
            ("event", event.to_owned()),
        ]
    };
    // What cannot be is said beside its field, and nothing is kept.
    for (endpoint, event, words) in [
        (
            "https://10.0.0.1/events",
            "session-revoked",
            "Enter the https address",
        ),
        (
            "http://receiver.example/",
            "session-revoked",
            "Enter the https address",
        ),
        (
            "https://receiver.example/",
            "verification",
            "Choose at least one",
        ),
        ("https://receiver.example/", "", "Choose at least one"),
    ] {
        let form = form(endpoint, event);
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let again = browser.post(&url, &form).await;
        assert_eq!(again.status, 422, "{endpoint} {event}");
        assert!(again.body.contains(words), "{}", again.body);
    }
    assert_eq!(
        row(&scene, "select count(*)::text from issue.event_stream").await,
        0
    );
    let right = form("https://receiver.example/events", "session-revoked");
    let right: Vec<_> = right
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    assert_eq!(browser.post(&url, &right).await.status, 303);
    let own = [("csrf", csrf.as_str())];
    let done = browser.post(&format!("{url}/verify"), &own).await;
    assert!(
        done.location().ends_with("done=event-tested"),
        "{}",
        done.location()
    );
    let again = browser.post(&format!("{url}/verify"), &own).await;
    assert!(
        again.location().ends_with("done=event-tested-often"),
        "{}",
        again.location()
    );
    until(
        &scene,
        "select coalesce((select to_jsonb(e) from issue.security_event as e), 'null')::text",
        |event| event["state"] == "delivered",
    )
    .await;
    let page = browser.get(&url).await;
    assert!(
        page.body.contains("A test") && page.body.contains("Taken"),
        "{}",
        page.body
    );

    let pause = [("csrf", csrf.as_str()), ("status", "paused")];
    assert_eq!(
        browser.post(&format!("{url}/status"), &pause).await.status,
        303
    );
    // The receiver hears that it was paused.
    for _ in 0..100 {
        if host.paths().len() == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let sent = host.last_request();
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let claims = notes
        .read(sent.split("\r\n\r\n").nth(1).unwrap().trim())
        .await;
    assert_eq!(
        claims["events"][ssf("stream-updated")],
        json!({ "status": "paused" })
    );
    let nonsense = [("csrf", csrf.as_str()), ("status", "gone")];
    assert_eq!(
        browser
            .post(&format!("{url}/status"), &nonsense)
            .await
            .status,
        404
    );

    assert_eq!(
        browser.post(&format!("{url}/remove"), &own).await.status,
        303
    );
    assert_eq!(
        browser.post(&format!("{url}/remove"), &own).await.status,
        404
    );
    assert_eq!(
        row(&scene, "select count(*)::text from issue.security_event").await,
        0
    );
    let done = "select to_jsonb(array_agg(action order by at))::text from ledger.entry where action like 'event_stream.%'";
    assert_eq!(
        row(&scene, done).await,
        json!([
            "event_stream.set",
            "event_stream.verify",
            "event_stream.set_status",
            "event_stream.remove"
        ])
    );
    // A resource of nobody has no such page.
    let nobodys = scene.system.at(
        Plane::Portal,
        &format!(
            "/t/acme/production/resources/res_0192{}/events",
            "7".repeat(28)
        ),
    );
    assert_eq!(browser.get(&nobodys).await.status, 404);
    assert_eq!(browser.post(&nobodys, &right).await.status, 404);
}
