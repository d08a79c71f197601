//! The seeds of the fuzz targets (`tests/fuzz/seeds`, one directory a target) through the same claims, at every test run. An
//! input that once broke a claim is kept there.

use std::fs;
use std::path::Path;

use crate::claims;

fn every_seed(target: &str, claim: fn(&[u8])) {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fuzz/seeds")
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
fn redirect_uris() {
    every_seed("redirect_uri", claims::redirect_uri);
}

#[test]
fn metadata() {
    every_seed("metadata", claims::metadata);
}

#[test]
fn client_documents() {
    every_seed("client_document", claims::client_document);
}

#[test]
fn software_statements() {
    every_seed("software_statement", claims::software_statement);
}

#[test]
fn names() {
    every_seed("client_name", claims::client_name);
}

#[test]
fn pictures() {
    every_seed("picture", claims::picture);
}
