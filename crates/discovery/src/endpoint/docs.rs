//! `GET /docs…`: the public documentation as pages and as Markdown, with the reader's own issuer filled in below
//! `/t/{tenant}/{environment}/docs`, and `GET /llms.txt`. Needs no sign-in, loads no script.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, LOCATION};
use actix_web::web::{Data, Path};
use askama::Template;
use narthex_http::page::{self, Choice, ErrorPage, ErrorSummary, Field};
use narthex_http::{PagePolicy, RequestId, StrictQuery};
use narthex_tenancy::ambient;
use narthex_vocab::Environment;

use super::metadata::CACHED;
use crate::Discovery;
use crate::docs::{self, PAGES, Page, Reader, html};

/// A line of the list of pages.
struct Listed {
    title: &'static str,
    href: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "docs.html")]
struct DocsPage {
    pages: Vec<Listed>,
    errors: ErrorSummary,
    title: &'static str,
    whose: String,
    /// Where an issuer is filled in, where none is.
    fill_in: Option<&'static str>,
    body: String,
    form: Option<[Field; 2]>,
    markdown: String,
}

impl DocsPage {
    fn new(reader: &Reader, shown: &Page) -> Self {
        let listed = |page: &Page| Listed {
            title: page.title,
            href: reader.href(page),
            current: page.name == shown.name,
        };
        let first = shown.name.is_empty();
        Self {
            pages: PAGES.iter().map(listed).collect(),
            errors: ErrorSummary::default(),
            title: shown.title,
            whose: reader.whose(),
            fill_in: (!reader.is_own()).then_some(if first { "#yours" } else { "/docs#yours" }),
            body: html::of(&reader.text(shown)),
            form: first.then(|| form("", "sandbox", None)),
            markdown: reader.markdown_href(shown),
        }
    }

    fn document_title(&self) -> String {
        let problem = if self.errors.is_empty() {
            ""
        } else {
            "Error: "
        };
        format!("{problem}{} – Narthex", self.title)
    }
}

fn form(tenant: &str, environment: &str, error: Option<String>) -> [Field; 2] {
    let choice = |one: &Environment| {
        Choice::new(one.as_str(), one.label()).chosen(one.as_str() == environment)
    };
    [
        Field::text("tenant", "Tenant")
            .hint("Its name in addresses, as in /t/acme.")
            .value(tenant)
            .mono()
            .error(error),
        Field::radios(
            "environment",
            "Environment",
            [Environment::Sandbox, Environment::Production]
                .iter()
                .map(choice)
                .collect(),
        ),
    ]
}

/// `GET /docs`, and the form on it: a tenant leads to the pages with its issuer.
pub(crate) async fn index(
    state: Data<Discovery>,
    id: RequestId,
    query: StrictQuery,
) -> HttpResponse {
    let (Some(reader), Some(first)) = (Reader::anybody(&state), docs::page("")) else {
        return nothing(&id);
    };
    let given = |name| query.given(name).ok().flatten();
    let Some(tenant) = given("tenant") else {
        return shown(&DocsPage::new(&reader, first), StatusCode::OK);
    };
    let environment = given("environment").unwrap_or_default();
    match state
        .place(tenant.trim(), environment, ambient::now())
        .await
    {
        Ok(Some(place)) => HttpResponse::SeeOther()
            .insert_header((LOCATION, Reader::of(&state, &place).docs()))
            .finish(),
        Ok(None) => {
            let error = "There is no such tenant. Its name is in the portal's address after /t/.";
            let fields = form(tenant, environment, Some(error.to_owned()));
            let mut page = DocsPage::new(&reader, first);
            page.errors = ErrorSummary::of(&fields);
            page.form = Some(fields);
            shown(&page, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(error) => away(&error, &id),
    }
}

/// `GET /docs/{page}`
pub(crate) async fn page(
    state: Data<Discovery>,
    id: RequestId,
    name: Path<String>,
) -> HttpResponse {
    match Reader::anybody(&state) {
        Some(reader) => answer(&reader, &name, &id),
        None => nothing(&id),
    }
}

/// `GET /t/{tenant}/{environment}/docs`
pub(crate) async fn own_index(
    state: Data<Discovery>,
    id: RequestId,
    at: Path<(String, String)>,
) -> HttpResponse {
    own(&state, &id, (&at.0, &at.1), "").await
}

/// `GET /t/{tenant}/{environment}/docs/{page}`
pub(crate) async fn own_page(
    state: Data<Discovery>,
    id: RequestId,
    at: Path<(String, String, String)>,
) -> HttpResponse {
    own(&state, &id, (&at.0, &at.1), &at.2).await
}

/// `GET /llms.txt`
pub(crate) async fn llms(state: Data<Discovery>, id: RequestId) -> HttpResponse {
    match Reader::anybody(&state) {
        Some(reader) => plain("text/plain; charset=utf-8", reader.llms()),
        None => nothing(&id),
    }
}

async fn own(
    state: &Discovery,
    id: &RequestId,
    (tenant, environment): (&str, &str),
    name: &str,
) -> HttpResponse {
    match state.place(tenant, environment, ambient::now()).await {
        Ok(Some(place)) => answer(&Reader::of(state, &place), name, id),
        Ok(None) => nothing(id),
        Err(error) => away(&error, id),
    }
}

/// A page by its name, or as Markdown by its name with `.md`.
fn answer(reader: &Reader, name: &str, id: &RequestId) -> HttpResponse {
    let (name, markdown) = name
        .strip_suffix(".md")
        .map_or((name, false), |name| (name, true));
    let name = match (name, markdown) {
        ("index", true) => "",
        ("", true) => return nothing(id),
        (name, _) => name,
    };
    match docs::page(name) {
        Some(page) if markdown => plain("text/markdown; charset=utf-8", reader.markdown(page)),
        Some(page) => shown(&DocsPage::new(reader, page), StatusCode::OK),
        None => nothing(id),
    }
}

fn shown(page: &DocsPage, status: StatusCode) -> HttpResponse {
    PagePolicy::NO_SCRIPT.on(page::html(page, status))
}

fn plain(media_type: &'static str, text: String) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(media_type)
        .insert_header((CACHE_CONTROL, CACHED))
        .body(text)
}

/// No such page, no such place: not told apart.
fn nothing(id: &RequestId) -> HttpResponse {
    let page = ErrorPage::new(StatusCode::NOT_FOUND, id.as_str())
        .next("Begin with the first page of the documentation.")
        .link("Documentation", "/docs");
    page::html(&page, StatusCode::NOT_FOUND)
}

fn away(error: &impl std::fmt::Display, id: &RequestId) -> HttpResponse {
    tracing::error!(%error, "a page of the documentation cannot be answered");
    let status = StatusCode::SERVICE_UNAVAILABLE;
    page::html(&ErrorPage::new(status, id.as_str()), status)
}
