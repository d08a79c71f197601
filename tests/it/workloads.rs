//! Clients that are workloads: a token of the platform that the tenant trusts proves the client that was approved as exactly
//! this workload, once, here and nowhere else; for as long as the trust and the approval last.

mod attacks;
mod keys;

use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::ClientId;
use narthex_vocab::Environment::{self, Production, Sandbox};
use serde_json::{Value, json};

use crate::scene::{self, Scene};
use crate::software_statements::Signer;

pub(crate) const CI: &str = "https://ci.example/oidc";
pub(crate) const JOB: &str = "repo:acme/notes:ref:refs/heads/main";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const BY_JWT: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const BY_SVID: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-spiffe";

/// A company that trusts a platform with workloads.
struct Bench {
    scene: Scene,
    platform: Signer,
}

impl Bench {
    async fn new() -> Self {
        let bench = Self {
            scene: Scene::new().await,
            platform: Signer::new(),
        };
        for environment in [Sandbox, Production] {
            let trusted = bench.trusts(environment, CI, &["workloads"]).await;
            assert_eq!(trusted.status, 303, "{}", trusted.body);
        }
        bench
    }

    /// The owner enters the platform's keys under a name, by the page.
    async fn trusts(&self, environment: Environment, issuer: &str, purposes: &[&str]) -> Answer {
        let mut owner = self.scene.in_portal(&self.scene.company.owner).await;
        let url = self.settings(environment);
        let csrf = owner.get(&url).await.field("csrf");
        let jwks = self.platform.jwk.to_string();
        let mut form = vec![("csrf", csrf.as_str()), ("issuer", issuer), ("jwks", &jwks)];
        form.extend(purposes.iter().map(|purpose| ("counts_for", *purpose)));
        owner.post(&url, &form).await
    }

    fn settings(&self, environment: Environment) -> String {
        let path = format!("/t/acme/{environment}/settings/statements");
        self.scene.system.at(Plane::Portal, &path)
    }

    /// A client that was approved as this workload.
    async fn client(&self, environment: Environment, workload: Value) -> ClientId {
        let company = &self.scene.company;
        let reach = company.reach(environment, "notes:read", &["list_notes"]);
        let sent = metadata(workload);
        scene::approved(company, environment, &sent, reach).await.0
    }

    /// A token of the platform for the usual job; a member that becomes null goes.
    fn token(&self, change: Value) -> String {
        self.platform.sign(&self.claims(change))
    }

    fn claims(&self, change: Value) -> Value {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        let jti = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let now = narthex_tenancy::ambient::now().timestamp();
        let mut claims = json!({ "iss": CI, "sub": JOB, "aud": self.issuer("/t/acme"),
            "iat": now, "exp": now + 300, "jti": format!("job-{jti}"), "environment": "production" });
        let members = claims.as_object_mut().unwrap();
        let Value::Object(change) = change else {
            panic!("{change}")
        };
        members.extend(change);
        members.retain(|_, value| !value.is_null());
        claims
    }

    fn issuer(&self, path: &str) -> String {
        self.scene.system.at(Plane::Discovery, path)
    }

    /// As client authentication.
    async fn proves(&self, client: &ClientId, token: &str) -> Answer {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", client.as_str()),
            ("client_assertion_type", BY_JWT),
            ("client_assertion", token),
        ];
        self.asks(Production, &form).await
    }

    /// As the grant itself, without saying which client.
    async fn stands(&self, environment: Environment, token: &str) -> Answer {
        let form = [("grant_type", JWT_BEARER), ("assertion", token)];
        self.asks(environment, &form).await
    }

    async fn asks(&self, environment: Environment, form: &[(&str, &str)]) -> Answer {
        let url = self.scene.token(environment);
        Browser::new().post(&url, form).await
    }
}

fn metadata(workload: Value) -> Value {
    let spiffe = workload["issuer"].as_str().unwrap().starts_with("spiffe:");
    json!({ "client_name": "Notes job", "grant_types": ["client_credentials", JWT_BEARER],
        "token_endpoint_auth_method": if spiffe { "spiffe_jwt" } else { "workload_jwt" },
        "workload_identity": workload })
}

fn job() -> Value {
    json!({ "issuer": CI, "subject": "repo:acme/notes:*", "claims": { "environment": "production" } })
}

fn given(answer: &Answer) -> String {
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert!(answer.json().get("refresh_token").is_none());
    answer.json()["access_token"].as_str().unwrap().to_owned()
}

fn refused(what: &str, answer: &Answer) {
    assert_eq!(answer.status, 401, "{what}: {}", answer.body);
    assert_eq!(answer.json()["error"], "invalid_client", "{what}");
}

/// What came as the grant is a grant that is no good (RFC 7523 section 3.1): clients answer `invalid_client` by registering.
fn no_grant(what: &str, answer: &Answer) {
    assert_eq!(answer.status, 400, "{what}: {}", answer.body);
    assert_eq!(answer.json()["error"], "invalid_grant", "{what}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_a_token_of_its_platform_proves_the_client_each_time() {
    let bench = Bench::new().await;
    let client = bench.client(Production, job()).await;
    let notes = bench.scene.notes(Production).await;

    let access = given(&bench.proves(&client, &bench.token(json!({}))).await);
    let known = bench.scene.introspect(Production, &notes, &access).await;
    assert_eq!(
        (known["active"] == true, &known["sub"]),
        (true, &json!(client)),
        "{known}"
    );
    let asked = bench
        .scene
        .may_call(Production, &notes, (client.as_str(), &access))
        .await;
    assert_eq!(asked["decision"], true, "{asked}");
    given(&bench.stands(Production, &bench.token(json!({}))).await);
    // An audience as Kubernetes writes it, and numbers as they are written.
    let listed = json!({ "aud": [bench.issuer("/t/acme")], "run": 7 });
    given(&bench.stands(Production, &bench.token(listed)).await);

    let administrator = bench.scene.company.place.administrator().await;
    let issued =
        "select array_agg(grant_type order by at) from issue.issuance where client_id = $1";
    let row = administrator
        .query_one(issued, &[&client.as_str()])
        .await
        .unwrap();
    assert_eq!(
        row.get::<_, Vec<String>>(0),
        ["client_credentials", JWT_BEARER, JWT_BEARER]
    );

    // Each counts once, whichever way it comes.
    let token = bench.token(json!({}));
    given(&bench.proves(&client, &token).await);
    refused("again", &bench.proves(&client, &token).await);
    no_grant("as the grant", &bench.stands(Production, &token).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_what_was_approved_as_reusable_may_come_again_while_it_lasts() {
    let bench = Bench::new().await;
    let workload =
        json!({ "issuer": CI, "subject": "system:serviceaccount:shop:orders", "reusable": true });
    let client = bench.client(Production, workload).await;
    let change = json!({ "sub": "system:serviceaccount:shop:orders", "jti": null });
    let token = bench.token(change);
    given(&bench.proves(&client, &token).await);
    given(&bench.proves(&client, &token).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_a_jwt_svid_of_a_trust_domain() {
    let bench = Bench::new().await;
    let domain = "spiffe://prod.acme.example";
    let bundle = bench.trusts(Production, domain, &["workloads"]).await;
    assert_eq!(bundle.status, 303, "{}", bundle.body);
    let own = format!("{domain}/ns/shop/sa/orders");
    let client = bench
        .client(Production, json!({ "issuer": domain, "subject": own }))
        .await;
    let svid = |sub: &str| {
        bench.token(
            json!({ "iss": null, "sub": sub, "iat": null, "jti": null, "environment": null,
            "nonce": narthex_tenancy::ambient::now().timestamp_micros() }),
        )
    };
    let proves = async |token: &str| {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_assertion_type", BY_SVID),
            ("client_assertion", token),
        ];
        bench.asks(Production, &form).await
    };
    let token = svid(&own);
    given(&proves(&token).await);
    refused("again", &proves(&token).await);
    refused(
        "another path",
        &proves(&svid(&format!("{domain}/ns/shop/sa/other"))).await,
    );
    refused(
        "another domain",
        &proves(&svid("spiffe://evil.example/ns/shop/sa/orders")).await,
    );
    // By the other type it is not the registered way.
    refused("as a JWT", &bench.proves(&client, &svid(&own)).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_the_portal_asks_which_workload_and_the_reviewer_reads_it() {
    let bench = Bench::new().await;
    let scene = &bench.scene;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let url = scene.system.at(Plane::Portal, "/t/acme/integrations/new");
    let page = owner.get(&url).await;
    let (csrf, once) = (page.field("csrf"), page.field("after"));
    let answers = |issuer: &'static str, subject: &'static str, step: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("after", once.clone()),
            ("name", "Nightly export".to_owned()),
            ("purpose", "Copies notes at night.".to_owned()),
            ("operator", "partner".to_owned()),
            ("sign_in", "workload".to_owned()),
            ("workload_issuer", issuer.to_owned()),
            ("workload_subject", subject.to_owned()),
            ("workload_claims", "environment = production".to_owned()),
            ("scope.production", "notes:read".to_owned()),
            ("step", step.to_owned()),
        ]
    };
    let mut send = async |form: [(&'static str, String); 11]| {
        let form: Vec<(&str, &str)> = form
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        owner.post(&url, &form).await
    };
    for (issuer, subject, words) in [
        ("", "repo:acme/notes:*", "Enter who vouches for it"),
        (CI, "repo:*", "Enter the workload"),
        ("http://ci.example", JOB, "Enter who vouches for it"),
    ] {
        let again = send(answers(issuer, subject, "check")).await;
        assert_eq!(again.status, 422, "{issuer} {subject}");
        assert!(again.body.contains(words), "{}", again.body);
    }
    let check = send(answers(CI, "repo:acme/notes:*", "check")).await;
    assert_eq!(check.status, 200, "{}", check.body);
    assert!(check.body.contains("repo:acme/notes:*"), "{}", check.body);
    let sent = send(answers(CI, "repo:acme/notes:*", "send")).await;
    assert_eq!(sent.status, 303, "{}", sent.body);

    let administrator = scene.company.place.administrator().await;
    let newest = "select (metadata -> 'workload_identity')::text, request_id::text from review.access_request
        where metadata ? 'workload_identity'";
    let row = administrator.query_one(newest, &[]).await.unwrap();
    let kept: Value = serde_json::from_str(row.get(0)).unwrap();
    assert_eq!(kept, job());
    let request = row.get::<_, String>(1).replace('-', "");
    let mut reviewer = scene.in_dashboard(&scene.company.reviewer).await;
    let path = format!("/requests/acme/production/req_{request}");
    let page = reviewer.get(&scene.system.at(Plane::Staff, &path)).await;
    for shown in [
        "workload_jwt",
        CI,
        "repo:acme/notes:*",
        "environment=production",
        "Each token counts once",
    ] {
        assert!(page.body.contains(shown), "{shown}: {}", page.body);
    }
}
