//! A company whose product runs: clients that were approved, people who can sign in, sessions, resources with secrets.
//! Everything is made by the product's own verbs; it holds no expectation.

mod approved;

use narthex_approval::{
    catalogue::{CreateResourceCredential, create_resource_credential},
    decide::{Decided, Outcome},
    prose::Reason,
    suspend::{Stop, Suspend, suspend},
};
use narthex_people::{
    account,
    password::{Cost, Password, Passwords},
    session::{self, Begun, Surface, Whence},
};
use narthex_tenancy::{
    StoreError, ambient,
    permission::{Action, Person, Role},
};
use narthex_tests::{Answer, Browser, Plane, System};
use narthex_vocab::{ClientId, CodeVerifier, Environment, Id, PLATFORM_TENANT, kind};
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

pub(crate) use self::approved::{History, approved, machine, machine_and_history, with_secret};
use crate::cases::company::{self, Company, KEY};

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// What clients of people are registered with; any port of it is theirs.
pub(crate) const CALLBACK: &str = company::LOOPBACK;
pub(crate) const RESOURCE: &str = "https://notes.example/mcp";

/// One company and the running product.
pub(crate) struct Scene {
    pub(crate) company: Company,
    pub(crate) system: System,
}

/// Something with an identifier and a secret: a client or a resource.
#[derive(Debug, Clone)]
pub(crate) struct Machine {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Machine {
    pub(crate) fn basic(&self) -> (&str, &str) {
        (&self.id, &self.secret)
    }
}

impl Scene {
    pub(crate) async fn new() -> Self {
        let company = Company::new().await;
        let system = System::start(&company.place, [7; 32]).await;
        Self { company, system }
    }

    /// An endpoint of an issuer of this company's.
    pub(crate) fn issuer_at(&self, plane: Plane, environment: Environment, name: &str) -> String {
        self.system
            .at(plane, &format!("/t/acme/{environment}/{name}"))
    }

    pub(crate) fn token(&self, environment: Environment) -> String {
        self.issuer_at(Plane::Token, environment, "token")
    }

    pub(crate) fn register(&self, environment: Environment) -> String {
        self.issuer_at(Plane::Discovery, environment, "register")
    }

    /// A client that acts for itself, with a secret.
    pub(crate) async fn machine(&self, environment: Environment, scopes: &str) -> Machine {
        machine(&self.company, environment, scopes, &["list_notes"]).await
    }

    /// The notes of an environment, with a secret to ask by.
    pub(crate) async fn notes(&self, environment: Environment) -> Machine {
        notes(&self.company, environment).await
    }

    /// A stranger's app that was let in for these scopes.
    pub(crate) async fn app(&self, name: &str, scopes: &str) -> ClientId {
        let company = &self.company;
        let environment = Environment::Production;
        let client = company.registered(environment, name, scopes).await;
        let linked = company.link(&client, Some(&company.owner), None).await;
        let decided = company
            .decide(linked.unwrap().request, Outcome::Approve)
            .await;
        assert!(matches!(decided, Ok(Decided::Activated(_))), "{decided:?}");
        client
    }

    /// Staff stop, resume or end a client.
    pub(crate) async fn stop(&self, client: &str, environment: Environment, what: Stop) {
        let command = Suspend {
            environment,
            client_id: ClientId::parse(client).unwrap(),
            what,
            reason: Reason::parse("It calls too often.").unwrap(),
        };
        let stopped = self
            .company
            .reviewed(Action::SuspendAny, async |tx, acting| {
                suspend(tx, command, acting).await
            });
        stopped.await.unwrap();
    }

    /// An end user with a password.
    pub(crate) async fn user(&self, name: &str) -> Person {
        let person = self.company.user(name).await;
        self.set_password(&person).await;
        person
    }

    /// Gives somebody [`PASSWORD`].
    pub(crate) async fn set_password(&self, person: &Person) {
        let password = Password::to_set(PASSWORD, &[]).unwrap();
        let hash = Passwords::new(1, Cost::default())
            .unwrap()
            .hash(password)
            .await
            .unwrap();
        let database = self.company.place.approval();
        let set: Result<(), StoreError> = database
            .tenant(person.tenant, async |tx| {
                account::set_password(tx, (person.member, &hash), ambient::now()).await
            })
            .await;
        set.unwrap();
    }

    /// A browser in which an end user is signed in.
    pub(crate) async fn as_user(&self, person: &Person) -> Browser {
        let cookie = cookie(&self.company, person, Surface::User).await;
        Browser::new().with("narthex-user", &cookie)
    }

    /// A browser of somebody in the portal.
    pub(crate) async fn in_portal(&self, person: &Person) -> Browser {
        let cookie = cookie(&self.company, person, Surface::Portal).await;
        Browser::new().with("narthex-portal", &cookie)
    }

    /// A browser of somebody in the dashboard.
    pub(crate) async fn in_dashboard(&self, person: &Person) -> Browser {
        let cookie = cookie(&self.company, person, Surface::Staff).await;
        Browser::new().with("narthex-staff", &cookie)
    }

    /// A person of the platform.
    pub(crate) async fn staff(&self, name: &str, role: Role) -> Person {
        company::person(
            &self.company.place.approval(),
            PLATFORM_TENANT,
            name,
            Some(role),
        )
        .await
    }

    /// The address of the front door for this client; `change` replaces parameters, or removes them.
    pub(crate) fn front_door(&self, client: &ClientId, change: &[(&str, Option<&str>)]) -> String {
        let challenge = CodeVerifier::parse(VERIFIER).unwrap().challenge();
        let usual = [
            ("client_id", client.as_str()),
            ("response_type", "code"),
            ("redirect_uri", CALLBACK),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            ("scope", "openid notes:read"),
            ("state", "xyz"),
            ("resource", RESOURCE),
        ];
        let changed = |name: &str| change.iter().find(|(own, _)| *own == name);
        let mut query = form_urlencoded::Serializer::new(String::new());
        for (name, value) in usual {
            match changed(name) {
                None => query.append_pair(name, value),
                Some((_, Some(other))) => query.append_pair(name, other),
                Some((_, None)) => &mut query,
            };
        }
        let door = self.issuer_at(Plane::Token, Environment::Production, "authorize");
        format!("{door}?{}", query.finish())
    }

    /// The person allows what the page says; the code that the client hears.
    pub(crate) async fn code(&self, browser: &mut Browser, client: &ClientId) -> String {
        let page = browser.get(&self.front_door(client, &[])).await;
        assert_eq!(page.status, 200, "{}", page.body);
        let left = self.consent(browser, &page, "allow").await;
        assert_eq!(left.status, 200, "{}", left.body);
        let refresh = left.header("refresh");
        let address = refresh
            .strip_prefix("0; url=")
            .unwrap_or_else(|| panic!("{refresh}"));
        let address = Url::parse(address).unwrap();
        let code = address.query_pairs().find(|(name, _)| name == "code");
        code.unwrap_or_else(|| panic!("{address}")).1.into_owned()
    }

    /// Answers a consent page.
    pub(crate) async fn consent(
        &self,
        browser: &mut Browser,
        page: &Answer,
        decision: &str,
    ) -> Answer {
        let consent = self.issuer_at(Plane::Token, Environment::Production, "consent");
        let (csrf, pending) = (page.field("csrf"), page.field("pending"));
        let form = [
            ("csrf", csrf.as_str()),
            ("pending", &pending),
            ("decision", decision),
        ];
        browser.post(&consent, &form).await
    }

    /// Redeems a code; `change` replaces fields, or removes them.
    pub(crate) async fn redeem(
        &self,
        (client, code): (&ClientId, &str),
        change: &[(&str, Option<&str>)],
    ) -> Answer {
        let usual = [
            ("grant_type", "authorization_code"),
            ("client_id", client.as_str()),
            ("code", code),
            ("code_verifier", VERIFIER),
            ("redirect_uri", CALLBACK),
            ("resource", RESOURCE),
        ];
        let form: Vec<(&str, &str)> = usual
            .into_iter()
            .filter_map(|(name, value)| {
                let changed = change.iter().find(|(own, _)| *own == name);
                changed.map_or(Some((name, value)), |(_, other)| {
                    other.map(|value| (name, value))
                })
            })
            .collect();
        let url = self.token(Environment::Production);
        Browser::new().post(&url, &form).await
    }

    pub(crate) async fn refresh(&self, client: &ClientId, token: &str) -> Answer {
        let form = [
            ("grant_type", "refresh_token"),
            ("client_id", client.as_str()),
            ("refresh_token", token),
        ];
        let url = self.token(Environment::Production);
        Browser::new().post(&url, &form).await
    }

    /// A token for a client that acts for itself.
    pub(crate) async fn client_token(&self, environment: Environment, client: &Machine) -> String {
        let form = [("grant_type", "client_credentials")];
        let answer = Browser::new()
            .basic(&self.token(environment), client.basic(), &form)
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// What a resource or client hears about a token.
    pub(crate) async fn introspect(
        &self,
        environment: Environment,
        asker: &Machine,
        token: &str,
    ) -> Value {
        let url = self.issuer_at(Plane::Token, environment, "introspect");
        let answer = Browser::new()
            .basic(&url, asker.basic(), &[("token", token)])
            .await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }

    /// Whether a client may call a tool with a token, as the decision API says.
    pub(crate) async fn may_call(
        &self,
        environment: Environment,
        notes: &Machine,
        (client, token): (&str, &str),
    ) -> Value {
        let question = json!({
            "subject": { "type": "client", "id": client },
            "action": { "name": "tools/call" },
            "resource": { "type": "tool", "id": "list_notes" },
            "context": { "token": token },
        });
        let url = self.issuer_at(Plane::Token, environment, "access/v1/evaluation");
        let mut browser = Browser::new();
        let request = browser
            .request(reqwest::Method::POST, &url)
            .basic_auth(&notes.id, Some(&notes.secret))
            .json(&question);
        let answer = browser.send(request).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()
    }
}

/// The notes of a company, with a fresh secret.
pub(crate) async fn notes(company: &Company, environment: Environment) -> Machine {
    let resource: Id<kind::Resource> = company.notes[&environment];
    let command = CreateResourceCredential {
        environment,
        resource,
        hash_key: &KEY,
    };
    let created = company.owned(Action::EditCatalogue, async |tx, acting| {
        create_resource_credential(tx, command, acting).await
    });
    Machine {
        id: resource.to_string(),
        secret: created.await.unwrap().secret.reveal().to_owned(),
    }
}

/// The cookie of a session that begins now.
pub(crate) async fn cookie(company: &Company, person: &Person, surface: Surface) -> String {
    let database = match surface {
        Surface::User => company.place.token(),
        Surface::Portal | Surface::Staff => company.place.approval(),
    };
    let begun = Begun {
        surface,
        member: person.member,
        second_factor: surface == Surface::Staff,
        word: None,
        from: Whence::default(),
    };
    let secret: Result<_, StoreError> = database
        .tenant(person.tenant, async |tx| {
            session::start(tx, &KEY, begun, ambient::now(), &mut ambient::rng()).await
        })
        .await;
    secret.unwrap().reveal().to_owned()
}
