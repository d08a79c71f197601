//! A tenant onboards an integration.

use narthex_approval::{onboard::OnboardError, screen::Screened};
use narthex_vocab::Environment;

use super::company::{Company, HOSTED, metadata};

#[tokio::test(flavor = "multi_thread")]
async fn each_environment_gets_a_case_that_a_person_decides() {
    use Environment::{Production, Sandbox};
    let company = Company::new().await;
    let asks = [
        (
            Sandbox,
            company.reach(Sandbox, "notes:read notes:write", &["list_notes"]),
        ),
        (Production, company.reach(Production, "notes:read", &[])),
    ];
    let partner = metadata("Partner", HOSTED, "client_secret_basic");
    let onboarded = company.onboard(partner, &asks).await.unwrap();
    let environments: Vec<_> = onboarded
        .requests
        .iter()
        .map(|sent| sent.request.environment)
        .collect();
    assert_eq!(environments, [Sandbox, Production]);
    for sent in &onboarded.requests {
        assert!(
            matches!(sent.screened, Screened::InReview { .. }),
            "{sent:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_environment_does_not_have_is_named_and_changes_nothing() {
    let company = Company::new().await;
    let production = Environment::Production;
    let reach = company.reach(
        production,
        "mail:read notes:read",
        &["send_mail", "add_note"],
    );
    let partner = metadata("Partner", HOSTED, "client_secret_basic");
    let refused = company.onboard(partner, &[(production, reach)]).await;
    let Err(OnboardError::UnknownReach {
        environment,
        unknown,
    }) = refused
    else {
        panic!("{refused:?}");
    };
    assert_eq!(environment, production);
    assert_eq!(unknown.scopes[0].as_str(), "mail:read");
    assert_eq!(unknown.tools[0].tool.as_str(), "send_mail");
    assert_eq!(unknown.stranded[0].tool.as_str(), "add_note");
    let administrator = company.place.administrator().await;
    let row = administrator
        .query_one("select count(*) from registry.integration", &[])
        .await;
    assert_eq!(row.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_integration_asks_for_something_somewhere() {
    let company = Company::new().await;
    let refused = company
        .onboard(metadata("Partner", HOSTED, "none"), &[])
        .await;
    assert!(
        matches!(refused, Err(OnboardError::NothingAsked)),
        "{refused:?}"
    );
}
