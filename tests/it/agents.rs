//! S17: a client that may register others shows an access token of its own at the registration endpoint. What it brings
//! has its sponsor, asks for no more than it has, counts against it, and stops with it.

mod attacks;
mod bound;
mod line;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use narthex_approval::catalogue::CatalogueError;
use narthex_approval::decide::{Decided, Outcome};
use narthex_approval::offer_registration::{OfferRegistration, offer_registration};
use narthex_approval::request::RequestRef;
use narthex_tenancy::permission::Action;
use narthex_tenancy::token_policy::TokenPolicy;
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{ClientId, Environment, Id, ResourceUri, SigningAlgorithm};
use serde_json::{Value, json};

use crate::cases::company::Company;
use crate::initial_access::{app, case, id_of, with};
use crate::scene::{Machine, Scene, machine};

const PRODUCTION: Environment = Environment::Production;
const ALL: &str = "notes:read notes:write narthex:register";

/// A company's registration endpoint becomes a resource of it.
async fn offer(
    company: &Company,
    environment: Environment,
    endpoint: &str,
) -> Result<(), CatalogueError> {
    let command = OfferRegistration {
        environment,
        endpoint: ResourceUri::parse(endpoint).unwrap(),
    };
    company
        .owned(Action::EditCatalogue, async |tx, acting| {
            offer_registration(tx, command, acting).await.map(drop)
        })
        .await
}

/// A token of a client for one resource.
async fn token_at(issuer: &str, client: &Machine, resource: &str) -> Answer {
    let form = [("grant_type", "client_credentials"), ("resource", resource)];
    Browser::new()
        .basic(&format!("{issuer}/token"), client.basic(), &form)
        .await
}

impl Scene {
    /// An agent that was approved to read, to write and to register others.
    async fn agent(&self) -> Machine {
        let endpoint = self.register(PRODUCTION);
        match offer(&self.company, PRODUCTION, &endpoint).await {
            Ok(()) | Err(CatalogueError::Exists) => {}
            Err(other) => panic!("{other}"),
        }
        machine(&self.company, PRODUCTION, ALL, &["list_notes"]).await
    }

    /// What the agent shows at the registration endpoint.
    async fn key_of(&self, agent: &Machine) -> String {
        let issuer = self.system.at(Plane::Token, "/t/acme/production");
        let answer = token_at(&issuer, agent, &self.register(PRODUCTION)).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    async fn lets_in(&self, client: &ClientId) {
        let (request, _, _, _, _) = case(self, client).await;
        let at = RequestRef {
            environment: PRODUCTION,
            id: Id::from_uuid(request),
            version: 1,
        };
        let decided = self.company.decide(at, Outcome::Approve).await;
        assert!(matches!(decided, Ok(Decided::Activated(_))), "{decided:?}");
    }
}

/// A child that proves itself by a key of its own.
struct Child {
    id: ClientId,
    pair: rcgen::KeyPair,
}

impl Child {
    /// Registered with this token for these scopes, and approved.
    async fn of(scene: &Scene, token: &str, name: &str, scope: &str) -> Self {
        let pair = rcgen::KeyPair::generate().unwrap();
        let raw = pair.public_key_raw();
        let part = |range: std::ops::Range<usize>| URL_SAFE_NO_PAD.encode(&raw[range]);
        let body = json!({
            "client_name": name, "grant_types": ["client_credentials"], "scope": scope,
            "token_endpoint_auth_method": "private_key_jwt",
            "jwks": { "keys": [{ "kty": "EC", "crv": "P-256", "x": part(1..33), "y": part(33..65) }] },
        });
        let id = id_of(&with(scene, PRODUCTION, token, &body).await);
        scene.lets_in(&id).await;
        Self { id, pair }
    }

    /// What the token endpoint says to it.
    async fn asks(&self, scene: &Scene, resource: &str) -> Answer {
        let now = chrono::Utc::now().timestamp();
        let claims = json!({
            "iss": self.id, "sub": self.id, "aud": scene.system.at(Plane::Discovery, "/t/acme"),
            "iat": now, "exp": now + 60, "jti": uuid::Uuid::now_v7(),
        });
        let key = EncodingKey::from_ec_der(&self.pair.serialize_der());
        let assertion = encode(&Header::new(Algorithm::ES256), &claims, &key).unwrap();
        let form = [
            ("grant_type", "client_credentials"),
            ("resource", resource),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            ),
            ("client_assertion", &assertion),
        ];
        Browser::new().post(&scene.token(PRODUCTION), &form).await
    }

    async fn token(&self, scene: &Scene, resource: &str) -> String {
        let answer = self.asks(scene, resource).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }
}

/// What a token says.
fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_an_owner_offers_it_on_a_page_and_nobody_has_it_by_that() {
    let scene = Scene::new().await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let resources = scene
        .system
        .at(Plane::Portal, "/t/acme/production/resources");
    let page = owner.get(&resources).await;
    assert!(
        page.body.contains("Let integrations ask for it"),
        "{}",
        page.body
    );
    let csrf = page.field("csrf");
    let offered = owner
        .post(&format!("{resources}/registration"), &[("csrf", &csrf)])
        .await;
    assert_eq!(offered.status, 303, "{}", offered.body);
    let page = owner.get(&resources).await;
    assert!(page.body.contains(&scene.register(PRODUCTION)));
    assert!(!page.body.contains("Let integrations ask for it"));

    let administrator = scene.company.place.administrator().await;
    let scope = "select risk, open from registry.scope where scope = 'narthex:register'";
    let row = administrator.query_one(scope, &[]).await.unwrap();
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, bool>(1)),
        ("admin", false)
    );
    let standing = "select count(*) from intake.initial_access_token";
    let row = administrator.query_one(standing, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0);
}

#[rstest::rstest]
#[case(SigningAlgorithm::EdDsa)]
#[case(SigningAlgorithm::Rs256)]
#[tokio::test(flavor = "multi_thread")]
async fn s17_whatever_its_tokens_are_signed_with(#[case] access_algorithm: SigningAlgorithm) {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let policy = TokenPolicy {
        access_algorithm,
        ..TokenPolicy::default()
    };
    scene.demands(policy, None).await.unwrap();
    let key = scene.key_of(&agent).await;
    let wish = app("Helper", "notes:read");
    id_of(&with(&scene, PRODUCTION, &key, &wish).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_an_agent_registers_with_its_own_token() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let key = scene.key_of(&agent).await;
    let stranger = Browser::new()
        .json(&scene.register(PRODUCTION), &app("Helper", "notes:read"))
        .await;
    assert_eq!(stranger.status, 400, "the environment is closed");

    let wish = app("Helper", "notes:read notes:delete");
    let answer = with(&scene, PRODUCTION, &key, &wish).await;
    let client = id_of(&answer);
    for never in ["client_secret", "scope", "registration_access_token"] {
        assert!(answer.json().get(never).is_none(), "{never}");
    }
    let (_, state, origin, asked_by, scopes) = case(&scene, &client).await;
    assert_eq!((state.as_str(), origin.as_str()), ("in_review", "token"));
    assert_eq!(asked_by, scene.company.owner.member.as_uuid());
    assert_eq!(
        scopes, "notes:read",
        "the wish is cut to what the agent has"
    );

    // The same software again is the same identifier, and counts once.
    let key = scene.key_of(&agent).await;
    assert_eq!(id_of(&with(&scene, PRODUCTION, &key, &wish).await), client);
    let administrator = scene.company.place.administrator().await;
    let counted = "select uses_left, parent_client_id from intake.initial_access_token";
    let row = administrator.query_one(counted, &[]).await.unwrap();
    assert_eq!(
        (row.get::<_, i32>(0), row.get::<_, &str>(1)),
        (999, agent.id.as_str())
    );

    scene.lets_in(&client).await;
    let line = "select parent_client_id, depth from registry.client where client_id = $1";
    let row = administrator
        .query_one(line, &[&client.as_str()])
        .await
        .unwrap();
    assert_eq!(
        (row.get::<_, &str>(0), row.get::<_, i16>(1)),
        (agent.id.as_str(), 2)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s17_registering_in_turn_is_wished_by_name() {
    let scene = Scene::new().await;
    let agent = scene.agent().await;
    let key = scene.key_of(&agent).await;
    let silent = id_of(&with(&scene, PRODUCTION, &key, &app("Silent", "")).await);
    let (_, _, _, _, scopes) = case(&scene, &silent).await;
    assert_eq!(scopes, "notes:read notes:write");
    let named = id_of(
        &with(
            &scene,
            PRODUCTION,
            &key,
            &app("Named", "narthex:register notes:read"),
        )
        .await,
    );
    let (_, _, _, _, scopes) = case(&scene, &named).await;
    assert_eq!(scopes, "narthex:register notes:read");
}
