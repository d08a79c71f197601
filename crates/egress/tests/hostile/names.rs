//! Where names lead: inside, nowhere, or elsewhere the next time.

use std::net::SocketAddr;
use std::time::Duration;

use narthex_egress::{
    FetchError, FetchKind, Guard, GuardConfig, Limits, NameServer, Special, TxtError,
};
use rstest::rstest;

use crate::{dns, url};

async fn resolving(zone: dns::Zone) -> (Guard, dns::Dns) {
    let dns = dns::Dns::start(zone).await;
    let name_server = Some(NameServer {
        name: "fake".to_owned(),
        address: dns.address,
    });
    let limits = Limits {
        connect: Duration::from_millis(300),
        ..Limits::default()
    };
    (
        Guard::new(GuardConfig {
            name_server,
            limits,
            ..GuardConfig::default()
        })
        .unwrap(),
        dns,
    )
}

#[rstest]
#[case::loopback(&["127.0.0.1"], "127.0.0.1", Special::Loopback)]
#[case::metadata(&["169.254.169.254"], "169.254.169.254", Special::Metadata)]
#[case::one_of_two(&["8.8.8.8", "10.0.0.1"], "10.0.0.1", Special::Private)]
#[case::one_of_both(&["8.8.8.8", "::1"], "::1", Special::Loopback)]
#[case::mapped(&["::ffff:127.0.0.1"], "::ffff:127.0.0.1", Special::Embedded)]
#[tokio::test]
async fn a_name_that_leads_inside_is_refused(
    #[case] addresses: &[&str],
    #[case] address: &str,
    #[case] special: Special,
) {
    let zone = dns::Zone::of("app.example.com", addresses, &[]);
    let (guard, _dns) = resolving(zone).await;
    let address = address.parse().unwrap();
    assert_eq!(
        guard
            .fetch(url("app.example.com"), FetchKind::Document)
            .await,
        Err(FetchError::Address { address, special })
    );
}

#[tokio::test]
async fn a_name_without_an_address_is_told_from_silence() {
    let (guard, _dns) = resolving(dns::Zone::of("app.example.com", &[], &[])).await;
    let error = guard
        .fetch(url("gone.example.com"), FetchKind::Document)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "no_address");
    let error = guard
        .fetch(url("app.example.com"), FetchKind::Document)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "no_address");

    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let name_server = Some(NameServer {
        name: "silent".to_owned(),
        address,
    });
    let limits = Limits {
        connect: Duration::from_millis(100),
        ..Limits::default()
    };
    let config = GuardConfig {
        name_server,
        limits,
        ..GuardConfig::default()
    };
    let guard = Guard::new(config).unwrap();
    let error = guard
        .fetch(url("app.example.com"), FetchKind::Document)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "dns");
    assert!(error.is_temporary());
}

#[tokio::test]
async fn each_resolver_answers_for_itself() {
    let name = "_narthex.app.example.com";
    let yes = dns::Dns::start(dns::Zone::of(name, &[], &["token=1", "other"])).await;
    let no = dns::Dns::start(dns::Zone::default()).await;
    let silent = tokio::net::UdpSocket::bind("127.0.0.1:0").await.unwrap();
    let server = |name: &str, address: SocketAddr| NameServer {
        name: name.to_owned(),
        address,
    };
    let config = GuardConfig {
        name_server: Some(server("yes", yes.address)),
        witnesses: vec![
            server("no", no.address),
            server("silent", silent.local_addr().unwrap()),
        ],
        limits: Limits {
            connect: Duration::from_millis(200),
            ..Limits::default()
        },
        ..GuardConfig::default()
    };
    let guard = Guard::new(config).unwrap();
    let answers = guard.txt(name).await;
    let told: Vec<_> = answers
        .iter()
        .map(|answer| (answer.resolver.as_str(), answer.records.clone()))
        .collect();
    assert_eq!(
        told,
        [
            ("yes", Ok(vec!["token=1".to_owned(), "other".to_owned()])),
            ("no", Ok(Vec::new())),
            ("silent", Err(TxtError::NoAnswer)),
        ]
    );
    guard.txt(name).await;
    assert_eq!(yes.questions(name), 2, "TXT answers are not kept");
    assert!(
        guard
            .txt("")
            .await
            .iter()
            .all(|answer| answer.records == Err(TxtError::Name))
    );
}

#[tokio::test]
async fn a_name_is_resolved_once_for_a_fetch() {
    // What it would lead to the next time is never asked: the connection goes to what was checked.
    let zone = dns::Zone::of("app.example.com", &["8.8.8.8"], &[]);
    let (guard, dns) = resolving(zone).await;
    let error = guard
        .fetch(url("app.example.com"), FetchKind::Document)
        .await
        .unwrap_err();
    assert!(
        matches!(error.code(), "connect" | "timeout" | "tls" | "status"),
        "{error}"
    );
    assert_eq!(dns.questions("app.example.com"), 2, "A and AAAA");
}
