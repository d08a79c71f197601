//! What receivers hear of (OpenID Shared Signals Framework 1.0, CAEP 1.0, RISC 1.0): by polling, by being pushed to, and what the
//! portal shows of it. Everything runs; the receivers are real servers and real callers.

mod page;
mod poll;
mod push;
mod strangers;

use std::time::{Duration, Instant};

use narthex::outbound::TestHosts;
use narthex_approval::catalogue::{
    AddResource, AddScope, CreateResourceCredential, add_resource, add_scope,
    create_resource_credential,
};
use narthex_approval::prose::Prose;
use narthex_tenancy::catalogue::ResourceKind;
use narthex_tenancy::permission::Action;
use narthex_tests::{Answer, Browser, FakeHost, Plane, System};
use narthex_vocab::{Environment, Label, ResourceUri, Risk, Scope};
use reqwest::Method;
use serde_json::{Value, json};

use crate::cases::company::{Company, KEY};
use crate::scene::{Machine, RESOURCE, Scene};

const PRODUCTION: Environment = Environment::Production;
const POLL: &str = "urn:ietf:rfc:8936";
const PUSH: &str = "urn:ietf:rfc:8935";

fn caep(event: &str) -> String {
    format!("https://schemas.openid.net/secevent/caep/event-type/{event}")
}

fn risc(event: &str) -> String {
    format!("https://schemas.openid.net/secevent/risc/event-type/{event}")
}

fn ssf(event: &str) -> String {
    format!("https://schemas.openid.net/secevent/ssf/event-type/{event}")
}

/// The server of a resource, by its secret.
#[derive(Debug, Clone)]
struct Receiver {
    /// `https://…/t/…/events`
    at: String,
    keys: String,
    machine: Machine,
}

impl Receiver {
    /// The notes of the company.
    async fn notes(scene: &Scene, environment: Environment) -> Self {
        Self::new(scene, ("acme", environment), scene.notes(environment).await)
    }

    fn new(scene: &Scene, (tenant, environment): (&str, Environment), machine: Machine) -> Self {
        let path = |name: &str| format!("/t/{tenant}/{environment}/{name}");
        Self {
            at: scene.system.at(Plane::Token, &path("events")),
            keys: scene.system.at(Plane::Discovery, &path("jwks")),
            machine,
        }
    }

    async fn call(&self, method: Method, name: &str, body: Option<&Value>) -> Answer {
        let mut browser = Browser::new();
        let request = browser.request(method, &format!("{}/{name}", self.at));
        let request = request.basic_auth(&self.machine.id, Some(&self.machine.secret));
        let request = match body {
            Some(body) => request.json(body),
            None => request,
        };
        browser.send(request).await
    }

    async fn post(&self, name: &str, body: &Value) -> Answer {
        self.call(Method::POST, name, Some(body)).await
    }

    async fn get(&self, name: &str) -> Answer {
        self.call(Method::GET, name, None).await
    }

    /// Begins its stream; the id.
    async fn begin(&self, body: &Value) -> String {
        let made = self.post("stream", body).await;
        assert_eq!(made.status, 201, "{}", made.body);
        made.json()["stream_id"].as_str().unwrap().to_owned()
    }

    async fn begin_polling(&self) -> String {
        self.begin(&json!({ "delivery": { "method": POLL } })).await
    }

    async fn begin_pushing(&self, host: &FakeHost) -> String {
        let endpoint = format!("https://{}/events", host.host);
        let delivery = json!({ "method": PUSH, "endpoint_url": endpoint });
        self.begin(&json!({ "delivery": delivery })).await
    }

    /// The events that wait now: their ids and checked claims, in any order.
    async fn poll(&self, body: &Value) -> Vec<(String, Value)> {
        let answer = self.post("poll", body).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        let mut events = Vec::new();
        for (jti, set) in answer.json()["sets"].as_object().unwrap() {
            let claims = self.read(set.as_str().unwrap()).await;
            assert_eq!(claims["jti"], *jti);
            events.push((jti.clone(), claims));
        }
        events
    }

    /// What waits, acknowledged.
    async fn take(&self, body: &Value) -> Vec<Value> {
        let events = self.poll(body).await;
        let ack: Vec<_> = events.iter().map(|(jti, _)| jti).collect();
        let done = json!({ "ack": ack, "maxEvents": 0, "returnImmediately": true });
        assert_eq!(self.post("poll", &done).await.status, 200);
        events.into_iter().map(|(_, claims)| claims).collect()
    }

    /// Takes what comes until this many events are there.
    async fn hears(&self, count: usize) -> Vec<Value> {
        let (began, mut all) = (Instant::now(), Vec::new());
        while all.len() < count && began.elapsed() < Duration::from_secs(15) {
            all.extend(self.take(&json!({})).await);
        }
        assert_eq!(all.len(), count, "{all:?}");
        all
    }

    /// That nothing waits, a moment after everything that happened.
    async fn hears_nothing(&self) {
        tokio::time::sleep(Duration::from_millis(1_200)).await;
        let heard = self.poll(&json!({ "returnImmediately": true })).await;
        assert_eq!(heard, [], "{heard:?}");
    }

    /// The claims of a token that holds by the issuer's published keys.
    async fn read(&self, set: &str) -> Value {
        let header = jsonwebtoken::decode_header(set).unwrap();
        assert_eq!(header.typ.as_deref(), Some("secevent+jwt"));
        assert_eq!(header.alg, jsonwebtoken::Algorithm::RS256);
        let keys = Browser::new().get(&self.keys).await.json();
        let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys).unwrap();
        let key = keys.find(header.kid.as_deref().unwrap()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(key).unwrap();
        let mut validation = jsonwebtoken::Validation::new(header.alg);
        validation.validate_aud = false;
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let claims: Value = jsonwebtoken::decode(set, &key, &validation).unwrap().claims;
        assert_eq!(claims.get("exp"), None, "RFC 8417 section 4.6");
        assert_eq!(claims.get("sub"), None, "RFC 8417 section 4.3");
        assert_eq!(claims["events"].as_object().unwrap().len(), 1);
        claims
    }
}

/// The one event that is of this type.
fn of<'a>(heard: &'a [Value], event: &str) -> &'a Value {
    let mut found = heard
        .iter()
        .filter(|claims| claims["events"].get(event).is_some());
    let one = found
        .next()
        .unwrap_or_else(|| panic!("no {event}: {heard:?}"));
    assert!(found.next().is_none(), "{event} twice: {heard:?}");
    one
}

/// A second resource of the company, with a scope of its own and a secret.
async fn another(company: &Company, environment: Environment) -> Machine {
    let command = AddResource {
        environment,
        identifier: ResourceUri::parse("https://photos.example/api").unwrap(),
        name: Label::parse("Photos").unwrap(),
        kind: ResourceKind::Api,
    };
    let resource = company.owned(Action::EditCatalogue, async |tx, acting| {
        add_resource(tx, command, acting).await
    });
    let resource = resource.await.unwrap().id;
    let command = AddScope {
        environment,
        resource,
        scope: Scope::parse("photos:read").unwrap(),
        description: Prose::parse("Read your photos").unwrap(),
        risk: Risk::Read,
        open: false,
    };
    let added = company.owned(Action::EditCatalogue, async |tx, acting| {
        add_scope(tx, command, acting).await
    });
    added.await.unwrap();
    let command = CreateResourceCredential {
        environment,
        resource,
        hash_key: &KEY,
    };
    let made = company.owned(Action::EditCatalogue, async |tx, acting| {
        create_resource_credential(tx, command, acting).await
    });
    Machine {
        id: resource.to_string(),
        secret: made.await.unwrap().secret.reveal().to_owned(),
    }
}

/// The product with these hosts in the outside world.
async fn with_hosts(hosts: &[&FakeHost]) -> Scene {
    let company = Company::new().await;
    let mut all = TestHosts::default();
    for host in hosts {
        let TestHosts { hosts, roots } = host.test_hosts();
        all.hosts.extend(hosts);
        all.roots.extend(roots);
    }
    let system = System::with_hosts(&company.place, [7; 32], all).await;
    Scene { company, system }
}

/// One value of the database, as JSON.
async fn row(scene: &Scene, query: &str) -> Value {
    let administrator = scene.company.place.administrator().await;
    let row = administrator.query_one(query, &[]).await.unwrap();
    serde_json::from_str(row.get(0)).unwrap()
}

async fn run(scene: &Scene, statement: &str) {
    let administrator = scene.company.place.administrator().await;
    administrator.batch_execute(statement).await.unwrap();
}

/// Waits for something of the database.
async fn until(scene: &Scene, query: &str, holds: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    for _ in 0..150 {
        last = row(scene, query).await;
        if holds(&last) {
            return last;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{query}: {last}");
}
