//! The approval plane by itself: a registration of an open sandbox is answered within the two seconds that its caller
//! waits, whether it came before the workers or while they listen.

use std::{sync::Arc, time::Duration};

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_approval::{Approval, workers};
use narthex_people::{
    People,
    password::{Cost, Passwords},
};
use narthex_tenancy::{StoreError, budget::LocalLimiter, schema::intake::quarantine as q};
use narthex_vocab::{ClientId, Environment, RegistrationMode};
use url::Url;

use super::company::{Company, KEY};

const SANDBOX: Environment = Environment::Sandbox;

fn approval(company: &Company) -> Approval {
    let base = Url::parse("http://127.0.0.1:1").unwrap();
    Approval {
        database: company.place.approval(),
        staff: company.place.staff(),
        people: People {
            database: company.place.approval(),
            budgets: company.place.budgets(),
            fallback: LocalLimiter::default(),
            passwords: Passwords::new(1, Cost::default()).unwrap(),
            hash_key: KEY,
            totp_key: None,
            providers: None,
        },
        registration_key: KEY,
        discovery_base: base.clone(),
        token_base: base.clone(),
        portal_base: base.clone(),
        staff_base: base,
        mail: None,
        live: narthex_approval::live::Live::default(),
    }
}

/// Waits as the registrant does.
async fn answered(company: &Company, client_id: &ClientId) -> bool {
    let database = company.place.discovery();
    for _ in 0..50 {
        let answer: Result<Option<serde_json::Value>, StoreError> = database
            .tenant(company.tenant, async |tx| {
                let waiting = q::table.filter(q::client_id.eq(client_id.as_str()));
                Ok(waiting.select(q::answer).first(tx.connection()?).await?)
            })
            .await;
        if answer.unwrap().is_some() {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    false
}

#[tokio::test(flavor = "multi_thread")]
async fn open_registrations_are_answered_in_time() {
    let company = Company::new().await;
    company
        .takes(SANDBOX, RegistrationMode::Open)
        .await
        .unwrap();
    let before = company
        .registered(SANDBOX, "Early Notes", "notes:read")
        .await;
    let working = workers::run(
        Arc::new(approval(&company)),
        company.place.url("narthex_approval"),
    );
    let registering = async {
        assert!(
            answered(&company, &before).await,
            "what waited at the start"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
        let while_listening = company.registered(SANDBOX, "Later Notes", "").await;
        assert!(
            answered(&company, &while_listening).await,
            "what a notice named"
        );
    };
    tokio::select! {
        () = working => panic!("the workers ended"),
        () = registering => {}
    }
}
