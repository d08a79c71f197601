//! The choice between light and dark, on every listener: kept in a cookie that says nothing else, and never a way to lead a
//! browser elsewhere.

use narthex_tests::{Browser, Plane};
use reqwest::Method;

use crate::scene::Scene;

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_keeps_its_choice_on_every_listener() {
    let scene = Scene::new().await;
    for plane in Plane::ALL {
        let mut browser = Browser::new();
        let at = |path: &str| scene.system.at(plane, path);
        assert_eq!(browser.get(&at("/theme.css")).await.body, "", "{plane:?}");
        let page = browser.get(&at("/appearance")).await;
        assert_eq!(page.status, 200, "{plane:?}");
        assert!(!page.body.contains("<script"));
        let csrf = page.field("csrf");
        let form = |theme, back| [("csrf", csrf.as_str()), ("theme", theme), ("back", back)];
        let saved = browser
            .post(&at("/appearance"), &form("dark", "/t/acme?a=b"))
            .await;
        assert_eq!(saved.location(), "/t/acme?a=b");
        let cookie = saved.header("set-cookie");
        assert!(
            cookie.starts_with("narthex-theme=dark; HttpOnly; SameSite=Lax; Path=/"),
            "{cookie}"
        );
        let style = browser.get(&at("/theme.css")).await;
        assert!(style.body.contains("color-scheme:dark"), "{}", style.body);
        assert_eq!(style.header("content-type"), "text/css; charset=utf-8");
        assert_eq!(style.header("cache-control"), "private, no-cache");
        assert_eq!(style.header("vary"), "cookie");
        let again = browser.get(&at("/appearance")).await;
        assert!(
            again.body.contains("value=\"dark\" checked"),
            "{}",
            again.body
        );
        browser.post(&at("/appearance"), &form("system", "")).await;
        assert_eq!(browser.get(&at("/theme.css")).await.body, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_leads_nowhere_else_and_takes_no_other_word() {
    let scene = Scene::new().await;
    let mut browser = Browser::new();
    let url = scene.system.at(Plane::Token, "/appearance");
    let page = browser.get(&url).await;
    let csrf = page.field("csrf");
    for back in [
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nb: c",
    ] {
        let form = [("csrf", csrf.as_str()), ("theme", "light"), ("back", back)];
        assert_eq!(
            browser.post(&url, &form).await.location(),
            "/appearance",
            "{back:?}"
        );
    }
    for theme in ["", "blue", "DARK", "dark}*{display:none", "<script>"] {
        let form = [("csrf", csrf.as_str()), ("theme", theme), ("back", "")];
        let answer = browser.post(&url, &form).await;
        assert_eq!(answer.status, 422, "{theme}");
        assert_eq!(answer.header("set-cookie"), "", "{theme}");
        assert!(
            answer.body.contains("Choose how pages look.") && !answer.body.contains("<script>")
        );
    }
    let form = [("theme", "dark"), ("back", "")];
    let forged = browser.post(&url, &form).await;
    assert_eq!((forged.status, forged.header("set-cookie")), (403, ""));
    for referrer in ["https://evil.example/x", "null"] {
        let request = browser
            .request(Method::GET, &url)
            .header("referer", referrer);
        assert_eq!(browser.send(request).await.field("back"), "", "{referrer}");
    }
    let mut planted = Browser::new().with("narthex-theme", "dark}body{display:none");
    let style = planted
        .get(&scene.system.at(Plane::Token, "/theme.css"))
        .await;
    assert_eq!(style.body, "", "a cookie is a choice or nothing");
}
