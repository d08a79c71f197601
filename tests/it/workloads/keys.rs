//! Keys of a platform at its own address, as an owner entered it: read by discovery alone, what of them signs; read again when
//! a token names one that is not known.

use std::time::Duration;

use narthex_tests::{FakeHost, Plane, System};
use narthex_vocab::Environment::Production;
use serde_json::json;

use super::{Bench, CI, given, job, refused};
use crate::cases::company::Company;
use crate::scene::Scene;
use crate::software_statements::Signer;

const HOST: &str = "ci.example";
const KEYS: &str = "https://ci.example/oidc/keys";

#[tokio::test(flavor = "multi_thread")]
async fn s7_a_platforms_new_key_counts_when_it_was_read() {
    let host = FakeHost::start(HOST).await;
    let company = Company::new().await;
    let system = System::with_hosts(&company.place, [7; 32], host.test_hosts()).await;
    let mut bench = Bench {
        scene: Scene { company, system },
        platform: Signer::new(),
    };
    let publishes = |signer: &Signer, (usage, kid): (&str, &str)| {
        let mut key = signer.jwk.clone();
        key["use"] = json!(usage);
        key["kid"] = json!(kid);
        let authority = json!({ "kty": "RSA", "use": "x509-svid", "x5c": ["AA=="] });
        host.publish_at("/oidc/keys", &json!({ "keys": [authority, key] }));
    };
    publishes(&bench.platform, ("jwt-svid", "one"));
    let mut owner = bench.scene.in_portal(&bench.scene.company.owner).await;
    let url = bench.settings(Production);
    let csrf = owner.get(&url).await.field("csrf");
    let form = [
        ("csrf", csrf.as_str()),
        ("issuer", CI),
        ("counts_for", "workloads"),
        ("jwks_uri", KEYS),
    ];
    assert_eq!(owner.post(&url, &form).await.status, 303);
    until(async || owner.clone().get(&url).await.body.contains("Last found")).await;
    let client = bench.client(Production, job()).await;
    given(&bench.proves(&client, &bench.token(json!({}))).await);

    // Whoever comes with a key that is not its own and names none causes no look; nor does a look that finds the same take
    // anything out of the memory of the token plane.
    let looks = || host.paths().len();
    let administrator = bench.scene.company.place.administrator().await;
    let later = "update intake.statement_keys set looked_at = now() - interval '2 minutes'";
    let before = looks();
    administrator.batch_execute(later).await.unwrap();
    let unnamed = Signer::new().sign(&bench.claims(json!({})));
    refused("no key is named", &bench.proves(&client, &unnamed).await);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(looks(), before);
    let told = told_of_catalogues(&bench).await;
    administrator.batch_execute(later).await.unwrap();
    assert_eq!(told.recv_timeout(Duration::from_millis(700)).ok(), None);

    // The platform has a new key: nobody here knows it, and a stranger's is as unknown.
    let before = std::mem::replace(&mut bench.platform, Signer::new());
    publishes(&bench.platform, ("sig", "new"));
    administrator.batch_execute(later).await.unwrap();
    let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
    header.kid = Some("new".to_owned());
    let named = |bench: &Bench| bench.platform.sign_as(&header, &bench.claims(json!({})));
    refused("not read yet", &bench.proves(&client, &named(&bench)).await);
    until(async || bench.proves(&client, &named(&bench)).await.status == 200).await;
    assert!(
        told.recv_timeout(Duration::from_secs(1)).is_ok(),
        "other keys are news"
    );
    let forged = before.sign(&bench.claims(json!({})));
    refused("withdrawn", &bench.proves(&client, &forged).await);
    // What nobody could read for too long counts no more.
    let old = "update intake.statement_keys set fetched_at = now() - interval '25 hours';
        select pg_notify('narthex_catalogue', tenant_id || ' production') from tenant.tenant where slug = 'acme'";
    administrator.batch_execute(old).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    refused(
        "too old",
        &bench.proves(&client, &bench.token(json!({}))).await,
    );
    let token = bench.scene.issuer_at(Plane::Token, Production, "token");
    assert!(
        host.paths().iter().all(|path| path == "/oidc/keys"),
        "{token} fetched nothing"
    );
}

/// Every notice that the catalogue changed, from now on.
async fn told_of_catalogues(bench: &Bench) -> std::sync::mpsc::Receiver<String> {
    let (tell, told) = std::sync::mpsc::channel();
    let url = bench.scene.company.place.administrator_url();
    let (client, mut connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(async move {
        while let Some(Ok(message)) =
            std::future::poll_fn(|context| connection.poll_message(context)).await
        {
            if let tokio_postgres::AsyncMessage::Notification(notice) = message
                && tell.send(notice.payload().to_owned()).is_err()
            {
                return;
            }
        }
    });
    client
        .batch_execute("listen narthex_catalogue")
        .await
        .unwrap();
    std::mem::forget(client);
    told
}

async fn until(happened: impl AsyncFn() -> bool) {
    for _ in 0..200 {
        if happened().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never happened");
}
