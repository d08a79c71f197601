//! S9, B5: a flood is a number and not rows, the number is every call that was answered, and nobody is woken for it.

use std::time::{Duration, Instant};

use narthex_tenancy::listen::{Hint, listen};
use narthex_vocab::{Environment, RegistrationMode};

use super::crowd::{Logged, crowd, scene, software};

const PRODUCTION: Environment = Environment::Production;

#[tokio::test(flavor = "multi_thread")]
async fn s9_a_flood_of_one_software_is_counted_to_the_last_call() {
    let scene = scene().await;
    let company = &scene.company;
    company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let url = scene.register(PRODUCTION);
    let from_everywhere = |call: u32| {
        (
            format!("10.{}.{}.1", call % 4, call % 250),
            software("Flood"),
        )
    };
    let answered = crowd(&url, 2_500, from_everywhere).await;
    // A busy machine may keep Redis waiting: what failed for a reason of ours is answered "later".
    let later = answered.get(&503).copied().unwrap_or_default();
    assert!(later < 50 && answered.len() <= 3, "{answered:?}");
    let logged = Logged::of(&company.place).await;
    assert_eq!(logged.answered() + later, 2_500, "{logged:?}");
    let admitted = logged.calls["joined"] + logged.calls["quarantined"];
    assert_eq!(answered[&201], admitted, "{logged:?}");
    assert_eq!(logged.of_families, logged.named, "{logged:?}");
    assert!(logged.rows < 200, "{logged:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s9_what_was_answered_is_kept_when_the_database_breaks_off() {
    let scene = scene().await;
    let company = &scene.company;
    company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let url = scene.register(PRODUCTION);
    let flood = crowd(&url, 2_000, |_| ("10.0.0.1".into(), software("Flood")));
    let breaking = async {
        let administrator = company.place.administrator().await;
        for _ in 0..5 {
            tokio::time::sleep(Duration::from_millis(150)).await;
            let kill = "select pg_terminate_backend(pid) from pg_stat_activity
                where usename = 'narthex_discovery' and datname = current_database()";
            administrator.execute(kill, &[]).await.unwrap();
        }
    };
    let (answered, ()) = tokio::join!(flood, breaking);
    assert!(
        answered.get(&503).copied().unwrap_or_default() > 0,
        "nothing broke: {answered:?}"
    );
    let logged = Logged::of(&company.place).await;
    let kept: i64 = answered
        .iter()
        .filter(|(status, _)| **status != 503)
        .map(|(_, calls)| calls)
        .sum();
    assert!(logged.answered() >= kept, "{answered:?} {logged:?}");
    assert!(logged.all() <= 2_000, "{answered:?} {logged:?}");
    assert_eq!(logged.of_families, logged.named, "{logged:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn s12_new_families_wake_the_approval_plane_a_few_times_a_second() {
    let scene = scene().await;
    let company = &scene.company;
    let mut hints = listen(company.place.url("narthex_approval"), &["narthex_intake"]);
    assert_eq!(hints.recv().await, Some(Hint::Connected));
    let distinct = |call: u32| {
        (
            format!("10.0.{call}.1"),
            software(&format!("Made up {call}")),
        )
    };
    company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    crowd(&scene.register(PRODUCTION), 120, distinct).await;
    let sandbox = Environment::Sandbox;
    company
        .takes(sandbox, RegistrationMode::Open)
        .await
        .unwrap();
    let begun = Instant::now();
    crowd(&scene.register(sandbox), 60, distinct).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let most = begun.elapsed().as_millis() / 50 + 1;
    let mut heard = 0;
    while let Ok(Hint::Notice { payload, .. }) = hints.try_recv() {
        assert!(
            payload.ends_with(" sandbox"),
            "{payload}: production wakes nobody"
        );
        heard += 1;
    }
    assert!((1..=most).contains(&heard), "{heard} of at most {most}");
}
