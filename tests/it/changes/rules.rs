//! What an owner chooses: never less than the platform's least, by whatever way; less than before in production with a
//! reason alone.

use narthex_approval::change_rules::ChangeChangeRulesError;
use narthex_tenancy::{StoreError, ambient, change_rules, permission::Role};
use narthex_tests::Plane;
use narthex_vocab::{Change, ChangeRules, Environment, Meanwhile};
use serde_json::Value;

use super::chosen_for;
use crate::cases::company::{Company, person};
use crate::scene::Scene;

const PRODUCTION: Environment = Environment::Production;
const SANDBOX: Environment = Environment::Sandbox;

async fn in_force(company: &Company, environment: Environment) -> ChangeRules {
    let database = company.place.approval();
    let read: Result<_, StoreError> = database
        .tenant(company.tenant, async |tx| {
            change_rules::load(tx, environment).await
        })
        .await;
    read.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_the_database_has_the_same_least() {
    let company = Company::new().await;
    let database = company.place.approval();
    for environment in [PRODUCTION, SANDBOX] {
        for change in Change::ALL.iter().copied() {
            for meanwhile in Meanwhile::ALL.iter().copied() {
                let saved: Result<(), StoreError> = database
                    .tenant(company.tenant, async |tx| {
                        let chosen = (change, meanwhile);
                        change_rules::save(tx, environment, chosen, ambient::now()).await
                    })
                    .await;
                let offered = change.choices(environment).any(|one| one == meanwhile);
                assert_eq!(saved.is_ok(), offered, "{environment} {change} {meanwhile}");
                if let Err(error) = saved {
                    assert_eq!(error.constraint(), Some("no_less_than_the_platform"));
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_less_than_the_least_is_refused_and_less_than_before_needs_a_reason() {
    let company = Company::new().await;
    let asked = (Change::Redirects, Meanwhile::AskedAgain);
    for (change, meanwhile) in [
        (Change::Keys, Meanwhile::GoesOn),
        (Change::Proof, Meanwhile::GoesOn),
        (Change::Owner, Meanwhile::AskedAgain),
        (Change::Owner, Meanwhile::GoesOn),
    ] {
        let both = [asked, (change, meanwhile)];
        let refused = chosen_for(&company, PRODUCTION, (&both, Some("No matter."))).await;
        let Err(ChangeChangeRulesError::TooLoose(error)) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(error.change, change);
        assert_eq!(
            in_force(&company, PRODUCTION).await,
            ChangeRules::standard(PRODUCTION)
        );
    }
    let refused = chosen_for(&company, PRODUCTION, (&[asked], None)).await;
    let Err(ChangeChangeRulesError::OpensProduction(opened)) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(opened, [asked]);
    assert_eq!(
        in_force(&company, PRODUCTION).await.of(Change::Redirects),
        Meanwhile::Pauses
    );

    chosen_for(
        &company,
        PRODUCTION,
        (&[asked], Some("Partners change often.")),
    )
    .await
    .unwrap();
    let after = in_force(&company, PRODUCTION).await;
    assert_eq!(after.of(Change::Redirects), Meanwhile::AskedAgain);
    assert_eq!(
        after.of(Change::Keys),
        Meanwhile::Pauses,
        "what is not named stays"
    );
    // Stricter is never asked twice, and neither is the sandbox.
    chosen_for(
        &company,
        PRODUCTION,
        (&[(Change::Redirects, Meanwhile::Pauses)], None),
    )
    .await
    .unwrap();
    chosen_for(
        &company,
        SANDBOX,
        (&[(Change::Owner, Meanwhile::GoesOn)], None),
    )
    .await
    .unwrap();
    let sandbox = in_force(&company, SANDBOX).await;
    assert_eq!(sandbox.of(Change::Owner), Meanwhile::GoesOn);
    assert_eq!(
        in_force(&company, PRODUCTION).await,
        ChangeRules::standard(PRODUCTION)
            .with(Change::Redirects, Meanwhile::Pauses)
            .unwrap()
    );

    let administrator = company.place.administrator().await;
    let entries = "select reason, detail::text from ledger.entry
        where action = 'environment.change_change_rules' order by seq";
    let entries = administrator.query(entries, &[]).await.unwrap();
    assert_eq!(entries.len(), 3);
    assert_eq!(entries[0].get::<_, &str>(0), "Partners change often.");
    let detail: Value = serde_json::from_str(entries[0].get(1)).unwrap();
    assert_eq!(detail["before"]["redirects"], "pauses");
    assert_eq!(detail["after"]["redirects"], "asked_again");
}

/// The whole form, with these answers.
fn form<'a>(
    csrf: &'a str,
    changed: &[(&'static str, &'static str)],
) -> Vec<(&'static str, &'a str)> {
    let mut fields = vec![("csrf", csrf)];
    for change in Change::ALL
        .iter()
        .filter(|change| **change != Change::Owner)
    {
        let changed = changed.iter().find(|(name, _)| *name == change.as_str());
        let value = changed.map_or(change.standard().as_str(), |(_, value)| value);
        fields.push((change.as_str(), value));
    }
    fields
}

#[tokio::test(flavor = "multi_thread")]
async fn b4_the_form_takes_what_is_offered_and_asks_before_production_is_loosened() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let url = scene
        .system
        .at(Plane::Portal, "/t/acme/production/settings/changes");
    let mut owner = scene.in_portal(&company.owner).await;
    let page = owner.get(&url).await;
    assert_eq!(page.status, 200, "{}", page.body);
    for words in [
        "Other keys",
        "People are asked again",
        "What nobody can choose",
        "first sign",
    ] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let csrf = page.field("csrf");
    for (name, value) in [
        ("keys", "goes_on"),
        ("proof", "goes_on"),
        ("redirects", ""),
        ("terms", "PAUSES"),
        ("scopes", "' or true"),
    ] {
        let refused = owner.post(&url, &form(&csrf, &[(name, value)])).await;
        assert_eq!(refused.status, 422, "{name}={value}");
        assert!(
            refused.body.contains("Choose what happens"),
            "{}",
            refused.body
        );
    }
    // A field of what nobody can choose is no field of this form.
    let mut forged = form(&csrf, &[]);
    forged.push(("owner", "goes_on"));
    owner.post(&url, &forged).await;
    assert_eq!(
        in_force(company, PRODUCTION).await,
        ChangeRules::standard(PRODUCTION)
    );

    let loose = form(&csrf, &[("redirects", "asked_again")]);
    let asked = owner.post(&url, &loose).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    assert!(
        asked
            .body
            .contains("Other redirect addresses: people are asked again"),
        "{}",
        asked.body
    );
    assert_eq!(
        in_force(company, PRODUCTION).await.of(Change::Redirects),
        Meanwhile::Pauses
    );
    let mut because = loose.clone();
    because.push(("because", "Partners change often."));
    let saved = owner.post(&url, &because).await;
    assert!(saved.location().ends_with("?done=saved"), "{}", saved.body);
    assert_eq!(
        in_force(company, PRODUCTION).await.of(Change::Redirects),
        Meanwhile::AskedAgain
    );

    let database = company.place.approval();
    let mia = person(&database, company.tenant, "Mia", Some(Role::Manager)).await;
    let mut manager = scene.in_portal(&mia).await;
    let page = manager.get(&url).await;
    assert!(page.body.contains("In force") && !page.body.contains("Save choices"));
    let refused = manager.post(&url, &form(&page.field("csrf"), &[])).await;
    assert_eq!(refused.status, 403);
}
