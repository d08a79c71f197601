//! A client that is an address, approved with a warning: who comes before it is told so, until it is over, and nothing
//! that was allowed before answers for anybody.

use chrono::Duration;
use narthex_approval::decide::{Decide, DecideError, Decided, Outcome, decide};
use narthex_approval::prose::Reason;
use narthex_approval::request::RequestRef;
use narthex_approval::warning::Warning;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::{Action, Role};
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::Timestamp;

use super::bench::{Bench, HOST, PRODUCTION};
use crate::cases::company::metadata;
use crate::scene::CALLBACK;

const WARNED: &str = "This app is allowed here with a warning";

fn warning(until: Option<Timestamp>, people: Option<u16>) -> Warning {
    Warning::new(until, people, ambient::now()).unwrap()
}

/// The reviewer approves with a warning.
async fn approve(
    bench: &Bench,
    request: RequestRef,
    warning: Option<Warning>,
) -> Result<Decided, DecideError> {
    let company = &bench.scene.company;
    let command = Decide {
        request,
        seen: company.payload(request).await,
        outcome: Outcome::Approve,
        warning,
        reason: Reason::parse("It is needed, and young.").unwrap(),
    };
    company
        .reviewed(Action::Decide, async |tx, acting| {
            decide(tx, command, acting).await
        })
        .await
}

/// A client that was asked for and let in with this warning.
async fn let_in(bench: &Bench, warning: Option<Warning>) -> Browser {
    let (uma, mut browser) = bench.person("Uma").await;
    let page = bench.arrive(&mut browser).await;
    bench.ask(&mut browser, &page).await;
    let linked = bench.link(&uma).await;
    let decided = approve(bench, linked.request, warning).await.unwrap();
    assert!(matches!(decided, Decided::Activated(_)), "{decided:?}");
    browser
}

/// The answer to a consent page.
async fn allow(bench: &Bench, browser: &mut Browser, page: &Answer) -> Answer {
    let (csrf, pending) = (page.field("csrf"), page.field("pending"));
    let form = [
        ("csrf", csrf.as_str()),
        ("pending", &pending),
        ("decision", "allow"),
    ];
    let consent = bench.scene.issuer_at(Plane::Token, PRODUCTION, "consent");
    browser.post(&consent, &form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_the_first_people_are_warned_and_nobody_after_them() {
    let bench = Bench::new().await;
    let mut uma = let_in(&bench, Some(warning(None, Some(2)))).await;
    let page = bench.arrive(&mut uma).await;
    for says in [WARNED, HOST, "There is no hurry", ">Do not allow<"] {
        assert!(page.body.contains(says), "{says}: {}", page.body);
    }
    // One person, however often, is one.
    for _ in 0..3 {
        let page = bench.arrive(&mut uma).await;
        assert!(page.body.contains(WARNED), "{}", page.body);
        assert_eq!(allow(&bench, &mut uma, &page).await.status, 200);
    }
    let remembered = "select count(*) from issue.consent where ended_at is null";
    assert_eq!(bench.count(remembered).await, 1);

    // Of those who stand before it at once each is warned: nobody has allowed it yet who could end it for them.
    let mut others = Vec::new();
    for name in ["Otto", "Ada", "Ben"] {
        others.push(bench.person(name).await.1);
    }
    let mut pages = Vec::new();
    for browser in &mut others {
        let page = bench.arrive(browser).await;
        assert!(page.body.contains(WARNED), "{}", page.body);
        pages.push(page);
    }
    let [otto, ada, ben] = &mut others[..] else {
        panic!("three")
    };
    let answers = tokio::join!(
        allow(&bench, otto, &pages[0]),
        allow(&bench, ada, &pages[1]),
        allow(&bench, ben, &pages[2])
    );
    for answer in [answers.0, answers.1, answers.2] {
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    for browser in [&mut uma, otto] {
        let page = bench.arrive(browser).await;
        assert!(page.body.contains(">Do not allow<"), "{}", page.body);
        assert!(!page.body.contains(WARNED), "{}", page.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_a_warning_ends_at_its_date() {
    let bench = Bench::new().await;
    let until = ambient::now() + Duration::days(90);
    let mut uma = let_in(&bench, Some(warning(Some(until), None))).await;
    let page = bench.arrive(&mut uma).await;
    assert!(page.body.contains(WARNED), "{}", page.body);
    let administrator = bench.scene.company.place.administrator().await;
    let over = "update review.warning set since = since - interval '91 days', until = until - interval '90 days'";
    administrator.batch_execute(over).await.unwrap();
    let page = bench.arrive(&mut uma).await;
    assert!(page.body.contains(">Do not allow<"), "{}", page.body);
    assert!(!page.body.contains(WARNED), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_an_approval_without_a_warning_has_none() {
    let bench = Bench::new().await;
    let mut uma = let_in(&bench, None).await;
    let page = bench.arrive(&mut uma).await;
    assert!(page.body.contains(">Do not allow<") && !page.body.contains(WARNED));
    assert_eq!(bench.count("select count(*) from review.warning").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_a_page_from_before_the_warning_allows_nothing() {
    let bench = Bench::new().await;
    let mut uma = let_in(&bench, None).await;
    let before = bench.arrive(&mut uma).await;
    assert!(!before.body.contains(WARNED));
    // While she reads, the client is approved anew, with a warning: here the administrator adds it to the one approval.
    let administrator = bench.scene.company.place.administrator().await;
    let warned = "alter table review.warning disable trigger warns_of_an_address;
        insert into review.warning (tenant_id, environment, decision_id, request_id, version, since, people)
            select tenant_id, environment, decision_id, request_id, version, at, 100 from review.approval;
        alter table review.warning enable trigger warns_of_an_address;";
    administrator.batch_execute(warned).await.unwrap();
    let again = allow(&bench, &mut uma, &before).await;
    assert_eq!(again.status, 303, "{}", again.body);
    assert_eq!(bench.count("select count(*) from issue.\"grant\"").await, 0);
    let door = bench.scene.system.at(Plane::Token, again.location());
    let page = bench.follow(&mut uma, &door).await;
    assert!(page.body.contains(WARNED), "{}", page.body);
    assert_eq!(allow(&bench, &mut uma, &page).await.status, 200);
    assert_eq!(bench.count("select count(*) from issue.\"grant\"").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_only_what_is_given_to_an_address_is_warned_of() {
    let bench = Bench::new().await;
    let company = &bench.scene.company;
    // A partner that the tenant onboards itself.
    let partner = metadata("Partner", CALLBACK, "none");
    let ask = [(PRODUCTION, company.reach(PRODUCTION, "notes:read", &[]))];
    let onboarded = company.onboard(partner, &ask).await.unwrap();
    let request = onboarded.requests[0].request;
    let refused = approve(&bench, request, Some(warning(None, Some(100)))).await;
    assert!(
        matches!(refused, Err(DecideError::NothingToWarnOf)),
        "{refused:?}"
    );
    // And a refusal warns of nothing.
    let (uma, mut browser) = bench.person("Uma").await;
    let page = bench.arrive(&mut browser).await;
    bench.ask(&mut browser, &page).await;
    let linked = bench.link(&uma).await;
    let command = Decide {
        request: linked.request,
        seen: company.payload(linked.request).await,
        outcome: Outcome::Reject,
        warning: Some(warning(None, Some(100))),
        reason: Reason::parse("No.").unwrap(),
    };
    let refused = company.reviewed(Action::Decide, async |tx, acting| {
        decide(tx, command, acting).await
    });
    let refused = refused.await;
    assert!(
        matches!(refused, Err(DecideError::NothingToWarnOf)),
        "{refused:?}"
    );
    assert_eq!(bench.count("select count(*) from review.warning").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_reviewer_and_tenant_read_of_the_warning() {
    let bench = Bench::new().await;
    let scene = &bench.scene;
    let (uma, mut browser) = bench.person("Uma").await;
    let page = bench.arrive(&mut browser).await;
    bench.ask(&mut browser, &page).await;
    let linked = bench.link(&uma).await;
    let reviewer = scene.staff("Dana", Role::Reviewer).await;
    let mut staff = scene.in_dashboard(&reviewer).await;
    let path = format!("/requests/acme/production/{}", linked.request.id);
    let review = scene.system.at(Plane::Staff, &path);
    let page = staff.get(&review).await;
    assert!(
        page.body.contains("Warn people before they allow it"),
        "{}",
        page.body
    );
    let (csrf, version, payload) = (
        page.field("csrf"),
        page.field("version"),
        page.field("payload"),
    );
    let lines = lines(&page.body);
    let form = |decision: &'static str, people: &'static str| {
        let mut form = vec![
            ("csrf", csrf.as_str()),
            ("version", &version),
            ("payload", &payload),
            ("decision", decision),
            ("warn", "90d"),
            ("warn_people", people),
            ("reason", "Young, and needed."),
        ];
        form.extend(lines.iter().map(|(name, value)| (name.as_str(), *value)));
        form
    };
    for (decision, people, says) in [
        ("approve", "0", "Enter a number from 1 to 10000"),
        ("reject", "100", "Only an approval comes with a warning"),
    ] {
        let refused = staff.post(&review, &form(decision, people)).await;
        assert_eq!(refused.status, 422, "{}", refused.body);
        assert!(refused.body.contains(says), "{says}: {}", refused.body);
        assert!(refused.body.contains("Young, and needed."));
    }
    let sent = staff.post(&review, &form("approve", "100")).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
    let lasts = "or until 100 people have allowed it";
    let page = staff.get(&review).await;
    assert!(
        page.body.contains("with a warning") && page.body.contains(lasts),
        "{}",
        page.body
    );

    let mut owner = scene.in_portal(&scene.company.owner).await;
    let request = format!("/t/acme/production/requests/{}", linked.request.id);
    let page = owner.get(&scene.system.at(Plane::Portal, &request)).await;
    assert!(
        page.body.contains(", with a warning") && page.body.contains(lasts),
        "{}",
        page.body
    );

    let consent = bench.arrive(&mut browser).await;
    allow(&bench, &mut browser, &consent).await;
    let client = format!("/clients/acme/production/https%3A%2F%2F{HOST}%2Foauth%2Fclient.json");
    let page = staff.get(&scene.system.at(Plane::Staff, &client)).await;
    for says in [
        "People are warned",
        lasts,
        "1 person has allowed it so far.",
    ] {
        assert!(page.body.contains(says), "{says}: {}", page.body);
    }
    let integration = format!("/t/acme/integrations/{}", linked.integration);
    let page = owner
        .get(&scene.system.at(Plane::Portal, &integration))
        .await;
    for says in [
        "People are warned",
        lasts,
        "1 person has allowed it so far.",
    ] {
        assert!(page.body.contains(says), "{says}: {}", page.body);
    }
    let detail = "select count(*) from ledger.entry where action like 'request.%' and detail -> 'warning' ->> 'people' = '100'";
    assert_eq!(bench.count(detail).await, 1);
}

/// What the page sends of its lines when nobody touches them: all is given, without an end.
fn lines(page: &str) -> Vec<(String, &'static str)> {
    let names = page.split("name=\"").skip(1);
    let names = names.filter_map(|rest| rest.split('"').next());
    let value = |name: &str| match name.split(':').next() {
        Some("scope" | "tool") => Some("give"),
        Some("until" | "why" | "tokens") => Some(""),
        Some(_) | None => None,
    };
    names
        .filter_map(|name| Some((name.replace("&#58;", ":"), value(name)?)))
        .collect()
}
