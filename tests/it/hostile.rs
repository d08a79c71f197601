//! The seeds of the fuzz targets of the token endpoint, through the same claims at every test run.

use std::fs;
use std::path::Path;

#[path = "../fuzz/claims/token.rs"]
mod claims;

fn every_seed(target: &str, claim: fn(&[u8])) {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fuzz/seeds")
        .join(target);
    let files: Vec<_> = fs::read_dir(&seeds)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    assert!(files.len() >= 8, "{} has too few seeds", seeds.display());
    for file in files {
        let data = fs::read(&file).unwrap();
        let held = std::panic::catch_unwind(|| claim(&data));
        assert!(held.is_ok(), "{} breaks a claim", file.display());
    }
}

#[test]
fn token_requests() {
    every_seed("token_request", claims::token_request);
}

#[test]
fn dpop_proofs() {
    every_seed("dpop_proof", claims::dpop_proof);
}

#[test]
fn client_assertions() {
    every_seed("client_assertion", claims::client_assertion);
}

/// The good ones among the seeds are good: else the claims would hold nothing.
#[test]
fn the_good_seeds_are_read() {
    let seed = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("fuzz/seeds")
            .join(name);
        fs::read_to_string(path).unwrap()
    };
    let (method, address) = ("POST", "https://token.example/t/acme/production/token");
    let now = chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap();
    let expected = narthex_http::dpop::Expected {
        method,
        address,
        token: None,
    };
    for name in ["es256", "eddsa", "rs256"] {
        let text = seed(&format!("dpop_proof/{name}"));
        narthex_http::dpop::verify(&text, &expected, now).unwrap();
    }
    let good = seed("token_request/code");
    narthex_token::hostile::token_request(good.as_bytes()).unwrap();
    let key: serde_json::Value =
        serde_json::from_str(include_str!("../fuzz/claims/key.json")).unwrap();
    let base = url::Url::parse("https://id.example").unwrap();
    let slug = narthex_vocab::TenantSlug::parse("acme").unwrap();
    let issuer = narthex_vocab::Issuer::new(&base, &slug, narthex_vocab::Environment::Production);
    let client = narthex_vocab::ClientId::parse("np_abcdefghijklmnopqrstuvwx27").unwrap();
    let key = narthex_vocab::PublicKey::parse(&key).unwrap();
    let text = seed("client_assertion/good");
    narthex_token::hostile::client_assertion(&text, (client, key), &issuer, now).unwrap();
}
