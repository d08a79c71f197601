//! Policies by the API: drafts that are looked at, tried, proposed by one and published by another, of the platform and of
//! a tenant.

use super::*;
use crate::policies::bench::rule;

/// By whom, where, and by whom it is published.
struct Way<'a> {
    writer: &'a Hand<'a>,
    second: &'a Hand<'a>,
    /// Of drafts.
    base: &'a str,
    /// Of a version.
    version: &'a str,
    /// Of its simulation and proposal.
    acts: &'a str,
}

impl Way<'_> {
    async fn is_gone(&self, source: &str) {
        let base = self.base;
        let looked = self
            .writer
            .post(&format!("{base}/validate"), json!({ "source": source }))
            .await;
        assert_eq!(looked.json()["valid"], true, "{}", looked.body);
        let looked = self
            .writer
            .post(&format!("{base}/validate"), json!({ "source": "permit (" }))
            .await;
        assert_eq!(looked.json()["valid"], false);
        assert!(
            looked.json()["problems"][0]["line"].is_number(),
            "{}",
            looked.body
        );

        let draft = |source: &str| json!({ "source": source, "note": "A test." });
        let told = self
            .writer
            .post(&format!("{base}/draft"), draft("permit ("))
            .await;
        assert_eq!(problem(&told, 400, "member")["pointer"], "/source");
        let saved = self
            .writer
            .once(&format!("{base}/draft"), draft(source), "draft")
            .await;
        assert_eq!(saved.json()["state"], "draft", "{}", saved.body);
        let again = self
            .writer
            .once(&format!("{base}/draft"), draft(source), "draft")
            .await;
        assert_eq!(again.json(), saved.json());
        problem(
            &self
                .writer
                .post(&format!("{base}/draft"), draft(source))
                .await,
            409,
            "stale",
        );

        let (version, acts) = (self.version, self.acts);
        let hash = self.writer.get(version).await.json()["hash"].clone();
        let propose = json!({ "hash": hash, "reason": "It is needed." });
        problem(
            &self
                .writer
                .post(&format!("{acts}/proposal"), propose.clone())
                .await,
            409,
            "state",
        );
        let run = self
            .writer
            .post(&format!("{acts}/simulation"), json!({}))
            .await;
        assert_eq!(run.json()["hash"], hash, "{}", run.body);
        let other = json!({ "hash": "0".repeat(64), "reason": "It is needed." });
        problem(
            &self.writer.post(&format!("{acts}/proposal"), other).await,
            409,
            "stale",
        );
        let proposed = self.writer.post(&format!("{acts}/proposal"), propose).await;
        assert_eq!(proposed.json()["state"], "proposed", "{}", proposed.body);

        let answer = json!({ "answer": "confirm", "hash": hash, "reason": "So do I." });
        problem(
            &self
                .writer
                .post(&format!("{version}/answer"), answer.clone())
                .await,
            403,
            "role",
        );
        let mut other = answer.clone();
        other["hash"] = json!("0".repeat(64));
        problem(
            &self.second.post(&format!("{version}/answer"), other).await,
            409,
            "stale",
        );
        let done = self
            .second
            .post(&format!("{version}/answer"), answer.clone())
            .await;
        assert_eq!(done.json()["state"], "done", "{}", done.body);
        let read = self.writer.get(version).await.json();
        assert_eq!(
            (&read["state"], &read["source"]),
            (&json!("published"), &json!(source))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_the_platforms_policy_goes_its_whole_way() {
    let scene = Scene::new().await;
    let writer = Hand::new(&scene, Role::PolicyAdmin, May::Act).await;
    writer.step_up().await;
    let second = Hand::new(&scene, Role::Approver, May::Act).await;
    second.step_up().await;
    let way = Way {
        writer: &writer,
        second: &second,
        base: "/api/v1/policies",
        version: "/api/v1/policies/platform/1",
        acts: "/api/v1/policies/platform/1",
    };
    way.is_gone(&rule("P-it", "deny", "!context.sponsor")).await;
    let reviewer = Hand::new(&scene, Role::Reviewer, May::Read).await;
    let all = reviewer.get("/api/v1/policies").await.json();
    assert_eq!(all["policies"][0]["number"], 1, "{all}");
    problem(
        &reviewer.get("/api/v1/policies/platform/9").await,
        404,
        "not-there",
    );
    problem(
        &reviewer.get("/api/v1/policies/platform/x").await,
        404,
        "not-there",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_tenants_policy_goes_its_whole_way() {
    let scene = Scene::new().await;
    let writer = Hand::of_tenant(&scene, Role::Owner, May::Act).await;
    let second = Hand::of_tenant(&scene, Role::Manager, May::Act).await;
    let way = Way {
        writer: &writer,
        second: &second,
        base: "/api/v1/t/acme/policies",
        version: "/api/v1/t/acme/policies/1",
        acts: "/api/v1/t/acme/policies/1",
    };
    way.is_gone(&rule("T-it", "deny", "!context.sponsor")).await;
    problem(
        &writer.get("/api/v1/t/acme/policies/2").await,
        404,
        "not-there",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn drafts_are_not_tried_without_end() {
    let scene = Scene::new().await;
    let writer = Hand::new(&scene, Role::PolicyAdmin, May::Act).await;
    writer.step_up().await;
    let draft = json!({ "source": "// nothing\n", "note": "A test." });
    writer.post("/api/v1/policies/draft", draft).await;
    let path = "/api/v1/policies/platform/1/simulation";
    for _ in 0..20 {
        assert_eq!(writer.post(path, json!({})).await.status, 200);
    }
    problem(&writer.post(path, json!({})).await, 429, "often");
    // The page of the same person counts with the API.
    let mut browser = scene.in_dashboard(&writer.person).await;
    let url = |path: &str| scene.system.at(Plane::Staff, path);
    let page = browser.get(&url("/policies/versions/1")).await;
    let csrf = page.field("csrf");
    let tried = browser
        .post(
            &url("/policies/versions/1/simulate"),
            &[("csrf", csrf.as_str())],
        )
        .await;
    assert_eq!(
        tried.location(),
        "/policies/versions/1?done=policy-tried-often"
    );
    assert_eq!(acts(&scene, "policy.simulate").await, 20);
}
