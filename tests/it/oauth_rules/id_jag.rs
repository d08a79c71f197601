//! An identity provider's word about a person (ID-JAG) gives a client what both it and the approval say, once, where the
//! tenant trusts that provider with its people; any other word gives nothing.

use narthex_approval::suspend::Stop;
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::Environment::{self, Production, Sandbox};
use serde_json::{Value, json};

use super::says;
use crate::scene::{self, Machine, RESOURCE, Scene};
use crate::software_statements::Signer;

const GRANT: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const IDP: &str = "https://login.acme.example";
const TYPE: &str = "oauth-id-jag+jwt";

/// A company with its own identity provider, and an agent that was approved to come with its word.
struct Bench {
    scene: Scene,
    idp: Signer,
    agent: Machine,
}

impl Bench {
    async fn new() -> Self {
        let scene = Scene::new().await;
        scene.user("Uma").await;
        let agent = agent(&scene.company, Production).await;
        let bench = Self {
            scene,
            idp: Signer::new(),
            agent,
        };
        assert_eq!(bench.trusts(&["people"]).await.status, 303);
        bench
    }

    async fn trusts(&self, purposes: &[&str]) -> Answer {
        let mut owner = self.scene.in_portal(&self.scene.company.owner).await;
        let path = "/t/acme/production/settings/statements";
        let url = self.scene.system.at(Plane::Portal, path);
        let csrf = owner.get(&url).await.field("csrf");
        let jwks = self.idp.jwk.to_string();
        let mut form = vec![("csrf", csrf.as_str()), ("issuer", IDP), ("jwks", &jwks)];
        form.extend(purposes.iter().map(|purpose| ("counts_for", *purpose)));
        owner.post(&url, &form).await
    }

    fn claims(&self, change: &Value) -> Value {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
        let jti = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let now = narthex_tenancy::ambient::now().timestamp();
        let mut claims = json!({ "iss": IDP, "sub": "00u1", "email": "uma@people.example",
            "email_verified": true, "aud": self.scene.system.at(Plane::Discovery, "/t/acme"),
            "client_id": self.agent.id, "resource": RESOURCE, "scope": "notes:read notes:delete",
            "iat": now, "exp": now + 300, "jti": format!("jag-{jti}") });
        let members = claims.as_object_mut().unwrap();
        members.extend(change.as_object().unwrap().clone());
        members.retain(|_, value| !value.is_null());
        claims
    }

    fn word(&self, change: &Value) -> String {
        typed(&self.idp, TYPE, &self.claims(change))
    }

    async fn brings(&self, agent: &Machine, word: &str, more: &[(&str, &str)]) -> Answer {
        let mut form = vec![("grant_type", GRANT), ("assertion", word)];
        form.extend_from_slice(more);
        let url = self.scene.token(Production);
        Browser::new().basic(&url, agent.basic(), &form).await
    }
}

fn typed(signer: &Signer, typ: &str, claims: &Value) -> String {
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
    header.typ = Some(typ.to_owned());
    signer.sign_as(&header, claims)
}

async fn agent(company: &crate::cases::company::Company, environment: Environment) -> Machine {
    let sent = json!({ "client_name": "Agent", "grant_types": [GRANT],
        "token_endpoint_auth_method": "client_secret_basic" });
    let reach = company.reach(environment, "notes:read notes:write", &["list_notes"]);
    let (client, _) = scene::approved(company, environment, &sent, reach).await;
    scene::with_secret(company, environment, &client).await.0
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_provider_says_within_what_was_approved_once() {
    let bench = Bench::new().await;
    let word = bench.word(&json!({}));
    let issued = bench.brings(&bench.agent, &word, &[]).await;
    assert_eq!(issued.status, 200, "{}", issued.body);
    assert_eq!(issued.json()["scope"], "notes:read", "what both say");
    for member in ["refresh_token", "id_token"] {
        assert!(issued.json().get(member).is_none(), "{member}");
    }
    let token = issued.json()["access_token"].as_str().unwrap().to_owned();
    let notes = bench.scene.notes(Production).await;
    let known = bench.scene.introspect(Production, &notes, &token).await;
    assert_eq!(
        (&known["active"], &known["aud"]),
        (&json!(true), &json!(RESOURCE)),
        "{known}"
    );
    assert!(
        known["sub"].as_str().unwrap().starts_with("mem_"),
        "{known}"
    );
    let asked = bench
        .scene
        .may_call(Production, &notes, (&bench.agent.id, &token))
        .await;
    assert_eq!(asked["decision"], true, "{asked}");
    says(
        "again",
        &bench.brings(&bench.agent, &word, &[]).await,
        (400, "invalid_grant"),
    );

    for (more, refusal) in [
        (("scope", "notes:write"), "invalid_scope"),
        (("scope", "notes:delete"), "invalid_scope"),
        (("scope", "openid"), "invalid_scope"),
        (("resource", "https://other.example/"), "invalid_target"),
    ] {
        let answer = bench
            .brings(&bench.agent, &bench.word(&json!({})), &[more])
            .await;
        says(&format!("{more:?}"), &answer, (400, refusal));
    }
    bench
        .scene
        .stop(&bench.agent.id, Production, Stop::Suspend)
        .await;
    let known = bench.scene.introspect(Production, &notes, &token).await;
    assert_eq!(known["active"], false);
    let answer = bench
        .brings(&bench.agent, &bench.word(&json!({})), &[])
        .await;
    says("stopped", &answer, (400, "invalid_grant"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_the_provider_stays_one_persons() {
    let bench = Bench::new().await;
    bench.scene.user("Ute").await;
    let of = async |change: Value| {
        let answer = bench.brings(&bench.agent, &bench.word(&change), &[]).await;
        (answer.status, answer)
    };
    assert_eq!(of(json!({})).await.0, 200);
    // The address came to somebody else, or the provider confused two people: nobody gets another's.
    let (_, answer) = of(json!({ "email": "ute@people.example" })).await;
    says(
        "another address under the same name",
        &answer,
        (400, "invalid_grant"),
    );
    assert_eq!(
        of(json!({ "sub": "00u2", "email": "ute@people.example" }))
            .await
            .0,
        200
    );
    let administrator = bench.scene.company.place.administrator().await;
    let kept = "select string_agg(asserted_by || ' ' || asserted_subject, ', ' order by created_at) from issue.\"grant\"";
    let row = administrator.query_one(kept, &[]).await.unwrap();
    assert_eq!(row.get::<_, String>(0), format!("{IDP} 00u1, {IDP} 00u2"));
}

#[tokio::test(flavor = "multi_thread")]
async fn any_other_word_gives_nothing() {
    let bench = Bench::new().await;
    let now = narthex_tenancy::ambient::now().timestamp();
    let other = agent(&bench.scene.company, Production).await;
    let sandbox = bench.scene.system.at(Plane::Discovery, "/t/acme/sandbox");
    let issuer = bench.scene.system.at(Plane::Discovery, "/t/acme");
    let tries = [
        ("another provider", json!({ "iss": "https://evil.example" })),
        ("almost the provider", json!({ "iss": format!("{IDP}/") })),
        ("another client", json!({ "client_id": other.id })),
        ("no client", json!({ "client_id": null })),
        ("the sandbox", json!({ "aud": sandbox })),
        (
            "the endpoint",
            json!({ "aud": bench.scene.token(Production) }),
        ),
        (
            "two audiences",
            json!({ "aud": [issuer, "https://other.example"] }),
        ),
        ("nobody here", json!({ "email": "nobody@people.example" })),
        ("nobody at all", json!({ "email": null })),
        ("not proved", json!({ "email_verified": false })),
        ("silent about the proof", json!({ "email_verified": null })),
        ("proved in words", json!({ "email_verified": "true" })),
        ("no resource", json!({ "resource": null })),
        ("no scope", json!({ "scope": null })),
        ("over", json!({ "iat": now - 600, "exp": now - 61 })),
        ("tomorrow", json!({ "nbf": now + 86_400 })),
        ("for an hour", json!({ "exp": now + 3_600 })),
        ("no end", json!({ "exp": null })),
        ("no name", json!({ "jti": null })),
        ("a blank name", json!({ "jti": "" })),
    ];
    for (what, change) in tries {
        let answer = bench.brings(&bench.agent, &bench.word(&change), &[]).await;
        says(what, &answer, (400, "invalid_grant"));
    }
    let elsewhere = bench.word(&json!({ "resource": "https://other.example/" }));
    let answer = bench.brings(&bench.agent, &elsewhere, &[]).await;
    says("another resource", &answer, (400, "invalid_target"));
    let forged = typed(&Signer::new(), TYPE, &bench.claims(&json!({})));
    says(
        "another key",
        &bench.brings(&bench.agent, &forged, &[]).await,
        (400, "invalid_grant"),
    );
    // As another kind of token it is a second way of authentication at best.
    for typ in ["JWT", "at+jwt", "dpop+jwt"] {
        let word = typed(&bench.idp, typ, &bench.claims(&json!({})));
        let answer = bench.brings(&bench.agent, &word, &[]).await;
        says(typ, &answer, (400, "invalid_request"));
    }

    let word = bench.word(&json!({}));
    says(
        "by another",
        &bench.brings(&other, &word, &[]).await,
        (400, "invalid_grant"),
    );
    let machine = bench.scene.machine(Production, "notes:read").await;
    says(
        "not approved",
        &bench.brings(&machine, &word, &[]).await,
        (400, "unauthorized_client"),
    );
    let app = bench.scene.app("Stranger Notes", "notes:read").await;
    let form = [
        ("grant_type", GRANT),
        ("assertion", word.as_str()),
        ("client_id", app.as_str()),
    ];
    let answer = Browser::new()
        .post(&bench.scene.token(Production), &form)
        .await;
    says("a public client", &answer, (400, "unauthorized_client"));
    let form = [("grant_type", GRANT), ("assertion", word.as_str())];
    let answer = Browser::new()
        .post(&bench.scene.token(Production), &form)
        .await;
    says("nobody", &answer, (401, "invalid_client"));
    let in_sandbox = agent(&bench.scene.company, Sandbox).await;
    let url = bench.scene.token(Sandbox);
    let answer = Browser::new().basic(&url, in_sandbox.basic(), &form).await;
    says("in the sandbox", &answer, (400, "invalid_grant"));

    // Trusted with something else it is worth nothing here.
    for purposes in [&["statements"][..], &["workloads"]] {
        assert_eq!(bench.trusts(purposes).await.status, 303);
        let answer = bench.brings(&bench.agent, &word, &[]).await;
        says(&format!("{purposes:?}"), &answer, (400, "invalid_grant"));
    }
    assert_eq!(bench.trusts(&["people"]).await.status, 303);
    assert_eq!(
        bench.brings(&bench.agent, &word, &[]).await.status,
        200,
        "it was not used up"
    );
}
