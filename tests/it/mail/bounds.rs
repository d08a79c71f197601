//! Nobody's mailbox is filled, no tenant keeps another's mail waiting, and what is over is not kept.

use actix_web::http::StatusCode;
use chrono::Duration;
use narthex_approval::mail_rounds;
use narthex_people::password::Password;
use narthex_people::reset::{self, NewPassword, ResetError};
use narthex_tenancy::{ambient, outbox};
use narthex_vocab::{Email, Id, kind};

use super::{Office, path_of};
use crate::account::{ANOTHER, EMAIL, joined};
use crate::portal::browser::Browser;
use crate::portal::tenant;

const MEMBERS: &str = "/t/acme/members";

async fn invite(owner: &Browser, members: &str, email: &str) -> StatusCode {
    owner.get(members).await;
    let typed = [("email", email), ("role", "viewer")];
    owner.post(members, &typed).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_is_invited_three_times_a_day_and_its_link_works_on() {
    let office = Office::new().await;
    for _ in 0..3 {
        let status = invite(&office.owner, MEMBERS, "ben@acme.example").await;
        assert_eq!(status, StatusCode::OK);
    }
    office.look().await;
    let link = path_of(&office.server.mails().last().unwrap().link());
    for same in ["ben@acme.example", "Ben@ACME.example"] {
        let status = invite(&office.owner, MEMBERS, same).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{same}");
    }
    let members = office.owner.get(MEMBERS).await;
    let one = members.between("action=\"/t/acme/members/invitations/", "/again\"");
    let again = format!("{MEMBERS}/invitations/{one}/again");
    let page = office.owner.post(&again, &[]).await;
    assert_eq!(page.location, "/t/acme/members?done=invited-too-often");
    assert!(
        office
            .owner
            .get(&page.location)
            .await
            .body
            .contains("Nobody was invited")
    );
    office.look().await;
    assert_eq!(office.server.mails().len(), 3);
    let ben = Browser::new(&office.app);
    assert_eq!(ben.get(&link).await.status, StatusCode::OK);
    let status = invite(&office.owner, MEMBERS, "eve@acme.example").await;
    assert_eq!(status, StatusCode::OK, "others are invited all the same");
    // A day later.
    let later = "update tenant.invitation set created_at = created_at - interval '25 hours', expires_at = expires_at - interval '25 hours'";
    office
        .place
        .administrator()
        .await
        .batch_execute(later)
        .await
        .unwrap();
    let status = invite(&office.owner, MEMBERS, "ben@acme.example").await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_invites_a_hundred_times_a_day_and_no_other_tenant_is_kept_from_it() {
    let office = Office::new().await;
    let (_, link) = tenant(&office.place, "globex").await;
    let many = "insert into tenant.invitation (tenant_id, invitation_id, token_hash, email, role, invited_by, created_at, expires_at)
        select tenant_id, gen_random_uuid(), sha256(n::text::bytea), 'p' || n || '@acme.example', 'viewer', 'Ana', now(), now() + interval '7 days'
        from tenant.tenant, generate_series(1, 100) as n where slug = 'acme'";
    office
        .place
        .administrator()
        .await
        .batch_execute(many)
        .await
        .unwrap();
    let status = invite(&office.owner, MEMBERS, "ben@acme.example").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    let other = Browser::new(&office.app);
    other.get(&link).await;
    let typed = [("name", "Gil"), ("password", "violet anchor seldom")];
    other.post(&link, &typed).await;
    let status = invite(&other, "/t/globex/members", "ben@acme.example").await;
    assert_eq!(status, StatusCode::OK);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_a_password_often_keeps_nobody_else_from_asking() {
    let office = Office::new().await;
    let people = &office.state.people;
    let (id, now) = (office.tenant().await, ambient::now());
    let email = Email::parse(EMAIL).unwrap();
    let asks = async |source: &str| reset::may_ask(people, (id, &email), source, now).await;
    for _ in 0..3 {
        asks("192.0.2.1").await.unwrap();
    }
    assert!(asks("192.0.2.1").await.is_err());
    asks("198.51.100.7").await.unwrap();
    // Many sources together do not fill a mailbox either.
    let mut taken = 4;
    for one in 0..30 {
        taken += usize::from(asks(&format!("203.0.113.{one}")).await.is_ok());
    }
    assert_eq!(taken, 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_that_writes_a_lot_keeps_no_other_tenants_mail_waiting() {
    let office = Office::new().await;
    let (globex, link) = tenant(&office.place, "globex").await;
    let many = "insert into tenant.mail (tenant_id, mail_id, kind, recipient, content_sealed, created_at, due_at, until)
        select tenant_id, gen_random_uuid(), 'invitation', 'p' || n || '@acme.example', 'x', now() - interval '1 hour', now() - interval '1 hour', now() + interval '1 day'
        from tenant.tenant, generate_series(1, 250) as n where slug = 'acme'";
    office
        .place
        .administrator()
        .await
        .batch_execute(many)
        .await
        .unwrap();
    let owner = joined(&office.app, &link).await;
    assert_eq!(
        invite(&owner, "/t/globex/members", "ben@globex.example").await,
        StatusCode::OK
    );
    let due = office
        .state
        .staff
        .platform(async |tx| outbox::due(tx, ambient::now()).await);
    let due = due.await.unwrap();
    assert_eq!(due.len(), 100);
    let turn = due.iter().position(|(tenant, _)| *tenant == globex);
    assert!(turn.is_some_and(|turn| turn < 2), "{turn:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn whom_mail_went_to_is_forgotten_after_a_month_and_no_mail_that_waits() {
    let office = Office::new().await;
    office.invite().await;
    office.look().await;
    invite(&office.owner, MEMBERS, "eve@acme.example").await;
    let ask = Browser::new(&office.app);
    ask.get("/t/acme/forgotten-password").await;
    ask.post("/t/acme/forgotten-password", &[("email", EMAIL)])
        .await;
    let rows = "select recipient from tenant.mail union all select 'reset' from tenant.password_reset order by 1";
    let all = ["ben@acme.example", "eve@acme.example", "reset"];
    let forget =
        async |after: Duration| mail_rounds::forget(&office.state, ambient::now() + after).await;
    forget(Duration::hours(24)).await;
    assert_eq!(office.lines(rows).await, all);
    forget(Duration::hours(25)).await;
    assert_eq!(office.lines(rows).await, all[..2]);
    forget(Duration::days(29)).await;
    assert_eq!(office.lines(rows).await, all[..2]);
    forget(Duration::days(400)).await;
    assert_eq!(office.lines(rows).await, all[1..2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_left_while_a_password_was_hashed_does_not_get_it() {
    let office = Office::new().await;
    let ask = Browser::new(&office.app);
    ask.get("/t/acme/forgotten-password").await;
    ask.post("/t/acme/forgotten-password", &[("email", EMAIL)])
        .await;
    office.look().await;
    let link = path_of(&office.server.mails().last().unwrap().link());
    let token = link.rsplit('/').next().unwrap();
    let (people, tenant, now) = (&office.state.people, office.tenant().await, ambient::now());
    let open = people.database.tenant(tenant, async |tx| {
        reset::open(tx, &people.hash_key, token, now).await
    });
    let command = NewPassword {
        tenant,
        reset: open.await.unwrap(),
        password: Password::to_set(ANOTHER, &[]).unwrap(),
        code: String::new(),
        source: "192.0.2.1".to_owned(),
    };
    let prepared = reset::prepare(people, command, now).await.unwrap();
    let gone = "update tenant.member set state = 'left'; update tenant.password_reset set used_at = null where used_at is not null";
    office
        .place
        .administrator()
        .await
        .batch_execute(gone)
        .await
        .unwrap();
    let set = people.database.tenant(tenant, async |tx| {
        reset::carry_out(tx, &prepared, now).await
    });
    assert!(matches!(set.await, Err(ResetError::Gone)));
}

impl Office {
    async fn tenant(&self) -> Id<kind::Tenant> {
        let id = self
            .lines("select tenant_id::text from tenant.tenant where slug = 'acme'")
            .await;
        Id::from_uuid(id[0].parse().unwrap())
    }
}
