//! Every way out is told once, in the log and in a count, and nothing secret with it.

use std::io;
use std::sync::{Mutex, Once};

use metrics_exporter_prometheus::PrometheusBuilder;
use narthex_egress::{NameServer, TxtError};
use tracing_subscriber::fmt::MakeWriter;

use super::*;
use crate::dns::{Dns, Zone};

/// Names of these tests alone: the log is that of the process.
const TOLD: &str = "told.example.com";
const INSIDE: &str = "169.254.77.77";

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Lines;

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

/// The lines with one of these words that this logs, and what it counts.
fn told<F: Future<Output = ()>>(words: &[&str], work: F) -> (Vec<String>, String) {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_env_filter("info")
            .with_writer(Lines)
            .init();
    });
    let recorder = PrometheusBuilder::new().build_recorder();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    metrics::with_local_recorder(&recorder, || runtime.block_on(work));
    let all = String::from_utf8(LINES.lock().unwrap().clone()).unwrap();
    let ours = |line: &&str| words.iter().any(|word| line.contains(word));
    let lines = all.lines().filter(ours).map(str::to_owned).collect();
    (lines, recorder.handle().render())
}

fn counted(rendered: &str, kind: &str, outcome: &str) -> bool {
    let line = format!("narthex_egress_fetches_total{{kind=\"{kind}\",outcome=\"{outcome}\"}} 1");
    rendered.lines().any(|one| one == line)
}

#[test]
fn s11_a_fetch_is_one_line_and_one_count() {
    let (fetches, rendered) = told(&[TOLD, INSIDE], async {
        let server = Server::start(TOLD, json("{\"password\":\"hunter2\"}")).await;
        let mut config = config(&server);
        config.test_hosts[0].host = HostName::parse(TOLD).unwrap();
        let guard = Guard::new(config).unwrap();
        guard.fetch(url(TOLD), FetchKind::Document).await.unwrap();
        guard.fetch(url(TOLD), FetchKind::WellKnown).await.unwrap();
        let inside = Url::parse(&format!("https://{INSIDE}/latest?secret=1")).unwrap();
        guard.fetch(inside, FetchKind::KeySet).await.unwrap_err();
    });
    assert_eq!(fetches.len(), 3, "{fetches:?}");
    for part in [
        "host=\"told.example.com\"",
        "kind=\"document\"",
        "outcome=\"fetched\"",
        "bytes=22",
        "ms=",
    ] {
        assert!(fetches[0].contains(part), "{part}: {}", fetches[0]);
    }
    assert!(
        fetches[2].contains("outcome=\"address\"") && fetches[2].contains("bytes=0"),
        "{}",
        fetches[2]
    );
    for secret in ["secret", "client.json", "hunter2", "latest", "?"] {
        assert!(
            !fetches.concat().contains(secret) && !rendered.contains(secret),
            "{secret}"
        );
    }
    assert!(counted(&rendered, "document", "fetched"), "{rendered}");
    assert!(counted(&rendered, "well_known", "fetched"), "{rendered}");
    assert!(counted(&rendered, "key_set", "address"), "{rendered}");
    assert!(
        !rendered.contains("example") && !rendered.contains("169.254"),
        "no host is a label"
    );
}

#[test]
fn s11_a_question_to_resolvers_is_told_the_same_way() {
    let (lines, rendered) = told(&["_narthex.told"], async {
        let name = "_narthex.told.example.com";
        let dns = Dns::start(Zone::of(name, &[], &["narthex=1"])).await;
        let server = |label: &str, address| NameServer {
            name: label.to_owned(),
            address,
        };
        // Nobody listens at the second: a port that was just let go.
        let gone = std::net::UdpSocket::bind(("127.0.0.1", 0)).unwrap();
        let gone = gone.local_addr().unwrap();
        let guard = Guard::new(GuardConfig {
            name_server: Some(server("system", dns.address)),
            witnesses: vec![server("other", gone)],
            limits: Limits {
                connect: Duration::from_millis(300),
                ..Limits::default()
            },
            ..GuardConfig::default()
        });
        let answers = guard.unwrap().txt(name).await;
        assert!(answers[0].records.is_ok(), "{answers:?}");
        assert_eq!(answers[1].records, Err(TxtError::NoAnswer));
    });
    assert!(counted(&rendered, "txt", "some_answered"), "{rendered}");
    let [line] = lines.as_slice() else {
        panic!("{lines:?}");
    };
    for part in ["outcome=\"some_answered\"", "asked=2", "answered=1", "ms="] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!line.contains("narthex=1"), "never what was answered");
}
