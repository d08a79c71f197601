//! Broken bodies and queries at every endpoint that reads one: the cross product of endpoints and faults, with one
//! expected answer each.

use std::collections::BTreeMap;

use narthex_tests::{Browser, Rows};
use narthex_vocab::{Environment, RegistrationMode};
use reqwest::RequestBuilder;
use serde_json::json;

use super::{Endpoint, Says, endpoints, reads_json, refused};
use crate::scene::Scene;

/// What is wrong with a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    TextPlain,
    NoType,
    /// A form where JSON is read, JSON where a form is.
    OtherType,
    OtherCharset,
    TwoTypes,
    Compressed,
    Oversize,
    NotUtf8,
    HalfPercent,
    Repeated,
    Nul,
    Empty,
    Array,
    Deep,
    TooMany,
}

impl Fault {
    const ALL: [Self; 15] = [
        Self::TextPlain,
        Self::NoType,
        Self::OtherType,
        Self::OtherCharset,
        Self::TwoTypes,
        Self::Compressed,
        Self::Oversize,
        Self::NotUtf8,
        Self::HalfPercent,
        Self::Repeated,
        Self::Nul,
        Self::Empty,
        Self::Array,
        Self::Deep,
        Self::TooMany,
    ];
}

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";
const LIMIT: usize = 64 * 1024;

/// A body that would be read, had it no fault.
fn sound(name: &str) -> String {
    match name {
        "register" => json!({ "redirect_uris": ["http://127.0.0.1/cb"] }).to_string(),
        "evaluation" => json!({ "subject": { "type": "client", "id": "np_a" } }).to_string(),
        "poll" => json!({ "ack": ["x"] }).to_string(),
        name if name.contains("event_stream") => json!({ "stream_id": "evs_a" }).to_string(),
        "token" => "grant_type=client_credentials&client_id=np_a".to_owned(),
        "introspect" | "revoke" => "token=x".to_owned(),
        "userinfo" => "access_token=x".to_owned(),
        "sign_out" | "confirm_sign_out" => "state=x".to_owned(),
        "remove_app" => "client_id=np_a".to_owned(),
        "authorize" | "push" | "device_authorization" => "client_id=np_a".to_owned(),
        "sign_in" => "email=a%40b.example&password=x".to_owned(),
        "consent" | "device_answer" => "decision=allow&pending=x".to_owned(),
        "device" => "user_code=WDJB-MJHT".to_owned(),
        "ask" => "reason=x&pending=x".to_owned(),
        other => panic!("{other} has no body here"),
    }
}

/// The parameter or member that comes twice, or with a NUL in it.
fn victim(name: &str) -> &'static str {
    match name {
        "register" => "client_name",
        "evaluation" => "action",
        "poll" => "ack",
        name if name.contains("event_stream") => "stream_id",
        "token" => "grant_type",
        "introspect" | "revoke" => "token",
        "userinfo" => "access_token",
        "sign_out" | "confirm_sign_out" => "state",
        "authorize" | "push" | "remove_app" | "device_authorization" => "client_id",
        "sign_in" => "email",
        "consent" | "device_answer" => "pending",
        "device" => "user_code",
        "ask" => "reason",
        other => panic!("{other} has no body here"),
    }
}

fn broken(request: RequestBuilder, name: &str, fault: Fault) -> RequestBuilder {
    let (own, other) = if reads_json(name) {
        (JSON, FORM)
    } else {
        (FORM, JSON)
    };
    let typed = |request: RequestBuilder, kind: &str| request.header("content-type", kind);
    let (sound, victim) = (sound(name), victim(name));
    let twice = if reads_json(name) {
        format!("{{\"{victim}\":\"a\",\"{victim}\":\"b\"}}")
    } else {
        format!("{victim}=a&{victim}=b")
    };
    let nul = if reads_json(name) {
        let uris = "\"redirect_uris\":[\"http://127.0.0.1/cb\"]";
        format!("{{\"{victim}\":\"a\\u0000b\",{uris}}}")
    } else {
        format!("{victim}=a%00b")
    };
    match fault {
        Fault::TextPlain => typed(request, "text/plain").body(sound),
        Fault::NoType => request.body(sound),
        Fault::OtherType => typed(request, other).body(sound),
        Fault::OtherCharset => typed(request, &format!("{own}; charset=latin1")).body(sound),
        Fault::TwoTypes => typed(typed(request, own), own).body(sound),
        Fault::Compressed => typed(request.header("content-encoding", "gzip"), own).body(sound),
        Fault::Oversize => {
            let filler = " ".repeat(LIMIT + 1 - sound.len());
            typed(request, own).body(sound + &filler)
        }
        Fault::NotUtf8 => {
            let tail: &[u8] = if reads_json(name) {
                b"{\"a\":\"\xff\"}"
            } else {
                b"&a=\xff"
            };
            let head = if reads_json(name) {
                String::new()
            } else {
                sound
            };
            typed(request, own).body([head.as_bytes(), tail].concat())
        }
        Fault::HalfPercent => typed(request, own).body(sound + "&a=%4"),
        Fault::Repeated => typed(request, own).body(twice),
        Fault::Nul => typed(request, own).body(nul),
        Fault::Empty => typed(request, own).body(""),
        Fault::Array => typed(request, own).body("[]"),
        Fault::Deep => {
            let deep = format!("{}1{}", "{\"a\":".repeat(9), "}".repeat(9));
            typed(request, own).body(deep)
        }
        Fault::TooMany => typed(request, own).body("a&".repeat(1_001)),
    }
}

/// What each endpoint answers to each fault.
fn expected(name: &str, fault: Fault) -> (u16, &'static str) {
    match name {
        // RFC 7591 section 3.2.2 has one code for metadata that cannot be read.
        "register" => (400, "invalid_client_metadata"),
        // A body that is no form is as good as none: the token may be in the header (RFC 6750 section 2).
        "userinfo" if fault == Fault::Repeated => (400, "invalid_request"),
        "userinfo" => (401, "invalid_token"),
        // Both are asked again by address, and read there.
        "authorize" | "sign_out" => of_form(fault).unwrap_or((303, "")),
        // Nobody who is known asks, whatever it says.
        name if reads_json(name) => match fault {
            Fault::Repeated | Fault::NotUtf8 | Fault::Empty | Fault::Array => {
                (400, "invalid_request")
            }
            Fault::HalfPercent | Fault::Deep | Fault::TooMany => (400, "invalid_request"),
            Fault::Nul => (401, "invalid_client"),
            other => of_form(other).unwrap(),
        },
        "token" => of_form(fault).unwrap_or(match fault {
            // The NUL is in the grant type.
            Fault::Nul => (400, "unsupported_grant_type"),
            _ => (400, "invalid_request"),
        }),
        "introspect" | "revoke" => of_form(fault).unwrap_or(match fault {
            // It has a token, and nobody vouches for who sent it.
            Fault::Nul => (401, "invalid_client"),
            _ => (400, "invalid_request"),
        }),
        // The client is named first, and nobody can be named so.
        "push" | "device_authorization" => of_form(fault).unwrap_or(match fault {
            Fault::Empty | Fault::Array | Fault::Deep => (401, "invalid_client"),
            _ => (400, "invalid_request"),
        }),
        // What came twice is refused before the form's own token is looked at, which none of these has.
        "sign_in" | "consent" | "ask" | "confirm_sign_out" | "remove_app" | "device"
        | "device_answer" => of_form(fault).unwrap_or(match fault {
            Fault::Repeated => (400, ""),
            _ => (403, ""),
        }),
        other => panic!("{other} has no expectation"),
    }
}

/// What is refused before any endpoint sees it.
fn of_form(fault: Fault) -> Option<(u16, &'static str)> {
    match fault {
        Fault::TextPlain
        | Fault::NoType
        | Fault::OtherType
        | Fault::OtherCharset
        | Fault::TwoTypes
        | Fault::Compressed => Some((415, "invalid_request")),
        Fault::Oversize => Some((413, "invalid_request")),
        Fault::NotUtf8 | Fault::HalfPercent | Fault::TooMany => Some((400, "invalid_request")),
        Fault::Repeated | Fault::Nul | Fault::Empty | Fault::Array | Fault::Deep => None,
    }
}

async fn warm(scene: &Scene) {
    // The first call at an issuer makes its keys.
    let keys = scene.token(Environment::Production);
    Browser::new().post(&keys, &[("grant_type", "x")]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read() {
    let scene = Scene::new().await;
    let mode = RegistrationMode::Quarantine;
    scene
        .company
        .takes(Environment::Production, mode)
        .await
        .unwrap();
    warm(&scene).await;
    let readers = endpoints().into_iter().filter(|row| row.method == "POST");
    for at in readers {
        let url = scene.system.at(at.plane, &at.path("acme", "production"));
        // Each endpoint is asked by a source of its own, so that no budget answers.
        let mut browser = Browser::new();
        for fault in Fault::ALL {
            let before = Rows::count(&scene.company.place).await;
            let request = browser.request(at.method.clone(), &url);
            let answer = browser.send(broken(request, at.name, fault)).await;
            let what = format!("{} with {fault:?}", at.name);
            let (status, code) = expected(at.name, fault);
            if status == 303 {
                asked_by_address(&what, &answer, &at);
            } else {
                refused(&what, at.says, &answer, (status, code));
            }
            let after = Rows::count(&scene.company.place).await;
            let attempts = if at.name == "register" {
                BTreeMap::from([("intake.attempt", 1)])
            } else {
                BTreeMap::new()
            };
            assert_eq!(after.since(&before), attempts, "{what}");
        }
    }
    let outcomes = "select array_agg(distinct outcome || ' ' || error) from intake.attempt";
    let administrator = scene.company.place.administrator().await;
    let row = administrator.query_one(outcomes, &[]).await.unwrap();
    assert_eq!(
        row.get::<_, Vec<String>>(0),
        ["malformed invalid_client_metadata"]
    );
}

/// A posted request of the front door goes round by address, to the front door and nowhere else.
fn asked_by_address(what: &str, answer: &narthex_tests::Answer, at: &Endpoint) {
    let door = format!("{}?", at.path("acme", "production"));
    assert!(
        answer.location().starts_with(&door),
        "{what}: {}",
        answer.location()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_cannot_be_read() {
    let scene = Scene::new().await;
    warm(&scene).await;
    let mut browser = Browser::new();
    let before = Rows::count(&scene.company.place).await;
    for (name, query, status) in [
        ("authorize", "", 400),
        ("authorize", "client_id=%ff", 400),
        ("authorize", "client_id=%", 400),
        ("authorize", "client_id=%00", 400),
        ("authorize", "client_id=np_a&client_id=np_a", 400),
        ("authorize", "client_id=np_a", 400),
        ("authorize", "client_id[]=np_a", 400),
        ("sign-in", "continue=%ff", 400),
        ("sign-in", "continue=a&continue=b", 400),
        ("sign-in", "continue=%00", 200),
        ("sign-in", "continue=https%3A%2F%2Fevil.example", 200),
    ] {
        let path = format!("/t/acme/production/{name}?{query}");
        let url = scene.system.at(narthex_tests::Plane::Token, &path);
        let answer = browser.get(&url).await;
        if status == 200 {
            assert_eq!(
                (answer.status, answer.field("continue").as_str()),
                (200, ""),
                "{path}"
            );
        } else {
            refused(&path, Says::Page, &answer, (status, ""));
        }
    }
    let after = Rows::count(&scene.company.place).await;
    assert_eq!(after.since(&before), BTreeMap::new());
}
