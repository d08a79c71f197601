//! Tokens of workloads in the wrong hands or the wrong place; platforms that nobody trusts with this; policy that wants a
//! workload.

use std::time::{Duration, Instant};

use narthex_approval::screen::Screened;
use narthex_approval::suspend::Stop;
use narthex_tests::{Browser, Plane};
use narthex_vocab::ClientMetadata;
use narthex_vocab::Environment::{Production, Sandbox};
use serde_json::json;

use super::{BY_JWT, Bench, CI, JOB, JWT_BEARER, given, job, metadata, no_grant, refused};
use crate::policies::bench::{Bench as Policies, rule};
use crate::scene;
use crate::software_statements::Signer;

const AT_ONCE: Duration = Duration::from_secs(1);

#[tokio::test(flavor = "multi_thread")]
async fn s7_nothing_but_the_workloads_own_token() {
    let bench = Bench::new().await;
    let client = bench.client(Production, job()).await;
    let now = narthex_tenancy::ambient::now().timestamp();
    let stranger = Signer::new();
    let tries = [
        (
            "another repository",
            json!({ "sub": "repo:acme/notes-evil:ref:refs/heads/main" }),
        ),
        ("nobody", json!({ "sub": "repo:acme/notes:" })),
        ("the client itself", json!({ "sub": client, "iss": client })),
        (
            "another environment of its own",
            json!({ "environment": "staging" }),
        ),
        ("no environment", json!({ "environment": null })),
        (
            "another platform",
            json!({ "iss": "https://other.example" }),
        ),
        ("almost the platform", json!({ "iss": format!("{CI}/") })),
        (
            "the sandbox",
            json!({ "aud": bench.issuer("/t/acme/sandbox") }),
        ),
        (
            "another tenant",
            json!({ "aud": bench.issuer("/t/globex") }),
        ),
        (
            "the endpoint",
            json!({ "aud": bench.scene.token(Production) }),
        ),
        (
            "another audience too",
            json!({ "aud": [bench.issuer("/t/acme"), "https://other.example"] }),
        ),
        ("over", json!({ "iat": now - 600, "exp": now - 61 })),
        ("tomorrow", json!({ "nbf": now + 86_400 })),
        ("for a day", json!({ "exp": now + 86_400 })),
        ("since a day", json!({ "iat": now - 86_400 })),
        ("no end", json!({ "exp": null })),
        ("no beginning", json!({ "iat": null })),
    ];
    for (what, change) in tries {
        refused(
            what,
            &bench.proves(&client, &bench.token(change.clone())).await,
        );
        no_grant(what, &bench.stands(Production, &bench.token(change)).await);
    }
    let forged = stranger.sign(&bench.claims(json!({})));
    refused("another key", &bench.proves(&client, &forged).await);
    for typ in ["at+jwt", "oauth-id-jag+jwt", "dpop+jwt"] {
        let mut header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
        header.typ = Some(typ.to_owned());
        let token = bench.platform.sign_as(&header, &bench.claims(json!({})));
        refused(typ, &bench.proves(&client, &token).await);
    }
    let unsigned = "eyJhbGciOiJub25lIn0.e30.";
    refused("no signature", &bench.proves(&client, unsigned).await);
    // Its identifier alone, or a second credential, are worth nothing.
    let grant = ("grant_type", "client_credentials");
    let id = ("client_id", client.as_str());
    refused("no proof", &bench.asks(Production, &[grant, id]).await);
    refused(
        "a secret",
        &bench
            .asks(Production, &[grant, id, ("client_secret", "x")])
            .await,
    );
    let (one, other) = (bench.token(json!({})), bench.token(json!({})));
    let two = [
        ("grant_type", JWT_BEARER),
        ("assertion", &one),
        ("client_assertion", &other),
        ("client_assertion_type", BY_JWT),
    ];
    let answer = bench.asks(Production, &two).await;
    assert_eq!(
        (answer.status, answer.json()["error"] == "invalid_request"),
        (400, true)
    );
    // None of that used them up.
    given(&bench.proves(&client, &one).await);
    given(&bench.stands(Production, &other).await);
    // More than was approved is not given.
    let token = bench.token(json!({}));
    let more = [
        ("grant_type", JWT_BEARER),
        ("assertion", token.as_str()),
        ("scope", "notes:delete"),
    ];
    let answer = bench.asks(Production, &more).await;
    assert_eq!(
        (answer.status, answer.json()["error"] == "invalid_scope"),
        (400, true)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_the_same_workload_elsewhere_is_another_client() {
    let bench = Bench::new().await;
    let here = bench.client(Production, job()).await;
    let sandbox = bench.client(Sandbox, job()).await;
    let neighbour = bench.scene.company.neighbour().await;
    let reach = neighbour.reach(Production, "notes:read", &["list_notes"]);
    let (theirs, _) = scene::approved(&neighbour, Production, &metadata(job()), reach).await;

    // The neighbour trusts nobody: what this company trusts is nothing to it.
    let for_them = bench.token(json!({ "aud": bench.issuer("/t/globex") }));
    let at_theirs = bench
        .scene
        .system
        .at(Plane::Token, "/t/globex/production/token");
    let form = [("grant_type", JWT_BEARER), ("assertion", for_them.as_str())];
    no_grant(
        "not trusted there",
        &Browser::new().post(&at_theirs, &form).await,
    );
    for_another(&bench, &at_theirs, theirs.as_str()).await;

    let for_sandbox = bench.token(json!({ "aud": bench.issuer("/t/acme/sandbox") }));
    no_grant(
        "of the sandbox",
        &bench.stands(Production, &for_sandbox).await,
    );
    let access = given(&bench.stands(Sandbox, &for_sandbox).await);
    let notes = bench.scene.notes(Production).await;
    let known = bench.scene.introspect(Production, &notes, &access).await;
    assert_eq!(known["active"], false);
    assert_ne!(here, sandbox);

    // Two clients that are one workload have to be named.
    let second = bench.client(Production, job()).await;
    no_grant(
        "which of them",
        &bench.stands(Production, &bench.token(json!({}))).await,
    );
    given(&bench.proves(&second, &bench.token(json!({}))).await);
    given(&bench.proves(&here, &bench.token(json!({}))).await);
}

/// A client of this company under its name at the neighbour, and the neighbour's with a token for here.
async fn for_another(bench: &Bench, at: &str, client: &str) {
    let token = bench.token(json!({}));
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", client),
        ("client_assertion_type", BY_JWT),
        ("client_assertion", &token),
    ];
    refused("a neighbour's", &Browser::new().post(at, &form).await);
    refused("here", &bench.asks(Production, &form).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_trust_is_for_one_purpose_and_ends_at_once() {
    let bench = Bench::new().await;
    let client = bench.client(Production, job()).await;
    let access = given(&bench.proves(&client, &bench.token(json!({}))).await);

    let since = Instant::now();
    assert_eq!(
        bench.trusts(Production, CI, &["statements"]).await.status,
        303
    );
    refused(
        "for statements",
        &bench.proves(&client, &bench.token(json!({}))).await,
    );
    assert!(since.elapsed() < AT_ONCE, "{:?}", since.elapsed());
    // Nobody vouches for software and for workloads at once: any token of a job would be a statement.
    for purposes in [&[][..], &["everything"], &["statements", "workloads"]] {
        assert_eq!(bench.trusts(Production, CI, purposes).await.status, 422);
    }
    let both = bench.trusts(Production, CI, &["workloads", "people"]).await;
    assert_eq!(both.status, 303);
    given(&bench.proves(&client, &bench.token(json!({}))).await);

    let mut owner = bench.scene.in_portal(&bench.scene.company.owner).await;
    let url = bench.settings(Production);
    let csrf = owner.get(&url).await.field("csrf");
    let form = [("csrf", csrf.as_str()), ("issuer", CI)];
    let since = Instant::now();
    assert_eq!(
        owner.post(&format!("{url}/remove"), &form).await.status,
        303
    );
    no_grant(
        "not trusted",
        &bench.stands(Production, &bench.token(json!({}))).await,
    );
    assert!(since.elapsed() < AT_ONCE, "{:?}", since.elapsed());
    // What was issued before lives its minutes out, unless its client is stopped.
    let notes = bench.scene.notes(Production).await;
    let known = bench.scene.introspect(Production, &notes, &access).await;
    assert_eq!(known["active"], true);

    bench.trusts(Production, CI, &["workloads"]).await;
    bench
        .scene
        .stop(client.as_str(), Production, Stop::Suspend)
        .await;
    let answer = bench.proves(&client, &bench.token(json!({}))).await;
    assert_eq!(answer.json()["error"], "access_denied", "{}", answer.body);
    no_grant(
        "unnamed",
        &bench.stands(Production, &bench.token(json!({}))).await,
    );
    let known = bench.scene.introspect(Production, &notes, &access).await;
    assert_eq!(known["active"], false);
}

#[tokio::test(flavor = "multi_thread")]
async fn s7_a_policy_can_demand_a_workload_in_production() {
    let bench = Bench::new().await;
    let company = &bench.scene.company;
    let demands = "resource == Narthex::Environment::\"production\" && context.grants.contains(\"client_credentials\")
        && !([\"workload_jwt\", \"spiffe_jwt\"].contains(context.auth_method))";
    Policies::new(company)
        .publish_platforms(&rule("P-workload", "deny", demands))
        .await;
    let secret = json!({ "client_name": "Partner", "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "client_secret_basic" });
    let metadata = ClientMetadata::parse(secret.as_object().unwrap()).unwrap();
    let reach = || company.reach(Production, "notes:read", &[]);
    let denied = company
        .onboard(metadata, &[(Production, reach())])
        .await
        .unwrap();
    let screened = &denied.requests[0].screened;
    assert!(
        matches!(screened, Screened::RejectedByPolicy { .. }),
        "{screened:?}"
    );
    let client = bench.client(Production, job()).await;
    given(
        &bench
            .proves(&client, &bench.token(json!({ "sub": JOB })))
            .await,
    );
}
