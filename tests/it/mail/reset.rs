//! "Forgotten your password?": who asks learns nothing, a link works once and shortly, a second factor is asked for all the
//! same, and the link is the configuration's.

use actix_web::http::{StatusCode, header};

use super::{Office, path_of};
use crate::account::{ANOTHER, EMAIL, HERE, PASSWORD, code, second_factor, send, sign_in};
use crate::portal::browser::{Browser, Page};
use crate::portal::tenant;

const ASK: &str = "/t/acme/forgotten-password";

async fn ask(office: &Office, email: &str) -> Page {
    let browser = Browser::new(&office.app);
    browser.get(ASK).await;
    browser.post(ASK, &[("email", email)]).await
}

/// The path of the link that the newest mail carries.
async fn link(office: &Office) -> String {
    ask(office, EMAIL).await;
    office.look().await;
    let mails = office.server.mails();
    path_of(&mails.last().unwrap().link())
}

async fn set(office: &Office, link: &str, password: &str, code: &str) -> Page {
    let browser = Browser::new(&office.app);
    let page = browser.get(link).await;
    if page.status != StatusCode::OK {
        return page;
    }
    let typed = [("password", password), ("code", code)];
    browser.post(link, &typed).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_learns_nothing_by_the_answer_or_by_the_rows() {
    let office = Office::new().await;
    let known = ask(&office, EMAIL).await;
    let unknown = ask(&office, "nobody@acme.example").await;
    assert_eq!(known.status, StatusCode::OK);
    assert_eq!((known.status, known.body), (unknown.status, unknown.body));
    let shape = "select concat_ws(' ', (email is null), (token_hash is null), (member_id is null), (answered_at is null),
        expires_at - created_at, used_at) from tenant.password_reset order by created_at, reset_id";
    assert_eq!(office.lines(shape).await, ["f t t t 00:30:00"; 2]);
    office.look().await;
    office.look().await;
    let mails = office.server.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].to, [format!("<{EMAIL}>")]);
    assert_eq!(mails[0].subject, "Set a new password for acme");
    let rows = office.lines(shape).await;
    assert_eq!(rows, ["t f f f 00:30:00", "t f t f 00:30:00"]);
    for wrong in ["", "ana", "a@b.example\r\nBcc: c@d.example"] {
        let page = ask(&office, wrong).await;
        assert!(page.status.is_client_error(), "{wrong:?} {}", page.status);
    }
    assert_eq!(office.lines(shape).await.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_sets_the_password_once_and_ends_what_was_begun_with_the_old_one() {
    let office = Office::new().await;
    let path = link(&office).await;
    let stale = link(&office).await;
    for weak in ["short", "password12345", "owner@acme.example"] {
        let page = set(&office, &path, weak, "").await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{weak}");
        assert!(!page.body.contains(&format!("value=\"{weak}\"")) || weak == EMAIL);
    }
    let page = set(&office, &path, ANOTHER, "").await;
    assert_eq!(
        page.location, "/t/acme/sign-in?done=password-reset",
        "{}",
        page.body
    );
    assert_eq!(
        office.owner.get(HERE).await.status,
        StatusCode::SEE_OTHER,
        "the session is over"
    );
    let (_, before) = sign_in(&office.app, PASSWORD, "").await;
    assert_eq!(before.status, StatusCode::UNPROCESSABLE_ENTITY);
    let (_, after) = sign_in(&office.app, ANOTHER, "").await;
    assert_eq!(after.status, StatusCode::SEE_OTHER);
    for over in [&path, &stale] {
        let page = set(&office, over, "ember quarry window", "").await;
        assert_eq!(page.status, StatusCode::GONE, "{over}");
    }
    office.look().await;
    let mails = office.server.mails();
    assert_eq!(mails.len(), 3);
    assert_eq!(mails[2].subject, "Your password was changed");
    let acts = office
        .lines("select action from ledger.entry where action like 'account.%'")
        .await;
    assert_eq!(acts, ["account.reset_password"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_began_before_a_reset_ends_without_a_session() {
    let office = Office::new().await;
    let administrator = office.place.administrator().await;
    let hold = "begin; select 1 from tenant.member where email = 'owner@acme.example' for update";
    administrator.batch_execute(hold).await.unwrap();
    let sessions = "select count(*)::text from tenant.session";
    let before = office.lines(sessions).await;
    // The old password is found right; before the session begins, another one has been set.
    let another = async {
        tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
        let set = "update tenant.member set password_hash = password_hash || 'x' where email = 'owner@acme.example'; commit";
        administrator.batch_execute(set).await.unwrap();
    };
    let ((_, page), ()) = tokio::join!(sign_in(&office.app, PASSWORD, ""), another);
    assert_eq!(
        page.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        page.body
    );
    assert_eq!(office.lines(sessions).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_over_after_half_an_hour_and_is_worth_nothing_elsewhere() {
    let office = Office::new().await;
    let (_, _) = tenant(&office.place, "globex").await;
    let path = link(&office).await;
    let browser = Browser::new(&office.app);
    for wrong in [
        path.replace("/t/acme/", "/t/globex/"),
        format!("{path}a"),
        "/t/acme/reset-password/npw_nothing".to_owned(),
        path.replace("npw_", "niv_"),
    ] {
        assert_eq!(
            browser.get(&wrong).await.status,
            StatusCode::GONE,
            "{wrong}"
        );
    }
    assert_eq!(
        browser
            .get(&path.replace("reset-password", "invitation"))
            .await
            .status,
        StatusCode::GONE
    );
    let page = browser.get(&path).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.cache_control.contains("no-store"));
    let past = "update tenant.password_reset set created_at = created_at - interval '31 minutes', expires_at = expires_at - interval '31 minutes'";
    let administrator = office.place.administrator().await;
    administrator.batch_execute(past).await.unwrap();
    assert_eq!(browser.get(&path).await.status, StatusCode::GONE);
    let page = browser.post(&path, &[("password", ANOTHER)]).await;
    assert_eq!(page.status, StatusCode::GONE);
    let (_, before) = sign_in(&office.app, PASSWORD, "").await;
    assert_eq!(before.status, StatusCode::SEE_OTHER, "nothing changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_asked_for_all_the_same() {
    let office = Office::new().await;
    let (key, codes) = second_factor(&office.owner).await;
    let path = link(&office).await;
    for wrong in ["", "000000", "0123-4567-89ab-cdef"] {
        let page = set(&office, &path, ANOTHER, wrong).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    let (_, before) = sign_in(&office.app, PASSWORD, &code(&key, 1)).await;
    assert_eq!(before.status, StatusCode::SEE_OTHER, "nothing changed");
    let page = set(&office, &path, ANOTHER, &codes[0]).await;
    assert_eq!(
        page.location, "/t/acme/sign-in?done=password-reset",
        "{}",
        page.body
    );
    let (_, spent) = sign_in(&office.app, ANOTHER, &codes[0]).await;
    assert_eq!(
        spent.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a recovery code counts once"
    );
    let (_, after) = sign_in(&office.app, ANOTHER, &codes[1]).await;
    assert_eq!(after.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_changed_meanwhile_makes_a_link_worthless() {
    let office = Office::new().await;
    let path = link(&office).await;
    let typed = [("new", ANOTHER), ("again", ANOTHER), ("password", PASSWORD)];
    let page = send(&office.owner, "/password", &typed).await;
    assert_eq!(page.location, "/t/acme/account?done=password-changed");
    let page = set(&office, &path, "ember quarry window", "").await;
    assert_eq!(page.status, StatusCode::GONE);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_often_waits_whether_there_is_an_account_or_not() {
    let office = Office::new().await;
    for email in [EMAIL, "nobody@acme.example"] {
        for _ in 0..3 {
            assert_eq!(ask(&office, email).await.status, StatusCode::OK);
        }
        let page = ask(&office, email).await;
        assert_eq!(page.status, StatusCode::TOO_MANY_REQUESTS, "{email}");
    }
    let rows = office
        .lines("select 'row' from tenant.password_reset")
        .await;
    assert_eq!(rows.len(), 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_where_the_configuration_says_and_not_where_the_caller_does() {
    let office = Office::new().await;
    let browser = Browser::new(&office.app);
    browser.get(ASK).await;
    let forged = [
        (header::HOST, "evil.example"),
        (
            header::HeaderName::from_static("x-forwarded-host"),
            "evil.example",
        ),
        (header::FORWARDED, "host=evil.example;proto=https"),
    ];
    for own in forged {
        browser.post_with(own, ASK, &[("email", EMAIL)]).await;
    }
    office.look().await;
    let mails = office.server.mails();
    assert!(!mails.is_empty());
    for mail in mails {
        path_of(&mail.link());
        assert!(!mail.text.contains("evil") && !mail.html.contains("evil"));
    }
}
