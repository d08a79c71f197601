//! Where people sign in at providers alone passwords let nobody in, but an owner with a second factor, and every owner hears of it.
//! Whoever signed in elsewhere proves anew elsewhere what a password would prove.

use actix_web::http::StatusCode;
use narthex_tenancy::ambient;
use narthex_tenancy::permission::Role;
use serde_json::json;

use super::{HERE, House, is_in};
use crate::account::{ANOTHER, PASSWORD, code, second_factor};
use crate::portal::browser::{Browser, Page};

async fn rule(house: &House, rule: &str, code: &str) -> Page {
    let path = format!("{HERE}/rule");
    house.owner.get(&path).await;
    let typed = [("rule", rule), ("password", PASSWORD), ("code", code)];
    house.owner.post(&path, &typed).await
}

async fn by_password(house: &House, email: &str, code: &str) -> (Browser, Page) {
    let browser = Browser::new(&house.app);
    browser.get("/t/acme/sign-in").await;
    let typed = [("email", email), ("password", PASSWORD), ("code", code)];
    let page = browser.post("/t/acme/sign-in", &typed).await;
    (browser, page)
}

async fn owners_address(house: &House) -> String {
    let query = format!(
        "select email from tenant.member where member_id = '{}'",
        house.company.owner.member.as_uuid()
    );
    house.lines(&query).await.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_off_for_all_but_owners_who_break_the_glass() {
    let house = House::new("nobody").await;
    let (_, vera) = house.person("Vera", Some(Role::Viewer)).await;
    let (_, otto) = house.person("Otto", Some(Role::Owner)).await;
    let ana = owners_address(&house).await;
    let page = rule(&house, "providers", "").await;
    assert!(
        page.body
            .contains("Set up a second factor of your own first"),
        "{}",
        page.body
    );
    let (key, codes) = second_factor(&house.owner).await;
    // Nobody is locked out: there has to be a provider that was reached.
    let administrator = house.company.place.administrator().await;
    let untested = "update tenant.identity_provider set tested_at = null";
    administrator.batch_execute(untested).await.unwrap();
    let page = rule(&house, "providers", &codes[0]).await;
    assert!(
        page.body.contains("whose connection was tested"),
        "{}",
        page.body
    );
    house.test().await;
    let (before, _) = by_password(&house, &vera, "").await;
    assert!(is_in(&before).await);
    let page = rule(&house, "providers", &codes[1]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert!(!is_in(&before).await, "what a password began is over");
    assert!(is_in(&house.owner).await);

    let stranger = "nobody@acme.example";
    let (_, wrong) = by_password(&house, stranger, "").await;
    for (email, code) in [(&vera, ""), (&otto, ""), (&ana, ""), (&ana, "000000")] {
        let (browser, page) = by_password(&house, email, code).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{email}");
        assert!(!is_in(&browser).await);
        let same = |page: &Page, email: &str| page.body.replace(email, "");
        assert_eq!(
            same(&page, email).len(),
            same(&wrong, stranger).len(),
            "{email}"
        );
    }
    let (browser, page) = by_password(&house, &ana, &code(&key, 1)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert!(is_in(&browser).await);
    let entries = "select actor from ledger.entry where action = 'sign_in.against_rule'";
    assert_eq!(house.lines(entries).await.len(), 1);
    house.deliver().await;
    let mails = house.mail.mails();
    let heard = mails
        .iter()
        .filter(|mail| mail.subject == "An owner signed in with a password");
    assert_eq!(heard.count(), 2, "both owners");

    // The last provider stays while passwords do not count.
    let remove = format!("{HERE}/{}/remove", house.provider);
    house.owner.get(&remove).await;
    let typed = [("password", PASSWORD), ("code", codes[2].as_str())];
    let page = house.owner.post(&remove, &typed).await;
    assert!(
        page.body.contains("whose connection was tested"),
        "{}",
        page.body
    );
    // Vera connects with her password once: that is no sign-in by it.
    let away = house.stranger().await;
    let page = house.back(&away, "sub-vera", &json!({})).await;
    let page = house.connect(&away, &page, (&vera, PASSWORD)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert!(is_in(&away.browser).await);
    let page = rule(&house, "passwords", &codes[3]).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    let (browser, _) = by_password(&house, &vera, "").await;
    assert!(is_in(&browser).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_owner_who_proves_it_says_where_people_sign_in() {
    let house = House::new("nobody").await;
    for typed in [
        [("rule", "passwords"), ("password", "wrong")],
        [("rule", "passwords"), ("password", "")],
    ] {
        house.owner.get(&format!("{HERE}/rule")).await;
        let page = house.owner.post(&format!("{HERE}/rule"), &typed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    }
    for (below, typed) in [
        ("/rule", [("rule", "everything"), ("password", PASSWORD)]),
        ("/new", [("name", "x"), ("password", PASSWORD)]),
    ] {
        let path = format!("{HERE}{below}");
        house.owner.get(&path).await;
        let page = house.owner.post(&path, &typed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{below}");
    }
    let page = house.add("https://second.example", "owner").await;
    assert!(page.body.contains("Choose who may join"), "{}", page.body);
    assert_eq!(house.count("tenant.identity_provider").await, "1");
    assert_eq!(house.count("tenant.sign_in_rule").await, "0");
    let (_, vera) = house.person("Vera", Some(Role::Manager)).await;
    let (manager, _) = by_password(&house, &vera, "").await;
    let page = manager.get(HERE).await;
    assert!(page.body.contains("Ask an owner") && !page.body.contains("Test connection"));
    let page = manager
        .post(&format!("{HERE}/rule"), &[("rule", "providers")])
        .await;
    assert_eq!(page.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_signed_in_elsewhere_proves_it_elsewhere_anew() {
    let house = House::new("nobody").await;
    let (_, email) = house.person("Vera", Some(Role::Viewer)).await;
    let away = house.stranger().await;
    let page = house.back(&away, "sub-vera", &json!({})).await;
    house.connect(&away, &page, (&email, PASSWORD)).await;
    let form = "/t/acme/account/password";
    let page = away.browser.get(form).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER);
    let provider = house.provider.clone();
    let anew = format!(
        "/t/acme/sign-in/with/{provider}?fresh=yes&continue=%2Ft%2Facme%2Faccount%2Fpassword"
    );
    assert_eq!(page.location, anew);
    // A password is not what this session rests on, even the right one.
    let typed = [("new", ANOTHER), ("again", ANOTHER), ("password", PASSWORD)];
    away.browser.get("/t/acme/account").await;
    let page = away.browser.post(form, &typed).await;
    assert_eq!(page.location, anew, "{}", page.body);

    let query = "?fresh=yes&continue=%2Ft%2Facme%2Faccount%2Fpassword";
    let now = ambient::now().timestamp();
    let again = house.leave(away.browser, query).await;
    assert_eq!(
        (again.asked("prompt"), again.asked("max_age")),
        ("login".to_owned(), "0".to_owned())
    );
    for stale in [json!({}), json!({ "auth_time": now - 3_600 })] {
        let page = house.back(&again, "sub-vera", &stale).await;
        assert_eq!(
            page.status,
            StatusCode::BAD_REQUEST,
            "{stale}: {}",
            page.body
        );
    }
    let page = house
        .back(&again, "sub-vera", &json!({ "auth_time": now }))
        .await;
    assert_eq!(page.location, form, "{}", page.body);
    let sessions = "tenant.session where ended_at is null and provider_id is not null";
    assert_eq!(house.count(sessions).await, "1", "the one before is over");
    let page = again.browser.get(form).await;
    assert!(!page.body.contains("Your password of now"), "{}", page.body);
    let page = again.browser.post(form, &typed).await;
    assert_eq!(
        page.location, "/t/acme/account?done=password-changed",
        "{}",
        page.body
    );
    // The confirmation lasts five minutes.
    let administrator = house.company.place.administrator().await;
    let later = "update tenant.session set confirmed_at = confirmed_at - interval '6 minutes'";
    administrator.batch_execute(later).await.unwrap();
    let page = again.browser.get(form).await;
    assert_eq!(page.location, anew);
}
