//! Approving several requests in one go: each a decision of its own on the payload that was seen, and nothing but what is
//! of low risk for the sandbox, whatever is sent.

use narthex_approval::request::RequestRef;
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::Environment;

use crate::cases::company::{Company, LOOPBACK, metadata};
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;
const SANDBOX: Environment = Environment::Sandbox;

async fn asked(
    company: &Company,
    name: &str,
    environment: Environment,
    scopes: &str,
) -> RequestRef {
    let client = metadata(name, LOOPBACK, "client_secret_basic");
    let asks = [(environment, company.reach(environment, scopes, &[]))];
    company
        .onboard_as(name, client, &asks)
        .await
        .unwrap()
        .requests[0]
        .request
}

async fn state(company: &Company, at: RequestRef) -> String {
    let administrator = company.place.administrator().await;
    let sql = "select state from review.access_request where request_id::text = $1";
    let row = administrator
        .query_one(sql, &[&at.id.as_uuid().to_string()])
        .await;
    row.unwrap().get(0)
}

/// The items of a confirm page, and its token.
fn items(page: &Answer) -> (Vec<String>, String) {
    let found = page.body.split("name=\"item\" value=\"").skip(1);
    let found = found.map(|rest| rest.split('"').next().unwrap().to_owned());
    (found.collect(), page.field("csrf"))
}

async fn send(
    browser: &mut Browser,
    url: &str,
    csrf: &str,
    items: &[String],
    reason: &str,
) -> Answer {
    let mut fields = vec![("csrf", csrf), ("reason", reason)];
    fields.extend(items.iter().map(|item| ("item", item.as_str())));
    browser.post(url, &fields).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_of_low_risk_in_the_sandbox_is_approved_each_by_itself() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let one = asked(company, "One", SANDBOX, "notes:read").await;
    let two = asked(company, "Two", SANDBOX, "notes:read").await;
    let live = asked(company, "Live", PRODUCTION, "notes:read").await;
    let mut staff = scene.in_dashboard(&company.reviewer).await;
    let queue = staff.get(&scene.system.at(Plane::Staff, "/requests")).await;
    let case = |at: RequestRef| format!("acme/{}/{}", at.environment, at.id);
    assert!(
        queue.body.contains(&format!("value=\"{}\"", case(one))),
        "{}",
        queue.body
    );
    assert!(!queue.body.contains(&format!("value=\"{}\"", case(live))));

    let url = scene.system.at(Plane::Staff, "/requests/together");
    let page = staff
        .get(&format!(
            "{url}?case={}&case={}&case={}",
            case(one),
            case(two),
            case(live)
        ))
        .await;
    assert_eq!(page.status, 200, "{}", page.body);
    let payload = company.payload(one).await.to_string();
    assert!(
        page.body.contains(&payload) && page.body.contains("Rule R-61"),
        "{}",
        page.body
    );
    let (items, csrf) = items(&page);
    assert_eq!(items.len(), 2);
    let silent = send(&mut staff, &url, &csrf, &items, "").await;
    assert_eq!(silent.status, 422);
    assert_eq!(state(company, one).await, "in_review");

    let done = send(&mut staff, &url, &csrf, &items, "They only read.").await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(done.body.contains("2 of 2 approved."), "{}", done.body);
    for at in [one, two] {
        assert_eq!(state(company, at).await, "approved");
    }
    let administrator = company.place.administrator().await;
    let told =
        "select count(*), count(distinct payload_hash) from review.decision where kind = 'approve'";
    let row = administrator.query_one(told, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (2, 2));
    let twice = send(&mut staff, &url, &csrf, &items, "They only read.").await;
    assert!(twice.body.contains("0 of 2 approved."), "{}", twice.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_else_passes_whatever_is_sent() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let good = asked(company, "Good", SANDBOX, "notes:read").await;
    let live = asked(company, "Live", PRODUCTION, "notes:read").await;
    let grave = asked(company, "Grave", SANDBOX, "notes:delete").await;
    let brand = asked(company, "Notes", SANDBOX, "notes:read notes:write").await;
    let stale = asked(company, "Stale", SANDBOX, "notes:read").await;
    let url = scene.system.at(Plane::Staff, "/requests/together");
    let mut staff = scene.in_dashboard(&company.reviewer).await;
    let csrf = staff.get(&url).await.field("csrf");
    let mut sent = Vec::new();
    for at in [good, live, grave] {
        let payload = company.payload(at).await;
        sent.push(format!("acme/{}/{}/1/{payload}", at.environment, at.id));
    }
    sent.push(format!("acme/sandbox/{}/1/{}", stale.id, "0".repeat(64)));
    let done = send(&mut staff, &url, &csrf, &sent, "They only read.").await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(done.body.contains("1 of 4 approved."), "{}", done.body);
    for words in [
        "it is for production",
        "it asks to delete or to administer",
        "It changed while you were reading",
    ] {
        assert!(done.body.contains(words), "{words}: {}", done.body);
    }
    assert_eq!(state(company, good).await, "approved");
    for at in [live, grave, stale, brand] {
        assert_eq!(state(company, at).await, "in_review");
    }
    for wrong in ["acme/sandbox/x/1/0", "acme", ""] {
        let refused = send(&mut staff, &url, &csrf, &[wrong.to_owned()], "Why not.").await;
        assert_eq!(refused.status, 400, "{wrong}: {}", refused.body);
    }
    let many: Vec<String> = (0..101).map(|_| sent[0].clone()).collect();
    assert_eq!(
        send(&mut staff, &url, &csrf, &many, "All of them.")
            .await
            .status,
        400
    );
    // Below another tenant's name there is no such request.
    company.neighbour().await;
    let theirs = format!(
        "globex/sandbox/{}/1/{}",
        stale.id,
        company.payload(stale).await
    );
    let nothing = send(&mut staff, &url, &csrf, &[theirs], "They only read.").await;
    assert!(
        nothing.body.contains("There is no such request"),
        "{}",
        nothing.body
    );
    assert_eq!(state(company, stale).await, "in_review");
}
