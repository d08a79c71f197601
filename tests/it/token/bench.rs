//! The token plane of one company, and a browser before it. It holds no expectation.

use std::collections::BTreeMap;
use std::time::Instant;

use actix_web::http::StatusCode;
use actix_web::http::header::{COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE};
use actix_web::test::{self, TestRequest};
use actix_web::web::Data;
use narthex_approval::catalogue::{CreateResourceCredential, create_resource_credential};
use narthex_http::ambient::Ambient;
use narthex_http::{CookieName, Front, PublicOrigin, Surface, TrustedProxies, app};
use narthex_people::{
    People,
    password::{Cost, Password, Passwords},
};
use narthex_tenancy::permission::{Action, Person};
use narthex_tenancy::{
    ambient,
    budget::{Budgets, LocalLimiter},
    lease::Leases,
    sealing::SealingKey,
};
use narthex_token::{Issuances, Memory, Token, configure};
use narthex_vocab::{Environment, HashKey};
use rand_core::RngCore as _;
use serde_json::Value;
use url::Url;

use crate::cases::company::Company;

pub(crate) const ORIGIN_TEXT: &str = "http://127.0.0.1:8402";
pub(crate) const PASSWORD: &str = "correct horse battery";

pub(crate) struct Bench {
    pub(crate) company: Company,
    pub(crate) state: Data<Token>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

/// One person's browser: its cookies.
#[derive(Default)]
pub(crate) struct Browser {
    cookies: BTreeMap<String, String>,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::over(Company::new().await, None)
    }

    /// The same while nobody answers where Redis should be.
    pub(crate) async fn without_redis() -> Self {
        let away = Budgets::new("redis://127.0.0.1:1").unwrap();
        Self::over(Company::new().await, Some(away))
    }

    fn over(company: Company, budgets: Option<Budgets>) -> Self {
        let place = &company.place;
        let budgets = budgets.unwrap_or_else(|| place.budgets());
        let people = People {
            database: place.token(),
            budgets: budgets.clone(),
            fallback: LocalLimiter::default(),
            passwords: Passwords::new(2, Cost::default()).unwrap(),
            hash_key: HashKey::from_bytes([7; 32]),
            totp_key: None,
            providers: None,
        };
        let state = Data::new(Token {
            database: place.token(),
            people,
            budgets,
            fallback: LocalLimiter::default(),
            sealing: SealingKey::new(&[9; 32]).unwrap(),
            discovery_base: Url::parse("http://127.0.0.1:8401").unwrap(),
            token_base: Url::parse(ORIGIN_TEXT).unwrap(),
            leases: Leases::default(),
            memory: Memory::default(),
            issuances: Issuances::new(place.token()),
        });
        Self { company, state }
    }

    fn front() -> Data<Front> {
        Data::new(Front {
            name: "token",
            origin: PublicOrigin::parse(ORIGIN_TEXT).unwrap(),
            docs: "http://127.0.0.1:8401/docs".to_owned(),
            surface: Surface::PAGE,
            proxies: TrustedProxies::none(),
            session: Some(CookieName::User),
            ambient: Ambient {
                fill_random: |bytes| ambient::rng().fill_bytes(bytes),
                instant: Instant::now,
            },
        })
    }

    pub(crate) async fn send(&self, request: TestRequest) -> Answer {
        let state = self.state.clone();
        let service = app(Self::front(), move |config| configure(config, state));
        let service = test::init_service(service).await;
        let response = test::call_service(&service, request.to_request()).await;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = test::read_body(response).await;
        Answer {
            status,
            headers,
            body: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    /// A form to an endpoint for machines.
    pub(crate) async fn post(
        &self,
        environment: Environment,
        (endpoint, basic): (&str, Option<(&str, &str)>),
        form: &[(&str, &str)],
    ) -> Answer {
        let mut request = TestRequest::post()
            .uri(&format!("/t/acme/{environment}/{endpoint}"))
            .set_form(form);
        if let Some((user, password)) = basic {
            request = request.insert_header(basic_header(user, password));
        }
        self.send(request).await
    }

    /// The secret of the notes of an environment.
    pub(crate) async fn resource(&self, environment: Environment) -> (String, String) {
        let resource = self.company.notes[&environment];
        let command = CreateResourceCredential {
            environment,
            resource,
            hash_key: &HashKey::from_bytes([7; 32]),
        };
        let created = self
            .company
            .owned(Action::EditCatalogue, async |tx, acting| {
                create_resource_credential(tx, command, acting).await
            });
        let secret = created.await.unwrap().secret.reveal().to_owned();
        (resource.to_string(), secret)
    }

    pub(crate) async fn introspect(
        &self,
        environment: Environment,
        (id, secret): (&str, &str),
        token: &str,
    ) -> Value {
        let answer = self
            .post(
                environment,
                ("introspect", Some((id, secret))),
                &[("token", token)],
            )
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }

    /// Asks whether a client may call a tool.
    pub(crate) async fn may_call(
        &self,
        environment: Environment,
        (id, secret): (&str, &str),
        (client, token, tool): (&str, &str, &str),
    ) -> Value {
        let question = serde_json::json!({
            "subject": { "type": "client", "id": client },
            "action": { "name": "tools/call" },
            "resource": { "type": "tool", "id": tool },
            "context": { "token": token },
        });
        let request = TestRequest::post()
            .uri(&format!("/t/acme/{environment}/access/v1/evaluation"))
            .insert_header(basic_header(id, secret))
            .set_json(question);
        let answer = self.send(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        answer.json()
    }

    /// An end user with a password.
    pub(crate) async fn user(&self, name: &str) -> Person {
        let person = self.company.user(name).await;
        let password = Password::to_set(PASSWORD, &[]).unwrap();
        let hash = self.state.people.passwords.hash(password).await.unwrap();
        let administrator = self.company.place.administrator().await;
        let set = "update tenant.member set password_hash = $1 where member_id = $2::text::uuid";
        let member = person.member.as_uuid().to_string();
        administrator.execute(set, &[&hash, &member]).await.unwrap();
        person
    }
}

fn basic_header(user: &str, password: &str) -> (&'static str, String) {
    use base64::Engine as _;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
    ("authorization", format!("Basic {pair}"))
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub(crate) fn location(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.body);
        self.header(LOCATION.as_str())
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        let start = format!("name=\"{name}\" value=\"");
        let rest = self.body.split_once(&start);
        let (_, rest) = rest.unwrap_or_else(|| panic!("no field {name}: {}", self.body));
        let (value, _) = rest.split_once('"').unwrap();
        value.replace("&#38;", "&").replace("&amp;", "&")
    }
}

impl Browser {
    pub(crate) async fn get(&mut self, bench: &Bench, path: &str) -> Answer {
        self.send(bench, TestRequest::get().uri(path)).await
    }

    /// Sends a form as a page with `Referrer-Policy: no-referrer` does.
    pub(crate) async fn post(
        &mut self,
        bench: &Bench,
        path: &str,
        form: &[(&str, &str)],
    ) -> Answer {
        let request = TestRequest::post()
            .uri(path)
            .insert_header((ORIGIN, "null"))
            .insert_header(("sec-fetch-site", "same-origin"))
            .set_form(form);
        self.send(bench, request).await
    }

    async fn send(&mut self, bench: &Bench, request: TestRequest) -> Answer {
        let pairs: Vec<String> = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        let request = if pairs.is_empty() {
            request
        } else {
            request.insert_header((COOKIE, pairs.join("; ")))
        };
        let answer = bench.send(request).await;
        for line in answer.headers.get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            self.cookies.insert(name.to_owned(), value.to_owned());
        }
        answer
    }

    /// Signs in on the page that a redirect led to; returns where it goes on.
    pub(crate) async fn sign_in(&mut self, bench: &Bench, page: &str, email: &str) -> Answer {
        let form = self.get(bench, page).await;
        assert_eq!(form.status, StatusCode::OK, "{}", form.body);
        let (csrf, back) = (form.field("csrf"), form.field("continue"));
        let path = page.split('?').next().unwrap();
        let fields = [
            ("csrf", csrf.as_str()),
            ("continue", back.as_str()),
            ("email", email),
            ("password", PASSWORD),
        ];
        self.post(bench, path, &fields).await
    }
}
