//! The pages of policies over HTTP: an error with its place, the run, the proposal, the second person; in the dashboard, in
//! the portal, and at the management API.

use narthex_tenancy::permission::{Person, Role};
use narthex_tests::{Browser, Plane};
use narthex_vocab::PLATFORM_TENANT;

use super::bench::{Bench, rule};
use crate::scene::Scene;

struct Desk<'a> {
    scene: &'a Scene,
    plane: Plane,
    base: &'static str,
    browser: Browser,
}

impl Desk<'_> {
    fn url(&self, path: &str) -> String {
        self.scene
            .system
            .at(self.plane, &format!("{}{path}", self.base))
    }

    async fn page(&mut self, path: &str) -> narthex_tests::Answer {
        let url = self.url(path);
        let page = self.browser.get(&url).await;
        assert_eq!(page.status, 200, "{path}: {}", page.body);
        page
    }

    async fn send(
        &mut self,
        from: &str,
        path: &str,
        form: &[(&str, &str)],
    ) -> narthex_tests::Answer {
        let csrf = self.page(from).await.field("csrf");
        let form: Vec<(&str, &str)> = [("csrf", csrf.as_str())]
            .into_iter()
            .chain(form.iter().copied())
            .collect();
        let url = self.url(path);
        self.browser.post(&url, &form).await
    }
}

async fn staff<'a>(scene: &'a Scene, person: &Person) -> Desk<'a> {
    let browser = scene.in_dashboard(person).await;
    Desk {
        scene,
        plane: Plane::Staff,
        base: "/policies",
        browser,
    }
}

async fn tenant<'a>(scene: &'a Scene, person: &Person) -> Desk<'a> {
    let browser = scene.in_portal(person).await;
    Desk {
        scene,
        plane: Plane::Portal,
        base: "/t/acme/policies",
        browser,
    }
}

/// Writes, mends, tries, proposes; another publishes.
async fn through(one: &mut Desk<'_>, other: &mut Desk<'_>, (wrong, right): (&str, &str)) {
    let form = |source, seen| [("source", source), ("note", "To be safe"), ("seen", seen)];
    let refused = one.send("/draft", "/draft", &form(wrong, "")).await;
    assert_eq!(refused.status, 422, "{}", refused.body);
    assert!(
        refused.body.contains("Line 6, column 8"),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains("nothing is saved"),
        "{}",
        refused.body
    );
    assert!(
        refused.body.contains("context.famous"),
        "what was typed is kept"
    );
    let saved = one.send("/draft", "/draft", &form(right, "")).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    assert!(
        saved.location().contains("/versions/1"),
        "{}",
        saved.location()
    );
    let page = one.page("/versions/1").await;
    assert!(
        page.body.contains("Nobody has tried it yet") && !page.body.contains("Propose it"),
        "{}",
        page.body
    );
    let stale = one.send("/draft", "/draft", &form(right, "")).await;
    assert_eq!(stale.status, 422, "{}", stale.body);
    assert!(
        stale.body.contains("Somebody else has written"),
        "{}",
        stale.body
    );

    let tried = one.send("/versions/1", "/versions/1/simulate", &[]).await;
    assert_eq!(tried.status, 303, "{}", tried.body);
    let page = one.page("/versions/1").await;
    assert!(
        page.body.contains("would be judged otherwise"),
        "{}",
        page.body
    );
    let seen = page.field("seen");
    let empty = one
        .send(
            "/versions/1",
            "/versions/1/propose",
            &[("seen", &seen), ("reason", " ")],
        )
        .await;
    assert_eq!(empty.status, 422, "{}", empty.body);
    let proposed = one
        .send(
            "/versions/1",
            "/versions/1/propose",
            &[("seen", &seen), ("reason", "It is time")],
        )
        .await;
    assert_eq!(proposed.status, 303, "{}", proposed.body);
    let page = one.page("/versions/1").await;
    let start = page.body.find("/proposals/prp_").unwrap();
    let proposal = &page.body[start..start + "/proposals/prp_".len() + 32].to_owned();

    let own = one
        .send(
            proposal,
            proposal,
            &[("answer", "confirm"), ("reason", "Me")],
        )
        .await;
    assert_eq!(own.status, 403, "{}", own.body);
    assert!(
        own.body.contains("Who proposes does not confirm"),
        "{}",
        own.body
    );
    let seen = other.page(proposal).await;
    assert!(
        seen.body.contains("would be judged otherwise"),
        "the second person sees the run: {}",
        seen.body
    );
    assert!(
        !seen.body.contains("<script"),
        "no script before a second person"
    );
    let published = other
        .send(
            proposal,
            proposal,
            &[("answer", "confirm"), ("reason", "I have read it")],
        )
        .await;
    assert_eq!(published.status, 303, "{}", published.body);
    let page = other.page("/versions/1").await;
    assert!(page.body.contains("In force"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_staff_publish_by_two_in_the_dashboard() {
    let scene = Scene::new().await;
    let (pia, paul) = (
        scene.staff("Pia", Role::PolicyAdmin).await,
        scene.staff("Paul", Role::PolicyAdmin).await,
    );
    let (mut one, mut other) = (staff(&scene, &pia).await, staff(&scene, &paul).await);
    let texts = (
        rule("P-it", "deny", "context.famous"),
        rule("P-it", "deny", "context.sponsor"),
    );
    through(&mut one, &mut other, (&texts.0, &texts.1)).await;
    let list = one.page("").await;
    assert!(
        list.body.contains("Version 1") && list.body.contains("R-20"),
        "{}",
        list.body
    );

    // A reviewer reads and cannot write.
    let mut reader = staff(&scene, &scene.company.reviewer).await;
    let page = reader.page("/versions/1").await;
    assert!(page.body.contains("Ask a policy admin"), "{}", page.body);
    let url = reader.url("/draft");
    assert_eq!(reader.browser.get(&url).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn b3_a_tenant_publishes_its_own_by_two_in_the_portal() {
    let scene = Scene::new().await;
    let bench = Bench::new(&scene.company);
    let manager = bench.manager("Mara").await;
    let (mut one, mut other) = (
        tenant(&scene, &scene.company.owner).await,
        tenant(&scene, &manager).await,
    );
    let texts = (
        rule("T-it", "deny", "context.famous"),
        rule("T-it", "deny", "context.sponsor"),
    );
    through(&mut one, &mut other, (&texts.0, &texts.1)).await;
    assert_eq!(
        bench.state_of(scene.company.tenant, 1).await.as_deref(),
        Some("published")
    );
    assert_eq!(bench.state_of(PLATFORM_TENANT, 1).await, None);
}
