//! The route table of a plane: as data for tests to read, and as wiring for the server.
//!
//! One resource for each path with all its methods, so that a wrong method is a 405 with `Allow`
//! and never a 404. A literal segment wins over a parameter, in whatever order the rows stand.

use std::collections::BTreeMap;
use std::fmt::Debug;

use actix_web::guard::fn_guard;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, Resource, Responder, Route};

use crate::cors;
use crate::surface::Surface;

/// One row of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row<G> {
    /// The method; `HEAD` comes with `GET`, `OPTIONS` with [`Routes::any_origin`].
    pub method: Method,
    /// The pattern.
    pub path: &'static str,
    /// Who may call it, in the plane's own words.
    pub guard: G,
    /// The verb.
    pub name: &'static str,
}

/// The guard of the row that a request met, among the request's extensions: what the table says, the handler can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guarded<G>(pub G);

/// The table under construction. Handlers hold no thread-safe state: each worker builds its own.
#[derive(Debug)]
pub struct Routes<G> {
    rows: Vec<Row<G>>,
    paths: BTreeMap<(Vec<u8>, &'static str), Path>,
    surface: Option<Surface>,
    any_origin: bool,
}

/// One path with its methods.
#[derive(Debug)]
struct Path {
    routes: Vec<Wire>,
    methods: Vec<Method>,
    surface: Option<Surface>,
    any_origin: bool,
}

struct Wire(Route);

impl Debug for Wire {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Route")
    }
}

impl<G: Copy + Debug + 'static> Default for Routes<G> {
    fn default() -> Self {
        Self::new()
    }
}

impl<G: Copy + Debug + 'static> Routes<G> {
    /// An empty table.
    pub fn new() -> Self {
        Self {
            rows: Vec::new(),
            paths: BTreeMap::new(),
            surface: None,
            any_origin: false,
        }
    }

    /// `GET` and `HEAD`.
    #[must_use]
    pub fn get<F, Args>(self, path: &'static str, guard: G, name: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let head = web::head().to(handler.clone());
        let row = Row {
            method: Method::GET,
            path,
            guard,
            name,
        };
        let mut table = self.row(row, web::get().to(handler));
        let at = table.path(path);
        at.routes.push(Wire(guarded(head, guard)));
        table
    }

    /// `POST`.
    #[must_use]
    pub fn post<F, Args>(self, path: &'static str, guard: G, name: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(
            Row {
                method: Method::POST,
                path,
                guard,
                name,
            },
            handler,
        )
    }

    /// `PUT`.
    #[must_use]
    pub fn put<F, Args>(self, path: &'static str, guard: G, name: &'static str, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(
            Row {
                method: Method::PUT,
                path,
                guard,
                name,
            },
            handler,
        )
    }

    /// `PATCH`.
    #[must_use]
    pub fn patch<F, Args>(
        self,
        path: &'static str,
        guard: G,
        name: &'static str,
        handler: F,
    ) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(
            Row {
                method: Method::PATCH,
                path,
                guard,
                name,
            },
            handler,
        )
    }

    /// `DELETE`.
    #[must_use]
    pub fn delete<F, Args>(
        self,
        path: &'static str,
        guard: G,
        name: &'static str,
        handler: F,
    ) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        self.on(
            Row {
                method: Method::DELETE,
                path,
                guard,
                name,
            },
            handler,
        )
    }

    /// The rows of `group` render their errors on `surface`. A path has one surface: the one its
    /// first row has.
    #[must_use]
    pub fn answering(mut self, surface: Surface, group: impl FnOnce(Self) -> Self) -> Self {
        let before = self.surface.replace(surface);
        let mut table = group(self);
        table.surface = before;
        table
    }

    /// The rows of `group` may be read by pages of any origin, without credentials.
    #[must_use]
    pub fn any_origin(mut self, group: impl FnOnce(Self) -> Self) -> Self {
        let before = std::mem::replace(&mut self.any_origin, true);
        let mut table = group(self);
        table.any_origin = before;
        table
    }

    /// The table as data.
    pub fn rows(&self) -> Vec<Row<G>> {
        self.rows.clone()
    }

    /// Registers every path.
    pub fn configure(self, config: &mut ServiceConfig) {
        for ((_, pattern), path) in self.paths {
            let mut resource = Resource::new(pattern);
            for Wire(route) in path.routes {
                resource = resource.route(route);
            }
            if let Some(surface) = path.surface {
                resource = resource.app_data(surface);
            }
            if path.any_origin {
                config.service(resource.wrap(cors::any_origin(path.methods)));
            } else {
                config.service(resource);
            }
        }
    }

    fn on<F, Args>(self, row: Row<G>, handler: F) -> Self
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        let route = web::method(row.method.clone()).to(handler);
        self.row(row, route)
    }

    fn row(mut self, row: Row<G>, route: Route) -> Self {
        debug_assert!(
            !self
                .rows
                .iter()
                .any(|r| r.path == row.path && r.method == row.method),
            "{} {} stands twice in the table",
            row.method,
            row.path
        );
        let any_origin = self.any_origin;
        let path = self.path(row.path);
        path.routes.push(Wire(guarded(route, row.guard)));
        path.methods.push(row.method.clone());
        path.any_origin |= any_origin;
        self.rows.push(row);
        self
    }

    /// The path's entry, made when it is new.
    fn path(&mut self, pattern: &'static str) -> &mut Path {
        let (surface, any_origin) = (self.surface, self.any_origin);
        self.paths
            .entry((specificity(pattern), pattern))
            .or_insert_with(|| Path {
                routes: Vec::new(),
                methods: Vec::new(),
                surface,
                any_origin,
            })
    }
}

/// A route that leaves its row's guard with the request when it is met.
fn guarded<G: Copy + 'static>(route: Route, guard: G) -> Route {
    route.guard(fn_guard(move |context| {
        context.req_data_mut().insert(Guarded(guard));
        true
    }))
}

/// Orders patterns: literal segments before parameters, a parameter before a tail, from the left.
fn specificity(pattern: &str) -> Vec<u8> {
    let kind = |segment: &str| match segment {
        s if s.contains('*') => 2,
        s if s.contains('{') => 1,
        _ => 0,
    };
    pattern.split('/').map(kind).collect()
}
