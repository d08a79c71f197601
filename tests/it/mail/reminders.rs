//! People hear before something ends and after it did: each step once, who can do something about it, and nobody else.

use actix_web::web::Data;
use chrono::Duration;
use narthex_approval::{
    Approval,
    add_domain::{AddDomain, add_domain},
    answer_offer::{AnswerOffer, answer_offer},
    decide::{Decided, Outcome},
    expire::expire,
    freeze_tenant::{Freeze, FreezeTenant, freeze_tenant},
    mail_rounds,
    prose::{Reason, ScopeReason},
    reminder_rounds,
    request::RequestRef,
    withdraw::{Withdraw, withdraw},
};
use narthex_tenancy::{
    TenantTx, ambient,
    permission::{Action, Role},
};
use narthex_tests::MailServer;
use narthex_vocab::{ClientId, Environment, HostName, Id, Timestamp, kind};

use super::path_of;
use crate::cases::company::{Company, LOOPBACK, by, metadata, person};
use crate::portal::browser::mailing;
use crate::scene::{machine, with_secret};

const PRODUCTION: Environment = Environment::Production;
const SANDBOX: Environment = Environment::Sandbox;

/// A company whose mail goes somewhere, and a clock that the test has.
struct Desk {
    company: Company,
    server: MailServer,
    state: Data<Approval>,
    began: Timestamp,
}

impl Desk {
    async fn new() -> Self {
        let company = Company::new().await;
        for (name, role) in [
            ("Mona", Some(Role::Manager)),
            ("Dev", Some(Role::Developer)),
            ("Vera", Some(Role::Viewer)),
            ("Una", None),
        ] {
            person(&company.place.approval(), company.tenant, name, role).await;
        }
        let server = MailServer::start().await;
        let (_, state) = mailing(&company.place, &server).await;
        Self {
            company,
            server,
            state,
            began: ambient::now(),
        }
    }

    /// An offer that waits for an answer.
    async fn offered(&self) -> (RequestRef, Id<kind::Offer>) {
        let all = self
            .company
            .reach(PRODUCTION, "notes:read notes:write", &[]);
        let less = self.company.reach(PRODUCTION, "notes:read", &[]);
        let asks = [(PRODUCTION, all)];
        let partner = metadata("Partner", LOOPBACK, "none");
        let sent = self.company.onboard(partner, &asks).await;
        let request = sent.unwrap().requests[0].request;
        let offer = Outcome::Offer(less.into());
        match self.company.decide(request, offer).await.unwrap() {
            Decided::Offered { offer, .. } => (request, offer),
            other => panic!("{other:?}"),
        }
    }

    /// What comes by mail when the workers look so many days after the beginning, and a little: to whom, and its subject.
    async fn on(&self, day: i64) -> Vec<String> {
        self.after(Duration::days(day)).await
    }

    async fn after(&self, time: Duration) -> Vec<String> {
        let before = self.server.mails().len();
        let now = self.began + time + Duration::minutes(1);
        // Whoever looks, and however many at once.
        tokio::join!(
            reminder_rounds::round(&self.state, now),
            reminder_rounds::round(&self.state, now)
        );
        reminder_rounds::round(&self.state, now).await;
        mail_rounds::round(&self.state, now).await;
        let mails = self.server.mails();
        let line = |mail: &narthex_tests::Mail| format!("{} {}", mail.to[0], mail.subject);
        let mut lines: Vec<_> = mails[before..].iter().map(line).collect();
        lines.sort();
        lines
    }

    /// Ends what is over on that day.
    async fn ended(&self, day: i64) {
        let now = self.began + Duration::days(day) + Duration::seconds(30);
        let ended = self
            .company
            .itself(now, async |tx, acting| expire(tx, acting).await);
        ended.await.unwrap();
    }

    async fn run(&self, statement: &str) {
        let administrator = self.company.place.administrator().await;
        administrator.batch_execute(statement).await.unwrap();
    }

    async fn frozen(&self) {
        let command = FreezeTenant {
            what: Freeze::Freeze,
            reason: Reason::parse("We look into it.").unwrap(),
        };
        let who = (&self.company.approver, Role::Approver, Action::FreezeTenant);
        let work = async |tx: &mut TenantTx, acting: &mut narthex_approval::Acting<'_>| {
            freeze_tenant(tx, command, acting).await
        };
        by(&self.company.place, self.company.tenant, who, work)
            .await
            .unwrap();
    }
}

/// The same mail to each of these people.
fn to(people: &[&str], subject: &str) -> Vec<String> {
    let line = |name: &&str| format!("<{name}@people.example> {subject}");
    people.iter().map(line).collect()
}

const MANAGING: &[&str] = &["mona", "olga"];
const NOBODY: [String; 0] = [];

#[tokio::test(flavor = "multi_thread")]
async fn an_offer_is_remembered_on_day_seven_and_twelve_and_explained_when_it_lapsed() {
    let desk = Desk::new().await;
    let neighbour = desk.company.neighbour().await;
    let (request, _) = desk.offered().await;
    assert_eq!(desk.on(6).await, NOBODY);
    let subject = "An offer in production ends within 7 days";
    assert_eq!(desk.on(7).await, to(MANAGING, subject));
    assert_eq!(desk.on(11).await, NOBODY);
    let subject = "An offer in production ends within 2 days";
    assert_eq!(desk.on(12).await, to(MANAGING, subject));
    let mail = desk.server.mails().pop().unwrap();
    let path = format!("/t/acme/production/requests/{}", request.id);
    assert_eq!(path_of(&mail.link()), path);
    assert!(!mail.text.contains("Partner"), "{}", mail.text);
    // It is over by the clock, and nobody has ended it.
    assert_eq!(desk.on(14).await, NOBODY);
    desk.ended(14).await;
    let subject = "An offer in production has ended";
    assert_eq!(desk.on(14).await, to(MANAGING, subject));
    assert_eq!(desk.on(15).await, NOBODY);
    // The other company's people heard nothing at all, and its rows are none.
    let marks = "select count(*) from review.reminder where tenant_id::text <> $1";
    let administrator = desk.company.place.administrator().await;
    let own = desk.company.tenant.as_uuid().to_string();
    let others: i64 = administrator
        .query_one(marks, &[&own])
        .await
        .unwrap()
        .get(0);
    assert_eq!(
        (others, neighbour.tenant == desk.company.tenant),
        (0, false)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_late_tells_the_latest_alone_and_an_answered_offer_is_no_news() {
    let desk = Desk::new().await;
    let (late, _) = desk.offered().await;
    let (withdrawn, _) = desk.offered().await;
    let (declined, offer) = desk.offered().await;
    let company = &desk.company;
    let command = Withdraw {
        request: withdrawn,
        reason: ScopeReason::default(),
    };
    let done = company.owned(Action::EditIntegration, async |tx, acting| {
        withdraw(tx, command, acting).await
    });
    done.await.unwrap();
    let command = AnswerOffer {
        request: declined,
        offer,
        accept: false,
        reason: ScopeReason::default(),
    };
    let done = company.owned(Action::AnswerOffer, async |tx, acting| {
        answer_offer(tx, command, acting).await
    });
    done.await.unwrap();
    let subject = "An offer in production ends within a day";
    assert_eq!(desk.on(13).await, to(MANAGING, subject));
    let mail = desk.server.mails().pop().unwrap();
    let path = format!("/t/acme/production/requests/{}", late.id);
    assert_eq!(path_of(&mail.link()), path);
    assert_eq!(desk.on(13).await, NOBODY);
    desk.ended(15).await;
    // Nobody looked while it was news.
    assert_eq!(desk.on(22).await, NOBODY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_remembered_four_times_and_another_end_has_steps_of_its_own() {
    let desk = Desk::new().await;
    machine(&desk.company, PRODUCTION, "notes:read", &["list_notes"]).await;
    for (day, left) in [
        (149, ""),
        (150, "30 days"),
        (166, "14 days"),
        (177, "3 days"),
        (179, "a day"),
    ] {
        let expected = match left {
            "" => Vec::new(),
            left => {
                let subject = format!("A credential in production ends within {left}");
                to(MANAGING, &subject)
            }
        };
        assert_eq!(desk.on(day).await, expected, "day {day}");
    }
    // It lasts longer now, and then less long again.
    desk.run(
        "alter table registry.credential disable trigger user;
        update registry.credential set expires_at = expires_at + interval '20 days'",
    )
    .await;
    let subject = "A credential in production ends within 21 days";
    assert_eq!(desk.on(179).await, to(MANAGING, subject));
    let subject = "A credential in production ends within 14 days";
    assert_eq!(desk.on(186).await, to(MANAGING, subject));
    desk.run("update registry.credential set expires_at = expires_at - interval '12 days'")
        .await;
    let subject = "A credential in production ends within 2 days";
    assert_eq!(desk.on(186).await, to(MANAGING, subject));
    desk.run("alter table registry.credential enable trigger user")
        .await;
    desk.ended(188).await;
    let subject = "A credential in production has ended";
    assert_eq!(desk.on(188).await, to(MANAGING, subject));
    assert_eq!(desk.on(190).await, NOBODY);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_together_is_one_mail_and_developers_hear_of_the_sandbox() {
    let desk = Desk::new().await;
    let one = machine(&desk.company, SANDBOX, "notes:read", &["list_notes"]).await;
    let client = ClientId::parse(&one.id).unwrap();
    with_secret(&desk.company, SANDBOX, &client).await;
    let subject = "2 credentials in sandbox end within 30 days";
    let people = &["dev", "mona", "olga"];
    assert_eq!(desk.on(150).await, to(people, subject));
    let mail = desk.server.mails().pop().unwrap();
    assert_eq!(path_of(&mail.link()), "/t/acme/inventory");
    assert!(!mail.text.contains(&one.secret) && !mail.text.contains(&one.id));
    // What was retired is no news.
    desk.run("update registry.credential set state = 'retired'")
        .await;
    assert_eq!(desk.on(166).await, NOBODY);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_tenant_hears_nothing_and_the_latest_when_it_goes_on() {
    let desk = Desk::new().await;
    desk.offered().await;
    desk.frozen().await;
    assert_eq!(desk.on(7).await, NOBODY);
    assert_eq!(desk.on(12).await, NOBODY);
    desk.run(
        "update tenant.tenant set state = 'active', frozen_because = null where slug = 'acme'",
    )
    .await;
    let subject = "An offer in production ends within 2 days";
    assert_eq!(desk.on(12).await, to(MANAGING, subject));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_a_part_of_its_reach_and_a_proof_are_told_of_too() {
    let desk = Desk::new().await;
    machine(
        &desk.company,
        PRODUCTION,
        "notes:read notes:write",
        &["list_notes"],
    )
    .await;
    desk.run("alter table registry.credential disable trigger user; update registry.credential set state = 'revoked'")
        .await;
    desk.run("alter table registry.entitlement disable trigger user;
        update registry.entitlement set expires_at = expires_at - interval '265 days' where scope = 'notes:write'")
        .await;
    let subject = "A part of what a client may do in production ends within 14 days";
    assert_eq!(desk.on(86).await, to(MANAGING, subject));
    let subject = "A part of what a client may do in production has ended";
    assert_eq!(desk.on(100).await, to(MANAGING, subject));

    let host = HostName::parse("partner.example").unwrap();
    let added = desk
        .company
        .owned(Action::EditIntegration, async |tx, acting| {
            add_domain(tx, AddDomain { host }, acting).await
        });
    let domain = added.await.unwrap();
    desk.run("update registry.domain set state = 'checking'; update registry.domain set state = 'verified';
        update registry.domain set state = 'failing', failing_since = now() + interval '200 days'")
        .await;
    let subject = "The proof of a domain ends within 7 days";
    assert_eq!(desk.on(200).await, to(MANAGING, subject));
    let mail = desk.server.mails().pop().unwrap();
    assert_eq!(
        path_of(&mail.link()),
        format!("/t/acme/domains/{}", domain.id)
    );
    let subject = "The proof of a domain ends within a day";
    assert_eq!(desk.on(206).await, to(MANAGING, subject));
    desk.run("update registry.domain set state = 'lapsed', failing_since = null, checked_at = now() + interval '207 days'")
        .await;
    let subject = "The proof of a domain has ended";
    assert_eq!(desk.on(207).await, to(MANAGING, subject));

    for (day, left) in [(335, "30 days"), (351, "14 days"), (362, "3 days")] {
        let subject = format!("A client in production ends within {left}");
        assert_eq!(desk.on(day).await, to(MANAGING, &subject), "day {day}");
    }
    desk.ended(365).await;
    let subject = "A client in production has ended";
    assert_eq!(desk.on(365).await, to(MANAGING, subject));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_nobody_confirmed_is_explained() {
    let desk = Desk::new().await;
    let all = desk.company.reach(PRODUCTION, "notes:delete", &[]);
    let partner = metadata("Partner", LOOPBACK, "none");
    let sent = desk.company.onboard(partner, &[(PRODUCTION, all)]).await;
    let request = sent.unwrap().requests[0].request;
    let decided = desk.company.decide_alone(request, Outcome::Approve);
    decided.await.unwrap();
    assert_eq!(desk.on(2).await, NOBODY);
    desk.ended(3).await;
    let subject = "A request in production has ended";
    assert_eq!(desk.on(3).await, to(MANAGING, subject));
}
