//! Software statements (RFC 7591 sections 2.3, 3.1.1, 3.2.2): what somebody trusted has signed wins over what the caller
//! says; what does not hold is refused with one of two codes; nothing that a statement says goes past the allowlists.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use narthex_approval::screen::Screened;
use narthex_tenancy::permission::Action;
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{Admits, ClientId, Environment, MetadataRules, RegistrationMode};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Value, json};

use crate::cases::company::Company;
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;
pub(crate) const ISSUER: &str = "https://registry.example/";

/// Somebody who signs, with a key of their own.
pub(crate) struct Signer {
    key: EncodingKey,
    pub(crate) jwk: Value,
}

impl Signer {
    pub(crate) fn new() -> Self {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let point = pair.public_key_raw();
        let (x, y) = (BASE64.encode(&point[1..33]), BASE64.encode(&point[33..65]));
        Self {
            key: EncodingKey::from_ec_der(&pair.serialize_der()),
            jwk: json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": "one" }),
        }
    }

    pub(crate) fn sign(&self, claims: &impl Serialize) -> String {
        self.sign_as(&Header::new(Algorithm::ES256), claims)
    }

    pub(crate) fn sign_as(&self, header: &Header, claims: &impl Serialize) -> String {
        encode(header, claims, &self.key).unwrap()
    }
}

/// Claims with one member twice, as no map can hold them.
struct Twice(Value);

impl Serialize for Twice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.0.as_object().unwrap();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("client_name", "First")?;
        for (name, value) in members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

pub(crate) fn claims() -> Value {
    json!({
        "iss": ISSUER,
        "iat": 1_700_000_000,
        "software_id": "notes-app",
        "client_name": "Signed Notes",
        "redirect_uris": ["https://notes.example/cb"],
    })
}

pub(crate) fn with(member: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[member] = value;
    claims
}

impl Scene {
    /// The owner trusts a signer, by the page.
    pub(crate) async fn trusts(
        &self,
        environment: Environment,
        issuer: &str,
        signer: &Signer,
    ) -> Answer {
        let mut owner = self.in_portal(&self.company.owner).await;
        let path = format!("/t/acme/{environment}/settings/statements");
        let url = self.system.at(Plane::Portal, &path);
        let csrf = owner.get(&url).await.field("csrf");
        let jwks = signer.jwk.to_string();
        let form = [
            ("csrf", csrf.as_str()),
            ("issuer", issuer),
            ("counts_for", "statements"),
            ("jwks", &jwks),
        ];
        owner.post(&url, &form).await
    }

    pub(crate) async fn presents(&self, statement: Value) -> Answer {
        let body = json!({
            "client_name": "Plain",
            "redirect_uris": ["https://plain.example/cb"],
            "software_statement": statement,
        });
        let url = self.register(PRODUCTION);
        Browser::new().json(&url, &body).await
    }

    pub(crate) async fn last_reason(&self) -> String {
        let administrator = self.company.place.administrator().await;
        let newest = "select reason from intake.attempt order by at desc, attempt_id desc limit 1";
        administrator.query_one(newest, &[]).await.unwrap().get(0)
    }

    pub(crate) async fn in_quarantine() -> Self {
        let scene = Self::new().await;
        let mode = RegistrationMode::Quarantine;
        scene.company.takes(PRODUCTION, mode).await.unwrap();
        scene
    }
}

pub(crate) fn refused(what: &str, answer: &Answer, code: &str) {
    assert_eq!(answer.status, 400, "{what}: {}", answer.body);
    assert_eq!(answer.json()["error"], code, "{what}: {}", answer.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_wins_and_comes_back_unmodified() {
    let scene = Scene::in_quarantine().await;
    let signer = Signer::new();
    let statement = signer.sign(&claims());
    // Nobody is trusted: statements are not known here, and ignored.
    let ignored = scene.presents(json!(statement)).await;
    assert_eq!(ignored.status, 201, "{}", ignored.body);
    assert_eq!(ignored.json()["client_name"], "Plain");
    assert!(ignored.json().get("software_statement").is_none());

    let trusted = scene.trusts(PRODUCTION, ISSUER, &signer).await;
    assert_eq!(trusted.status, 303, "{}", trusted.body);
    let answer = scene.presents(json!(statement)).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    let said = answer.json();
    assert_eq!(said["client_name"], "Signed Notes");
    assert_eq!(said["redirect_uris"], json!(["https://notes.example/cb"]));
    assert_eq!(said["software_statement"], statement);
    assert!(said.get("iss").is_none() && said.get("client_secret").is_none());

    // A language is the same in any case: what is signed for it wins.
    let body = json!({
        "client_name#JA": "Plain",
        "software_statement": signer.sign(&with("client_name#ja", json!("署名"))),
    });
    let url = scene.register(PRODUCTION);
    let japanese = Browser::new().json(&url, &body).await;
    assert_eq!(japanese.status, 201, "{}", japanese.body);
    assert_eq!(japanese.json()["client_name#ja"], "署名");

    // Signed or not is not the same software: the name alone does not lead to the vouched one.
    let plain = json!({
        "client_name": "Signed Notes",
        "redirect_uris": ["https://notes.example/cb"],
        "software_id": "notes-app",
    });
    let unsigned = Browser::new()
        .json(&scene.register(PRODUCTION), &plain)
        .await;
    assert_ne!(unsigned.json()["client_id"], said["client_id"]);
    // A statement that was signed anew is the same software, and comes back as it was sent.
    let anew = signer.sign(&with("iat", json!(1_700_000_001)));
    let again = scene.presents(json!(anew)).await.json();
    assert_eq!(again["client_id"], said["client_id"]);
    assert_eq!(again["software_statement"], anew);

    let company = &scene.company;
    for (id, outcome, words) in [
        (
            &said,
            "pass",
            "Signed by https://registry.example/ for the software notes-app.",
        ),
        (
            &unsigned.json(),
            "pass",
            "Nobody vouches for it: it came without a statement.",
        ),
    ] {
        let client = ClientId::parse(id["client_id"].as_str().unwrap()).unwrap();
        let linked = company
            .link(&client, Some(&company.owner), None)
            .await
            .unwrap();
        assert!(matches!(linked.screened, Screened::InReview { .. }));
        let administrator = company.place.administrator().await;
        let found = "select outcome, observed from review.finding
            where check_id = 'R-18' and request_id::text = $1";
        let at = linked.request.id.as_uuid().to_string();
        let row = administrator.query_one(found, &[&at]).await.unwrap();
        assert_eq!(
            (row.get::<_, &str>(0), row.get::<_, &str>(1)),
            (outcome, words)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_does_not_hold_is_refused() {
    let scene = Scene::in_quarantine().await;
    let (signer, other) = (Signer::new(), Signer::new());
    scene.trusts(PRODUCTION, ISSUER, &signer).await;
    let good = signer.sign(&claims());
    let parts: Vec<&str> = good.split('.').collect();
    let unsigned = |alg: &str| {
        let header = BASE64.encode(json!({ "alg": alg, "typ": "JWT" }).to_string());
        format!("{header}.{}.", parts[1])
    };
    let symmetric = |secret: &[u8]| {
        let key = EncodingKey::from_secret(secret);
        encode(&Header::new(Algorithm::HS256), &claims(), &key).unwrap()
    };
    let mut embedded = Header::new(Algorithm::ES256);
    embedded.jwk = Some(serde_json::from_value(other.jwk.clone()).unwrap());
    embedded.jku = Some("https://evil.example/jwks".to_owned());
    let mut id_token = Header::new(Algorithm::ES256);
    id_token.typ = Some("at+jwt".to_owned());
    let mut foreign_kid = Header::new(Algorithm::ES256);
    foreign_kid.kid = Some("two".to_owned());
    let changed = BASE64.encode(with("client_name", json!("Changed")).to_string());
    let x = signer.jwk["x"].as_str().unwrap();
    let hostile = [
        ("alg none", unsigned("none")),
        ("alg None", unsigned("None")),
        ("no signature", unsigned("ES256")),
        (
            "HS256 with the key set as secret",
            symmetric(signer.jwk.to_string().as_bytes()),
        ),
        ("HS256 with x as secret", symmetric(x.as_bytes())),
        (
            "HS256 with the bytes of x as secret",
            symmetric(&BASE64.decode(x).unwrap()),
        ),
        ("another key", other.sign(&claims())),
        (
            "a key of its own in the header",
            other.sign_as(&embedded, &claims()),
        ),
        (
            "a kid that is not pinned",
            signer.sign_as(&foreign_kid, &claims()),
        ),
        (
            "another kind of token",
            signer.sign_as(&id_token, &claims()),
        ),
        (
            "another payload",
            format!("{}.{changed}.{}", parts[0], parts[2]),
        ),
        ("two parts", format!("{}.{}", parts[0], parts[1])),
        ("four parts", format!("{good}.x")),
        ("no token", "statement".to_owned()),
        ("empty", String::new()),
        ("over", signer.sign(&with("exp", json!(1_700_000_000)))),
        (
            "not yet",
            signer.sign(&with("nbf", json!(32_503_680_000_i64))),
        ),
        (
            "issued later",
            signer.sign(&with("iat", json!(32_503_680_000_i64))),
        ),
        ("no time", signer.sign(&with("exp", json!("tomorrow")))),
        ("a member twice", signer.sign(&Twice(claims()))),
        (
            "too long",
            signer.sign(&with("client_name", json!("x".repeat(20_000)))),
        ),
    ];
    for (what, statement) in hostile {
        let answer = scene.presents(json!(statement)).await;
        refused(what, &answer, "invalid_software_statement");
        let reason = scene.last_reason().await;
        assert!(
            reason.starts_with("the software statement"),
            "{what}: {reason}"
        );
    }
    for wrong in [json!(1), json!({}), json!([good.clone()])] {
        refused(
            "no text",
            &scene.presents(wrong).await,
            "invalid_software_statement",
        );
    }
    // Who is not trusted here: nobody, an issuer of the sandbox, an issuer of another tenant.
    scene
        .trusts(Environment::Sandbox, "https://sandbox.example/", &other)
        .await;
    let neighbour = scene.company.neighbour().await;
    trusted_by(&neighbour, "https://globex.example/", &other).await;
    for iss in [
        "https://evil.example/",
        "https://sandbox.example/",
        "https://globex.example/",
        "https://registry.example",
    ] {
        let statement = other.sign(&with("iss", json!(iss)));
        refused(
            iss,
            &scene.presents(json!(statement)).await,
            "unapproved_software_statement",
        );
    }
    let nobody = other.sign(&with("iss", Value::Null));
    refused(
        "nobody",
        &scene.presents(json!(nobody)).await,
        "unapproved_software_statement",
    );
    let administrator = scene.company.place.administrator().await;
    let waiting = "select count(*) from intake.quarantine";
    assert_eq!(
        administrator
            .query_one(waiting, &[])
            .await
            .unwrap()
            .get::<_, i64>(0),
        0
    );
    // What is meant for somebody else, as a token of the same issuer would be, says nothing here.
    let elsewhere = signer.sign(&with("aud", json!("https://other.example")));
    assert_eq!(scene.presents(json!(elsewhere)).await.status, 400);
    let here = scene.system.at(narthex_tests::Plane::Discovery, "/t/acme");
    let meant = signer.sign(&with("aud", json!([here])));
    assert_eq!(scene.presents(json!(meant)).await.status, 201);
    // Absent, null and good ones still register.
    assert_eq!(scene.presents(Value::Null).await.status, 201);
    assert_eq!(scene.presents(json!(good)).await.status, 201);
}

/// A neighbour's owner trusts somebody, by the verb.
async fn trusted_by(company: &Company, issuer: &str, signer: &Signer) {
    use narthex_approval::statement_issuer::{TrustIssuer, trust_issuer};
    use narthex_tenancy::statement_issuer::{IssuerKeys, StatementIssuer};
    use narthex_vocab::{IssuerName, IssuerPurpose, KeySet, Purposes};
    let issuer = IssuerName::parse(issuer).unwrap();
    let issuer = StatementIssuer {
        counts_for: Purposes::of(&issuer, [IssuerPurpose::Statements]).unwrap(),
        issuer,
        keys: IssuerKeys::Pinned(KeySet::parse(&json!({ "keys": [signer.jwk] })).unwrap()),
    };
    let command = TrustIssuer {
        environment: PRODUCTION,
        issuer,
    };
    let trusted = company.owned(Action::EditSettings, async |tx, acting| {
        trust_issuer(tx, command, acting).await
    });
    trusted.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_opens_no_list_and_says_nothing_that_only_the_server_says() {
    let scene = Scene::in_quarantine().await;
    let signer = Signer::new();
    scene.trusts(PRODUCTION, ISSUER, &signer).await;
    let mut owned = claims();
    for (name, value) in [
        ("client_id", json!("np_aaaaaaaaaaaaaaaaaaaaaaaaaa")),
        ("client_secret", json!("chosen-by-the-issuer")),
        ("state", json!("active")),
        ("software_statement", json!("inner")),
        (
            "grant_types",
            json!(["authorization_code", "client_credentials"]),
        ),
        ("token_endpoint_auth_method", json!("client_secret_basic")),
    ] {
        owned[name] = value;
    }
    let statement = signer.sign(&owned);
    let said = scene.presents(json!(statement)).await.json();
    assert_ne!(said["client_id"], "np_aaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_eq!(said["token_endpoint_auth_method"], "none");
    assert_eq!(said["grant_types"], json!(["authorization_code"]));
    assert_eq!(said["software_statement"], statement);
    assert!(said.get("client_secret").is_none() && said.get("state").is_none());

    let mut rules = MetadataRules::default();
    rules.hosts.admits = Admits::Listed;
    rules.hosts.listed = ["plain.example".parse().unwrap()].into();
    scene.company.lists(PRODUCTION, rules).await.unwrap();
    let answer = scene.presents(json!(signer.sign(&claims()))).await;
    refused("off the list", &answer, "invalid_redirect_uri");

    // Whom the owner no longer trusts vouches for nothing.
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let page = scene
        .system
        .at(Plane::Portal, "/t/acme/production/settings/statements");
    let shown = owner.get(&page).await;
    assert!(
        shown.body.contains(ISSUER) && shown.body.contains("one ("),
        "{}",
        shown.body
    );
    let csrf = shown.field("csrf");
    let form = [("csrf", csrf.as_str()), ("issuer", ISSUER)];
    assert_eq!(
        owner.post(&format!("{page}/remove"), &form).await.status,
        303
    );
    assert_eq!(
        owner.post(&format!("{page}/remove"), &form).await.status,
        404
    );
    let plain = scene.presents(json!(signer.sign(&claims()))).await;
    assert_eq!(plain.json()["client_name"], "Plain");
    let administrator = scene.company.place.administrator().await;
    let did = "select array_agg(action order by seq) from ledger.entry where action like 'environment.%trust%'";
    let did: Vec<String> = administrator.query_one(did, &[]).await.unwrap().get(0);
    assert_eq!(
        did,
        ["environment.trust_issuer", "environment.distrust_issuer"]
    );
}
