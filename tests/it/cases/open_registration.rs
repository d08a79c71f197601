//! Registrations of an open sandbox become clients by a named rule.

use narthex_approval::{
    open_registration::{OpenlyRegistered, RegisterOpenly, register_openly},
    screen::Screened,
    settings::ChangeSettingsError,
};
use narthex_tenancy::ambient;
use narthex_vocab::{ClientId, Environment, RegistrationMode};

use super::company::Company;

const SANDBOX: Environment = Environment::Sandbox;

async fn look_at(company: &Company, client_id: &ClientId) -> OpenlyRegistered {
    let command = RegisterOpenly {
        client_id: client_id.clone(),
    };
    let looking = company.itself(ambient::now(), async |tx, acting| {
        register_openly(tx, command, acting).await
    });
    looking.await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_sandbox_gives_its_open_scopes_once() {
    let company = Company::new().await;
    let stranger = company
        .registered(SANDBOX, "Stranger Notes", "notes:read notes:write")
        .await;
    assert!(
        matches!(
            look_at(&company, &stranger).await,
            OpenlyRegistered::NotForUs
        ),
        "closed"
    );
    company
        .takes(SANDBOX, RegistrationMode::Open)
        .await
        .unwrap();
    let looked = look_at(&company, &stranger).await;
    let OpenlyRegistered::Screened(Screened::Approved(client)) = looked else {
        panic!("{looked:?}");
    };
    assert_eq!(client.client_id, stranger);
    assert!(
        matches!(
            look_at(&company, &stranger).await,
            OpenlyRegistered::NotForUs
        ),
        "again"
    );

    let administrator = company.place.administrator().await;
    let seen = "select (select rule from review.decision), (select answer ->> 'scope' from intake.quarantine),
                       (select answer ->> 'client_id' from intake.quarantine)";
    let row = administrator.query_one(seen, &[]).await.unwrap();
    let row: Vec<&str> = (0..3).map(|column| row.get(column)).collect();
    assert_eq!(row, ["R-20", "notes:read", stranger.as_str()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_name_goes_to_a_person() {
    let company = Company::new().await;
    company
        .takes(SANDBOX, RegistrationMode::Open)
        .await
        .unwrap();
    let pretender = company.registered(SANDBOX, "Acme", "").await;
    let looked = look_at(&company, &pretender).await;
    assert!(
        matches!(
            looked,
            OpenlyRegistered::Screened(Screened::InReview { .. })
        ),
        "{looked:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn production_is_never_open() {
    let company = Company::new().await;
    let refused = company
        .takes(Environment::Production, RegistrationMode::Open)
        .await;
    assert!(
        matches!(refused, Err(ChangeSettingsError::OpenIsForTheSandbox)),
        "{refused:?}"
    );
}
