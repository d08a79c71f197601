//! Whatever ends a client's reach arrives at every process within a second (B10): no token is issued, none counts, no call is
//! allowed; with the connections for notices, and without them. Generated: every act x heard of or not x each process.

use std::time::{Duration, Instant};

use narthex_approval::suspend::Stop;
use narthex_tests::{Browser, Plane, System};
use narthex_vocab::Environment;
use serde_json::json;

use super::remembered::Two;
use crate::scene::Machine;

const PRODUCTION: Environment = Environment::Production;
const A_SECOND: Duration = Duration::from_secs(1);

/// What ends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    Suspend,
    Revoke,
    /// Its scope was approved no more.
    Narrow,
    /// Its scope came to its end.
    ScopeEnds,
    /// Its approval came to its end.
    ApprovalEnds,
    FreezeTenant,
}

impl Act {
    /// Who is frozen comes last: nothing else can be tried afterwards.
    const ALL: [Self; 6] = [
        Self::Suspend,
        Self::Revoke,
        Self::Narrow,
        Self::ScopeEnds,
        Self::ApprovalEnds,
        Self::FreezeTenant,
    ];

    async fn carry_out(self, two: &Two, machine: &Machine) {
        let id = &machine.id;
        let sql = match self {
            Self::Suspend => return two.scene.stop(id, PRODUCTION, Stop::Suspend).await,
            Self::Revoke => return two.scene.stop(id, PRODUCTION, Stop::Revoke).await,
            Self::Narrow => {
                format!(
                    "delete from registry.entitled_tool where client_id = '{id}'; delete from registry.entitlement where client_id = '{id}'"
                )
            }
            Self::ScopeEnds => {
                format!(
                    "update registry.entitlement set expires_at = now() where client_id = '{id}'"
                )
            }
            Self::ApprovalEnds => {
                format!("update registry.client set expires_at = now() where client_id = '{id}'")
            }
            Self::FreezeTenant => {
                "update tenant.tenant set state = 'frozen', frozen_because = 'an incident' where slug = 'acme'".to_owned()
            }
        };
        let administrator = two.scene.company.place.administrator().await;
        administrator.batch_execute(&sql).await.unwrap();
    }
}

/// What one process still says; nothing when the end has arrived.
async fn still(
    two: &Two,
    system: &System,
    (machine, notes, token): (&Machine, &Machine, &str),
) -> Vec<&'static str> {
    let mut still = Vec::new();
    if two.token(system, machine).await.status == 200 {
        still.push("a token is issued");
    }
    let url = two.at(system, "introspect");
    let form = [("token", token)];
    let known = Browser::new().basic(&url, notes.basic(), &form).await;
    if known.status == 200 && known.json()["active"] == true && known.json()["scope"] != "" {
        still.push("a token counts");
    }
    let question = json!({
        "subject": { "type": "client", "id": machine.id },
        "action": { "name": "tools/call" },
        "resource": { "type": "tool", "id": "list_notes" },
        "context": { "token": token },
    });
    let url = two.at(system, "access/v1/evaluation");
    let mut browser = Browser::new();
    let request = browser
        .request(reqwest::Method::POST, &url)
        .basic_auth(&notes.id, Some(&notes.secret))
        .json(&question);
    let asked = browser.send(request).await;
    if asked.status == 200 && asked.json()["decision"] == true {
        still.push("a call is allowed");
    }
    still
}

#[tokio::test(flavor = "multi_thread")]
async fn b10_the_end_arrives_at_every_process_within_a_second_heard_of_or_not() {
    let two = Two::new().await;
    let notes = two.scene.notes(PRODUCTION).await;
    let mut late = Vec::new();
    for heard in [true, false] {
        for act in Act::ALL {
            if act == Act::FreezeTenant && heard {
                continue;
            }
            let machine = two.scene.machine(PRODUCTION, "notes:read").await;
            let token = two.warm(&machine).await;
            let shown = (&machine, &notes, token.as_str());
            for system in [&two.scene.system, &two.second] {
                assert_eq!(
                    still(&two, system, shown).await.len(),
                    3,
                    "{act:?}: it works at first"
                );
            }
            if !heard {
                assert!(two.deafen().await >= 2, "nobody was listening");
            }
            act.carry_out(&two, &machine).await;
            let since = Instant::now();
            for (name, system) in [("first", &two.scene.system), ("second", &two.second)] {
                let mut left = still(&two, system, shown).await;
                while !left.is_empty() && since.elapsed() < A_SECOND {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    left = still(&two, system, shown).await;
                }
                if !left.is_empty() {
                    late.push(format!("{act:?}, heard of: {heard}, {name}: {left:?}"));
                }
            }
        }
    }
    assert!(late.is_empty(), "{late:#?}");
    let gone = Browser::new()
        .get(&two.second.at(Plane::Token, "/t/acme/production/authorize"))
        .await;
    assert_eq!(gone.status, 404, "a frozen tenant is nobody");
}
