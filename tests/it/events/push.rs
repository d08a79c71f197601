//! Events are pushed (RFC 8935): within a second, again when that failed, never inside, never by a redirect, and one receiver's
//! trouble is nobody else's.

use narthex_approval::suspend::Stop;

use super::*;

const TAKEN: &[u8] = b"HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
const NEWEST: &str = "select coalesce((select to_jsonb(e) from issue.security_event as e order by at desc, kind limit 1), 'null')::text";
const STREAM: &str =
    "select to_jsonb(s)::text from issue.event_stream as s where s.method = 'push'";

async fn test(receiver: &Receiver, stream: &str) {
    let wish = json!({ "stream_id": stream });
    let answer = receiver.post("verify", &wish).await;
    assert_eq!(answer.status, 204, "{}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_a_stopped_client_is_pushed_within_a_second() {
    let host = FakeHost::start("receiver.example").await;
    host.answer(TAKEN.to_vec());
    let scene = with_hosts(&[&host]).await;
    let client = scene.machine(PRODUCTION, "notes:read").await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let wish = json!({ "delivery": { "method": PUSH, "endpoint_url": "https://receiver.example/events" },
        "events_requested": [caep("session-revoked")] });
    notes.begin(&wish).await;
    scene.stop(&client.id, PRODUCTION, Stop::Suspend).await;
    let stopped = Instant::now();
    while host.paths().is_empty() && stopped.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(
        stopped.elapsed() < Duration::from_secs(1),
        "{:?}",
        stopped.elapsed()
    );
    let told = until(&scene, NEWEST, |event| event["state"] == "delivered").await;
    assert_eq!((&told["signed"], &told["tries"]), (&Value::Null, &json!(1)));
    assert_eq!(host.paths(), ["/events"]);
    let sent = host.last_request();
    assert!(sent.starts_with("POST /events "), "{sent}");
    assert!(
        sent.to_lowercase()
            .contains("content-type: application/secevent+jwt"),
        "{sent}"
    );
    assert!(!sent.to_lowercase().contains("authorization"), "{sent}");
    let claims = notes
        .read(sent.split("\r\n\r\n").nth(1).unwrap().trim())
        .await;
    assert_eq!(claims["aud"], RESOURCE);
    assert_eq!(claims["sub_id"]["application"]["sub"], client.id);
    let stream = row(&scene, STREAM).await;
    assert!(stream["delivered_at"].is_string(), "{stream}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_and_what_is_refused_is_not() {
    let host = FakeHost::start("receiver.example").await;
    host.answer(b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n".to_vec());
    let scene = with_hosts(&[&host]).await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let stream = notes.begin_pushing(&host).await;
    test(&notes, &stream).await;
    until(&scene, STREAM, |stream| stream["failures"] == 1).await;
    host.answer(TAKEN.to_vec());
    let told = until(&scene, NEWEST, |event| event["state"] == "delivered").await;
    assert_eq!(told["tries"], 2);
    assert_eq!(row(&scene, STREAM).await["failures"], 0);

    let refused = b"HTTP/1.1 400 Bad Request\r\nContent-Type: application/json\r\nContent-Length: 21\r\n\r\n{\"err\":\"invalid_key\"}";
    host.answer(refused.to_vec());
    run(
        &scene,
        "update issue.event_stream set verification_at = null",
    )
    .await;
    test(&notes, &stream).await;
    until(&scene, NEWEST, |event| event["state"] == "refused").await;
    let before = host.paths().len();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(host.paths().len(), before, "it is not tried again");
}

#[tokio::test(flavor = "multi_thread")]
async fn s11_a_redirect_is_not_followed_and_a_name_inside_is_not_reached() {
    let host = FakeHost::start("receiver.example").await;
    host.answer(
        b"HTTP/1.1 307 On\r\nLocation: https://receiver.example/other\r\nContent-Length: 0\r\n\r\n"
            .to_vec(),
    );
    let scene = with_hosts(&[&host]).await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let stream = notes.begin_pushing(&host).await;
    test(&notes, &stream).await;
    let stands = until(&scene, STREAM, |stream| stream["failures"] == 1).await;
    assert!(
        stands["last_error"].as_str().unwrap().contains("redirect"),
        "{stands}"
    );
    assert_eq!(host.paths(), ["/events"]);
    // A name that leads nowhere that may be asked.
    let wish = json!({ "stream_id": stream, "delivery": { "method": PUSH, "endpoint_url": "https://inside.internal/events" } });
    assert_eq!(
        notes
            .call(Method::PATCH, "stream", Some(&wish))
            .await
            .status,
        200
    );
    let stands = until(&scene, STREAM, |stream| {
        stream["failures"] == 1
            && !stream["last_error"]
                .as_str()
                .unwrap_or_default()
                .contains("redirect")
    })
    .await;
    assert_eq!(stands["status"], "enabled");
    assert!(host.paths().iter().all(|path| path == "/events"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_hangs_delays_nobody() {
    let (slow, quick) = (
        FakeHost::start("slow.example").await,
        FakeHost::start("quick.example").await,
    );
    slow.wait(Duration::from_secs(30));
    quick.answer(TAKEN.to_vec());
    let scene = with_hosts(&[&slow, &quick]).await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let photos = Receiver::new(
        &scene,
        ("acme", PRODUCTION),
        another(&scene.company, PRODUCTION).await,
    );
    let (hangs, goes) = (
        notes.begin_pushing(&slow).await,
        photos.begin_pushing(&quick).await,
    );
    test(&notes, &hangs).await;
    for _ in 0..100 {
        if !slow.paths().is_empty() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let asked = Instant::now();
    test(&photos, &goes).await;
    while quick.paths().is_empty() && asked.elapsed() < Duration::from_secs(5) {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(
        asked.elapsed() < Duration::from_secs(1),
        "{:?}",
        asked.elapsed()
    );
    let failed = until(
        &scene,
        "select to_jsonb(s)::text from issue.event_stream as s where s.endpoint like '%slow%'",
        |stream| stream["failures"] == 1,
    )
    .await;
    assert_eq!(failed["status"], "enabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_failures_in_a_row_turn_a_stream_off_until_somebody_turns_it_on() {
    let host = FakeHost::start("receiver.example").await;
    host.answer(b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n".to_vec());
    let scene = with_hosts(&[&host]).await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    let stream = notes.begin_pushing(&host).await;
    run(&scene, "update issue.event_stream set failures = 9").await;
    test(&notes, &stream).await;
    let off = until(&scene, STREAM, |stream| stream["status"] == "disabled").await;
    let why = off["status_reason"].as_str().unwrap();
    assert!(
        why.starts_with("ten deliveries failed one after another"),
        "{why}"
    );
    let client = scene.machine(PRODUCTION, "notes:read").await;
    scene.stop(&client.id, PRODUCTION, Stop::Suspend).await;
    let heard = row(&scene, "select count(*)::text from issue.security_event").await;
    assert_eq!(heard, 1, "what is off keeps nothing");
    host.answer(TAKEN.to_vec());
    let wish = json!({ "stream_id": stream, "status": "enabled" });
    assert_eq!(notes.post("status", &wish).await.status, 200);
    until(&scene, NEWEST, |event| event["state"] == "delivered").await;
    let on = row(&scene, STREAM).await;
    assert_eq!(
        (&on["failures"], &on["status"]),
        (&json!(0), &json!("enabled"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_overlooked_is_told_in_the_next_round() {
    let host = FakeHost::start("receiver.example").await;
    host.answer(TAKEN.to_vec());
    let scene = with_hosts(&[&host]).await;
    let notes = Receiver::notes(&scene, PRODUCTION).await;
    notes.begin_pushing(&host).await;
    // Nobody hears of this one: the notice is lost.
    run(&scene, "set session_replication_role = replica;
        insert into issue.security_event (tenant_id, environment, stream_id, kind, next_at)
        select tenant_id, environment, stream_id, 'verification', now() - interval '10 seconds' from issue.event_stream;
        set session_replication_role = origin").await;
    for _ in 0..450 {
        if row(&scene, NEWEST).await["state"] == "delivered" {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{}", row(&scene, NEWEST).await);
}
