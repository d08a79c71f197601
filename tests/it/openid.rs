//! OpenID Connect as relying parties meet it, on the running product: the modules of the OpenID Foundation's conformance suite
//! under their own names, each with what the suite wants of it; keys of every algorithm; signing out. Every request has PKCE,
//! which OAuth 2.1 section 4.1.1 wants of every client and the suite takes.

mod algorithms;
mod basic_op;
mod config_op;
mod connected;
mod demanded;
mod logout;
mod silent;

use narthex_approval::{
    create_credential::{CreateCredential, create_credential},
    decide::{Decided, Outcome},
};
use narthex_tenancy::permission::{Action, Person};
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{ClientId, ClientMetadata, CodeVerifier, Environment};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use crate::cases::company::KEY;
use crate::scene::{CALLBACK, Machine, PASSWORD, Scene, VERIFIER};

/// Where the client's people come after they signed out.
const BYE: &str = "http://127.0.0.1:4711/bye";

/// A provider, a client of it that proves itself by a secret, and a person in a browser.
struct Op {
    scene: Scene,
    environment: Environment,
    client: Machine,
    method: &'static str,
    person: Person,
    browser: Browser,
}

/// What the client got.
struct Tokens {
    all: Value,
    /// The claims of the ID token, whose signature holds.
    id: Value,
}

impl Tokens {
    fn text(&self, member: &str) -> &str {
        let value = self.all[member].as_str();
        value.unwrap_or_else(|| panic!("no {member}: {}", self.all))
    }
}

impl Op {
    async fn new() -> Self {
        Self::with(Scene::new().await, Environment::Production, json!({})).await
    }

    /// With a client that registered these members, too.
    async fn with(scene: Scene, environment: Environment, members: Value) -> Self {
        let client = confidential(&scene, environment, members.clone()).await;
        let method = match members["token_endpoint_auth_method"].as_str() {
            Some("client_secret_post") => "client_secret_post",
            _ => "client_secret_basic",
        };
        let person = scene.user("Uma").await;
        let browser = scene.as_user(&person).await;
        Self {
            scene,
            environment,
            client,
            method,
            person,
            browser,
        }
    }

    fn at(&self, name: &str) -> String {
        self.scene.issuer_at(Plane::Token, self.environment, name)
    }

    fn issuer(&self) -> String {
        let path = match self.environment {
            Environment::Production => "/t/acme",
            Environment::Sandbox => "/t/acme/sandbox",
        };
        self.scene.system.at(Plane::Discovery, path)
    }

    /// The usual request of the client; what is named is replaced or added, and left out when it is empty.
    fn request(&self, change: &[(&str, &str)]) -> Vec<(String, String)> {
        let challenge = CodeVerifier::parse(VERIFIER).unwrap().challenge();
        let usual = [
            ("client_id", self.client.id.as_str()),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("scope", "openid"),
            ("state", "st-1"),
            ("nonce", "n-1"),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
        ];
        let is_changed = |name: &str| change.iter().any(|(own, _)| *own == name);
        let kept = usual.into_iter().filter(|(name, _)| !is_changed(name));
        let changed = change
            .iter()
            .copied()
            .filter(|(_, value)| !value.is_empty());
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        kept.chain(changed).map(owned).collect()
    }

    fn door(&self, change: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.request(change));
        format!("{}?{}", self.at("authorize"), query.finish())
    }

    /// Goes to the front door, signs in where that is wanted, allows what is asked, and is back at the client.
    async fn answer(&mut self, change: &[(&str, &str)]) -> Url {
        let page = self.browser.get(&self.door(change)).await;
        self.go_on(page).await
    }

    async fn go_on(&mut self, page: Answer) -> Url {
        if page.status == 303 && page.location().starts_with("/t/") {
            let page = self.follow(&page).await;
            if page.body.contains("type=\"password\"") {
                let back = self.sign_in(&page).await;
                let next = self.follow(&back).await;
                return self.leave(next).await;
            }
            return self.leave(page).await;
        }
        self.leave(page).await
    }

    async fn follow(&mut self, answer: &Answer) -> Answer {
        assert_eq!(answer.status, 303, "{}", answer.body);
        let url = self.scene.system.at(Plane::Token, answer.location());
        self.browser.get(&url).await
    }

    async fn sign_in(&mut self, page: &Answer) -> Answer {
        let (csrf, back) = (page.field("csrf"), page.field("continue"));
        let form = [
            ("csrf", csrf.as_str()),
            ("continue", &back),
            ("email", "Uma@people.example"),
            ("password", PASSWORD),
        ];
        let url = self.at("sign-in");
        self.browser.post(&url, &form).await
    }

    /// Allows what the page asks, if it is one that asks.
    async fn leave(&mut self, page: Answer) -> Url {
        if page.status == 303 {
            return Url::parse(page.location()).unwrap_or_else(|_| panic!("{}", page.location()));
        }
        assert_eq!(page.status, 200, "{}", page.body);
        let (csrf, pending) = (page.field("csrf"), page.field("pending"));
        let form = [
            ("csrf", csrf.as_str()),
            ("pending", &pending),
            ("decision", "allow"),
        ];
        let url = self.at("consent");
        let left = self.browser.post(&url, &form).await;
        assert_eq!(left.status, 200, "{}", left.body);
        let address = left.header("refresh").strip_prefix("0; url=").unwrap();
        Url::parse(address).unwrap()
    }

    /// The code at the end of an answer that has state and issuer.
    fn code(&self, answer: &Url) -> String {
        assert!(answer.as_str().starts_with(CALLBACK), "{answer}");
        assert_eq!(said(answer, "iss"), self.issuer());
        assert_eq!(said(answer, "state"), "st-1");
        let code = said(answer, "code");
        assert!(!code.is_empty(), "{answer}");
        code
    }

    /// The form of the token endpoint with the client's proof, as it is registered.
    async fn at_token(&self, form: &[(&str, &str)]) -> Answer {
        let url = self.at("token");
        let mut browser = Browser::new();
        if self.method == "client_secret_basic" {
            return browser.basic(&url, self.client.basic(), form).await;
        }
        let own = [
            ("client_id", self.client.id.as_str()),
            ("client_secret", self.client.secret.as_str()),
        ];
        let form: Vec<_> = form.iter().copied().chain(own).collect();
        browser.post(&url, &form).await
    }

    async fn redeem(&self, code: &str) -> Answer {
        let form = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", CALLBACK),
            ("code_verifier", VERIFIER),
        ];
        self.at_token(&form).await
    }

    /// All of it: the tokens for a request, with an ID token that holds.
    async fn tokens(&mut self, change: &[(&str, &str)]) -> Tokens {
        let answer = self.answer(change).await;
        self.tokens_of(&answer).await
    }

    async fn tokens_of(&self, answer: &Url) -> Tokens {
        let redeemed = self.redeem(&self.code(answer)).await;
        assert_eq!(redeemed.status, 200, "{}", redeemed.body);
        assert_eq!(redeemed.header("cache-control"), "no-store");
        let all = redeemed.json();
        let id = self.read(all["id_token"].as_str().unwrap()).await;
        assert_eq!(id["iss"], self.issuer());
        assert_eq!(id["aud"], self.client.id);
        assert_eq!(id["sub"], self.person.member.to_string());
        Tokens { all, id }
    }

    /// The claims of a token of this issuer, by the key that its header names and the algorithm of that key alone.
    async fn read(&self, token: &str) -> Value {
        let header = jsonwebtoken::decode_header(token).unwrap();
        let keys = self.keys().await;
        let key = keys
            .iter()
            .find(|key| key["kid"] == header.kid.as_deref().unwrap());
        let key = key.expect("the key set has the key");
        let algorithm: jsonwebtoken::Algorithm = key["alg"].as_str().unwrap().parse().unwrap();
        let jwk = serde_json::from_value(key.clone()).unwrap();
        let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
        let mut rules = jsonwebtoken::Validation::new(algorithm);
        rules.validate_aud = false;
        jsonwebtoken::decode::<Value>(token, &key, &rules)
            .unwrap()
            .claims
    }

    async fn keys(&self) -> Vec<Value> {
        let url = self
            .scene
            .issuer_at(Plane::Discovery, self.environment, "jwks");
        let answer = Browser::new().get(&url).await;
        answer.json()["keys"].as_array().unwrap().clone()
    }

    async fn userinfo(&self, token: &str) -> Value {
        let url = self.at("userinfo");
        let mut browser = Browser::new();
        let request = browser
            .request(reqwest::Method::GET, &url)
            .bearer_auth(token);
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }
}

/// A parameter of an answer; empty when it is not there.
fn said(answer: &Url, name: &str) -> String {
    let found = answer.query_pairs().find(|(own, _)| own == name);
    found.map_or_else(String::new, |(_, value)| value.into_owned())
}

/// An approved client of people with a secret.
async fn confidential(scene: &Scene, environment: Environment, members: Value) -> Machine {
    let mut sent = json!({
        "client_name": "Notes by Web",
        "redirect_uris": [CALLBACK],
        "post_logout_redirect_uris": [BYE],
        "grant_types": ["authorization_code", "refresh_token"],
        "token_endpoint_auth_method": "client_secret_basic",
    });
    let members = members.as_object().unwrap().clone();
    sent.as_object_mut().unwrap().extend(members);
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let company = &scene.company;
    let ask = [(environment, company.reach(environment, "notes:read", &[]))];
    let onboarded = company.onboard(metadata, &ask).await.unwrap();
    let request = onboarded.requests[0].request;
    let client_id: ClientId = match company.decide(request, Outcome::Approve).await.unwrap() {
        Decided::Activated(client) => client.client_id,
        other => panic!("{other:?}"),
    };
    let command = CreateCredential {
        environment,
        client_id: client_id.clone(),
        hash_key: &KEY,
    };
    let action = match environment {
        Environment::Sandbox => Action::CreateSandboxCredential,
        Environment::Production => Action::CreateProductionCredential,
    };
    let created = company.owned(action, async |tx, acting| {
        create_credential(tx, command, acting).await
    });
    Machine {
        id: client_id.as_str().to_owned(),
        secret: created.await.unwrap().secret.reveal().to_owned(),
    }
}
