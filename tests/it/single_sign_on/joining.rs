//! Who is let in: whose identity is connected, whoever shows the account's password once, and people of a proved domain with the
//! role that the owner chose. An address alone opens nobody's account.

use actix_web::http::StatusCode;
use narthex_approval::remove_member::{RemoveMember, remove_member};
use narthex_tenancy::permission::{Action, Role};
use serde_json::json;

use super::{CLIENT, House, ISSUER, PASSWORD, SECRET, is_in};
use crate::cases::domain::proves;
use crate::portal::browser::Browser;

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_connected_once_by_its_password_and_opened_by_the_subject_from_then_on() {
    let house = House::new("nobody").await;
    let (_, email) = house.person("Vera", Some(Role::Viewer)).await;
    let away = house
        .leave(Browser::new(&house.app), "?continue=%2Ft%2Facme%2Fmembers")
        .await;
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("code_challenge_method", "S256"),
        ("scope", "openid email profile"),
        ("prompt", ""),
    ] {
        assert_eq!(away.asked(name), value);
    }
    let uri = format!(
        "http://127.0.0.1:8402/t/acme/sign-in/with/{}/back",
        house.provider
    );
    assert_eq!(away.asked("redirect_uri"), uri);
    let said = json!({ "email": email, "email_verified": true });
    let page = house.back(&away, "sub-vera", &said).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.body.contains("Connect your account"));
    assert!(!is_in(&away.browser).await, "an address is no proof");
    let request = house.host.last_request();
    assert!(request.contains("code_verifier=") && request.contains("authorization: Basic"));

    let wrong = house
        .connect(&away, &page, (&email, "not the password"))
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = house.connect(&away, &wrong, (&email, PASSWORD)).await;
    assert_eq!(page.location, "/t/acme/members", "{}", page.body);
    assert!(is_in(&away.browser).await);
    let links = "select issuer || ' ' || subject from tenant.linked_identity";
    assert_eq!(house.lines(links).await, [format!("{ISSUER} sub-vera")]);
    let acts = house
        .lines("select action from ledger.entry where action like 'account.%'")
        .await;
    assert_eq!(acts, ["account.connect"]);
    house.deliver().await;
    let mails = house.mail.mails();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "You can sign in at an identity provider");

    // From now on the subject counts, whatever the address is.
    let again = house.stranger().await;
    let said = json!({ "email": "somebody@else.example" });
    let page = house.back(&again, "sub-vera", &said).await;
    assert_eq!(page.location, "/t/acme", "{}", page.body);
    let account = again.browser.get("/t/acme/account").await.body;
    assert!(account.contains(ISSUER) && account.contains(&email));
    // Another subject with her address is nobody.
    let other = house.stranger().await;
    let said = json!({ "email": email, "email_verified": true });
    let page = house.back(&other, "sub-mallory", &said).await;
    assert!(page.body.contains("There is an account with your address"));
    assert!(!is_in(&other.browser).await);
    // And the identity is not connected to a second account.
    let (_, second) = house.person("Walt", Some(Role::Viewer)).await;
    let page = house.connect(&other, &page, (&second, PASSWORD)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert_eq!(house.count("tenant.linked_identity").await, "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_form_brings_back_is_of_this_browser_and_provider_and_counts_once() {
    let house = House::new("nobody").await;
    let (_, email) = house.person("Vera", Some(Role::Viewer)).await;
    let away = house.stranger().await;
    let page = house.back(&away, "sub-vera", &json!({})).await;
    let sealed = page.between("name=\"sealed\" value=\"", "\"");
    let path = format!("/t/acme/sign-in/with/{}/connect", house.provider);
    let form = |sealed: &str| {
        [
            ("sealed", sealed.to_owned()),
            ("email", email.clone()),
            ("password", PASSWORD.to_owned()),
        ]
    };
    let borrow = |form: &[(&'static str, String); 3]| {
        form.iter()
            .map(|(name, value)| (*name, value.clone()))
            .collect::<Vec<_>>()
    };
    let post = async |browser: &Browser, sealed: &str| {
        let form = borrow(&form(sealed));
        let form: Vec<_> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        browser.post(&path, &form).await
    };
    // A browser of Mallory's, who has begun a round of their own, with the identity of somebody else.
    let mallory = house.stranger().await;
    mallory.browser.get("/t/acme/sign-in").await;
    assert_eq!(
        post(&mallory.browser, &sealed).await.status,
        StatusCode::NOT_FOUND
    );
    let bare = Browser::new(&house.app);
    bare.get("/t/acme/sign-in").await;
    assert_eq!(post(&bare, &sealed).await.status, StatusCode::NOT_FOUND);
    for mangled in ["", "AAAA", &sealed[1..]] {
        let page = post(&away.browser, mangled).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{mangled}");
    }
    assert_eq!(house.count("tenant.linked_identity").await, "0");
    let held = away.browser.cookie("narthex-elsewhere").unwrap();
    let page = post(&away.browser, &sealed).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert!(away.browser.cookie("narthex-elsewhere").is_none());
    // Again, with all that the browser had.
    away.browser.keep("narthex-elsewhere", &held);
    away.browser.get("/t/acme").await;
    let page = post(&away.browser, &sealed).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.body);
    assert_eq!(house.count("tenant.linked_identity").await, "1");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_of_a_proved_domain_join_and_nobody_else_does() {
    let house = House::new("developer").await;
    proves(&house.company, "staff.example").await;
    for (words, said) in [
        ("no email address that it has checked", json!({})),
        (
            "no email address that it has checked",
            json!({ "email": "nina@staff.example" }),
        ),
        (
            "no email address that it has checked",
            json!({ "email": "nina@staff.example", "email_verified": false }),
        ),
        (
            "has not proved",
            json!({ "email": "nina@other.example", "email_verified": true }),
        ),
        (
            "has not proved",
            json!({ "email": "nina@mail.staff.example", "email_verified": true }),
        ),
        (
            "has not proved",
            json!({ "email": "nina@example", "email_verified": true }),
        ),
        (
            "has not proved",
            json!({ "email": "nina@notstaff.example", "email_verified": true }),
        ),
    ] {
        let away = house.stranger().await;
        let page = house.back(&away, "sub-nina", &said).await;
        assert_eq!(page.status, StatusCode::OK, "{said}: {}", page.body);
        assert!(
            page.body.contains(words) || said["email"] == "nina@example",
            "{said}: {}",
            page.body
        );
        assert!(!is_in(&away.browser).await, "{said}");
    }
    assert_eq!(house.count("tenant.linked_identity").await, "0");
    let away = house.stranger().await;
    let said = json!({ "email": "Nina@Staff.example", "email_verified": true });
    let page = house.back(&away, "sub-nina", &said).await;
    assert_eq!(
        page.location, "/t/acme?done=joined-elsewhere",
        "{}",
        page.body
    );
    assert!(is_in(&away.browser).await);
    let joined = "select concat_ws(' ', m.name, m.email, s.role, (m.password_hash is null))
        from tenant.member m join tenant.membership s using (tenant_id, member_id) where m.email like '%staff.example'";
    assert_eq!(
        house.lines(joined).await,
        ["Nina Newcomer nina@staff.example developer t"]
    );
    let entry = "select detail->>'role' from ledger.entry where action = 'member.join'";
    assert_eq!(house.lines(entry).await, ["developer"]);

    // Whoever was removed does not come back by themselves, by this identity or another.
    let id = house
        .lines("select member_id::text from tenant.member where email = 'nina@staff.example'")
        .await
        .remove(0);
    let command = RemoveMember {
        member: narthex_vocab::Id::from_uuid(id.parse().unwrap()),
        reason: narthex_approval::prose::Reason::parse("She left.").unwrap(),
    };
    let removed = house
        .company
        .owned(Action::ManagePeople, async |tx, acting| {
            remove_member(tx, command, acting).await
        });
    removed.await.unwrap();
    assert!(!is_in(&away.browser).await, "her session is over");
    let back = house.stranger().await;
    let page = house.back(&back, "sub-nina", &said).await;
    assert_eq!(page.status, StatusCode::FORBIDDEN, "{}", page.body);
    assert!(page.body.contains("was removed"));
    let anew = house.stranger().await;
    let page = house.back(&anew, "sub-nina-2", &said).await;
    assert!(page.body.contains("was removed"), "{}", page.body);
    assert!(!is_in(&back.browser).await && !is_in(&anew.browser).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_joins_where_the_owner_did_not_say_so_or_staff_froze_the_tenant() {
    let house = House::new("nobody").await;
    proves(&house.company, "staff.example").await;
    let said = json!({ "email": "nina@staff.example", "email_verified": true });
    let away = house.stranger().await;
    let page = house.back(&away, "sub-nina", &said).await;
    assert!(page.body.contains("without an invitation"), "{}", page.body);
    assert!(!is_in(&away.browser).await);

    let house = House::new("viewer").await;
    proves(&house.company, "staff.example").await;
    let administrator = house.company.place.administrator().await;
    let freeze =
        "update tenant.tenant set state = 'frozen', frozen_because = 'A flood' where slug = 'acme'";
    administrator.batch_execute(freeze).await.unwrap();
    let away = house.stranger().await;
    let page = house.back(&away, "sub-nina", &said).await;
    assert!(page.body.contains("froze this tenant"), "{}", page.body);
    assert!(!is_in(&away.browser).await);
    // Whoever is a member signs in, and looks.
    let (_, email) = house.person("Vera", Some(Role::Viewer)).await;
    let away = house.stranger().await;
    let page = house.back(&away, "sub-vera", &json!({})).await;
    let page = house.connect(&away, &page, (&email, PASSWORD)).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    assert!(is_in(&away.browser).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_page_says_nothing_of_people_and_no_page_the_secret() {
    let house = House::new("viewer").await;
    let (_, email) = house.person("Vera", Some(Role::Viewer)).await;
    let page = |hint: &str| {
        let browser = Browser::new(&house.app);
        let path = format!("/t/acme/sign-in?{hint}");
        async move { browser.get(&path).await }
    };
    let known = page(&format!("email={email}")).await;
    let unknown = page("email=nobody@acme.example").await;
    assert!(known.body.contains("Continue with Login"));
    let way = format!("/t/acme/sign-in/with/{}", house.provider);
    assert!(known.body.contains(&way) && unknown.body.contains(&way));
    assert!(!known.body.contains(&email));
    for path in ["", "/rule", &format!("/{}/remove", house.provider)] {
        let page = house.owner.get(&format!("{}{path}", super::HERE)).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        assert!(!page.body.contains(SECRET));
    }
    let dump = narthex_tests::Rows::dump(&house.company.place).await;
    assert!(dump.contains(CLIENT) && !dump.contains(SECRET));
}
