//! The steps that look at nothing stored: the target, and names that come twice.
#![allow(clippy::unwrap_used, reason = "tests")]
use super::*;
use rstest::rstest;
use serde_json::json;

fn metadata(redirects: &[&str]) -> ClientMetadata {
    let sent = json!({ "redirect_uris": redirects, "token_endpoint_auth_method": "none" });
    ClientMetadata::parse(sent.as_object().unwrap()).unwrap()
}

#[rstest]
#[case(&["https://a.example/cb"], "", Some("https://a.example/cb"))]
#[case(&["https://a.example/cb"], "redirect_uri=https://a.example/cb", Some("https://a.example/cb"))]
#[case(&["https://a.example/cb"], "redirect_uri=https://a.example/cb/", None)]
#[case(&["https://a.example/cb"], "redirect_uri=https://evil.example/cb", None)]
#[case(&["https://a.example/cb", "https://a.example/2"], "", None)]
#[case(&["http://127.0.0.1/cb"], "redirect_uri=http://127.0.0.1:4000/cb", Some("http://127.0.0.1:4000/cb"))]
#[case(&["http://127.0.0.1/cb"], "", None)]
fn the_target(#[case] own: &[&str], #[case] query: &str, #[case] expected: Option<&str>) {
    let params = Params::parse(query.as_bytes()).unwrap();
    let found = target(&metadata(own), &params).ok();
    assert_eq!(found.as_ref().map(RedirectUri::as_str), expected);
}

#[test]
fn a_repeated_name_or_address_leads_nowhere() {
    let twice = Params::parse(b"client_id=a&client_id=b").unwrap();
    assert!(matches!(identify(&twice), Err(PageError::Params(_))));
    let query = b"redirect_uri=https://a.example/cb&redirect_uri=https://a.example/cb";
    let twice = Params::parse(query).unwrap();
    let own = metadata(&["https://a.example/cb"]);
    assert!(matches!(target(&own, &twice), Err(PageError::Params(_))));
}
