//! Two token planes that remember: what is stopped, limited, given or taken away counts at both, also where nobody told
//! them.

use std::time::{Duration, Instant};

use narthex_approval::create_credential::{CreateCredential, create_credential};
use narthex_approval::suspend::Stop;
use narthex_tenancy::permission::Action;
use narthex_tests::{Answer, Browser, Plane, System};
use narthex_vocab::{ClientId, Environment};
use serde_json::{Value, json};

use crate::cases::company::KEY;
use crate::scene::{Machine, Scene};

const PRODUCTION: Environment = Environment::Production;
const GRANT: [(&str, &str); 1] = [("grant_type", "client_credentials")];
const A_SECOND: Duration = Duration::from_secs(1);

/// One company, and two processes' worth of planes over it.
pub(super) struct Two {
    pub(super) scene: Scene,
    pub(super) second: System,
}

impl Two {
    pub(super) async fn new() -> Self {
        let scene = Scene::new().await;
        let second = scene.system.beside(&scene.company.place).await;
        Self { scene, second }
    }

    pub(super) fn at(&self, system: &System, endpoint: &str) -> String {
        system.at(Plane::Token, &format!("/t/acme/{PRODUCTION}/{endpoint}"))
    }

    pub(super) async fn token(&self, system: &System, machine: &Machine) -> Answer {
        let url = self.at(system, "token");
        Browser::new().basic(&url, machine.basic(), &GRANT).await
    }

    async fn known(&self, system: &System, notes: &Machine, token: &str) -> Value {
        let url = self.at(system, "introspect");
        let form = [("token", token)];
        Browser::new()
            .basic(&url, notes.basic(), &form)
            .await
            .json()
    }

    /// Both, so often that both remember.
    pub(super) async fn warm(&self, machine: &Machine) -> String {
        let mut token = String::new();
        for _ in 0..3 {
            for system in [&self.scene.system, &self.second] {
                let answer = self.token(system, machine).await;
                assert_eq!(answer.status, 200, "{}", answer.body);
                token = answer.json()["access_token"].as_str().unwrap().to_owned();
            }
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        token
    }

    /// Ends the connections on which the token planes hear of changes.
    pub(super) async fn deafen(&self) -> u64 {
        let administrator = self.scene.company.place.administrator().await;
        let deaf = "select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and usename = 'narthex_token' and query in ('', 'LISTEN narthex_environment')";
        administrator.execute(deaf, &[]).await.unwrap()
    }

    /// Reads of clients by row so far, of both.
    async fn reads(&self) -> i64 {
        let administrator = self.scene.company.place.administrator().await;
        let reads = "select coalesce(sum(idx_scan), 0)::bigint from pg_stat_user_tables
            where schemaname = 'registry' and relname in ('entitlement', 'entitled_tool', 'credential')";
        administrator.query_one(reads, &[]).await.unwrap().get(0)
    }
}

fn refused(answer: &Answer) -> bool {
    answer.status == 400 && answer.json()["error"] == "access_denied"
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_is_not_read_again() {
    let two = Two::new().await;
    let machine = two.scene.machine(PRODUCTION, "notes:read").await;
    two.warm(&machine).await;
    // The statistics of other connections arrive when those are idle for a while.
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let before = two.reads().await;
    for _ in 0..20 {
        let answer = two.token(&two.second, &machine).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    tokio::time::sleep(Duration::from_millis(1_200)).await;
    let after = two.reads().await;
    assert!(after - before < 5, "{} reads for 20 tokens", after - before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_counts_at_both_at_once() {
    let two = Two::new().await;
    let machine = two.scene.machine(PRODUCTION, "notes:read").await;
    let notes = two.scene.notes(PRODUCTION).await;
    for what in [Stop::Suspend, Stop::Resume, Stop::Revoke] {
        let token = if what == Stop::Resume {
            String::new()
        } else {
            two.warm(&machine).await
        };
        two.scene.stop(&machine.id, PRODUCTION, what).await;
        for system in [&two.scene.system, &two.second] {
            let answer = two.token(system, &machine).await;
            let known = two.known(system, &notes, &token).await;
            if what == Stop::Resume {
                assert_eq!(answer.status, 200, "{}", answer.body);
            } else {
                assert!(refused(&answer), "{what:?}: {}", answer.body);
                assert_eq!(known, json!({ "active": false }), "{what:?}");
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspension_counts_where_nobody_hears_of_it() {
    let two = Two::new().await;
    let machine = two.scene.machine(PRODUCTION, "notes:read").await;
    let notes = two.scene.notes(PRODUCTION).await;
    let token = two.warm(&machine).await;
    for system in [&two.scene.system, &two.second] {
        assert_eq!(two.known(system, &notes, &token).await["active"], true);
    }
    assert!(two.deafen().await >= 2, "nobody was listening");
    two.scene.stop(&machine.id, PRODUCTION, Stop::Suspend).await;
    for system in [&two.scene.system, &two.second] {
        let answer = two.token(system, &machine).await;
        assert!(refused(&answer), "{}", answer.body);
        let known = two.known(system, &notes, &token).await;
        assert_eq!(known, json!({ "active": false }));
    }
    // They hear again, and what was remembered before is gone.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(refused(&two.token(&two.second, &machine).await));
    two.scene.stop(&machine.id, PRODUCTION, Stop::Resume).await;
    two.warm(&machine).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_secret_works_at_once_and_a_revoked_one_within_a_second() {
    let two = Two::new().await;
    let machine = two.scene.machine(PRODUCTION, "notes:read").await;
    two.warm(&machine).await;
    let command = CreateCredential {
        environment: PRODUCTION,
        client_id: ClientId::parse(&machine.id).unwrap(),
        hash_key: &KEY,
    };
    let company = &two.scene.company;
    let created = company.owned(Action::CreateProductionCredential, async |tx, acting| {
        create_credential(tx, command, acting).await
    });
    let fresh = Machine {
        id: machine.id.clone(),
        secret: created.await.unwrap().secret.reveal().to_owned(),
    };
    for system in [&two.scene.system, &two.second] {
        let answer = two.token(system, &fresh).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
    }
    let administrator = company.place.administrator().await;
    let revoke = "update registry.credential set state = 'revoked'
        where client_id = $1 and state = 'active' and created_at = (select min(created_at) from registry.credential)";
    let gone = administrator.execute(revoke, &[&machine.id]).await.unwrap();
    assert_eq!(gone, 1);
    let since = Instant::now();
    for system in [&two.scene.system, &two.second] {
        refuses(since, async || {
            two.token(system, &machine).await.status == 401
        })
        .await;
        assert_eq!(two.token(system, &fresh).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_tool_is_refused_within_a_second_and_a_frozen_tenant_is_nobody() {
    let two = Two::new().await;
    let machine = two.scene.machine(PRODUCTION, "notes:read").await;
    let notes = two.scene.notes(PRODUCTION).await;
    let token = two.warm(&machine).await;
    let scene = &two.scene;
    let asked = scene.may_call(PRODUCTION, &notes, (&machine.id, &token));
    assert_eq!(asked.await["decision"], true);
    let administrator = scene.company.place.administrator().await;
    let change = "update registry.tool set schema_hash = sha256('other') where tool = 'list_notes'";
    administrator.execute(change, &[]).await.unwrap();
    let since = Instant::now();
    refuses(since, async || {
        let asked = scene.may_call(PRODUCTION, &notes, (&machine.id, &token));
        asked.await["decision"] == false
    })
    .await;
    let freeze =
        "update tenant.tenant set state = 'frozen', frozen_because = 'A test.' where slug = 'acme'";
    administrator.execute(freeze, &[]).await.unwrap();
    let since = Instant::now();
    refuses(since, async || {
        two.token(&two.second, &machine).await.status == 404
    })
    .await;
}

/// No call that begins a second after the change is answered as before it.
async fn refuses(changed: Instant, refused: impl AsyncFn() -> bool) {
    loop {
        let began = changed.elapsed();
        if refused().await {
            return;
        }
        assert!(began < A_SECOND, "after {began:?} it still counts");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_come_together_are_all_logged_once() {
    let two = Two::new().await;
    let machine = two.scene.machine(PRODUCTION, "notes:read").await;
    let calls = (0..16).map(|call| {
        let system = [&two.scene.system, &two.second][call % 2];
        two.token(system, &machine)
    });
    let answers = futures_util::future::join_all(calls).await;
    let mut ids: Vec<String> = answers
        .iter()
        .map(|answer| {
            assert_eq!(answer.status, 200, "{}", answer.body);
            jti(answer.json()["access_token"].as_str().unwrap())
        })
        .collect();
    let administrator = two.scene.company.place.administrator().await;
    let rows = administrator
        .query("select jti::text from issue.issuance order by jti", &[])
        .await
        .unwrap();
    let logged: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    ids.sort_unstable();
    assert_eq!(ids, logged);
}

fn jti(token: &str) -> String {
    use base64::Engine as _;
    let claims = token.split('.').nth(1).unwrap();
    let claims = base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(claims)
        .unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    claims["jti"].as_str().unwrap().to_owned()
}
