//! The world of the replay matrix: clients of every kind in four places, and credentials of theirs in every state, made by
//! the product itself. It expects nothing.

mod made;

use narthex_approval::suspend::Stop;
use narthex_people::session::Surface;
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::Environment::{self, Production, Sandbox};
use narthex_vocab::{ClientId, CodeVerifier};
use serde_json::{Value, json};

use self::made::Made;
use super::{By, For, Kind, State};
use crate::cases::company::Company;
use crate::scene::{self, CALLBACK, Machine, RESOURCE, Scene, VERIFIER};
use crate::software_statements::Signer;

pub(super) const CI: &str = "https://ci.example/oidc";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";
const BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const BY_JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// Parameters of a call.
pub(super) type Form = Vec<(&'static str, String)>;

/// The clients of one place: one with a secret for every grant, one with a key, one that is a workload.
#[derive(Clone)]
pub(super) struct Clients {
    pub(super) app: Machine,
    pub(super) signs: ClientId,
    pub(super) job: ClientId,
}

pub(super) struct World {
    pub(super) scene: Scene,
    neighbour: Company,
    pub(super) key: Signer,
    pub(super) platform: Signer,
    pub(super) own: Clients,
    another: Clients,
    in_sandbox: Clients,
    theirs: Clients,
}

impl World {
    pub(super) async fn new() -> Self {
        let scene = Scene::new().await;
        let neighbour = scene.company.neighbour().await;
        let (key, platform) = (Signer::new(), Signer::new());
        let keys = [&key, &Signer::new(), &Signer::new(), &Signer::new()];
        let company = &scene.company;
        let own = clients(company, Production, keys[0]).await;
        let another = clients(company, Production, keys[1]).await;
        let in_sandbox = clients(company, Sandbox, keys[2]).await;
        let theirs = clients(&neighbour, Production, keys[3]).await;
        let world = Self {
            own,
            another,
            in_sandbox,
            theirs,
            key,
            platform,
            neighbour,
            scene,
        };
        for environment in [Production, Sandbox] {
            world.trusts_the_platform(environment).await;
        }
        world
    }

    async fn trusts_the_platform(&self, environment: Environment) {
        let mut owner = self.scene.in_portal(&self.scene.company.owner).await;
        let path = format!("/t/acme/{environment}/settings/statements");
        let url = self.scene.system.at(Plane::Portal, &path);
        let csrf = owner.get(&url).await.field("csrf");
        let jwks = self.platform.jwk.to_string();
        let form = [
            ("csrf", csrf.as_str()),
            ("issuer", CI),
            ("counts_for", "workloads"),
            ("jwks", &jwks),
        ];
        assert_eq!(owner.post(&url, &form).await.status, 303);
    }

    /// One cell: the code of the refusal, `None` for tokens (or, of a pushed request, for the page that asks).
    pub(super) async fn show(
        &self,
        kind: Kind,
        by: By,
        state: State,
        target: For,
    ) -> Option<String> {
        // Who is revoked does not come back: such a cell has clients of its own.
        let company = &self.scene.company;
        let key = Signer::new();
        let made = if state == State::Revoked {
            let own = clients(company, Production, &key).await;
            Made::new(self, own, &key)
        } else {
            Made::new(self, self.own.clone(), &self.key)
        };
        let value = made.one(kind, state).await;
        let owner = made.owner(kind);
        if let Some(stop) = stops(state) {
            self.scene.stop(&owner, Production, stop).await;
        }
        let seen = self.shown(kind, (by, &made.clients), &value, target).await;
        if state == State::Suspended {
            self.scene.stop(&owner, Production, Stop::Resume).await;
        }
        seen
    }

    async fn shown(
        &self,
        kind: Kind,
        (by, own): (By, &Clients),
        value: &str,
        target: For,
    ) -> Option<String> {
        let (clients, place) = match by {
            By::Itself => (own, "/t/acme/production"),
            By::Another => (&self.another, "/t/acme/production"),
            By::OtherEnvironment => (&self.in_sandbox, "/t/acme/sandbox"),
            By::OtherTenant => (&self.theirs, "/t/globex/production"),
        };
        let resource = match target {
            For::ItsResource => RESOURCE,
            For::AnotherResource => "https://other.example/",
        };
        if kind == Kind::PushedRequest {
            return self.pushed(clients, place, value, (by, resource)).await;
        }
        let mut form = form_of(kind, clients, value);
        form.push(("resource", resource.to_owned()));
        let url = self
            .scene
            .system
            .at(Plane::Token, &format!("{place}/token"));
        let answer = send(&url, (kind, &clients.app), &form).await;
        match answer.status {
            200 => {
                assert!(answer.json()["access_token"].is_string(), "{}", answer.body);
                None
            }
            _ => Some(
                answer.json()["error"]
                    .as_str()
                    .unwrap_or("no code")
                    .to_owned(),
            ),
        }
    }

    async fn pushed(
        &self,
        clients: &Clients,
        place: &str,
        value: &str,
        (by, resource): (By, &str),
    ) -> Option<String> {
        let company = if by == By::OtherTenant {
            &self.neighbour
        } else {
            &self.scene.company
        };
        let person = company.user(&made::somebody()).await;
        let cookie = scene::cookie(company, &person, Surface::User).await;
        let mut browser = Browser::new().with("narthex-user", &cookie);
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", &clients.app.id)
            .append_pair("request_uri", value)
            .append_pair("resource", resource)
            .finish();
        let url = self
            .scene
            .system
            .at(Plane::Token, &format!("{place}/authorize?{query}"));
        let page = browser.get(&url).await;
        let asks = page.status == 200 && page.body.contains("name=\"pending\"");
        assert!(
            asks || matches!(page.status, 400 | 403),
            "{}: {}",
            page.status,
            page.body
        );
        (!asks).then(|| "a page".to_owned())
    }

    /// One of each kind of credential, by what it is.
    pub(super) async fn one_of_each(&self) -> Vec<(&'static str, String)> {
        Made::new(self, self.own.clone(), &self.key).each().await
    }

    /// Every place of the token endpoint where a value could be taken for something.
    pub(super) fn slots(&self, value: &str) -> Vec<(&'static str, Form)> {
        let own = |grant: &str, name: &'static str| {
            vec![("grant_type", grant.to_owned()), (name, value.to_owned())]
        };
        let signed = |kind: &str| {
            vec![
                ("grant_type", "client_credentials".to_owned()),
                ("client_assertion_type", kind.to_owned()),
                ("client_assertion", value.to_owned()),
            ]
        };
        let mut code = own("authorization_code", "code");
        code.push(("code_verifier", VERIFIER.to_owned()));
        let mut subject = own(EXCHANGE, "subject_token");
        subject.push(("subject_token_type", ACCESS_TOKEN.to_owned()));
        let mut secret = own("client_credentials", "client_secret");
        secret.push(("client_id", self.own.app.id.clone()));
        vec![
            ("code", code),
            ("refresh_token", own("refresh_token", "refresh_token")),
            ("device_code", own(DEVICE, "device_code")),
            ("access_token", subject),
            ("workload_token", own(BEARER, "assertion")),
            ("assertion", signed(BY_JWT)),
            (
                "svid",
                signed("urn:ietf:params:oauth:client-assertion-type:jwt-spiffe"),
            ),
            ("client_secret_post", secret),
        ]
    }

    /// Sends a form, with the app's own secret where the form proves nobody.
    pub(super) async fn sends(&self, environment: Environment, form: &Form) -> Answer {
        let url = self.scene.token(environment);
        let proves = ["client_assertion", "client_secret", "assertion"];
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        if form.iter().any(|(name, _)| proves.contains(name)) {
            Browser::new().post(&url, &form).await
        } else {
            Browser::new()
                .basic(&url, self.own.app.basic(), &form)
                .await
        }
    }

    /// Whether it counts as an access token, by place.
    pub(super) async fn is_live(&self, value: &str) -> Vec<(&'static str, bool)> {
        let notes = self.scene.notes(Production).await;
        let known = self.scene.introspect(Production, &notes, value).await;
        let asked = self
            .scene
            .may_call(Production, &notes, (&self.own.app.id, value))
            .await;
        let userinfo = self.scene.issuer_at(Plane::Token, Production, "userinfo");
        let info = Browser::new()
            .post(&userinfo, &[("access_token", value)])
            .await;
        vec![
            ("introspection", known["active"] == true),
            ("the decision API", asked["decision"] == true),
            ("userinfo", info.status == 200),
        ]
    }
}

const fn stops(state: State) -> Option<Stop> {
    match state {
        State::Suspended => Some(Stop::Suspend),
        State::Revoked => Some(Stop::Revoke),
        State::Fresh | State::Used | State::Expired => None,
    }
}

/// How a credential is shown by these clients.
fn form_of(kind: Kind, clients: &Clients, value: &str) -> Form {
    let value = value.to_owned();
    let grant = |grant: &str, name: &'static str| {
        vec![("grant_type", grant.to_owned()), (name, value.clone())]
    };
    let signed = |client: &ClientId| {
        vec![
            ("grant_type", "client_credentials".to_owned()),
            ("client_id", client.to_string()),
            ("client_assertion_type", BY_JWT.to_owned()),
            ("client_assertion", value.clone()),
        ]
    };
    match kind {
        Kind::Code => {
            let mut form = grant("authorization_code", "code");
            form.push(("code_verifier", VERIFIER.to_owned()));
            form.push(("redirect_uri", CALLBACK.to_owned()));
            form
        }
        Kind::Refresh => grant("refresh_token", "refresh_token"),
        Kind::DeviceCode => grant(DEVICE, "device_code"),
        Kind::Exchanged => {
            let mut form = grant(EXCHANGE, "subject_token");
            form.push(("subject_token_type", ACCESS_TOKEN.to_owned()));
            form
        }
        Kind::Assertion => signed(&clients.signs),
        Kind::WorkloadToken => signed(&clients.job),
        Kind::ClientSecret => vec![
            ("grant_type", "client_credentials".to_owned()),
            ("secret", value),
        ],
        Kind::PushedRequest => Vec::new(),
    }
}

/// Sends it, with the secret of the one who shows it where the credential is none.
async fn send(url: &str, (kind, app): (Kind, &Machine), form: &Form) -> Answer {
    let secret = form.iter().find(|(name, _)| *name == "secret");
    let sent: Vec<_> = form
        .iter()
        .filter(|(name, _)| *name != "secret")
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    match (kind, secret) {
        (_, Some((_, secret))) => Browser::new().basic(url, (&app.id, secret), &sent).await,
        (Kind::Assertion | Kind::WorkloadToken, None) => Browser::new().post(url, &sent).await,
        (_, None) => Browser::new().basic(url, app.basic(), &sent).await,
    }
}

async fn clients(company: &Company, environment: Environment, key: &Signer) -> Clients {
    let approved = async |sent: &Value| {
        let reach = company.reach(environment, "notes:read", &["list_notes"]);
        scene::approved(company, environment, sent, reach).await.0
    };
    let app = json!({ "client_name": "App", "redirect_uris": [CALLBACK],
        "grant_types": ["authorization_code", "refresh_token", "client_credentials", DEVICE, EXCHANGE],
        "token_endpoint_auth_method": "client_secret_basic" });
    let signs = json!({ "client_name": "Signs", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt", "jwks": { "keys": [key.jwk] } });
    let job = json!({ "client_name": "Job", "grant_types": ["client_credentials", BEARER],
        "token_endpoint_auth_method": "workload_jwt",
        "workload_identity": { "issuer": CI, "subject": format!("repo:acme/{}", key.jwk["x"].as_str().unwrap()) } });
    let app = approved(&app).await;
    Clients {
        app: scene::with_secret(company, environment, &app).await.0,
        signs: approved(&signs).await,
        job: approved(&job).await,
    }
}

/// The challenge that codes are made with.
pub(super) fn challenge() -> String {
    CodeVerifier::parse(VERIFIER)
        .unwrap()
        .challenge()
        .as_str()
        .to_owned()
}
