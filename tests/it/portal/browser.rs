//! The portal's `App` over one test's database, and a browser that keeps cookies and sends the CSRF token of the page
//! it saw last. It follows no redirect.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::pin::Pin;
use std::rc::Rc;
use std::time::Instant;

use actix_web::body::{BoxBody, to_bytes};
use actix_web::dev::ServiceResponse;
use actix_web::http::{Method, StatusCode, header};
use actix_web::test::{self, TestRequest};
use actix_web::web::Data;
use narthex_approval::{Approval, mail::Mail, mailer::Mailer};
use narthex_egress::{Guard, GuardConfig};
use narthex_http::{CookieName, Front, PublicOrigin, TrustedProxies, ambient::Ambient};
use narthex_people::{
    People,
    password::{Cost, Passwords},
    provider::Way,
};
use narthex_tenancy::{ambient, budget::LocalLimiter, outbox::Outbox, sealing::SealingKey};
use narthex_tests::{MailServer, Place};
use narthex_vocab::HashKey;
use rand_core::RngCore;
use url::Url;

const ORIGIN: &str = "http://127.0.0.1:8402";

/// The plane's state over this place; mail goes to this server, if any.
fn approval(
    place: &Place,
    server: Option<&MailServer>,
    guard: Option<GuardConfig>,
) -> Data<Approval> {
    let base = |port: u16| Url::parse(&format!("http://127.0.0.1:{port}")).unwrap();
    Data::new(Approval {
        database: place.approval(),
        staff: place.staff(),
        people: People {
            database: place.approval(),
            budgets: place.budgets(),
            fallback: LocalLimiter::default(),
            passwords: Passwords::new(2, Cost::default()).unwrap(),
            hash_key: HashKey::from_bytes(super::KEY),
            totp_key: Some(SealingKey::new(&super::KEY).unwrap()),
            providers: guard.map(|guard| Way {
                out: narthex::outbound::to_providers(Guard::new(guard).unwrap()),
                key: SealingKey::new(&super::KEY).unwrap(),
            }),
        },
        registration_key: HashKey::from_bytes(super::KEY),
        discovery_base: base(8400),
        token_base: base(8401),
        portal_base: base(8402),
        staff_base: base(8403),
        mail: server.map(|server| {
            let outbox = Outbox::new(SealingKey::new(&super::KEY).unwrap());
            let mailer = Mailer::new(&server.settings).unwrap();
            Mail::new(outbox, mailer, [base(8402), base(8403)])
        }),
        live: narthex_approval::live::Live::default(),
    })
}

/// The front of the portal's listener.
fn front() -> Data<Front> {
    Data::new(Front {
        name: "portal",
        origin: PublicOrigin::parse(ORIGIN).unwrap(),
        docs: "http://127.0.0.1:8401/docs".to_owned(),
        surface: narthex_approval::routes::portal::SURFACE,
        proxies: TrustedProxies::none(),
        session: Some(CookieName::Portal),
        ambient: Ambient {
            fill_random: |bytes| ambient::rng().fill_bytes(bytes),
            instant: Instant::now,
        },
    })
}

/// The way into the portal's `App`: a request in, the whole answer out.
pub(crate) type Door =
    Rc<dyn Fn(TestRequest) -> Pin<Box<dyn Future<Output = ServiceResponse<BoxBody>>>>>;

/// The whole portal over this place.
pub(crate) async fn portal(place: &Place) -> Door {
    door(approval(place, None, None)).await
}

/// The same, and it reaches identity providers by this guard.
pub(crate) async fn believing(
    place: &Place,
    server: &MailServer,
    guard: GuardConfig,
) -> (Door, Data<Approval>) {
    let state = approval(place, Some(server), Some(guard));
    (door(state.clone()).await, state)
}

/// The same, and mail goes to this server: whoever delivers it does so with the state.
pub(crate) async fn mailing(place: &Place, server: &MailServer) -> (Door, Data<Approval>) {
    let state = approval(place, Some(server), None);
    (door(state.clone()).await, state)
}

async fn door(state: Data<Approval>) -> Door {
    let configure = narthex_approval::routes::portal::configure(state);
    let app = Rc::new(test::init_service(narthex_http::app(front(), configure)).await);
    Rc::new(move |request| {
        let app = app.clone();
        Box::pin(async move { test::call_service(&*app, request.to_request()).await })
    })
}

/// Somebody's browser.
pub(crate) struct Browser {
    door: Door,
    cookies: RefCell<BTreeMap<String, String>>,
    csrf: RefCell<String>,
}

/// What came back.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) location: String,
    pub(crate) cache_control: String,
    pub(crate) body: String,
}

impl Browser {
    /// A browser without cookies.
    pub(crate) fn new(door: &Door) -> Self {
        Self {
            door: door.clone(),
            cookies: RefCell::default(),
            csrf: RefCell::default(),
        }
    }

    /// The value of a cookie.
    pub(crate) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.borrow().get(name).cloned()
    }

    /// Puts a cookie in.
    pub(crate) fn keep(&self, name: &str, value: &str) {
        self.cookies
            .borrow_mut()
            .insert(name.to_owned(), value.to_owned());
    }

    pub(crate) async fn get(&self, path: &str) -> Page {
        self.send(TestRequest::get().uri(path)).await
    }

    /// Sends a form as our own page would.
    pub(crate) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.post_from(ORIGIN, path, fields).await
    }

    /// Sends a form from a page of this origin.
    pub(crate) async fn post_from(
        &self,
        origin: &str,
        path: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        self.post_with((header::ORIGIN, origin), path, fields).await
    }

    /// Sends a form with one header of the caller's choice.
    pub(crate) async fn post_with(
        &self,
        own: (header::HeaderName, &str),
        path: &str,
        fields: &[(&str, &str)],
    ) -> Page {
        let csrf = self.csrf.borrow().clone();
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .append_pair("csrf", &csrf)
            .finish();
        let request = TestRequest::post()
            .uri(path)
            .insert_header((header::ORIGIN, ORIGIN))
            .insert_header(own)
            .insert_header((header::CONTENT_TYPE, "application/x-www-form-urlencoded"))
            .set_payload(body);
        self.send(request).await
    }

    /// A row of the table, with an empty form where it is a post.
    pub(crate) async fn call(&self, method: &Method, path: &str) -> Page {
        if *method == Method::POST {
            self.post(path, &[]).await
        } else {
            self.get(path).await
        }
    }

    async fn send(&self, request: TestRequest) -> Page {
        let cookies: Vec<_> = self
            .cookies
            .borrow()
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let answer = (self.door)(request.insert_header((header::COOKIE, cookies.join("; ")))).await;
        for cookie in answer.response().cookies() {
            let gone = cookie.max_age().is_some_and(|age| age.is_zero());
            let mut jar = self.cookies.borrow_mut();
            if gone {
                jar.remove(cookie.name());
            } else {
                jar.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
        let text = |name| {
            let value = answer.headers().get(name);
            value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
        };
        let (status, location, cache_control) = (
            answer.status(),
            text(header::LOCATION),
            text(header::CACHE_CONTROL),
        );
        let body = to_bytes(answer.into_body()).await.unwrap();
        let page = Page {
            status,
            location,
            cache_control,
            body: String::from_utf8(body.to_vec()).unwrap(),
        };
        if page.body.contains("name=\"csrf\"") {
            *self.csrf.borrow_mut() = page.between("name=\"csrf\" value=\"", "\"");
        }
        page
    }
}

impl Page {
    /// The text between two marks, first found.
    pub(crate) fn between(&self, before: &str, after: &str) -> String {
        let (_, rest) = self
            .body
            .split_once(before)
            .unwrap_or_else(|| panic!("no {before} in {}", self.body));
        rest.split_once(after).unwrap().0.to_owned()
    }

    /// The page without the one thing that differs each time.
    pub(crate) fn without_request_id(&self) -> String {
        let id = self.between("<dt>Request id</dt><dd><code>", "</code>");
        self.body.replace(&id, "")
    }
}
