//! The table of redirect URIs: what is accepted, what is refused and why, what matches what.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::too_many_lines,
    reason = "tests, and tables are as long as they are"
)]

use proptest::prelude::*;
use rstest::rstest;

use super::{RedirectUri, RedirectUriError as E, RedirectUriKind as K};
use crate::host::HostError as H;
use crate::uri_text::UriError as U;

#[test]
fn accepts() {
    let table = [
        ("https://app.example.com/callback", K::Https),
        ("https://app.example.com", K::Https),
        ("https://app.example.com/", K::Https),
        ("https://app.example.com:8443/callback", K::Https),
        (
            "https://app.example.com/callback?client=7&x=a%2Fb",
            K::Https,
        ),
        ("https://app.example.com/callback?", K::Https),
        ("HTTPS://App.Example.com/Callback", K::Https),
        ("https://xn--bcher-kva.example/cb", K::Https),
        ("https://r3---sn-a.example/cb", K::Https),
        ("https://app.example.com/a%20b", K::Https),
        ("https://app.example.com/@me/cb", K::Https),
        ("https://app.example.com/a.b/c..d/...", K::Https),
        ("https://app.example.com//cb", K::Https),
        ("https://app.example.com/cb;v=1", K::Https),
        ("https://vscode.dev/redirect", K::Https),
        ("https://claude.ai/api/mcp/auth_callback", K::Https),
        ("https://localhost:8443/cb", K::Https),
        ("http://127.0.0.1/callback", K::Loopback),
        ("http://127.0.0.1:33418/", K::Loopback),
        ("http://127.0.0.1:33418", K::Loopback),
        ("http://[::1]:9000/callback", K::Loopback),
        ("http://[::1]/callback", K::Loopback),
        ("http://localhost/callback", K::Loopback),
        ("http://localhost:6274/oauth/callback", K::Loopback),
        ("http://LOCALHOST:6274/oauth/callback", K::Loopback),
        ("http://localhost:1/cb?a=b", K::Loopback),
        ("http://localhost:65535/cb", K::Loopback),
        ("com.example.app:/oauth2redirect", K::PrivateUse),
        ("com.example.app://oauth2redirect/x", K::PrivateUse),
        ("com.example.app:///cb", K::PrivateUse),
        ("COM.Example.App:/cb", K::PrivateUse),
        ("io.modelcontextprotocol.inspector:/cb?x=1", K::PrivateUse),
    ];
    for (text, kind) in table {
        let uri = RedirectUri::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"));
        assert_eq!((uri.kind(), uri.as_str()), (kind, text));
        assert_eq!(uri.is_loopback(), kind == K::Loopback, "{text}");
        assert!(uri.matches(text), "{text}");
    }
}

#[test]
fn refuses() {
    let long = format!("https://app.example.com/{}", "a".repeat(2048));
    let table = [
        ("", E::Uri(U::Empty)),
        (long.as_str(), E::Uri(U::TooLong)),
        // characters
        (
            "https://app.example.com\\@evil.example/",
            E::Uri(U::Backslash),
        ),
        ("https://app.example.com/a\\b", E::Uri(U::Backslash)),
        ("https://app.example.com/a b", E::Uri(U::Character)),
        (" https://app.example.com/", E::Uri(U::Character)),
        ("https://app.example.com/\t", E::Uri(U::Character)),
        ("https://app.example.com/\n", E::Uri(U::Character)),
        (
            "https://app.example.com/\r\nSet-Cookie:a",
            E::Uri(U::Character),
        ),
        ("https://app.exa\tmple.com/", E::Uri(U::Character)),
        ("https://app.example.com/\0", E::Uri(U::Character)),
        ("https://app.example.com/\u{7f}", E::Uri(U::Character)),
        ("https://app.example.com/<x>", E::Uri(U::Character)),
        ("https://app.example.com/\"x", E::Uri(U::Character)),
        ("https://app.example.com/{x}", E::Uri(U::Character)),
        ("https://app.example.com/|x", E::Uri(U::Character)),
        ("https://app.example.com/^x", E::Uri(U::Character)),
        ("https://app.example.com/`x", E::Uri(U::Character)),
        ("https://bücher.example/cb", E::Uri(U::Character)),
        ("https://app。example/cb", E::Uri(U::Character)),
        ("https://app.example.com/%", E::Uri(U::PercentEncoding)),
        ("https://app.example.com/%2", E::Uri(U::PercentEncoding)),
        ("https://app.example.com/%zz", E::Uri(U::PercentEncoding)),
        ("https://app.example.com/%00", E::Uri(U::EncodedControl)),
        ("https://app.example.com/%0d%0a", E::Uri(U::EncodedControl)),
        (
            "https://app.example.com/cb?x=%0A",
            E::Uri(U::EncodedControl),
        ),
        ("https://app.example.com/%7f", E::Uri(U::EncodedControl)),
        // parts
        ("https://app.example.com/#", E::Fragment),
        ("https://app.example.com/cb#token", E::Fragment),
        ("com.example.app:/cb#x", E::Fragment),
        ("https://user@app.example.com/", E::Uri(U::UserInfo)),
        ("https://user:pass@app.example.com/", E::Uri(U::UserInfo)),
        ("https://app.example.com@evil.example/", E::Uri(U::UserInfo)),
        ("https://@app.example.com/", E::Uri(U::UserInfo)),
        ("http://localhost@evil.example/", E::Uri(U::UserInfo)),
        ("http://127.0.0.1:80@evil.example/", E::Uri(U::UserInfo)),
        ("com.example.app://user@host/", E::Uri(U::UserInfo)),
        ("https://*.example.com/cb", E::Wildcard),
        ("https://app.example.com/*", E::Wildcard),
        ("https://app.example.com/cb?x=*", E::Wildcard),
        ("http://localhost:*/cb", E::Uri(U::Port)),
        ("https://app.example.com:/cb", E::Uri(U::Port)),
        ("https://app.example.com:0/cb", E::Uri(U::Port)),
        ("https://app.example.com:0443/cb", E::Uri(U::Port)),
        ("https://app.example.com:65536/cb", E::Uri(U::Port)),
        ("https://app.example.com:+443/cb", E::Uri(U::Port)),
        ("https://app.example.com:44:3/cb", E::Uri(U::Port)),
        // path tricks
        ("https://app.example.com/a/../cb", E::DotSegment),
        ("https://app.example.com/a/..", E::DotSegment),
        ("https://app.example.com/./cb", E::DotSegment),
        ("https://app.example.com/..;/cb", E::DotSegment),
        ("https://app.example.com/..;a=b/cb", E::DotSegment),
        ("http://localhost/cb/../other", E::DotSegment),
        ("com.example.app:/a/../b", E::DotSegment),
        ("https://app.example.com/%2e%2e/cb", E::EncodedSeparator),
        ("https://app.example.com/.%2E/cb", E::EncodedSeparator),
        ("https://app.example.com/a%2Fb", E::EncodedSeparator),
        ("https://app.example.com/a%2fb", E::EncodedSeparator),
        ("https://app.example.com/a%5Cb", E::EncodedSeparator),
        ("https://app.example.com/%252e%252e/cb", E::EncodedSeparator),
        ("https://app.example.com/a%252Fb", E::EncodedSeparator),
        // schemes
        ("app.example.com/cb", E::Uri(U::Scheme)),
        ("/cb", E::Uri(U::Scheme)),
        ("//app.example.com/cb", E::Uri(U::Scheme)),
        ("://app.example.com/cb", E::Uri(U::Scheme)),
        ("1com.example:/cb", E::Uri(U::Scheme)),
        ("javascript:alert(1)", E::Scheme),
        ("JaVaScRiPt:alert(1)", E::Scheme),
        ("javascript://app.example.com/%61lert", E::Scheme),
        ("data:text/html,x", E::Scheme),
        ("vbscript:x", E::Scheme),
        ("file:///etc/passwd", E::Scheme),
        ("ftp://app.example.com/cb", E::Scheme),
        ("ws://localhost/cb", E::Scheme),
        ("about:blank", E::Scheme),
        ("blob:https://app.example.com/x", E::Scheme),
        ("urn:ietf:wg:oauth:2.0:oob", E::Scheme),
        ("myapp://cb", E::Scheme),
        ("cursor://anysphere.cursor-mcp/oauth/callback", E::Scheme),
        ("com..example:/cb", E::Scheme),
        ("com.example.:/cb", E::Scheme),
        ("com.example.-app:/cb", E::Scheme),
        ("com.exam+ple:/cb", E::Scheme),
        ("com.example.app:cb", E::PrivatePath),
        ("com.example.app:", E::PrivatePath),
        // hosts
        ("https:///cb", E::Host(H::Empty)),
        ("https:/cb", E::Host(H::Empty)),
        ("https:app.example.com/cb", E::Host(H::Empty)),
        ("https:", E::Host(H::Empty)),
        ("http:///cb", E::Host(H::Empty)),
        ("https://app.example.com./cb", E::Host(H::RootDot)),
        ("https://app..example.com/cb", E::Host(H::Name)),
        ("https://-app.example.com/cb", E::Host(H::Name)),
        ("https://app_1.example.com/cb", E::Host(H::Name)),
        ("https://app%2eexample.com/cb", E::Host(H::Name)),
        ("https://xn--0.example/cb", E::Host(H::Name)),
        ("https://192.0.2.7/cb", E::Host(H::Address)),
        ("https://[2001:db8::7]/cb", E::Host(H::Address)),
        ("https://127.0.0.1/cb", E::Host(H::Address)),
        ("https://2130706433/cb", E::Host(H::Address)),
        ("https://0x7f000001/cb", E::Host(H::Address)),
        ("https://127.1/cb", E::Host(H::Address)),
        ("https://app.example.0/cb", E::Host(H::Address)),
        ("http://app.example.com/cb", E::HttpHost),
        ("http://127.0.0.2/cb", E::HttpHost),
        ("http://127.1/cb", E::HttpHost),
        ("http://0.0.0.0/cb", E::HttpHost),
        ("http://2130706433/cb", E::HttpHost),
        ("http://[::]/cb", E::HttpHost),
        ("http://[::ffff:127.0.0.1]/cb", E::HttpHost),
        ("http://[0:0:0:0:0:0:0:1]/cb", E::HttpHost),
        ("http://localhost.evil.example/cb", E::HttpHost),
        ("http://evil.localhost/cb", E::HttpHost),
        ("http://localhost./cb", E::HttpHost),
        ("http://127.0.0.1.nip.example/cb", E::HttpHost),
        ("HTTP://app.example.com/cb", E::HttpHost),
    ];
    for (text, why) in table {
        assert_eq!(
            RedirectUri::parse(text).map(|uri| uri.text),
            Err(why),
            "{text}"
        );
    }
}

#[rstest]
// exact strings
#[case("https://app.example.com/cb", "https://app.example.com/cb", true)]
#[case("https://app.example.com/cb", "https://app.example.com/cb/", false)]
#[case("https://app.example.com/cb", "https://app.example.com/CB", false)]
#[case("https://app.example.com/cb", "https://APP.example.com/cb", false)]
#[case("https://app.example.com/cb", "HTTPS://app.example.com/cb", false)]
#[case("https://app.example.com/cb", "https://app.example.com:443/cb", false)]
#[case(
    "https://app.example.com:8443/cb",
    "https://app.example.com:8444/cb",
    false
)]
#[case("https://app.example.com/cb", "https://app.example.com/cb?x=1", false)]
#[case("https://app.example.com/cb", "https://app.example.com/cb#x", false)]
#[case(
    "https://app.example.com/cb",
    "https://app.example.com.evil.example/cb",
    false
)]
#[case("https://app.example.com/cb", "https://app.example.com/%63b", false)]
#[case("https://app.example.com", "https://app.example.com/", false)]
#[case("https://localhost:8443/cb", "https://localhost:9443/cb", false)]
#[case("com.example.app:/cb", "com.example.app:/cb", true)]
#[case("com.example.app:/cb", "com.example.app:/cb2", false)]
#[case("com.example.app://h:1/cb", "com.example.app://h:2/cb", false)]
// loopback: any port
#[case("http://127.0.0.1/cb", "http://127.0.0.1:49152/cb", true)]
#[case("http://127.0.0.1:1/cb", "http://127.0.0.1:49152/cb", true)]
#[case("http://127.0.0.1:1/cb", "http://127.0.0.1/cb", true)]
#[case("http://[::1]:1/cb", "http://[::1]:2/cb", true)]
#[case("http://localhost:3000/cb", "http://localhost:4000/cb", true)]
#[case("http://localhost:3000", "http://localhost:4000", true)]
#[case("http://localhost/cb?x=1", "http://localhost:4000/cb?x=1", true)]
#[case("http://localhost:3000/cb", "http://localhost:4000/cb/", false)]
#[case("http://localhost:3000/cb", "http://localhost:4000/other", false)]
#[case("http://localhost:3000/cb", "http://localhost:4000/cb?x=1", false)]
#[case("http://localhost/cb?x=1", "http://localhost:4000/cb?x=2", false)]
#[case("http://localhost:3000/cb", "http://localhost:4000/cb#x", false)]
#[case("http://localhost:3000/cb", "http://127.0.0.1:3000/cb", false)]
#[case("http://127.0.0.1/cb", "http://[::1]/cb", false)]
#[case("http://localhost/cb", "https://localhost/cb", false)]
#[case("http://localhost/cb", "http://localhost:0/cb", false)]
#[case("http://localhost/cb", "http://localhost:99999/cb", false)]
#[case("http://localhost/cb", "http://localhost:80@evil.example/cb", false)]
#[case("http://localhost/cb", "http://localhost:80.evil.example/cb", false)]
#[case("http://localhost/cb", "http://localhost\\@evil.example/cb", false)]
#[case("http://localhost/cb", "http://localhost:1/x/../cb", false)]
#[case("http://localhost/cb", "", false)]
fn matching(#[case] registered: &str, #[case] presented: &str, #[case] expected: bool) {
    assert_eq!(
        RedirectUri::parse(registered).unwrap().matches(presented),
        expected
    );
}

#[rstest]
#[case("https://a.example/cb", "https://a.example/cb?code=x+y&state=%26%23")]
#[case("https://a.example/cb?", "https://a.example/cb?code=x+y&state=%26%23")]
#[case(
    "https://a.example/cb?k=%2Fv",
    "https://a.example/cb?k=%2Fv&code=x+y&state=%26%23"
)]
#[case(
    "https://a.example/cb?k&",
    "https://a.example/cb?k&code=x+y&state=%26%23"
)]
#[case("https://a.example", "https://a.example?code=x+y&state=%26%23")]
#[case("com.example.app:/cb", "com.example.app:/cb?code=x+y&state=%26%23")]
fn a_response_is_appended(#[case] registered: &str, #[case] target: &str) {
    let uri = RedirectUri::parse(registered).unwrap();
    assert_eq!(
        uri.with_response(&[("code", "x y"), ("state", "&#")]),
        target
    );
    assert_eq!(uri.with_response(&[]), registered);
}

#[test]
fn a_loopback_response_goes_to_the_presented_port() {
    let uri = RedirectUri::parse("http://localhost/cb").unwrap();
    let target = uri.matched("http://localhost:5173/cb").unwrap();
    assert_eq!(
        target.with_response(&[("code", "1")]),
        "http://localhost:5173/cb?code=1"
    );
    assert_eq!(target.portless(), "http://localhost/cb");
}

#[test]
fn hosts() {
    let host = |text| {
        RedirectUri::parse(text)
            .unwrap()
            .host()
            .map(|host| host.to_string())
    };
    assert_eq!(
        host("https://App.Example.com:8443/cb").as_deref(),
        Some("app.example.com")
    );
    assert_eq!(host("http://[::1]:1/cb").as_deref(), Some("[::1]"));
    assert_eq!(host("com.example.app://h/cb"), None);
}

/// Texts near the grammar, so that many of them parse.
fn near() -> impl Strategy<Value = String> {
    let start = prop_oneof![
        Just("https://"),
        Just("http://localhost"),
        Just("http://127.0.0.1:"),
        Just("http://[::1]"),
        Just("com.example.app:/"),
        Just("https://a.example"),
    ];
    (start, "[a-z0-9./:?#%@;&=*\\\\-]{0,24}").prop_map(|(start, rest)| format!("{start}{rest}"))
}

proptest! {
    #[test]
    fn no_text_panics(text in any::<String>(), presented in any::<String>()) {
        if let Ok(uri) = RedirectUri::parse(&text) {
            prop_assert!(uri.matches(&text));
            uri.matches(&presented);
        }
    }

    #[test]
    fn what_parses_matches_itself_and_round_trips(text in near()) {
        if let Ok(uri) = RedirectUri::parse(&text) {
            prop_assert!(uri.matches(&text));
            prop_assert_eq!(uri.host().is_none(), uri.kind() == K::PrivateUse);
            let json = serde_json::to_string(&uri).unwrap();
            prop_assert_eq!(serde_json::from_str::<RedirectUri>(&json).unwrap(), uri);
        }
    }

    #[test]
    fn what_matches_is_equal_but_for_a_loopback_port(registered in near(), presented in near()) {
        if let Ok(uri) = RedirectUri::parse(&registered)
            && let Some(target) = uri.matched(&presented)
        {
            prop_assert_eq!(target.as_str(), presented.as_str());
            prop_assert!(registered == presented || (uri.is_loopback() && target.is_loopback()));
            prop_assert_eq!(target.portless(), uri.portless());
        }
    }

    #[test]
    fn a_browser_agrees_about_the_host(text in near()) {
        if let Ok(uri) = RedirectUri::parse(&text)
            && let Some(host) = uri.host()
        {
            let read = url::Url::parse(&text).unwrap();
            let host = host.to_string();
            prop_assert_eq!(read.host_str(), Some(host.as_str()));
            prop_assert!(read.username().is_empty() && read.fragment().is_none());
        }
    }

    #[test]
    fn a_response_keeps_the_uri_and_adds_what_was_given(text in near(), value in any::<String>()) {
        if let Ok(uri) = RedirectUri::parse(&text) {
            let target = uri.with_response(&[("state", &value)]);
            prop_assert!(target.starts_with(&text));
            let read = url::Url::parse(&target).unwrap();
            let last = read.query_pairs().last().map(|(k, v)| (k.into_owned(), v.into_owned()));
            prop_assert_eq!(last, Some(("state".to_owned(), value)));
        }
    }
}
