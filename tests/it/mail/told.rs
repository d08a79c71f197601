//! What changes in how somebody gets in, they hear by mail, whoever changed it; and no such mail carries a secret.

use narthex_approval::decide::{Decide, Outcome, decide};
use narthex_approval::prose::Reason;
use narthex_approval::{Acting, mail_rounds};
use narthex_tenancy::permission::{Action, Role};
use narthex_tenancy::{TenantTx, ambient};
use narthex_tests::MailServer;
use narthex_vocab::Environment;

use super::{Office, path_of};
use crate::account::{ANOTHER, EMAIL, HERE, PASSWORD, code, second_factor, send};
use crate::cases::company::{Company, LOOPBACK, metadata};
use crate::portal::browser::{Browser, mailing};
use crate::portal::session_of;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_hears_of_every_change_in_how_they_get_in() {
    let office = Office::new().await;
    let owner = &office.owner;
    let (key, codes) = second_factor(owner).await;
    // A form is one for who proves it; the step of a code counts once.
    let off = [("password", PASSWORD), ("code", codes[0].as_str())];
    send(owner, "/second-factor/off", &off).await;
    let typed = [("new", ANOTHER), ("again", ANOTHER), ("password", PASSWORD)];
    send(owner, "/password", &typed).await;
    // What is refused is told to nobody.
    send(owner, "/password", &typed).await;
    office.look().await;
    let mails = office.server.mails();
    let subjects: Vec<&str> = mails.iter().map(|mail| mail.subject.as_str()).collect();
    assert_eq!(
        subjects,
        [
            "A second factor was set up",
            "Your second factor was turned off",
            "Your password was changed"
        ]
    );
    for mail in &mails {
        assert_eq!(mail.to, [format!("<{EMAIL}>")]);
        assert_eq!(path_of(&mail.link()), HERE);
        let now = code(&key, 0);
        for secret in [
            PASSWORD,
            ANOTHER,
            key.as_str(),
            codes[0].as_str(),
            now.as_str(),
        ] {
            assert!(!mail.text.contains(secret) && !mail.html.contains(secret));
        }
        assert!(mail.text.contains("You get this because"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_hears_that_somebody_gave_them_another_role() {
    let office = Office::new().await;
    let acme = office
        .lines("select tenant_id::text from tenant.tenant where slug = 'acme'")
        .await;
    let acme = narthex_vocab::Id::from_uuid(acme[0].parse().unwrap());
    let vera = Browser::new(&office.app);
    vera.keep(
        "narthex-portal",
        &session_of(&office.place, acme, Some(Role::Viewer)).await,
    );
    let page = office.owner.get("/t/acme/members").await;
    let path = page
        .body
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .filter(|path| path.ends_with("/role"))
        .nth(1)
        .unwrap()
        .to_owned();
    office.owner.get(&path).await;
    office.owner.post(&path, &[("role", "developer")]).await;
    office.owner.post(&path, &[("role", "developer")]).await;
    office.look().await;
    let mails = office.server.mails();
    assert_eq!(mails.len(), 1, "the same role again is no news");
    assert_eq!(mails[0].subject, "Your role is now Developer");
    assert!(mails[0].to[0].ends_with("@people.example>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sent_a_case_hears_what_was_decided_and_nobody_else() {
    let company = Company::new().await;
    let server = MailServer::start().await;
    let (_, state) = mailing(&company.place, &server).await;
    let sandbox = Environment::Sandbox;
    let reach = company.reach(sandbox, "notes:write", &["add_note"]);
    let asks = [(sandbox, reach)];
    let outcomes = [
        (Outcome::AskForChanges, "Your request needs changes"),
        (Outcome::Reject, "Your request is refused"),
        (Outcome::Approve, "Your request is approved"),
    ];
    for (number, (outcome, subject)) in (1_usize..).zip(outcomes) {
        let name = format!("Partner {number}");
        let sent = company.onboard_as(&name, metadata(&name, LOOPBACK, "none"), &asks);
        let request = sent.await.unwrap().requests[0].request;
        let command = Decide {
            request,
            seen: company.payload(request).await,
            outcome,
            warning: None,
            reason: Reason::parse("Words that stay on the page.").unwrap(),
        };
        let permit = Role::Reviewer.permit(&company.reviewer, Action::Decide);
        let permit = permit.unwrap();
        let rng = &mut ambient::rng();
        let mut acting =
            Acting::person(&permit, ambient::now(), rng, "req-test").telling(state.mail.as_ref());
        let database = company.place.approval();
        let decided = database.tenant(company.tenant, async |tx: &mut TenantTx| {
            decide(tx, command, &mut acting).await
        });
        decided.await.unwrap();
        mail_rounds::round(&state, ambient::now()).await;
        let mails = server.mails();
        assert_eq!(mails.len(), number);
        let mail = &mails[number - 1];
        assert_eq!(mail.subject, subject);
        let path = format!("/t/acme/sandbox/requests/{}", request.id);
        assert_eq!(path_of(&mail.link()), path);
        for word in [name.as_str(), "Words that stay"] {
            assert!(
                !mail.text.contains(word) && !mail.html.contains(word),
                "{word}"
            );
        }
    }
}
