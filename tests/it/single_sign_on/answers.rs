//! Whose answer counts: that to what this browser asked here, of this provider and tenant, once.

use actix_web::http::StatusCode;
use serde_json::json;

use super::{Away, House, ISSUER, is_in};
use crate::portal::browser::Browser;

/// A house in which this identity would join.
async fn open() -> (House, serde_json::Value) {
    let house = House::new("viewer").await;
    crate::cases::domain::proves(&house.company, "staff.example").await;
    let said = json!({ "email": "nina@staff.example", "email_verified": true });
    (house, said)
}

fn ready(house: &House, away: &Away, said: &serde_json::Value) {
    let mut claims = House::claims(away, "sub-nina");
    let members = claims.as_object_mut().unwrap();
    members.extend(said.as_object().unwrap().clone());
    house.says(&claims);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_counts_once_and_in_the_browser_that_asked() {
    let (house, said) = open().await;
    let away = house.stranger().await;
    ready(&house, &away, &said);
    let answer = house.answer(&away, "");
    let exchanged = || {
        let paths = house.host.paths();
        paths.iter().filter(|path| *path == "/token").count()
    };
    // A browser that asked nothing, and one that asked something else.
    let bare = Browser::new(&house.app);
    let other = house.stranger().await;
    for browser in [&bare, &other.browser] {
        let page = browser.get(&answer).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.body);
        assert!(!is_in(browser).await);
    }
    let state = away.asked("state");
    let flipped = if state.starts_with('A') { "B" } else { "A" };
    for wrong in [
        String::new(),
        "x".to_owned(),
        format!("{flipped}{}", &state[1..]),
        format!("{state}A"),
        other.asked("state"),
    ] {
        let path = answer.replace(&state, &wrong);
        let page = away.browser.get(&path).await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    assert_eq!(exchanged(), 0, "no code leaves for what nobody asked");
    let held = away.browser.cookie("narthex-elsewhere").unwrap();
    let page = away.browser.get(&answer).await;
    assert_eq!(
        page.location, "/t/acme?done=joined-elsewhere",
        "{}",
        page.body
    );
    // The same again, by who got hold of all of it; the provider plays along.
    let thief = Browser::new(&house.app);
    thief.keep("narthex-elsewhere", &held);
    let page = thief.get(&answer).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.body);
    assert!(page.body.contains("used already") && !is_in(&thief).await);
    assert_eq!(house.count("tenant.provider_answer").await, "1");
    let page = away.browser.get(&answer).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "the cookie is gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_another_provider_or_at_another_tenant_counts_for_nothing() {
    let (house, said) = open().await;
    let second = house.add("https://other.example", "viewer").await;
    assert_eq!(second.status, StatusCode::SEE_OTHER, "{}", second.body);
    let id = house
        .lines("select provider_id::text from tenant.identity_provider where issuer = 'https://other.example'")
        .await
        .remove(0);
    let other = format!("idp_{}", id.replace('-', ""));
    let away = house.stranger().await;
    ready(&house, &away, &said);
    let answer = house.answer(&away, "");
    // What was asked of one comes back as the answer of the other.
    let page = away
        .browser
        .get(&answer.replace(&house.provider, &other))
        .await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST, "{}", page.body);
    // The provider of acme at globex is no provider.
    house.company.neighbour().await;
    for below in ["", "/back?code=c0de&state=x"] {
        let path = format!("/t/globex/sign-in/with/{}{below}", house.provider);
        let page = away.browser.get(&path).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{path}");
        let nobodys = path.replace(&house.provider, &format!("idp_0192{}", "7".repeat(28)));
        let random = away.browser.get(&nobodys).await;
        assert_eq!(page.without_request_id(), random.without_request_id());
    }
    let page = away
        .browser
        .get(&answer.replace("/t/acme/", "/t/globex/"))
        .await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    // Whom the issuer names, where it names one (RFC 9207).
    for wrong in ["https://evil.example", "https://login.example/", ""] {
        let page = away
            .browser
            .get(&house.answer(&away, &format!("&iss={wrong}")))
            .await;
        assert_eq!(page.status, StatusCode::BAD_REQUEST, "{wrong}");
    }
    house.describe(&json!({ "authorization_response_iss_parameter_supported": true }));
    let page = away.browser.get(&answer).await;
    assert_eq!(
        page.status,
        StatusCode::BAD_REQUEST,
        "it has to name itself"
    );
    assert!(!is_in(&away.browser).await);
    let page = away
        .browser
        .get(&house.answer(&away, &format!("&iss={ISSUER}")))
        .await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_was_not_signed_in_there_is_not_signed_in_here() {
    let (house, _) = open().await;
    let away = house.stranger().await;
    let state = away.asked("state");
    let path = format!(
        "/t/acme/sign-in/with/{}/back?error=access_denied&error_description=%3Cb%3E&state={state}",
        house.provider
    );
    let page = away.browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("did not sign you in"));
    assert!(!page.body.contains("access_denied") && !page.body.contains("<b>"));
    let twice = house.answer(&away, "&code=another");
    let page = away.browser.get(&twice).await;
    assert_eq!(page.status, StatusCode::BAD_REQUEST);
    // A provider that was removed lets nobody in who is away.
    let away = house.stranger().await;
    let remove = format!("{}/{}/remove", super::HERE, house.provider);
    house.owner.get(&remove).await;
    let typed = [("password", super::PASSWORD)];
    let page = house.owner.post(&remove, &typed).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    let page = house.back(&away, "sub-nina", &json!({})).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
}
