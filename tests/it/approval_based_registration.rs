//! Registration that is answered after a decision (draft-dellaert-oauth-approval-based-dcr), on the running product: an
//! app registers and polls, a person of the tenant enters its code, a reviewer decides.

mod bounds;
mod hostile;
mod journey;

use narthex_approval::{
    decide::{Decided, Outcome},
    request::RequestRef,
};
use narthex_tenancy::permission::Person;
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{Environment, RegistrationMode};
use serde_json::{Value, json};

use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;

/// An app that has registered and holds its codes.
pub(crate) struct App<'a> {
    scene: &'a Scene,
    environment: Environment,
    browser: Browser,
    codes: Value,
}

/// A confidential client that acts for itself.
pub(crate) fn service() -> Value {
    json!({
        "client_name": "Night Shift",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic",
        "scope": "notes:read notes:write nothing:here",
        "registration_mode": ["approval", "by-post"],
    })
}

pub(crate) async fn scene() -> Scene {
    let scene = Scene::new().await;
    for environment in Environment::ALL.iter().copied() {
        let mode = RegistrationMode::Approval;
        scene.company.takes(environment, mode).await.unwrap();
    }
    scene
}

impl<'a> App<'a> {
    pub(crate) async fn registered(
        scene: &'a Scene,
        environment: Environment,
        body: &Value,
    ) -> Self {
        let mut browser = Browser::new();
        let answer = browser.json(&scene.register(environment), body).await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        assert_eq!(answer.header("cache-control"), "no-store");
        Self {
            scene,
            environment,
            browser,
            codes: answer.json(),
        }
    }

    fn code(&self, name: &str) -> &str {
        self.codes[name].as_str().unwrap()
    }

    /// Sends the registration code, with these members beside it.
    async fn send(&mut self, mut beside: Value) -> Answer {
        beside["registration_code"] = self.codes["registration_code"].clone();
        let url = self.scene.register(self.environment);
        self.browser.json(&url, &beside).await
    }

    /// Polls, as if the interval had passed.
    async fn poll(&mut self) -> Answer {
        self.run("update intake.deferral set polled_at = null")
            .await;
        self.send(json!({})).await
    }

    async fn cancel(&mut self) -> Answer {
        self.send(json!({ "cancel_registration": true })).await
    }

    /// Polls until the answer is another one than 202.
    pub(crate) async fn answer(&mut self) -> Answer {
        for _ in 0..100 {
            let answer = self.poll().await;
            if answer.status != 202 {
                return answer;
            }
            assert_eq!(answer.body, "");
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        panic!("nobody answers");
    }

    fn verify(&self) -> String {
        let path = format!("/t/acme/{}/verify", self.environment);
        self.scene.system.at(Plane::Portal, &path)
    }

    /// The person does this with the code of the app.
    pub(crate) async fn entered(
        &self,
        person: &Person,
        step: &str,
        beside: &[(&str, &str)],
    ) -> Answer {
        let mut browser = self.scene.in_portal(person).await;
        let page = browser.get(&self.verify()).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let csrf = page.field("csrf");
        let code = self.code("verification_code");
        let mut form = vec![("csrf", csrf.as_str()), ("code", code), ("step", step)];
        form.extend(beside);
        browser.post(&self.verify(), &form).await
    }

    /// The owner vouches for it: the case.
    async fn vouched(&self) -> RequestRef {
        let known = [("name", "Night Shift"), ("operator", "partner")];
        let owner = &self.scene.company.owner;
        let answer = self.entered(owner, "vouch", &known).await;
        let (_, rest) = answer.location().split_once("/requests/").unwrap();
        let (id, _) = rest.split_once('?').unwrap();
        RequestRef {
            environment: self.environment,
            id: id.parse().unwrap(),
            version: 1,
        }
    }

    pub(crate) async fn approved(&self) {
        let request = self.vouched().await;
        let decided = self.scene.company.decide(request, Outcome::Approve).await;
        assert!(matches!(decided, Ok(Decided::Activated(_))), "{decided:?}");
    }

    async fn run(&self, sql: &str) {
        let administrator = self.scene.company.place.administrator().await;
        administrator.batch_execute(sql).await.unwrap();
    }

    /// One value of the database, as text.
    async fn seen(&self, sql: &str) -> Option<String> {
        let administrator = self.scene.company.place.administrator().await;
        administrator.query_one(sql, &[]).await.unwrap().get(0)
    }
}

fn says(answer: &Answer, (status, error): (u16, &str)) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.json()["error"], error, "{}", answer.body);
    assert_eq!(answer.header("cache-control"), "no-store");
}
