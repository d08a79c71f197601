//! Addresses for people: the list of them, another look on demand, one registered ahead, and one that cannot be read.

use std::time::Duration;

use narthex_approval::{
    add_listing::{AddListing, add_listing},
    end_listing::{EndListing, end_listing},
    listing::{Effect, Subject},
    prose::Reason,
    watch_document::{WatchDocument, Watched, watch_document},
};
use narthex_tenancy::permission::Action;
use narthex_tests::{Answer, Browser, Plane};
use narthex_vocab::{Change, Meanwhile};

use super::bench::{Bench, HOST, PATH, PRODUCTION, document};

async fn documents(bench: &Bench, staff: &mut Browser, query: &str) -> Answer {
    let url = bench
        .scene
        .system
        .at(Plane::Staff, &format!("/documents{query}"));
    let page = staff.get(&url).await;
    assert_eq!(page.status, 200, "{}", page.body);
    page
}

async fn looks(bench: &Bench, count: usize) {
    for _ in 0..100 {
        if bench.host.paths().len() >= count {
            tokio::time::sleep(Duration::from_millis(200)).await;
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("nobody looked");
}

async fn watched(bench: &Bench) -> Watched {
    let command = WatchDocument {
        environment: PRODUCTION,
        client_id: bench.client.clone(),
        blocked: false,
    };
    let now = narthex_tenancy::ambient::now();
    let company = &bench.scene.company;
    let watched = company.itself(now, async |tx, acting| {
        watch_document(tx, command, acting).await
    });
    watched.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_an_address_is_registered_ahead_and_looked_at_again() {
    let bench = Bench::new().await;
    let mut staff = bench
        .scene
        .in_dashboard(&bench.scene.company.reviewer)
        .await;
    let empty = documents(&bench, &mut staff, "").await;
    assert!(
        empty.body.contains("No address was looked at yet"),
        "{}",
        empty.body
    );
    let new = bench.scene.system.at(Plane::Staff, "/documents/new");
    let csrf = staff.get(&new).await.field("csrf");
    let form = |tenant: &'static str, url: &'static str| {
        [
            ("csrf", csrf.clone()),
            ("tenant", tenant.to_owned()),
            ("environment", "production".to_owned()),
            ("url", url.to_owned()),
        ]
    };
    let address = "https://app.example/oauth/client.json";
    for (tenant, url, says) in [
        ("nobody", address, "No tenant has this name"),
        (
            "acme",
            "http://app.example/oauth/client.json",
            "Enter the address of its document",
        ),
        (
            "acme",
            "https://app.example/client#json",
            "Enter the address of its document",
        ),
    ] {
        let form = form(tenant, url);
        let form: Vec<(&str, &str)> = form.iter().map(|(n, v)| (*n, v.as_str())).collect();
        let refused = staff.post(&new, &form).await;
        assert_eq!(refused.status, 422, "{tenant} {url}: {}", refused.body);
        assert!(refused.body.contains(says), "{says}: {}", refused.body);
    }
    assert_eq!(bench.host.paths(), Vec::<String>::new());
    let good = form("acme", address);
    let good: Vec<(&str, &str)> = good.iter().map(|(n, v)| (*n, v.as_str())).collect();
    let sent = staff.post(&new, &good).await;
    assert_eq!(sent.location(), "/documents?done=fetching");
    looks(&bench, 1).await;
    let page = documents(&bench, &mut staff, "").await;
    for says in [HOST, "Readable", "In quarantine", ">Pin<", "Fetch again"] {
        assert!(page.body.contains(says), "{says}: {}", page.body);
    }
    // It waits like any other: linking it makes the case.
    bench.link(&bench.scene.company.owner).await;

    bench.host.publish_at(
        PATH,
        &serde_json::json!({ "client_id": "https://other.example/client" }),
    );
    let sent = staff.post(&new, &good).await;
    assert_eq!(sent.location(), "/documents?done=fetching");
    looks(&bench, 2).await;
    let page = documents(&bench, &mut staff, "?look=failed").await;
    assert!(
        page.body.contains("Not readable") && page.body.contains(", since "),
        "{}",
        page.body
    );
    let none = documents(&bench, &mut staff, "?look=found").await;
    assert!(none.body.contains("Clear filters"), "{}", none.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_a_client_that_cannot_be_read_for_days_waits_and_comes_back_by_itself() {
    let bench = Bench::new().await;
    let mut browser = bench.let_in().await;
    let administrator = bench.scene.company.place.administrator().await;
    let failing = |days: i64| {
        format!(
            "update intake.document set refusal = 'the host does not answer', failing_since = now() - interval '{days} days',
                looked_at = now() - interval '1 hour'"
        )
    };
    administrator.batch_execute(&failing(6)).await.unwrap();
    assert_eq!(
        watched(&bench).await,
        Watched::Nothing,
        "six days are patience"
    );
    administrator.batch_execute(&failing(8)).await.unwrap();
    let door = bench.scene.front_door(&bench.client, &[]);
    let state = "select state || ': ' || coalesce(state_reason, '') from registry.client";
    assert_eq!(watched(&bench).await, Watched::Found(Meanwhile::Pauses));
    let said: String = administrator.query_one(state, &[]).await.unwrap().get(0);
    assert!(
        said.starts_with("restricted: Its document cannot be read since ")
            && said.contains("does not answer"),
        "{said}"
    );
    let refused = browser.get(&door).await;
    assert!(
        refused.location().contains("error=access_denied"),
        "{}",
        refused.location()
    );
    assert_eq!(watched(&bench).await, Watched::Nothing, "once");

    // It is looked at without anybody coming, and goes on when it is there.
    administrator
        .batch_execute("update intake.document set looked_at = now() - interval '7 hours'")
        .await
        .unwrap();
    bench.host.publish_at(PATH, &document(&bench.client));
    let before = bench.host.paths().len();
    assert_eq!(watched(&bench).await, Watched::LookedAt);
    looks(&bench, before + 1).await;
    for _ in 0..100 {
        let open = "select count(*) from intake.document where failing_since is null";
        if bench.count(open).await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(watched(&bench).await, Watched::Resumed);
    let said: String = administrator.query_one(state, &[]).await.unwrap().get(0);
    assert_eq!(said, "active: ");
    assert_eq!(browser.get(&door).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_a_blocked_host_is_no_silence_and_is_looked_at_when_nobody_blocks_it_any_more() {
    let bench = Bench::new().await;
    let mut browser = bench.let_in().await;
    let company = &bench.scene.company;
    // Nobody chooses what a block does: it pauses.
    let loosest = [
        (Change::Silence, Meanwhile::AskedAgain),
        (Change::Redirects, Meanwhile::AskedAgain),
    ];
    crate::changes::choose(company, PRODUCTION, &loosest).await;
    let administrator = company.place.administrator().await;
    let state = "select state || ': ' || coalesce(state_reason, '') from registry.client";
    let until = async |words: &str| {
        let mut said = String::new();
        for _ in 0..200 {
            said = administrator.query_one(state, &[]).await.unwrap().get(0);
            if said == words {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{said} is never {words}");
    };
    // Six days of silence go before.
    let failing = "update intake.document set refusal = 'the host does not answer',
        failing_since = now() - interval '6 days', fresh_until = fetched_at, looked_at = now() - interval '1 hour'";
    administrator.batch_execute(failing).await.unwrap();
    let command = AddListing {
        effect: Effect::Block,
        subject: Subject::parse("host", "example").unwrap(),
        reason: Reason::parse("An incident.").unwrap(),
        expires_at: narthex_tenancy::ambient::now() + chrono::Duration::days(30),
    };
    let listed = company.owned(Action::BlockOwn, async |tx, acting| {
        add_listing(tx, command, acting).await
    });
    let listed = listed.await.unwrap();
    let blocked = "restricted: The host of its document is on the block list: nobody looks there.";
    until(blocked).await;
    // Who comes has it looked at: nobody is asked, and it is not counted as silence.
    let before = bench.host.paths().len();
    let door = bench.scene.front_door(&bench.client, &[]);
    let refused = browser.get(&door).await;
    assert!(
        refused.location().contains("error=access_denied"),
        "{}",
        refused.location()
    );
    let forgotten = "select count(*) from intake.document where failing_since is null
        and refusal = 'nothing is fetched from its host'";
    for _ in 0..100 {
        if bench.count(forgotten).await == 1 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(bench.count(forgotten).await, 1);
    assert_eq!(bench.host.paths().len(), before, "nobody looks");
    // Days later it is blocked, and not silent.
    administrator
        .batch_execute("update intake.document set looked_at = now() - interval '9 days'")
        .await
        .unwrap();
    let command = WatchDocument {
        environment: PRODUCTION,
        client_id: bench.client.clone(),
        blocked: true,
    };
    let later = narthex_tenancy::ambient::now() + chrono::Duration::days(9);
    let watched = company.itself(later, async |tx, acting| {
        watch_document(tx, command, acting).await
    });
    assert_eq!(watched.await.unwrap(), Watched::Nothing);
    until(blocked).await;

    let end = EndListing {
        listing: listed.id,
        reason: Reason::parse("It is over.").unwrap(),
    };
    let ended = company.owned(Action::BlockOwn, async |tx, acting| {
        end_listing(tx, end, acting).await
    });
    ended.await.unwrap();
    until("active: ").await;
    looks(&bench, before + 1).await;
    assert_eq!(browser.get(&door).await.status, 200);
    let told = "select count(*) from ledger.entry where action in ('client.restrict', 'client.unrestrict')";
    assert_eq!(bench.count(told).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn s3_people_who_use_an_address_are_counted_and_not_named() {
    let bench = Bench::new().await;
    let scene = &bench.scene;
    let mut uma = bench.let_in().await;
    let mut staff = scene.in_dashboard(&scene.company.reviewer).await;
    let counted =
        |now: u8, day: u8| format!("<span>{now}<span class=\"scope-meaning\">{day} in 24 h");
    let page = documents(&bench, &mut staff, "").await;
    assert!(page.body.contains(&counted(0, 0)), "{}", page.body);
    for _ in 0..2 {
        scene.code(&mut uma, &bench.client).await;
    }
    let (_, mut otto) = bench.person("Otto").await;
    scene.code(&mut otto, &bench.client).await;
    let page = documents(&bench, &mut staff, "").await;
    assert!(page.body.contains(&counted(2, 2)), "{}", page.body);
    let client = format!("/clients/acme/production/https%3A%2F%2F{HOST}%2Foauth%2Fclient.json");
    let client = scene.system.at(Plane::Staff, &client);
    let page = staff.get(&client).await;
    let words = "2 now; 2 allowed it in the last 24 h";
    assert!(page.body.contains(words), "{}", page.body);
    assert!(!page.body.contains("Otto"), "{}", page.body);

    // What ended counts no more, and what is long past is not of today.
    let administrator = scene.company.place.administrator().await;
    let ended =
        "update issue.\"grant\" set ended_at = now(), created_at = created_at - interval '25 hours'
        where member_id = (select member_id from tenant.member where name = 'Otto')";
    administrator.batch_execute(ended).await.unwrap();
    let page = documents(&bench, &mut staff, "").await;
    assert!(page.body.contains(&counted(1, 1)), "{}", page.body);
}
