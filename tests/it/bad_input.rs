//! Every public endpoint before every broken request: the specified refusal, never a 500, and nothing stored but the
//! attempt. The endpoints come from the route tables themselves: one without an expectation here fails.

mod bodies;
mod front_door;
mod paths;
mod registration;

use narthex_tests::{Answer, Plane};
use reqwest::Method;

/// How an endpoint says no.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    /// RFC 6749 section 5.2.
    Json,
    /// A page.
    Page,
}

/// One row of a public route table.
#[derive(Debug, Clone)]
struct Endpoint {
    plane: Plane,
    method: Method,
    path: &'static str,
    name: &'static str,
    says: Says,
}

impl Endpoint {
    /// The path with a tenant and an environment in it.
    fn path(&self, tenant: &str, environment: &str) -> String {
        self.path
            .replace("{tenant}", tenant)
            .replace("{environment}", environment)
            .replace("{page}", "curl")
            .replace("{parked}", "prk_0")
            .replace("{client}", "np_aaaaaaaaaaaaaaaaaaaaaaaaaa")
            .replace("{hash}", &"0".repeat(64))
    }
}

/// Whether an endpoint takes JSON where others take a form.
fn reads_json(name: &str) -> bool {
    matches!(
        name,
        "register" | "update_registration" | "evaluation" | "poll"
    ) || name.contains("event_stream")
}

/// Both public tables.
fn endpoints() -> Vec<Endpoint> {
    let discovery = narthex_discovery::routes::routes();
    let discovery = discovery.rows().into_iter().map(|row| Endpoint {
        plane: Plane::Discovery,
        method: method(row.method.as_str()),
        path: row.path,
        name: row.name,
        says: match row.name {
            "docs" => Says::Page,
            _ => Says::Json,
        },
    });
    let token = narthex_token::routes();
    let token = token.rows().into_iter().map(|row| Endpoint {
        plane: Plane::Token,
        method: method(row.method.as_str()),
        path: row.path,
        name: row.name,
        says: match row.name {
            "token"
            | "push"
            | "device_authorization"
            | "introspect"
            | "revoke"
            | "userinfo"
            | "evaluation"
            | "poll" => Says::Json,
            name if name.contains("event_stream") => Says::Json,
            "authorize" | "sign_in" | "sign_out" | "confirm_sign_out" | "consent" | "ask"
            | "waiting" | "logo" | "apps" | "remove_app" | "device" | "device_answer" => Says::Page,
            other => panic!("{other} has no expectation"),
        },
    });
    discovery.chain(token).collect()
}

/// The two libraries have a type each for a method.
fn method(name: &str) -> Method {
    name.parse().unwrap()
}

/// What every refusal has: its form, the id to ask by, and no place in a cache.
fn refused(what: &str, says: Says, answer: &Answer, (status, code): (u16, &str)) {
    assert_eq!(answer.status, status, "{what}: {}", answer.body);
    let id = answer.header("x-request-id");
    assert!(id.starts_with("req-") && id.len() == 30, "{what}: {id:?}");
    assert_eq!(answer.header("cache-control"), "no-store", "{what}");
    assert_eq!(answer.header("location"), "", "{what}");
    assert_eq!(answer.header("x-content-type-options"), "nosniff", "{what}");
    match says {
        Says::Json => {
            assert_eq!(answer.header("content-type"), "application/json", "{what}");
            let body = answer.json();
            assert_eq!(body["error"], code, "{what}: {body}");
            assert_eq!(body["request_id"], id, "{what}: {body}");
        }
        Says::Page => {
            let media_type = answer.header("content-type");
            assert_eq!(media_type, "text/html; charset=utf-8", "{what}");
            assert!(answer.body.contains(id), "{what}: the page names its id");
        }
    }
}
