//! The literal forms and names that strangers try. It never resolves anything.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use rstest::rstest;

use super::*;
use crate::config::TestHost;

fn of(url: &str, config: &GuardConfig) -> Result<Target, FetchError> {
    Target::of(&Url::parse(url).unwrap(), config)
}

#[rstest]
#[case::dotted("https://127.0.0.1/")]
#[case::decimal("https://2130706433/")]
#[case::hex("https://0x7f000001/")]
#[case::hex_dotted("https://0x7f.0x0.0x0.0x1/")]
#[case::octal("https://0177.0.0.1/")]
#[case::octal_long("https://017700000001/")]
#[case::short("https://127.1/")]
#[case::short_three("https://127.0.1/")]
#[case::zero("https://0/")]
#[case::root_dot("https://127.0.0.1./")]
#[case::percent("https://%31%32%37.0.0.1/")]
#[case::full_width("https://１２７.０.０.１/")]
#[case::full_width_dot("https://127。0。0。1/")]
#[case::circled("https://①②⑦.0.0.1/")]
#[case::metadata("https://169.254.169.254/latest/meta-data/")]
#[case::metadata_decimal("https://2852039166/")]
#[case::metadata_hex("https://0xa9fea9fe/")]
#[case::private("https://10.1.2.3/")]
#[case::six("https://[::1]/")]
#[case::six_long("https://[0:0:0:0:0:0:0:1]/")]
#[case::six_any("https://[::]/")]
#[case::mapped("https://[::ffff:127.0.0.1]/")]
#[case::mapped_hex("https://[::ffff:7f00:1]/")]
#[case::compatible("https://[::127.0.0.1]/")]
#[case::nat64("https://[64:ff9b::a9fe:a9fe]/")]
#[case::six_to_four("https://[2002:7f00:1::]/")]
#[case::teredo("https://[2001::1]/")]
#[case::unique_local("https://[fd00:ec2::254]/")]
#[case::link_local("https://[fe80::1]/")]
fn literal_addresses_inside_are_refused(#[case] url: &str) {
    let refused = of(url, &GuardConfig::default());
    assert!(
        matches!(refused, Err(FetchError::Address { .. })),
        "{refused:?}"
    );
}

#[rstest]
#[case("http://app.example/", "scheme")]
#[case("ftp://app.example/", "scheme")]
#[case("file:///etc/passwd", "scheme")]
#[case("gopher://app.example/", "scheme")]
#[case("data:application/json,{}", "scheme")]
#[case("https://user@app.example/", "credentials")]
#[case("https://user:word@app.example/", "credentials")]
#[case("https://:word@app.example/", "credentials")]
#[case("https://app.example:80/", "port")]
#[case("https://app.example:8443/", "port")]
#[case("https://app.example:22/", "port")]
#[case("https://8.8.8.8:53/", "port")]
#[case("https://app.example./", "host")]
#[case("https://a_b.example/", "host")]
#[case("https://localhost/", "local_name")]
#[case("https://LOCALHOST/", "local_name")]
#[case("https://app.localhost/", "local_name")]
#[case("https://intranet/", "local_name")]
#[case("https://printer.local/", "local_name")]
#[case("https://metadata.google.internal/", "local_name")]
#[case("https://1.0.0.127.in-addr.arpa/", "local_name")]
#[case("https://db.corp/", "local_name")]
#[case("https://abc.onion/", "local_name")]
fn what_a_url_shows_is_refused_before_the_network(#[case] url: &str, #[case] code: &str) {
    let Err(error) = of(url, &GuardConfig::default()) else {
        panic!("{url} was accepted");
    };
    assert_eq!(error.code(), code, "{error}");
}

#[test]
fn public_names_and_addresses_pass() {
    let config = GuardConfig::default();
    let named = of("https://App.Example/client.json?x=1", &config).unwrap();
    assert_eq!(
        named.way,
        Way::Resolve(HostName::parse("app.example").unwrap())
    );
    let literal = of("https://8.8.8.8/", &config).unwrap();
    assert_eq!(literal.way, Way::Direct([8, 8, 8, 8].into()));
    let other_port = GuardConfig {
        allow_8443: true,
        ..config
    };
    assert!(of("https://app.example:8443/", &other_port).is_ok());
    assert!(of("https://app.example:9443/", &other_port).is_err());
}

#[test]
fn a_test_host_opens_its_own_name_only() {
    let address = SocketAddr::from(([127, 0, 0, 1], 9443));
    let host = HostName::parse("client.test").unwrap();
    let test_hosts = vec![TestHost { host, address }];
    let config = GuardConfig {
        test_hosts,
        ..GuardConfig::default()
    };
    assert_eq!(
        of("https://client.test/", &config).unwrap().way,
        Way::Test(address)
    );
    assert_eq!(
        of("https://client.test:9443/", &config).unwrap().way,
        Way::Test(address)
    );
    let refused = |url: &str| of(url, &config).unwrap_err().code();
    assert_eq!(refused("https://client.test:9444/"), "port");
    assert_eq!(refused("http://client.test:9443/"), "scheme");
    assert_eq!(refused("https://other.client.test/"), "local_name");
    assert_eq!(refused("https://127.0.0.1:9443/"), "address");
    assert_eq!(refused("https://localhost:9443/"), "local_name");
}
