//! A host that publishes a document, the product that fetches it, and a person who comes with it.

use std::time::Duration;

use narthex_approval::{
    decide::{Decided, Outcome},
    integration::Operator,
    link::{Link, Linked, link},
};
use narthex_tenancy::permission::{Action, Person};
use narthex_tests::{Answer, Browser, FakeHost, Plane, System};
use narthex_vocab::{ClientId, Environment, Label};
use serde_json::{Value, json};

use crate::cases::company::Company;
use crate::scene::{CALLBACK, Scene};

pub(crate) const HOST: &str = "app.example";
pub(crate) const PATH: &str = "/oauth/client.json";
pub(crate) const PRODUCTION: Environment = Environment::Production;

/// A running product that finds one host.
pub(crate) struct Bench {
    pub(crate) scene: Scene,
    pub(crate) host: FakeHost,
    pub(crate) client: ClientId,
}

/// The document of `client`, as products publish it.
pub(crate) fn document(client: &ClientId) -> Value {
    json!({
        "client_id": client,
        "client_name": "App",
        "client_uri": format!("https://{HOST}/"),
        "redirect_uris": [CALLBACK, format!("https://{HOST}/callback")],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "none",
    })
}

impl Bench {
    /// A host with a good document.
    pub(crate) async fn new() -> Self {
        let bench = Self::silent().await;
        bench.host.publish_at(PATH, &document(&bench.client));
        bench
    }

    /// A host with nothing.
    pub(crate) async fn silent() -> Self {
        let host = FakeHost::start(HOST).await;
        let company = Company::new().await;
        let system = System::with_hosts(&company.place, [7; 32], host.test_hosts()).await;
        Self {
            scene: Scene { company, system },
            host,
            client: ClientId::parse(&format!("https://{HOST}{PATH}")).unwrap(),
        }
    }

    pub(crate) async fn person(&self, name: &str) -> (Person, Browser) {
        let person = self.scene.user(name).await;
        let browser = self.scene.as_user(&person).await;
        (person, browser)
    }

    /// What a browser comes to that follows the front door until a page stands still.
    pub(crate) async fn arrive(&self, browser: &mut Browser) -> Answer {
        let door = self.scene.front_door(&self.client, &[]);
        self.follow(browser, &door).await
    }

    /// The same from any page.
    pub(crate) async fn follow(&self, browser: &mut Browser, url: &str) -> Answer {
        let mut url = url.to_owned();
        for _ in 0..100 {
            let answer = browser.get(&url).await;
            if answer.status == 303 {
                url = self.scene.system.at(Plane::Token, answer.location());
            } else if answer.body.contains("Checking this app") {
                assert_eq!(answer.header("refresh"), "3");
                tokio::time::sleep(Duration::from_millis(100)).await;
            } else {
                return answer;
            }
        }
        panic!("{url} never stands still");
    }

    /// The person asks on the page of the undecided; the address of the page that waits.
    pub(crate) async fn ask(&self, browser: &mut Browser, page: &Answer) -> String {
        let (csrf, pending) = (page.field("csrf"), page.field("pending"));
        let form = [
            ("csrf", csrf.as_str()),
            ("pending", &pending),
            ("reason", "I need it."),
        ];
        let ask = self.scene.issuer_at(Plane::Token, PRODUCTION, "ask");
        let waiting = browser.post(&ask, &form).await;
        self.scene.system.at(Plane::Token, waiting.location())
    }

    pub(crate) async fn link(&self, sponsor: &Person) -> Linked {
        let command = Link {
            environment: PRODUCTION,
            client_id: self.client.clone(),
            name: Label::parse("App").unwrap(),
            operator: Operator::Agent,
            sponsor: Some(sponsor.member),
            scopes: None,
        };
        let company = &self.scene.company;
        let linked = company.reviewed(Action::HandleQuarantine, async |tx, acting| {
            link(tx, command, acting).await
        });
        linked.await.unwrap()
    }

    /// A client that somebody asked for and that was let in, and the browser of who asked.
    pub(crate) async fn let_in(&self) -> Browser {
        let (uma, mut browser) = self.person("Uma").await;
        let page = self.arrive(&mut browser).await;
        self.ask(&mut browser, &page).await;
        let linked = self.link(&uma).await;
        let decided = self.scene.company.decide(linked.request, Outcome::Approve);
        let decided = decided.await.unwrap();
        assert!(matches!(decided, Decided::Activated(_)), "{decided:?}");
        browser
    }

    /// One value of the database.
    pub(crate) async fn count(&self, query: &str) -> i64 {
        let administrator = self.scene.company.place.administrator().await;
        administrator.query_one(query, &[]).await.unwrap().get(0)
    }

    /// As if the document's time were over, and its client used: it is looked at again.
    pub(crate) async fn used_later(&self, browser: &mut Browser) {
        let looks = self.host.paths().len();
        let administrator = self.scene.company.place.administrator().await;
        let over =
            "update intake.document set fresh_until = now(), looked_at = now() - interval '1 hour'";
        administrator.batch_execute(over).await.unwrap();
        browser.get(&self.scene.front_door(&self.client, &[])).await;
        for _ in 0..100 {
            if self.host.paths().len() > looks {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("nobody looked again");
    }

    /// Until this counts one.
    pub(crate) async fn until(&self, query: &str) {
        for _ in 0..100 {
            if self.count(query).await == 1 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("never: {query}");
    }

    /// The document with other members.
    pub(crate) fn with(&self, changes: &Value) -> Value {
        let mut body = document(&self.client);
        for (name, value) in changes.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }
}
