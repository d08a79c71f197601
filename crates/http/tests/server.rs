//! Real sockets: listeners side by side, a taken port, a graceful end, slow and oversized senders.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "tests"
)]

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use narthex_http::ambient::Ambient;
use narthex_http::server::{BindError, Serving, run};
use narthex_http::{
    Front, Limits, Listener, PublicOrigin, Routes, StrictForm, Surface, TrustedProxies,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;

fn listener(name: &'static str, address: &str) -> Listener {
    Listener {
        name,
        address: address.parse().unwrap(),
        setting: "listen.test",
    }
}

fn front(name: &'static str) -> Front {
    Front {
        name,
        origin: PublicOrigin::parse("http://127.0.0.1:1").unwrap(),
        docs: "https://id.example/docs".to_owned(),
        surface: Surface::OAuthJson,
        proxies: TrustedProxies::none(),
        session: None,
        ambient: Ambient {
            fill_random: |bytes| bytes.fill(7),
            instant: Instant::now,
        },
    }
}

fn limits() -> Limits {
    Limits {
        workers: 1,
        head: Duration::from_millis(300),
        ..Limits::default()
    }
}

fn serve(listener: Listener) -> (SocketAddr, Serving) {
    let bound = listener.bind().unwrap();
    let address = bound.address();
    let name = listener.name;
    let serving = bound.serve(front(name), limits(), move |config| {
        Routes::new()
            .get("/name", (), "name", move || async move { name })
            .get("/slow", (), "slow", async || {
                tokio::time::sleep(Duration::from_millis(500)).await;
                "done"
            })
            .post("/form", (), "form", async |_: StrictForm| "ok")
            .configure(config);
    });
    (address, serving.unwrap())
}

struct Running {
    stop: oneshot::Sender<()>,
    end: JoinHandle<()>,
}

impl Running {
    fn start(servers: Vec<Serving>) -> Self {
        let (stop, stopped) = oneshot::channel();
        let end = tokio::spawn(async move {
            run(servers, async { stopped.await.unwrap() })
                .await
                .unwrap();
        });
        Self { stop, end }
    }

    async fn stop(self) {
        self.stop.send(()).unwrap();
        timeout(Duration::from_secs(5), self.end)
            .await
            .unwrap()
            .unwrap();
    }
}

async fn raw(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let read = timeout(Duration::from_secs(5), stream.read_to_end(&mut answer))
        .await
        .unwrap();
    // A peer that closes with our bytes unread resets the connection; what came before counts.
    drop(read);
    String::from_utf8(answer).unwrap()
}

fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn listeners_answer_side_by_side_and_end_together() {
    let (one, first) = serve(listener("portal", "127.0.0.1:0"));
    let (two, second) = serve(listener("staff", "127.0.0.1:0"));
    let running = Running::start(vec![first, second]);
    assert!(raw(one, &get("/name")).await.ends_with("portal"));
    assert!(raw(two, &get("/name")).await.ends_with("staff"));
    running.stop().await;
    assert!(TcpStream::connect(one).await.is_err() && TcpStream::connect(two).await.is_err());

    // The port is free again at once, though connections to it have just been closed.
    let (_, again) = serve(Listener {
        address: one,
        ..listener("portal", "127.0.0.1:0")
    });
    let running = Running::start(vec![again]);
    assert!(raw(one, &get("/name")).await.ends_with("portal"));
    running.stop().await;
}

#[tokio::test]
async fn a_taken_port_names_itself_and_its_setting() {
    let first = listener("portal", "127.0.0.1:0").bind().unwrap();
    let taken = Listener {
        address: first.address(),
        ..listener("staff", "127.0.0.1:0")
    };
    let error = taken.bind().unwrap_err();
    assert!(matches!(error, BindError::InUse { .. }));
    let words = error.to_string();
    assert!(words.contains(&first.address().to_string()) && words.contains("listen.test"));

    let elsewhere = listener("staff", "192.0.2.1:0").bind().unwrap_err();
    assert!(
        matches!(elsewhere, BindError::NotLocal { .. }),
        "{elsewhere}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_request_ends_before_the_server_does() {
    let (address, serving) = serve(listener("token", "127.0.0.1:0"));
    let running = Running::start(vec![serving]);
    let slow = tokio::spawn(async move { raw(address, &get("/slow")).await });
    tokio::time::sleep(Duration::from_millis(150)).await;
    running.stop().await;
    assert!(slow.await.unwrap().ends_with("done"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_that_does_not_arrive_is_cut_off() {
    let (address, serving) = serve(listener("discovery", "127.0.0.1:0"));
    let running = Running::start(vec![serving]);
    let begun = Instant::now();
    let answer = raw(address, "GET /name HTTP/1.1\r\nHost: x\r\nX-Slow: ").await;
    assert!(
        answer.is_empty() || answer.starts_with("HTTP/1.1 408"),
        "{answer}"
    );
    assert!(begun.elapsed() < Duration::from_secs(4));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_announced_its_size_is_cut_at_64_kib() {
    let (address, serving) = serve(listener("token", "127.0.0.1:0"));
    let running = Running::start(vec![serving]);
    let head = "POST /form HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\
                Content-Type: application/x-www-form-urlencoded\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    let chunks = format!("4000\r\n{}\r\n", "a".repeat(0x4000)).repeat(5);
    let answer = raw(address, &format!("{head}{chunks}0\r\n\r\n")).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn head_has_the_headers_and_no_body() {
    let (address, serving) = serve(listener("discovery", "127.0.0.1:0"));
    let running = Running::start(vec![serving]);
    let answer = raw(address, &get("/name").replace("GET", "HEAD")).await;
    assert!(
        answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\n"),
        "{answer}"
    );
    assert!(answer.contains("x-request-id: req-"), "{answer}");
    running.stop().await;
}
