//! The management API over HTTP: who may call it, what an act needs, that one key is one act, and that a list goes on
//! where it ended. B11.

mod acts;
mod command_line;
mod decide;
mod described;
mod frozen;
mod lists;
mod many;
mod policies;
mod staff;
mod table;
mod tenant;
mod tenant_settings;
mod tenant_tokens;
mod tokens;
mod views;

use std::sync::atomic::{AtomicU32, Ordering};

use narthex_approval::api_token::{CreateApiToken, May, create_api_token, end_api_token};
use narthex_approval::{Acting, suspend::Stop};
use narthex_people::api_token::ApiToken;
use narthex_people::{account, totp::Seed};
use narthex_tenancy::permission::{Action, Person, Role};
use narthex_tenancy::sealing::SealingKey;
use narthex_tenancy::{StoreError, TenantTx, ambient};
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{Environment, Label, PLATFORM_TENANT};
use reqwest::Method;
use serde_json::{Value, json};
use totp_rs::{Builder, Secret as TotpSecret};

use crate::cases::company::{Company, KEY};
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;

/// People by number, so that each is there once.
static NEXT: AtomicU32 = AtomicU32::new(1);

/// A person with a token: of the platform and with a second factor, or of a tenant and without.
struct Hand<'a> {
    scene: &'a Scene,
    plane: Plane,
    person: Person,
    seed: Seed,
    token: ApiToken,
    shown: String,
}

impl<'a> Hand<'a> {
    async fn new(scene: &'a Scene, role: Role, may: May) -> Self {
        let name = format!("Hanna{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let person = scene.staff(&name, role).await;
        let hand = Self::of(scene, Plane::Staff, (person, role), may).await;
        hand.set_second_factor().await;
        hand
    }

    /// A person of acme.
    async fn of_tenant(scene: &'a Scene, role: Role, may: May) -> Self {
        Self::of_company(scene, &scene.company, role, may).await
    }

    /// A person of this company.
    async fn of_company(scene: &'a Scene, company: &Company, role: Role, may: May) -> Self {
        let name = format!("Tina{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let person = crate::isolation_http::member(company, &name, Some(role)).await;
        Self::of(scene, Plane::Portal, (person, role), may).await
    }

    async fn of(scene: &'a Scene, plane: Plane, (person, role): (Person, Role), may: May) -> Self {
        let (token, shown) = token(scene, &person, role, may).await;
        Self {
            scene,
            plane,
            person,
            seed: Seed::generate(&mut ambient::rng()),
            token,
            shown,
        }
    }

    async fn set_second_factor(&self) {
        let key = SealingKey::new(&[7; 32]).unwrap();
        let member = self.person.member;
        let sealed = self.seed.seal(&key, member, &mut ambient::rng()).unwrap();
        let database = self.scene.company.place.approval();
        let set: Result<(), StoreError> = database
            .tenant(self.person.tenant, async |tx| {
                account::set_second_factor(tx, member, &sealed).await
            })
            .await;
        set.unwrap();
    }

    fn url(&self, path: &str) -> String {
        self.scene.system.at(self.plane, path)
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None, &[]).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body), &[]).await
    }

    async fn once(&self, path: &str, body: Value, key: &str) -> Answer {
        self.call(Method::POST, path, Some(body), &[("idempotency-key", key)])
            .await
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut browser = Browser::new();
        let mut request = browser
            .request(method, &self.url(path))
            .bearer_auth(&self.shown);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        browser.send(request).await
    }

    /// The code that the person's authenticator shows now.
    fn code(&self) -> String {
        let secret = TotpSecret::try_from_base32(&*self.seed.to_base32()).unwrap();
        let totp = Builder::new().with_secret(secret).build_noncompliant();
        let now = u64::try_from(ambient::now().timestamp()).unwrap();
        totp.generate(now).to_string()
    }

    async fn step_up(&self) -> Answer {
        let path = match self.plane {
            Plane::Portal => "/api/v1/t/acme/step-up",
            _ => "/api/v1/step-up",
        };
        self.post(path, json!({ "code": self.code() })).await
    }
}

/// A token of this person, and what it is shown by.
async fn token(scene: &Scene, person: &Person, role: Role, may: May) -> (ApiToken, String) {
    let looks = if role.is_staff() {
        Action::ReadPlatform
    } else {
        Action::ReadTenant
    };
    let permit = role.permit(person, looks).unwrap();
    let command = CreateApiToken {
        name: Label::parse("a test").unwrap(),
        may,
        days: 1,
        hash_key: &KEY,
    };
    let mut rng = ambient::rng();
    let mut acting = Acting::person(&permit, ambient::now(), &mut rng, "req-test");
    let work = async |tx: &mut TenantTx| create_api_token(tx, command, &mut acting).await;
    let made = scene
        .company
        .place
        .approval()
        .tenant(person.tenant, work)
        .await;
    let (token, secret) = made.unwrap();
    (token, secret.reveal().to_owned())
}

fn problem(answer: &Answer, status: u16, kind: &str) -> Value {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    let problem = answer.json();
    let entry = problem["type"].as_str().unwrap();
    assert!(entry.starts_with("http"), "{problem}");
    assert!(
        entry.ends_with(&format!("/docs/errors#{kind}")),
        "{problem}"
    );
    assert_eq!(problem["request_id"], answer.header("x-request-id"));
    problem
}

async fn acts(scene: &Scene, action: &str) -> i64 {
    let administrator = scene.company.place.administrator().await;
    let count = "select count(*) from ledger.entry where action = $1";
    administrator
        .query_one(count, &[&action])
        .await
        .unwrap()
        .get(0)
}
