//! What the API is, from the code that answers: as a document of `OpenAPI` 3.1, and as a page for people. Both are served
//! without a token: they say nothing about any tenant.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use askama::Template;
use narthex_http::{PagePolicy, page};
use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

use super::fault::{self, Fault, Kind};
use super::{
    clients, confirm, decide, inventory, link, me, policies, publish_policy, quarantine, requests,
    step_up, suspend, together,
};
use crate::Approval;

/// The operations.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Narthex management API",
        description = "What the staff dashboard does, for programs. Every call needs a person's token; every act needs a \
                       fresh one-time code (`/api/v1/step-up`), a reason, and may carry an `Idempotency-Key`. Errors are \
                       problem details (RFC 9457).",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(
        me::get,
        step_up::post,
        requests::list,
        requests::one,
        decide::post,
        confirm::post,
        quarantine::list,
        quarantine::one,
        link::post,
        quarantine::block_one,
        quarantine::expire_one,
        quarantine::claim_one,
        clients::list,
        clients::one,
        suspend::suspend_client,
        suspend::resume_client,
        suspend::revoke_client,
        inventory::list,
        together::post,
        policies::list,
        policies::one,
        policies::validate,
        publish_policy::save,
        publish_policy::simulate,
        publish_policy::propose,
        publish_policy::answer,
    )
)]
struct Operations;

/// The document: what the derives say, with what is true of every operation.
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    let mut api = Operations::openapi();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    let components = api.components.get_or_insert_default();
    components.add_security_scheme("token", SecurityScheme::Http(bearer));
    let problem = ContentBuilder::new()
        .schema(Some(RefOr::Ref(Ref::new(
            "https://www.rfc-editor.org/rfc/rfc9457#appendix-A",
        ))))
        .build();
    let refusal = ResponseBuilder::new()
        .description("Problem details; the member `type` leads to what to do about it.")
        .content("application/problem+json", problem)
        .build();
    let token = utoipa::openapi::SecurityRequirement::new("token", Vec::<String>::new());
    for item in api.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.post].into_iter().flatten() {
            operation.security = Some(vec![token.clone()]);
            let responses = &mut operation.responses.responses;
            responses.insert("default".to_owned(), refusal.clone().into());
        }
    }
    api
}

/// `GET /api/v1/openapi.json`
pub(crate) async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(document())
}

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
#[template(path = "dashboard/api.html")]
struct ApiPage {
    document_title: String,
    base: String,
    operations: Vec<Shown>,
    problems: &'static [Kind],
}

/// `GET /api/v1`
pub(crate) async fn page(approval: Data<Approval>) -> Result<HttpResponse, Fault> {
    let api = serde_json::to_value(document()).unwrap_or_default();
    let page = ApiPage {
        document_title: "Management API".to_owned(),
        base: approval
            .staff_base
            .as_str()
            .trim_end_matches('/')
            .to_owned(),
        operations: operations(&api),
        problems: fault::KINDS,
    };
    Ok(PagePolicy::NO_SCRIPT.on(page::html(&page, StatusCode::OK)))
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
