//! What a request may bring to authenticate with.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use actix_web::test::TestRequest;
use rstest::rstest;

fn read(header: Option<&str>, form: &str) -> Result<Presented, TokenError> {
    let mut request = TestRequest::default();
    if let Some(pair) = header {
        let line = format!("Basic {}", STANDARD.encode(pair));
        request = request.insert_header((AUTHORIZATION, line));
    }
    Presented::read(
        &request.to_http_request(),
        &Params::parse(form.as_bytes()).unwrap(),
    )
}

#[rstest]
#[case(None, "client_id=np_a", AuthMethod::None)]
#[case(None, "client_id=np_a&client_secret=x", AuthMethod::ClientSecretPost)]
#[case(None, "client_id=np_a&client_secret=", AuthMethod::ClientSecretPost)]
#[case(Some("np_a:x"), "", AuthMethod::ClientSecretBasic)]
#[case(Some("np_a:"), "client_id=np_a", AuthMethod::ClientSecretBasic)]
#[case(Some("np%5Fa:x"), "client_id=np_a", AuthMethod::ClientSecretBasic)]
#[case(None, &signed("jwt-bearer"), AuthMethod::PrivateKeyJwt)]
#[case(None, &signed("jwt-bearer"), AuthMethod::WorkloadJwt)]
#[case(None, &signed("jwt-spiffe"), AuthMethod::SpiffeJwt)]
#[case(None, &granted(""), AuthMethod::WorkloadJwt)]
#[case(None, &granted(""), AuthMethod::SpiffeJwt)]
fn one_way(#[case] header: Option<&str>, #[case] form: &str, #[case] method: AuthMethod) {
    let presented = read(header, form).unwrap();
    let fits = |one: &&AuthMethod| presented.proof.fits(**one);
    let fitting: Vec<_> = AuthMethod::ALL.iter().filter(fits).collect();
    assert!(fitting.contains(&&method));
    assert!(
        fitting
            .iter()
            .all(|one| one.needs_secret() == method.needs_secret())
    );
    assert!(
        fitting
            .iter()
            .all(|one| one.is_public() == method.is_public())
    );
    assert_eq!(presented.client.unwrap().as_str(), "np_a");
}

fn signed(kind: &str) -> String {
    let kind = format!("urn:ietf:params:oauth:client-assertion-type:{kind}");
    format!("client_id=np_a&client_assertion=a.b.c&client_assertion_type={kind}")
}

fn granted(more: &str) -> String {
    let grant = GrantType::JwtBearer.as_str();
    format!("client_id=np_a&grant_type={grant}&assertion=a.b.c{more}")
}

#[rstest]
#[case(Some("np_a:x"), "client_secret=x")]
#[case(Some("np_a:x"), "client_secret=")]
#[case(Some("np_a:x"), "client_id=np_b")]
#[case(None, "client_id=np_a&client_secret=x&client_secret=x")]
#[case(None, "client_id=np_a&client_id=np_a")]
#[case(None, "client_id=np_a&client_assertion=x")]
#[case(None, "client_id=np_a&client_assertion=x&client_assertion_type=other")]
#[case(None, "client_id=np_a&client_assertion_type=other")]
#[case(None, &granted("&client_secret=x"))]
#[case(Some("np_a:x"), &granted(""))]
#[case(None, &granted("&client_assertion=a.b.c&client_assertion_type=x"))]
#[case(None, &granted("&assertion=a.b.c"))]
fn two_ways_are_none(#[case] header: Option<&str>, #[case] form: &str) {
    assert!(matches!(read(header, form), Err(TokenError::Request(_))));
}

#[rstest]
#[case("Bearer x")]
#[case("Basic")]
#[case("Basic !!!")]
#[case("Basic bm8tY29sb24=")]
fn a_malformed_header_is_a_failed_attempt(#[case] line: &str) {
    let request = TestRequest::default()
        .insert_header((AUTHORIZATION, line))
        .to_http_request();
    let form = Params::parse(b"client_id=np_a").unwrap();
    let Err(error) = Presented::read(&request, &form) else {
        panic!("accepted {line}");
    };
    assert!(matches!(error, TokenError::Client { basic: true, .. }));
}
