//! What no input at the token endpoint may break: shared by the fuzz targets and by the seeds at every test run.

use narthex_http::dpop::{self, Expected};
use narthex_token::hostile;
use narthex_vocab::{ClientId, Environment, Issuer, PublicKey, TenantSlug, Timestamp};
use serde_json::Value;

/// The method and the address that proofs among the seeds are for.
const HERE: (&str, &str) = ("POST", "https://token.example/t/acme/production/token");
/// Whose key the assertions among the seeds are signed with.
const CLIENT: &str = "np_abcdefghijklmnopqrstuvwx27";
/// The public half of the key that signed the good assertion; nobody has the other.
const KEY: &str = include_str!("key.json");

/// A body of the token endpoint: it is read, or refused with a registered code; reading it twice is the same.
pub(crate) fn token_request(data: &[u8]) {
    let read = hostile::token_request(data);
    assert_eq!(read, hostile::token_request(data));
    if let Err(code) = read {
        let registered = [
            "invalid_request",
            "invalid_grant",
            "invalid_scope",
            "invalid_target",
            "unsupported_grant_type",
            "invalid_client",
        ];
        assert!(registered.contains(&code), "{code}");
    }
}

/// The time that a token says it is of, so that what is read is not refused for its age alone.
fn said(text: &str, member: &str) -> Timestamp {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let claims = text.split('.').nth(1).unwrap_or_default();
    let claims = URL_SAFE_NO_PAD.decode(claims).unwrap_or_default();
    let claims: Value = serde_json::from_slice(&claims).unwrap_or_default();
    let seconds = claims[member].as_i64().unwrap_or_default();
    Timestamp::from_timestamp(seconds, 0).unwrap_or_default()
}

/// A proof of possession: what holds is signed by an asymmetric key of its own, for one method, address, token and time.
pub(crate) fn dpop_proof(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (method, address) = HERE;
    let now = said(text, "iat");
    let at = |method, address, token| Expected {
        method,
        address,
        token,
    };
    let Ok(proof) = dpop::verify(text, &at(method, address, None), now) else {
        return;
    };
    assert_eq!(proof.jkt.as_str().len(), 43);
    assert_eq!(text.matches('.').count(), 2);
    assert!(text.len() <= 8 * 1_024);
    let header = jsonwebtoken_header(text);
    assert_eq!(header["typ"], "dpop+jwt");
    assert!(
        ["ES256", "EdDSA", "RS256", "PS256"].contains(&header["alg"].as_str().unwrap_or_default())
    );
    assert!(header["jwk"].get("d").is_none(), "a private key");
    for other in [
        at("GET", address, None),
        at(method, "https://token.example/t/acme/sandbox/token", None),
    ] {
        assert!(dpop::verify(text, &other, now).is_err());
    }
    let later = now + chrono::Duration::minutes(2);
    assert!(dpop::verify(text, &at(method, address, None), later).is_err());
    let token = at(method, address, Some("another token"));
    assert!(dpop::verify(text, &token, now).is_err());
    let cut = &text[..text.len() - 1];
    assert!(dpop::verify(cut, &at(method, address, None), now).is_err());
}

fn jsonwebtoken_header(text: &str) -> Value {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let header = text.split('.').next().unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(header).unwrap_or_default();
    serde_json::from_slice(&bytes).unwrap_or_default()
}

/// A client assertion: what holds is signed by the client's key, is for this issuer alone, and for no other client and time.
pub(crate) fn client_assertion(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let key: Value = serde_json::from_str(KEY).expect("the key of the seeds");
    let key = || PublicKey::parse(&key).expect("a public key");
    let client = |id: &str| ClientId::parse(id).expect("an identifier");
    let base = url::Url::parse("https://id.example").expect("an address");
    let slug = TenantSlug::parse("acme").expect("a slug");
    let issuer = |environment| Issuer::new(&base, &slug, environment);
    let own = issuer(Environment::Production);
    let now = said(text, "iat");
    let holds = |id: &str, issuer: &Issuer, now| {
        hostile::client_assertion(text, (client(id), key()), issuer, now)
    };
    if holds(CLIENT, &own, now).is_err() {
        return;
    }
    assert_eq!(jsonwebtoken_header(text)["alg"], "ES256", "the key's own");
    assert!(holds("np_bbcdefghijklmnopqrstuvwx27", &own, now).is_err());
    assert!(holds(CLIENT, &issuer(Environment::Sandbox), now).is_err());
    let later = now + chrono::Duration::minutes(20);
    assert!(holds(CLIENT, &own, later).is_err());
}
