//! Authorization requests, good and bad.
#![allow(clippy::unwrap_used, reason = "tests")]

use super::*;
use rstest::rstest;

const GOOD: &str = "response_type=code&code_challenge_method=S256\
    &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn read(query: &str) -> Result<AuthorizationRequest, Refusal> {
    let AuthorizationRequest {
        client_id,
        redirect_uri,
        ..
    } = sample();
    let params = Params::parse(query.as_bytes()).unwrap();
    AuthorizationRequest::read(&params, client_id, redirect_uri)
}

#[test]
fn a_request_survives_its_query_and_its_kept_form() {
    let request = sample();
    assert_eq!(read(&request.to_query()).unwrap(), request);
    let kept = serde_json::to_value(&request).unwrap();
    assert_eq!(
        serde_json::from_value::<AuthorizationRequest>(kept).unwrap(),
        request
    );
}

#[rstest]
#[case("", "invalid_request")]
#[case("&response_type=token", "invalid_request")]
#[case("&request=x", "request_not_supported")]
#[case("&request_uri=x", "request_uri_not_supported")]
#[case(
    "&request_uri=urn:ietf:params:oauth:request_uri:x",
    "invalid_request_uri"
)]
#[case("&registration=%7B%7D", "registration_not_supported")]
#[case("&response_mode=fragment", "invalid_request")]
#[case("&scope=a%20%20b", "invalid_scope")]
#[case("&resource=%23", "invalid_target")]
#[case(
    "&resource=https://a.example&resource=https://b.example",
    "invalid_target"
)]
#[case("&state=a&state=a", "invalid_request")]
#[case("&nonce=a%00b", "invalid_request")]
#[case("&dpop_jkt=short", "invalid_request")]
fn refuses(#[case] more: &str, #[case] code: &str) {
    let query = if more.is_empty() {
        String::new()
    } else {
        format!("{GOOD}{more}")
    };
    assert_eq!(read(&query).unwrap_err().code, code);
}

#[rstest]
#[case("response_type=token", "unsupported_response_type")]
#[case("response_type=code", "invalid_request")]
#[case(
    "response_type=code&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "invalid_request"
)]
#[case(
    "response_type=code&code_challenge_method=plain\
        &code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    "invalid_request"
)]
#[case(
    "response_type=code&code_challenge_method=S256&code_challenge=short",
    "invalid_request"
)]
fn needs_code_and_s256(#[case] query: &str, #[case] code: &str) {
    assert_eq!(read(query).unwrap_err().code, code);
}

#[rstest]
#[case("", Prompt::default())]
#[case("prompt=none", Prompt { none: true, ..Prompt::default() })]
#[case("prompt=login%20consent", Prompt { login: true, ..Prompt::default() })]
#[case("prompt=select_account", Prompt { login: true, ..Prompt::default() })]
#[case("prompt=consent", Prompt::default())]
#[case("max_age=0", Prompt { login: true, max_age: Some(0), ..Prompt::default() })]
#[case("max_age=60", Prompt { max_age: Some(60), ..Prompt::default() })]
fn prompts(#[case] query: &str, #[case] prompt: Prompt) {
    let params = Params::parse(query.as_bytes()).unwrap();
    assert_eq!(Prompt::read(&params).unwrap(), prompt);
}

#[rstest]
#[case("prompt=none%20login")]
#[case("max_age=soon")]
#[case("max_age=-1")]
fn bad_prompts(#[case] query: &str) {
    let params = Params::parse(query.as_bytes()).unwrap();
    assert_eq!(Prompt::read(&params).unwrap_err().code, "invalid_request");
}

#[test]
fn an_answer_has_state_and_issuer() {
    let answer = sample().answer("https://id.example/t/acme", &[("code", "nac_x")]);
    assert_eq!(
        answer,
        "http://127.0.0.1:4000/callback?a=b&code=nac_x&state=s+t%26\
         &iss=https%3A%2F%2Fid.example%2Ft%2Facme"
    );
}
