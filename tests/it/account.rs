//! A person's own account, through the portal's whole `App`: the password, the second factor, recovery codes, sessions, and
//! what becomes of people whom an owner invites or gives another role.

use actix_web::http::StatusCode;
use narthex_tenancy::permission::Role;
use narthex_tests::Place;
use totp_rs::{Builder, Secret};

use crate::portal::browser::{Browser, Door, Page, portal};
use crate::portal::{session_of, tenant};

pub(crate) const PASSWORD: &str = "correct horse battery";
pub(crate) const ANOTHER: &str = "violet anchor seldom";
pub(crate) const EMAIL: &str = "owner@acme.example";
pub(crate) const HERE: &str = "/t/acme/account";

/// An owner who joined by their invitation, in the browser that they joined with.
pub(crate) async fn joined(app: &Door, link: &str) -> Browser {
    let owner = Browser::new(app);
    owner.get(link).await;
    let typed = [("name", "Ana Ruiz"), ("password", PASSWORD)];
    let page = owner.post(link, &typed).await;
    assert_eq!(page.status, StatusCode::SEE_OTHER, "{}", page.body);
    owner
}

/// Signs in in a new browser; what the portal answered.
pub(crate) async fn sign_in(app: &Door, password: &str, code: &str) -> (Browser, Page) {
    let browser = Browser::new(app);
    browser.get("/t/acme/sign-in").await;
    let typed = [("email", EMAIL), ("password", password), ("code", code)];
    let page = browser.post("/t/acme/sign-in", &typed).await;
    (browser, page)
}

/// Opens a form and sends it.
pub(crate) async fn send(browser: &Browser, below: &str, typed: &[(&str, &str)]) -> Page {
    let path = format!("{HERE}{below}");
    browser.get(&path).await;
    browser.post(&path, typed).await
}

/// The code of this key, so many steps from now.
pub(crate) fn code(key: &str, ahead: u64) -> String {
    let secret = Secret::try_from_base32(key.replace(' ', "")).unwrap();
    let totp = Builder::new().with_secret(secret).build_noncompliant();
    let now = narthex_tenancy::ambient::now().timestamp();
    totp.generate(u64::try_from(now).unwrap() + ahead * 30)
        .to_string()
}

/// A second factor that is on: its key, and the recovery codes.
pub(crate) async fn second_factor(owner: &Browser) -> (String, Vec<String>) {
    let page = owner.get(&format!("{HERE}/second-factor")).await;
    let key = page.between("id=\"key\">", "<");
    let offer = page.between("name=\"offer\" value=\"", "\"");
    let new = code(&key, 0);
    let typed = [
        ("offer", offer.as_str()),
        ("new_code", new.as_str()),
        ("password", PASSWORD),
    ];
    let page = owner.post(&format!("{HERE}/second-factor"), &typed).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
    assert!(page.cache_control.contains("no-store"));
    (key, recovery_codes(&page))
}

fn recovery_codes(page: &Page) -> Vec<String> {
    let text = page.between("aria-describedby=\"codes-hint\">\n", "</textarea>");
    text.lines().map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_changed_by_who_knows_it_and_ends_every_other_session() {
    let place = Place::new().await;
    let (_, link) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = joined(&app, &link).await;
    let (elsewhere, _) = sign_in(&app, PASSWORD, "").await;
    assert_eq!(elsewhere.get(HERE).await.status, StatusCode::OK);
    for (new, again, password, words) in [
        (ANOTHER, ANOTHER, "not the password", "is not right"),
        (ANOTHER, ANOTHER, "", "is not right"),
        ("short", "short", PASSWORD, "at least 12"),
        (
            "password12345",
            "password12345",
            PASSWORD,
            "first that guessing tries",
        ),
        (
            "owner@acme.example",
            "owner@acme.example",
            PASSWORD,
            "first that guessing tries",
        ),
        (ANOTHER, "violet anchor seldum", PASSWORD, "in both fields"),
    ] {
        let typed = [("new", new), ("again", again), ("password", password)];
        let page = send(&owner, "/password", &typed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
        assert!(page.body.contains(words), "{words}\n{}", page.body);
        for secret in [new, again, password] {
            let kept = format!("value=\"{secret}\"");
            assert!(secret.is_empty() || !page.body.contains(&kept), "{secret}");
        }
        assert_eq!(elsewhere.get(HERE).await.status, StatusCode::OK);
    }
    let typed = [("new", ANOTHER), ("again", ANOTHER), ("password", PASSWORD)];
    let page = send(&owner, "/password", &typed).await;
    assert_eq!(page.location, "/t/acme/account?done=password-changed");
    assert_eq!(owner.get(HERE).await.status, StatusCode::OK);
    assert_eq!(elsewhere.get(HERE).await.status, StatusCode::SEE_OTHER);
    let (_, before) = sign_in(&app, PASSWORD, "").await;
    assert_eq!(before.status, StatusCode::UNPROCESSABLE_ENTITY);
    let (_, after) = sign_in(&app, ANOTHER, "").await;
    assert_eq!(after.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_cannot_be_guessed_from_a_session() {
    let place = Place::new().await;
    let (_, link) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = joined(&app, &link).await;
    let typed = [("new", ANOTHER), ("again", ANOTHER), ("password", "wrong")];
    let mut tries = 0;
    loop {
        let page = send(&owner, "/password", &typed).await;
        if page.body.contains("Too many tries") {
            break;
        }
        tries += 1;
        assert!(tries <= 10, "nobody counts");
    }
    let right = [("new", ANOTHER), ("again", ANOTHER), ("password", PASSWORD)];
    let page = send(&owner, "/password", &right).await;
    assert!(page.body.contains("Too many tries"), "{}", page.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_factor_is_on_when_its_code_was_seen_and_sign_in_asks_for_it() {
    let place = Place::new().await;
    let (_, link) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = joined(&app, &link).await;
    let (elsewhere, _) = sign_in(&app, PASSWORD, "").await;

    // Nothing is on before the form came back whole, from the session that it was offered to.
    let page = owner.get(&format!("{HERE}/second-factor")).await;
    let (key, offer) = (
        page.between("id=\"key\">", "<"),
        page.between("name=\"offer\" value=\"", "\""),
    );
    assert!(page.body.contains("class=\"qr\"") && !page.body.contains("<script"));
    let now = code(&key, 0);
    let path = format!("{HERE}/second-factor");
    let wrong = |offer: String, new: &str, password: &str| {
        [
            ("offer", offer),
            ("new_code", new.to_owned()),
            ("password", password.to_owned()),
        ]
    };
    for (fields, status) in [
        (wrong(offer.clone(), "000000", PASSWORD), 422),
        (wrong(offer.clone(), &code(&key, 40), PASSWORD), 422),
        (wrong(offer.clone(), &now, "not the password"), 422),
        (wrong(String::new(), &now, PASSWORD), 404),
        (wrong(format!("{offer}A"), &now, PASSWORD), 404),
    ] {
        let fields: Vec<_> = fields.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let page = owner.post(&path, &fields).await;
        assert_eq!(page.status.as_u16(), status, "{fields:?}");
    }
    elsewhere.get(&path).await;
    let theirs = wrong(offer, &now, PASSWORD);
    let theirs: Vec<_> = theirs.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let page = elsewhere.post(&path, &theirs).await;
    assert_eq!(
        page.status,
        StatusCode::NOT_FOUND,
        "another session's offer"
    );
    assert!(
        owner
            .get(HERE)
            .await
            .body
            .contains("Off: your password alone")
    );

    let (key, codes) = second_factor(&owner).await;
    assert_eq!(codes.len(), 10);
    assert_eq!(elsewhere.get(HERE).await.status, StatusCode::SEE_OTHER);
    assert!(
        owner
            .get(HERE)
            .await
            .body
            .contains("10 recovery codes are left")
    );
    for (typed, status) in [
        (String::new(), 422),
        ("000000".to_owned(), 422),
        (code(&key, 0), 422), // used when it was turned on
        (code(&key, 1), 303),
        (code(&key, 1), 422),
    ] {
        let (_, page) = sign_in(&app, PASSWORD, &typed).await;
        assert_eq!(page.status.as_u16(), status, "{typed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovery_code_works_once_for_its_person_and_new_ones_end_the_old() {
    let place = Place::new().await;
    let (_, link) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = joined(&app, &link).await;
    let (_, codes) = second_factor(&owner).await;
    let (_, first) = sign_in(&app, PASSWORD, &codes[0].to_uppercase()).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let (_, again) = sign_in(&app, PASSWORD, &codes[0]).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    let (_, without) = sign_in(&app, "not the password", &codes[1]).await;
    assert_eq!(without.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        owner
            .get(HERE)
            .await
            .body
            .contains("9 recovery codes are left")
    );

    let typed = [("password", PASSWORD), ("code", codes[1].as_str())];
    let page = send(&owner, "/recovery-codes", &typed).await;
    let renewed = recovery_codes(&page);
    assert!(renewed.len() == 10 && renewed.iter().all(|one| !codes.contains(one)));
    let (_, old) = sign_in(&app, PASSWORD, &codes[2]).await;
    assert_eq!(old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let (_, new) = sign_in(&app, PASSWORD, &renewed[2]).await;
    assert_eq!(new.status, StatusCode::SEE_OTHER);

    let typed = [("password", PASSWORD), ("code", "")];
    let page = send(&owner, "/second-factor/off", &typed).await;
    assert_eq!(
        page.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "a password is not enough"
    );
    let typed = [("password", PASSWORD), ("code", renewed[3].as_str())];
    let page = send(&owner, "/second-factor/off", &typed).await;
    assert_eq!(page.location, "/t/acme/account?done=second-factor-off");
    let (_, alone) = sign_in(&app, PASSWORD, "").await;
    assert_eq!(alone.status, StatusCode::SEE_OTHER);
    for below in ["/second-factor/off", "/recovery-codes"] {
        let page = send(&owner, below, &typed).await;
        assert_eq!(page.location, HERE, "{below}: there is nothing to do");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_are_listed_and_ended_by_their_person_alone() {
    let place = Place::new().await;
    let (acme, link) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = joined(&app, &link).await;
    let (elsewhere, _) = sign_in(&app, PASSWORD, "").await;
    let (third, _) = sign_in(&app, PASSWORD, "").await;
    let page = owner.get(HERE).await;
    assert_eq!(page.body.matches("This one").count(), 1);
    assert_eq!(
        page.body.matches("name=\"session\" value=\"ses_").count(),
        2
    );
    assert!(
        page.body.contains("Another program"),
        "no browser named itself"
    );

    // The first listed is the last used: the third.
    let session = page.between("name=\"session\" value=\"", "\"");
    let viewer = Browser::new(&app);
    let theirs = session_of(&place, acme, Some(Role::Viewer)).await;
    viewer.keep("narthex-portal", &theirs);
    viewer.get(HERE).await;
    let end = format!("{HERE}/sessions/end");
    viewer.post(&end, &[("session", &session)]).await;
    assert_eq!(
        third.get(HERE).await.status,
        StatusCode::OK,
        "not theirs to end"
    );
    for wrong in ["", "ses_x", "all"] {
        let page = owner.post(&end, &[("session", wrong)]).await;
        assert_eq!(page.status, StatusCode::NOT_FOUND, "{wrong}");
    }
    let page = owner.post(&end, &[("session", &session)]).await;
    assert_eq!(page.location, "/t/acme/account?done=session-ended");
    let ended = [
        third.get(HERE).await.status,
        elsewhere.get(HERE).await.status,
    ];
    assert!(ended.contains(&StatusCode::OK) && ended.contains(&StatusCode::SEE_OTHER));

    owner.get(HERE).await;
    let page = owner.post(&end, &[("session", "others")]).await;
    assert_eq!(page.location, "/t/acme/account?done=sessions-ended");
    assert_eq!(elsewhere.get(HERE).await.status, StatusCode::SEE_OTHER);
    assert_eq!(owner.get(HERE).await.status, StatusCode::OK);
    assert_eq!(viewer.get(HERE).await.status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_changed_and_the_last_owner_stays_one() {
    let place = Place::new().await;
    let (acme, link) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = joined(&app, &link).await;
    let other = Browser::new(&app);
    let theirs = session_of(&place, acme, Some(Role::Viewer)).await;
    other.keep("narthex-portal", &theirs);
    let members = owner.get("/t/acme/members").await;
    let paths: Vec<String> = members
        .body
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| path.ends_with("/role"))
        .map(str::to_owned)
        .collect();
    // By name: Ana, then Vera.
    let [own, veras] = paths.as_slice() else {
        panic!("{paths:?}")
    };
    owner.get(own).await;
    let page = owner.post(own, &[("role", "viewer")]).await;
    assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(page.body.contains("The last owner stays one"));
    for wrong in ["", "reviewer", "god"] {
        let page = owner.post(veras, &[("role", wrong)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{wrong}");
    }
    assert_eq!(other.get(veras).await.status, StatusCode::FORBIDDEN);
    let page = owner.post(veras, &[("role", "owner")]).await;
    assert_eq!(page.location, "/t/acme/members?done=role-changed");
    assert_eq!(
        other.get(veras).await.status,
        StatusCode::OK,
        "from the next click on"
    );
    other.post(own, &[("role", "viewer")]).await;
    assert_eq!(owner.get(veras).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_taken_back_and_made_anew_and_who_comes_too_late_may_ask() {
    let place = Place::new().await;
    let (_, link) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = joined(&app, &link).await;
    owner.get("/t/acme/members").await;
    let invite = [("email", "ben@acme.example"), ("role", "developer")];
    let page = owner.post("/t/acme/members", &invite).await;
    let first = path_of(&page);
    let ben = Browser::new(&app);
    assert_eq!(ben.get(&first).await.status, StatusCode::OK);
    // It works: nobody has to ask for another.
    ben.post(&format!("{first}/again"), &[]).await;
    let members = owner.get("/t/acme/members").await;
    assert!(
        members.body.contains("ben@acme.example") && !members.body.contains("Asked for a new one")
    );

    let again = members.between("action=\"/t/acme/members/invitations/", "\"");
    let again = format!("/t/acme/members/invitations/{again}");
    let page = owner.post(&again, &[]).await;
    let second = path_of(&page);
    assert_ne!(first, second);
    assert_eq!(ben.get(&first).await.status, StatusCode::GONE);
    assert_eq!(
        owner.post(&again, &[]).await.status,
        StatusCode::NOT_FOUND,
        "it is over"
    );

    // A week later.
    let later = "update tenant.invitation set created_at = created_at - interval '9 days', expires_at = expires_at - interval '9 days' where accepted_at is null";
    place
        .administrator()
        .await
        .batch_execute(later)
        .await
        .unwrap();
    let page = ben.get(&second).await;
    assert_eq!(page.status, StatusCode::GONE);
    assert!(page.body.contains("Ask for a new one"));
    let asked = ben.post(&format!("{second}/again"), &[]).await;
    assert_eq!(asked.status, StatusCode::OK);
    let nothing = ben.post(&format!("{first}/again"), &[]).await;
    assert_eq!(
        asked.body, nothing.body,
        "nobody learns whether there was one"
    );
    let members = owner.get("/t/acme/members").await;
    assert_eq!(members.body.matches("Asked for a new one").count(), 1);

    let id = members.between("action=\"/t/acme/members/invitations/", "/");
    let end = format!("/t/acme/members/invitations/{id}/end");
    let page = owner.post(&end, &[]).await;
    assert_eq!(page.location, "/t/acme/members?done=invitation-ended");
    assert!(!ben.get(&second).await.body.contains("Ask for a new one"));
}

/// The path in the field that shows a link once.
fn path_of(page: &Page) -> String {
    let link = page.between("name=\"link\" type=\"text\" value=\"", "\"");
    let (_, path) = link.split_once("/t/").unwrap();
    format!("/t/{path}")
}
