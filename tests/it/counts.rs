//! How much waits, told to a page that is open: as it changes, to who may see it, for as long as they may.

use std::time::Duration;

use narthex_people::session::{self, Surface};
use narthex_tenancy::permission::{Person, Role};
use narthex_tenancy::{StoreError, ambient};
use narthex_tests::{Browser, Plane};
use narthex_vocab::{Environment, PLATFORM_TENANT};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::cases::company::{KEY, LOOPBACK, metadata};
use crate::scene::{self, Scene};

/// An open connection, as a browser has one.
struct Stream {
    answer: reqwest::Response,
    read: String,
}

impl Stream {
    async fn open(scene: &Scene, cookie: &str) -> reqwest::Response {
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        reqwest::Client::new()
            .get(scene.system.at(Plane::Staff, "/counts"))
            .header("accept", "text/event-stream")
            .header("cookie", format!("narthex-staff={cookie}"))
            .send()
            .await
            .unwrap()
    }

    async fn of(scene: &Scene, cookie: &str) -> Self {
        let answer = Self::open(scene, cookie).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        Self {
            answer,
            read: String::new(),
        }
    }

    /// The next event of this name; `None` at the end.
    async fn next(&mut self, name: &str) -> Option<Value> {
        let mark = format!("event: {name}\ndata: ");
        let wait = async {
            loop {
                if let Some((_, rest)) = self.read.split_once(&mark)
                    && let Some((event, rest)) = rest.split_once("\n\n")
                {
                    let data = event.lines().next().unwrap();
                    let data = serde_json::from_str(data).unwrap();
                    self.read = rest.to_owned();
                    return Some(data);
                }
                let more = self.answer.chunk().await.unwrap()?;
                self.read.push_str(std::str::from_utf8(&more).unwrap());
            }
        };
        timeout(Duration::from_secs(25), wait)
            .await
            .expect("word in time")
    }
}

async fn cookie(scene: &Scene, person: &Person) -> String {
    scene::cookie(&scene.company, person, Surface::Staff).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_open_is_told_of_what_waits() {
    let scene = Scene::new().await;
    let auditor = scene.staff("Ada", Role::Auditor).await;
    let mut stream = Stream::of(&scene, &cookie(&scene, &auditor).await).await;
    let none = json!({ "requests": 0, "quarantine": 0 });
    assert_eq!(stream.next("counts").await, Some(none));
    let asks = [(
        Environment::Production,
        scene
            .company
            .reach(Environment::Production, "notes:read", &[]),
    )];
    let client = metadata("Partner", LOOPBACK, "client_secret_basic");
    scene.company.onboard(client, &asks).await.unwrap();
    let one = json!({ "requests": 1, "quarantine": 0 });
    assert_eq!(stream.next("counts").await, Some(one.clone()));
    let mut browser = scene.in_dashboard(&auditor).await;
    let once = browser.get(&scene.system.at(Plane::Staff, "/counts")).await;
    assert_eq!(once.json(), one);
    // Looking at numbers is no view of anything of a tenant.
    let administrator = scene.company.place.administrator().await;
    let looks = "select count(*) from ledger.entry where action = 'staff.look'";
    let looks: i64 = administrator.query_one(looks, &[]).await.unwrap().get(0);
    assert_eq!(looks, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_with_the_session_and_with_the_role() {
    let scene = Scene::new().await;
    let auditor = scene.staff("Ada", Role::Auditor).await;
    let reviewer = scene.staff("Rob", Role::Reviewer).await;
    let (of_auditor, of_reviewer) = (
        cookie(&scene, &auditor).await,
        cookie(&scene, &reviewer).await,
    );
    let mut leaves = Stream::of(&scene, &of_auditor).await;
    let mut loses = Stream::of(&scene, &of_reviewer).await;
    leaves.next("counts").await.unwrap();
    loses.next("counts").await.unwrap();
    let database = scene.company.place.approval();
    let ended: Result<(), StoreError> = database
        .tenant(PLATFORM_TENANT, async |tx| {
            let now = ambient::now();
            let found = session::peek(tx, &KEY, Surface::Staff, &of_auditor, now).await?;
            session::end(tx, found.unwrap().id, now).await
        })
        .await;
    ended.unwrap();
    let administrator = scene.company.place.administrator().await;
    let member = reviewer.member.as_uuid();
    let role = format!("delete from tenant.membership where member_id = '{member}'");
    administrator.batch_execute(&role).await.unwrap();
    for mut stream in [leaves, loses] {
        assert_eq!(stream.next("over").await, Some(json!({})));
        assert_eq!(stream.next("counts").await, None);
    }
    let refused = Stream::open(&scene, &of_reviewer).await;
    assert_eq!(refused.status(), 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_has_so_many_and_a_page_keeps_no_session_awake() {
    let scene = Scene::new().await;
    let auditor = scene.staff("Ada", Role::Auditor).await;
    let cookie = cookie(&scene, &auditor).await;
    let administrator = scene.company.place.administrator().await;
    let idle = "update tenant.session set seen_at = now() - interval '30 minutes'";
    administrator.batch_execute(idle).await.unwrap();
    let mut first = Stream::of(&scene, &cookie).await;
    first.next("counts").await.unwrap();
    let mut open = Vec::new();
    for _ in 0..narthex_approval::live::MOST {
        let mut stream = Stream::of(&scene, &cookie).await;
        stream.next("counts").await.unwrap();
        open.push(stream);
    }
    // The one that was opened first ends, and is told nothing of a session that is over.
    assert_eq!(first.next("over").await, None);
    let seen = "select max(seen_at) < now() - interval '29 minutes' from tenant.session";
    let seen: bool = administrator.query_one(seen, &[]).await.unwrap().get(0);
    assert!(seen, "the page kept its session from idling out");
    let nobody = Browser::new()
        .get(&scene.system.at(Plane::Staff, "/counts"))
        .await;
    assert!(nobody.location().starts_with("/sign-in"));
}
