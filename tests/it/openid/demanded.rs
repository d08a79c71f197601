//! What an environment demands of every client: pushed requests (RFC 9126 section 5), tokens that are bound to a key (RFC 9449). Who
//! tries to get round it, and who may set it.

use std::time::Duration;

use narthex_approval::{
    change_token_policy::{ChangeTokenPolicy, ChangeTokenPolicyError, change_token_policy},
    prose::Reason,
};
use narthex_tenancy::permission::Action;
use narthex_tenancy::token_policy::TokenPolicy;
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{Environment, SigningAlgorithm};
use serde_json::json;

use super::{Op, said};
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;

impl Scene {
    /// The owner sets what production demands.
    pub(crate) async fn demands(
        &self,
        policy: TokenPolicy,
        because: Option<&str>,
    ) -> Result<(), ChangeTokenPolicyError> {
        let command = ChangeTokenPolicy {
            environment: PRODUCTION,
            policy,
            because: because.map(|text| Reason::parse(text).unwrap()),
        };
        self.company
            .owned(Action::EditSettings, async |tx, acting| {
                change_token_policy(tx, command, acting).await
            })
            .await?;
        // What every process has promised to have heard by now.
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(())
    }
}

fn pushed(pushed_requests: bool) -> TokenPolicy {
    TokenPolicy {
        pushed_requests,
        ..TokenPolicy::default()
    }
}

fn bound(bound_tokens: bool) -> TokenPolicy {
    TokenPolicy {
        bound_tokens,
        ..TokenPolicy::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_was_not_pushed_is_answered_by_no_way_round() {
    let mut op = Op::new().await;
    // A page that was open before, and what was allowed before.
    let open = op.browser.get(&op.door(&[])).await;
    let before = op.tokens(&[]).await;
    op.scene.demands(pushed(true), None).await.unwrap();

    for more in [
        &[][..],
        &[("prompt", "none")],
        &[("request", "x")],
        &[("request_uri", "https://evil.example/request.jwt")],
        &[("id_token_hint", before.text("id_token"))],
        &[("require_pushed_authorization_requests", "false")],
    ] {
        let answer = op.answer(more).await;
        assert!(said(&answer, "code").is_empty(), "{answer}");
        assert!(!said(&answer, "error").is_empty(), "{answer}");
    }
    let request = op.request(&[]);
    let form: Vec<(&str, &str)> = request
        .iter()
        .map(|(n, v)| (n.as_str(), v.as_str()))
        .collect();
    let url = op.at("authorize");
    let posted = op.browser.post(&url, &form).await;
    let answer = op.go_on(posted).await;
    assert_eq!(said(&answer, "error"), "invalid_request");

    let (csrf, pending) = (open.field("csrf"), open.field("pending"));
    let form = [
        ("csrf", csrf.as_str()),
        ("pending", &pending),
        ("decision", "allow"),
    ];
    let url = op.at("consent");
    let late = op.browser.post(&url, &form).await;
    assert_eq!(late.status, 400, "{}", late.body);
    assert!(late.headers.get("refresh").is_none());

    // One that was pushed is answered.
    let form: Vec<(String, String)> = op.request(&[]);
    let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let par = Browser::new()
        .basic(&op.at("par"), op.client.basic(), &form)
        .await;
    assert_eq!(par.status, 201, "{}", par.body);
    let reference = par.json()["request_uri"].as_str().unwrap().to_owned();
    let door = format!(
        "{}?client_id={}&request_uri={reference}",
        op.at("authorize"),
        op.client.id
    );
    let page = op.browser.get(&door).await;
    let answer = op.go_on(page).await;
    op.tokens_of(&answer).await;
}

async fn machine_token(scene: &Scene, machine: &crate::scene::Machine) -> Answer {
    let form = [("grant_type", "client_credentials")];
    Browser::new()
        .basic(&scene.token(PRODUCTION), machine.basic(), &form)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn no_token_without_a_proof_by_any_grant() {
    let mut op = Op::new().await;
    let machine = op.scene.machine(PRODUCTION, "notes:read").await;
    let before = op.tokens(&[]).await;
    assert_eq!(machine_token(&op.scene, &machine).await.status, 200);
    op.scene.demands(bound(true), None).await.unwrap();

    let answer = op.answer(&[]).await;
    let code = op.code(&answer);
    let refresh = [
        ("grant_type", "refresh_token"),
        ("refresh_token", before.text("refresh_token")),
    ];
    for (what, answer) in [
        ("code", op.redeem(&code).await),
        ("refresh", op.at_token(&refresh).await),
        ("client", machine_token(&op.scene, &machine).await),
    ] {
        assert_eq!(answer.status, 400, "{what}: {}", answer.body);
        assert_eq!(answer.json()["error"], "invalid_dpop_proof", "{what}");
        assert_eq!(answer.json().get("access_token"), None, "{what}");
    }
    // Refused is not used: once it is no longer demanded, both go on.
    let why = "A partner cannot do it yet.";
    op.scene.demands(bound(false), Some(why)).await.unwrap();
    assert_eq!(op.redeem(&code).await.status, 200);
    assert_eq!(op.at_token(&refresh).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn production_demands_less_only_for_a_reason_and_it_is_in_the_record() {
    let scene = Scene::new().await;
    scene.demands(pushed(true), None).await.unwrap();
    let less = scene.demands(pushed(false), None).await;
    assert!(
        matches!(less, Err(ChangeTokenPolicyError::DemandsLess)),
        "{less:?}"
    );
    let url = "/t/acme/.well-known/openid-configuration";
    let url = scene.system.at(Plane::Discovery, url);
    let said = Browser::new().get(&url).await.json();
    assert_eq!(said["require_pushed_authorization_requests"], true);
    let why = "A partner cannot do it yet.";
    scene.demands(pushed(false), Some(why)).await.unwrap();
    let administrator = scene.company.place.administrator().await;
    let record = "select reason, detail->'before'->>'pushed_requests', detail->'after'->>'pushed_requests'
        from ledger.entry where action = 'environment.change_token_policy' order by at desc limit 1";
    let row = administrator.query_one(record, &[]).await.unwrap();
    let read: (String, String, String) = (row.get(0), row.get(1), row.get(2));
    assert_eq!(
        read,
        (why.to_owned(), "true".to_owned(), "false".to_owned())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_takes_what_it_offers_and_nothing_else() {
    let scene = Scene::new().await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let here = "/t/acme/production/settings/tokens";
    let url = scene.system.at(Plane::Portal, here);
    let page = owner.get(&url).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let csrf = page.field("csrf");
    let good = [
        ("csrf", csrf.as_str()),
        ("pushed_requests", "all"),
        ("bound_tokens", "each"),
        ("access_algorithm", "EdDSA"),
    ];
    for (field, wrong) in [
        ("pushed_requests", ""),
        ("bound_tokens", "some"),
        ("access_algorithm", "none"),
        ("access_algorithm", "HS256"),
    ] {
        let form = good.map(|(own, value)| (own, if own == field { wrong } else { value }));
        let answer = owner.post(&url, &form).await;
        assert_eq!(answer.status, 422, "{field} {wrong}: {}", answer.body);
    }
    let saved = owner.post(&url, &good).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let less = good.map(|(own, value)| {
        (
            own,
            if own == "pushed_requests" {
                "each"
            } else {
                value
            },
        )
    });
    let asked = owner.post(&url, &less).await;
    assert_eq!(asked.status, 200, "it asks why: {}", asked.body);
    assert!(
        asked.body.contains("has to where it registered so"),
        "{}",
        asked.body
    );
    let administrator = scene.company.place.administrator().await;
    let kept = "select to_jsonb(p)::text from tenant.token_policy as p";
    let row = administrator.query_one(kept, &[]).await.unwrap();
    let kept: serde_json::Value = serde_json::from_str(row.get(0)).unwrap();
    assert_eq!(
        kept["pushed_requests"],
        json!(true),
        "nothing was changed yet"
    );
    assert_eq!(kept["access_algorithm"], SigningAlgorithm::EdDsa.as_str());
}
