//! Credentials of one set of clients, each made the way it is made, and brought into a state.

use narthex_people::session::Surface;
use narthex_tests::{Browser, Plane};
use narthex_vocab::Environment::Production;
use serde_json::{Value, json};
use url::Url;

use super::super::{By, For, Kind, State};
use super::{CI, Clients, DEVICE, World, challenge};
use crate::scene::{self, CALLBACK, RESOURCE};
use crate::software_statements::Signer;

/// A name that nobody has.
pub(super) fn somebody() -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
    format!(
        "Person{}",
        NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
    )
}

/// Who makes them.
pub(super) struct Made<'a> {
    world: &'a World,
    pub(super) clients: Clients,
    key: &'a Signer,
}

impl<'a> Made<'a> {
    pub(super) fn new(world: &'a World, clients: Clients, key: &'a Signer) -> Self {
        Self {
            world,
            clients,
            key,
        }
    }

    /// Whose a credential is.
    pub(super) fn owner(&self, kind: Kind) -> String {
        match kind {
            Kind::Assertion => self.clients.signs.to_string(),
            Kind::WorkloadToken => self.clients.job.to_string(),
            Kind::Code
            | Kind::Refresh
            | Kind::DeviceCode
            | Kind::PushedRequest
            | Kind::ClientSecret
            | Kind::Exchanged => self.clients.app.id.clone(),
        }
    }

    /// One in this state; a stop of its client is the caller's.
    pub(super) async fn one(&self, kind: Kind, state: State) -> String {
        let over = state == State::Expired;
        let value = match kind {
            Kind::Code => self.code().await,
            Kind::Refresh => self.tokens().await["refresh_token"]
                .as_str()
                .unwrap()
                .to_owned(),
            Kind::Exchanged => self.tokens().await["access_token"]
                .as_str()
                .unwrap()
                .to_owned(),
            Kind::DeviceCode => self.device().await,
            Kind::PushedRequest => self.pushed().await,
            // One that is over cannot be had again, so it is of a second secret.
            Kind::ClientSecret if over => self.second_secret().await,
            Kind::ClientSecret => self.clients.app.secret.clone(),
            Kind::Assertion => self.assertion(over),
            Kind::WorkloadToken => self.workload_token(over),
        };
        match state {
            State::Used => self.use_up(kind, &value).await,
            State::Expired => self.let_expire(kind).await,
            State::Fresh | State::Suspended | State::Revoked => {}
        }
        value
    }

    async fn use_up(&self, kind: Kind, value: &str) {
        if kind == Kind::PushedRequest {
            let sql =
                "update issue.pushed_request set answered_at = now() where answered_at is null";
            return self.run(sql).await;
        }
        let own = (By::Itself, &self.clients);
        let seen = self.world.shown(kind, own, value, For::ItsResource).await;
        assert_eq!(seen, None, "{kind:?} is of no use at first");
    }

    async fn let_expire(&self, kind: Kind) {
        let sql = match kind {
            Kind::Code => "update issue.authorization_code set expires_at = now() where redeemed_at is null",
            Kind::Refresh => "update issue.refresh_token set idle_expires_at = now() where rotated_at is null",
            Kind::DeviceCode => {
                "update issue.device_code set created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour' where state = 'allowed'"
            }
            Kind::PushedRequest => {
                "update issue.pushed_request set created_at = created_at - interval '1 hour', expires_at = expires_at - interval '1 hour'"
            }
            Kind::Exchanged => "update issue.issuance set expires_at = now()",
            Kind::ClientSecret => {
                "update registry.credential set created_at = created_at - interval '90 days', expires_at = now()
                 where created_at = (select max(created_at) from registry.credential)"
            }
            Kind::Assertion | Kind::WorkloadToken => return,
        };
        self.run(sql).await;
    }

    async fn run(&self, sql: &str) {
        let administrator = self.world.scene.company.place.administrator().await;
        administrator.batch_execute(sql).await.unwrap();
    }

    async fn second_secret(&self) -> String {
        let company = &self.world.scene.company;
        let client = narthex_vocab::ClientId::parse(&self.clients.app.id).unwrap();
        // At most two are live: the one before goes.
        self.run("update registry.credential set state = 'revoked' where created_at < now() - interval '80 days' and state = 'active'")
            .await;
        scene::with_secret(company, Production, &client)
            .await
            .0
            .secret
    }

    /// A person's browser; a new person each time, since codes of devices are counted for each.
    async fn browser(&self) -> Browser {
        let company = &self.world.scene.company;
        let person = company.user(&somebody()).await;
        let cookie = scene::cookie(company, &person, Surface::User).await;
        Browser::new().with("narthex-user", &cookie)
    }

    fn request(&self) -> Vec<(&'static str, String)> {
        let own = |text: &str| text.to_owned();
        vec![
            ("client_id", self.clients.app.id.clone()),
            ("response_type", own("code")),
            ("redirect_uri", own(CALLBACK)),
            ("code_challenge", challenge()),
            ("code_challenge_method", own("S256")),
            ("scope", own("openid notes:read")),
            ("resource", own(RESOURCE)),
        ]
    }

    async fn code(&self) -> String {
        let mut browser = self.browser().await;
        let scene = &self.world.scene;
        let query = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(self.request())
            .finish();
        let door = scene.issuer_at(Plane::Token, Production, "authorize");
        let page = browser.get(&format!("{door}?{query}")).await;
        let left = scene.consent(&mut browser, &page, "allow").await;
        let address = left.header("refresh").strip_prefix("0; url=");
        let address = Url::parse(address.unwrap_or_else(|| panic!("{}", left.body))).unwrap();
        let code = address.query_pairs().find(|(name, _)| name == "code");
        code.unwrap().1.into_owned()
    }

    async fn tokens(&self) -> Value {
        let code = self.code().await;
        let form = [
            ("grant_type", "authorization_code"),
            ("code", &code),
            ("code_verifier", scene::VERIFIER),
        ];
        self.post("token", &form).await
    }

    async fn device(&self) -> String {
        let asked = self.asked().await;
        let mut browser = self.browser().await;
        let scene = &self.world.scene;
        let url = scene.issuer_at(Plane::Token, Production, "device");
        let csrf = browser.get(&url).await.field("csrf");
        let user_code = asked["user_code"].as_str().unwrap();
        let form = [("csrf", csrf.as_str()), ("user_code", user_code)];
        let page = browser.post(&url, &form).await;
        let (csrf, pending) = (page.field("csrf"), page.field("pending"));
        let form = [
            ("csrf", csrf.as_str()),
            ("pending", &pending),
            ("decision", "allow"),
        ];
        let done = browser.post(&format!("{url}/answer"), &form).await;
        assert_eq!(done.status, 200, "{}", done.body);
        asked["device_code"].as_str().unwrap().to_owned()
    }

    async fn asked(&self) -> Value {
        let form = [("scope", "openid notes:read"), ("resource", RESOURCE)];
        self.post("device_authorization", &form).await
    }

    async fn pushed(&self) -> String {
        let request = self.request();
        let form: Vec<_> = request
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let pushed = self.post("par", &form).await;
        pushed["request_uri"].as_str().unwrap().to_owned()
    }

    async fn post(&self, endpoint: &str, form: &[(&str, &str)]) -> Value {
        let url = self
            .world
            .scene
            .issuer_at(Plane::Token, Production, endpoint);
        let answer = Browser::new()
            .basic(&url, self.clients.app.basic(), form)
            .await;
        assert!(
            matches!(answer.status, 200 | 201),
            "{endpoint}: {}",
            answer.body
        );
        answer.json()
    }

    fn claims(&self, issuer: &str, subject: &str, over: bool) -> Value {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        let jti = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let now = narthex_tenancy::ambient::now().timestamp();
        let iat = if over { now - 400 } else { now };
        json!({ "iss": issuer, "sub": subject, "iat": iat, "exp": iat + 300, "jti": jti.to_string(),
            "aud": self.world.scene.system.at(Plane::Discovery, "/t/acme") })
    }

    fn assertion(&self, over: bool) -> String {
        let client = self.clients.signs.as_str();
        self.key.sign(&self.claims(client, client, over))
    }

    fn workload_token(&self, over: bool) -> String {
        let subject = format!("repo:acme/{}", self.key.jwk["x"].as_str().unwrap());
        self.world.platform.sign(&self.claims(CI, &subject, over))
    }

    /// One of each, by what it is.
    pub(super) async fn each(&self) -> Vec<(&'static str, String)> {
        let tokens = self.tokens().await;
        let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
        let asked = self.asked().await;
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
        header.typ = Some("dpop+jwt".to_owned());
        let proof = self.claims("x", "x", false);
        let user = self.browser().await;
        vec![
            ("code", self.code().await),
            ("device_code", self.device().await),
            ("user_code", asked["user_code"].as_str().unwrap().to_owned()),
            ("request_uri", self.pushed().await),
            ("refresh_token", text("refresh_token")),
            ("access_token", text("access_token")),
            ("id_token", text("id_token")),
            ("client_secret", self.clients.app.secret.clone()),
            ("assertion", self.assertion(false)),
            ("workload_token", self.workload_token(false)),
            ("dpop_proof", self.key.sign_as(&header, &proof)),
            ("session", user.cookies["narthex-user"].clone()),
            ("device_grant", DEVICE.to_owned()),
        ]
    }
}
