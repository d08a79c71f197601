//! The management API for people: every operation, read from the document that programs read.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use narthex_http::{PagePolicy, page};
use serde_json::Value;
use url::Url;

use super::document::{of_staff, of_tenants};
use crate::Approval;

/// An operation, as the page shows it.
struct Shown {
    id: String,
    method: &'static str,
    path: String,
    summary: String,
    parameters: Vec<Member>,
    takes: Vec<Member>,
    answers: Vec<Member>,
}

/// A parameter or a member of a body.
struct Member {
    name: String,
    of: String,
    needed: bool,
    meaning: String,
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    document_title: String,
    /// What it does, in a sentence.
    lead: &'static str,
    /// Where a token is made, in words.
    tokens: &'static str,
    /// When acting takes a code.
    acting: &'static str,
    base: String,
    /// A call that works.
    example: &'static str,
    operations: Vec<Shown>,
    /// The error reference.
    errors: String,
}

/// `GET /api/v1` on the staff listener.
pub(crate) async fn page(approval: Data<Approval>) -> HttpResponse {
    shown(&ApiPage {
        document_title: "Management API".to_owned(),
        lead: "What the staff dashboard does, for programs",
        tokens: "Make a token in the dashboard, under API tokens,",
        acting: "To act, give a one-time code first (step_up); it counts for 15 minutes.",
        base: base(&approval.staff_base),
        example: "/api/v1/requests?state=in_review",
        operations: operations(&serde_json::to_value(of_staff()).unwrap_or_default()),
        errors: format!("{}/docs/errors", base(&approval.discovery_base)),
    })
}

/// `GET /api/v1` on the portal's listener.
pub(crate) async fn portal_page(approval: Data<Approval>) -> HttpResponse {
    shown(&ApiPage {
        document_title: "Management API of a tenant".to_owned(),
        lead: "What the portal does, for programs",
        tokens: "Make a token in the portal, under API tokens,",
        acting: "Where you sign in with a one-time code, give one before acting, too (step_up); it counts for 15 minutes.",
        base: base(&approval.portal_base),
        example: "/api/v1/t/TENANT/integrations",
        operations: operations(&serde_json::to_value(of_tenants()).unwrap_or_default()),
        errors: format!("{}/docs/errors", base(&approval.discovery_base)),
    })
}

fn base(base: &Url) -> String {
    base.as_str().trim_end_matches('/').to_owned()
}

fn shown(page: &ApiPage) -> HttpResponse {
    PagePolicy::NO_SCRIPT.on(page::html(page, StatusCode::OK))
}

fn operations(api: &Value) -> Vec<Shown> {
    let mut shown = Vec::new();
    for (path, item) in object(api.get("paths")) {
        for (key, method) in [("get", "GET"), ("post", "POST")] {
            shown.extend(item.get(key).map(|it| operation(api, (method, path), it)));
        }
    }
    shown
}

fn operation(api: &Value, (method, path): (&'static str, &str), operation: &Value) -> Shown {
    let body = |of: &str| {
        let schema = operation.pointer(&format!("{of}/content/application~1json/schema"));
        schema.map_or_else(Vec::new, |schema| members(api, schema))
    };
    let parameters = operation.get("parameters").and_then(Value::as_array);
    Shown {
        id: text(operation.get("operationId")),
        method,
        path: path.to_owned(),
        summary: text(operation.get("summary")),
        parameters: parameters.into_iter().flatten().map(parameter).collect(),
        takes: body("/requestBody"),
        answers: body("/responses/200"),
    }
}

fn parameter(parameter: &Value) -> Member {
    Member {
        name: text(parameter.get("name")),
        of: parameter.get("schema").map_or_else(String::new, kind),
        needed: parameter.get("required") == Some(&Value::Bool(true)),
        meaning: text(parameter.get("description")),
    }
}

/// The members of the object that a schema names.
fn members(api: &Value, schema: &Value) -> Vec<Member> {
    let schema = resolved(api, schema);
    let list = |name| {
        schema
            .get(name)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
    };
    let mut all: Vec<Member> = list("allOf").flat_map(|part| members(api, part)).collect();
    let needed: Vec<_> = list("required").filter_map(Value::as_str).collect();
    all.extend(object(schema.get("properties")).map(|(name, of)| Member {
        name: name.clone(),
        of: kind(of),
        needed: needed.contains(&name.as_str()),
        meaning: text(of.get("description")),
    }));
    all
}

fn resolved<'a>(api: &'a Value, schema: &'a Value) -> &'a Value {
    let named = schema.get("$ref").and_then(Value::as_str);
    let path = named.and_then(|path| path.strip_prefix('#'));
    path.and_then(|path| api.pointer(path)).unwrap_or(schema)
}

/// What a schema is, in a word or two.
fn kind(schema: &Value) -> String {
    if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
        return path.rsplit('/').next().unwrap_or_default().to_lowercase();
    }
    let choices = schema.get("oneOf").and_then(Value::as_array);
    if let Some(one) = choices.and_then(|all| all.last()) {
        return format!("{} or null", kind(one));
    }
    match schema.get("type") {
        Some(Value::String(word)) if word == "array" => {
            let of = schema.get("items").map_or_else(String::new, kind);
            format!("list of {of}")
        }
        Some(Value::String(word)) => word.clone(),
        Some(Value::Array(words)) => {
            let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
            words.join(" or ")
        }
        Some(_) | None => "any".to_owned(),
    }
}

/// The document's words, without the marks of code that a page does not read.
fn text(value: Option<&Value>) -> String {
    let text = value.and_then(Value::as_str).unwrap_or_default();
    text.replace('`', "")
}

fn object(value: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    value.and_then(Value::as_object).into_iter().flatten()
}
