//! From the act to the mailbox: at least once, under one name, with an end; and nothing of it stays.

use actix_web::http::StatusCode;
use chrono::Duration;
use narthex::smtp_sink::Verdict;
use narthex_tenancy::{StoreError, TenantTx, schema::tenant as t};
use narthex_tests::Place;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::{Office, path_of};
use crate::account::joined;
use crate::portal::browser::{Browser, portal};
use crate::portal::tenant;

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_mailed_once_and_its_link_lets_in() {
    let office = Office::new().await;
    let page = office.invite().await;
    assert!(page.contains("A mail with this link is on its way to ben@acme.example"));
    let waiting = office
        .lines("select encode(content_sealed, 'escape') from tenant.mail")
        .await;
    assert!(!waiting.concat().contains("niv_") && !waiting.concat().contains("invites"));
    office.look().await;
    office.look().await;
    let mails = office.server.mails();
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail.to, ["<ben@acme.example>"]);
    assert_eq!(mail.subject, "Ana Ruiz invites you to acme");
    for (name, count) in [
        ("To", 1),
        ("From", 1),
        ("Date", 1),
        ("Message-ID", 1),
        ("Cc", 0),
        ("Bcc", 0),
    ] {
        assert_eq!(mail.header(name).len(), count, "{name}\n{}", mail.head);
    }
    assert_eq!(mail.header("Auto-Submitted"), ["auto-generated"]);
    assert!(mail.header("Message-ID")[0].ends_with("@narthex.example>"));
    assert!(
        mail.html.contains("Ana Ruiz")
            && mail.text.contains("developer") | mail.text.contains("Developer")
    );
    assert_eq!(office.rows().await, ["invitation sent 1 t f "]);

    let link = path_of(&mail.link());
    assert!(page.contains(&link), "the copyable link is the same one");
    let ben = Browser::new(&office.app);
    assert_eq!(ben.get(&link).await.status, StatusCode::OK);
    let typed = [("name", "Ben"), ("password", "violet anchor seldom")];
    assert_eq!(ben.post(&link, &typed).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_mail_is_tried_again_later_under_the_same_name() {
    let office = Office::new().await;
    office.server.say(&[Verdict::Later, Verdict::Silence]);
    office.invite().await;
    office.round(Duration::zero()).await;
    office.round(Duration::zero()).await;
    assert_eq!(office.server.mails().len(), 1, "it is not due yet");
    let rows = office.rows().await;
    assert!(rows[0].starts_with("invitation waiting 1 f t "), "{rows:?}");
    assert!(
        rows[0].contains("451") || rows[0].contains("try again later"),
        "{rows:?}"
    );
    // The line breaks after the server took it: nobody knows, so it goes out again.
    office.round(Duration::seconds(40)).await;
    office.round(Duration::minutes(10)).await;
    office.round(Duration::days(1)).await;
    let mails = office.server.mails();
    assert_eq!(mails.len(), 3);
    for mail in &mails {
        assert_eq!(mail.header("Message-ID"), mails[0].header("Message-ID"));
        assert_eq!(mail.header("Date"), mails[0].header("Date"));
        assert_eq!(mail.link(), mails[0].link());
    }
    assert_eq!(office.rows().await, ["invitation sent 3 t f "]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_delivered_is_given_up_and_its_link_is_kept_nowhere() {
    let office = Office::new().await;
    office.server.say(&[Verdict::Never]);
    office.invite().await;
    office.look().await;
    let rows = office.rows().await;
    assert!(
        rows[0].starts_with("invitation given_up 1 t f "),
        "{rows:?}"
    );
    assert!(rows[0].contains("no such mailbox"), "{rows:?}");

    office.server.say(&[Verdict::Later; 40]);
    let before = office.server.mails().len();
    office.owner.get("/t/acme/members").await;
    let typed = [("email", "eve@acme.example"), ("role", "viewer")];
    office.owner.post("/t/acme/members", &typed).await;
    for hour in 0..8 * 24 {
        office.round(Duration::hours(hour)).await;
    }
    let tries = office.server.mails().len() - before;
    assert!((5..=9).contains(&tries), "{tries}");
    let rows = office.rows().await;
    assert!(
        rows[1].starts_with(&format!("invitation given_up {tries} t f ")),
        "{rows:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_do_not_both_send_it() {
    let office = Office::new().await;
    office.invite().await;
    tokio::join!(office.look(), office.look(), office.look());
    assert_eq!(office.server.mails().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_rolled_back_is_not_mailed_and_no_address_is_two() {
    let office = Office::new().await;
    office.owner.get("/t/acme/members").await;
    for email in [
        "owner@acme.example",
        "a@b.example, c@d.example",
        "a@b.example\r\nBcc: c@d.example",
        "<a@b.example>",
        "",
    ] {
        let typed = [("email", email), ("role", "viewer")];
        let page = office.owner.post("/t/acme/members", &typed).await;
        assert!(page.status.is_client_error(), "{email:?} {}", page.status);
    }
    office.look().await;
    assert_eq!(office.rows().await, [""; 0]);
    assert!(office.server.mails().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_sees_the_mail_of_another_tenant() {
    let office = Office::new().await;
    let (globex, _) = tenant(&office.place, "globex").await;
    office.invite().await;
    let count = async |tx: &mut TenantTx| -> Result<i64, StoreError> {
        Ok(t::mail::table.count().get_result(tx.connection()?).await?)
    };
    let seen = office.place.approval().tenant(globex, count).await;
    assert_eq!(seen.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_mail_server_people_are_told_to_hand_the_link_over() {
    let place = Place::new().await;
    let (_, link) = tenant(&place, "acme").await;
    let app = portal(&place).await;
    let owner = joined(&app, &link).await;
    owner.get("/t/acme/members").await;
    let typed = [("email", "ben@acme.example"), ("role", "developer")];
    let page = owner.post("/t/acme/members", &typed).await;
    assert!(page.body.contains("no mail is sent from here"));
    let page = owner.get("/t/acme/forgotten-password").await;
    assert!(page.body.contains("No mail is sent from here") && !page.body.contains("<form"));
    let rows = place.administrator().await;
    let rows = rows.query("select from tenant.mail", &[]).await.unwrap();
    assert!(rows.is_empty());
}
