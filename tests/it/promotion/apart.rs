//! Nothing of the sandbox works in production: identifier, secret, token, key, resource. Each is tried.

use narthex_approval::onboard::OnboardError;
use narthex_approval::screen::Screened;
use narthex_tests::Browser;
use narthex_vocab::{ClientMetadata, Environment};
use serde_json::json;

use super::{PRODUCTION, SANDBOX, activated, in_sandbox, key_set, keys, of, promoted, signing};
use crate::cases::company::Company;
use crate::scene::{self, Machine, Scene};

#[tokio::test(flavor = "multi_thread")]
async fn s15_credentials_and_tokens_of_the_sandbox_are_worth_nothing_in_production() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let machine = scene.machine(SANDBOX, "notes:read").await;
    let token = scene.client_token(SANDBOX, &machine).await;
    let sandbox = narthex_vocab::ClientId::parse(&machine.id).unwrap();
    let mut command = of(company, &sandbox);
    command.redirect_uris.clear();
    let sent = promoted(company, command).await.unwrap();
    let live = activated(company, sent.request).await;

    let form = [("grant_type", "client_credentials")];
    let door = async |environment: Environment, id: &str, secret: &str| {
        let url = scene.token(environment);
        Browser::new().basic(&url, (id, secret), &form).await.status
    };
    let new = live.client_id.as_str();
    assert_eq!(
        door(SANDBOX, &machine.id, &machine.secret).await,
        200,
        "the sandbox goes on"
    );
    assert_eq!(door(PRODUCTION, &machine.id, &machine.secret).await, 401);
    assert_eq!(door(PRODUCTION, new, &machine.secret).await, 401);
    assert_eq!(door(SANDBOX, new, &machine.secret).await, 401);

    let notes = scene.notes(PRODUCTION).await;
    let heard = scene.introspect(PRODUCTION, &notes, &token).await;
    assert_eq!(heard["active"], false);
    let own = scene::notes(company, SANDBOX).await;
    assert_eq!(
        scene.introspect(SANDBOX, &own, &token).await["active"],
        true
    );
    let asked = Browser::new()
        .basic(
            &scene.issuer_at(narthex_tests::Plane::Token, PRODUCTION, "introspect"),
            own.basic(),
            &[("token", &token)],
        )
        .await;
    assert_eq!(
        asked.status, 401,
        "the sandbox's resource is nobody in production"
    );
    let told = scene
        .may_call(PRODUCTION, &notes, (&machine.id, &token))
        .await;
    assert_eq!(told["decision"], false);

    let other = Machine {
        id: new.to_owned(),
        secret: machine.secret.replace("nss_", "nps_"),
    };
    assert_eq!(
        door(PRODUCTION, &other.id, &other.secret).await,
        401,
        "renamed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s15_a_key_of_the_sandbox_is_refused_on_every_way() {
    let company = Company::new().await;
    let sandbox = signing(&company, &keys(1)).await;
    let with = |number| {
        let mut command = of(&company, &sandbox);
        command.redirect_uris.clear();
        command.keys = Some(key_set(&keys(number)));
        command
    };
    let mut without = with(1);
    without.keys = None;
    let none = promoted(&company, without).await;
    assert!(none.is_err(), "a client that signs has a key: {none:?}");

    let same = promoted(&company, with(1)).await.unwrap();
    let Screened::RejectedByPolicy { rules, .. } = &same.screened else {
        panic!("{same:?}");
    };
    assert!(
        rules.iter().any(|rule| rule.as_str() == "R-60"),
        "{rules:?}"
    );

    // By hand, from the portal's other form.
    let sent = json!({
        "client_name": "Signer",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": keys(1),
    });
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let asks = [(PRODUCTION, company.reach(PRODUCTION, "notes:read", &[]))];
    let onboarded: Result<_, OnboardError> = company.onboard(metadata, &asks).await;
    let screened = &onboarded.unwrap().requests[0].screened;
    assert!(
        matches!(screened, Screened::RejectedByPolicy { .. }),
        "{screened:?}"
    );

    let own = promoted(&company, with(2)).await.unwrap();
    let live = activated(&company, own.request).await;
    // And the other way round: the sandbox does not take a key of production.
    let sent = json!({
        "client_name": "Back",
        "grant_types": ["client_credentials"],
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": keys(2),
    });
    let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
    let asks = [(SANDBOX, company.reach(SANDBOX, "notes:read", &[]))];
    let back = company.onboard(metadata, &asks).await.unwrap();
    assert!(
        matches!(back.requests[0].screened, Screened::RejectedByPolicy { .. }),
        "{back:?}"
    );
    assert!(live.client_id.as_str().starts_with("np_"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_that_production_lacks_is_not_carried() {
    let company = Company::new().await;
    let client = in_sandbox(
        &company,
        crate::cases::company::metadata("Other", super::LOOPBACK, "none"),
    )
    .await;
    let administrator = company.place.administrator().await;
    let gone = "delete from registry.tool where environment = 'production' and tool = 'list_notes';
        delete from registry.scope where environment = 'production' and scope = 'notes:read'";
    administrator.batch_execute(gone).await.unwrap();
    let prepared: Result<_, narthex_approval::promote::PromoteError> = company
        .owned(
            narthex_tenancy::permission::Action::EditIntegration,
            async |tx, _| narthex_approval::promote::prepare(tx, &client.client_id).await,
        )
        .await;
    let prepared = prepared.unwrap();
    assert_eq!(prepared.scopes, ["notes:read"]);
    assert!(prepared.ask.scopes.is_empty() && prepared.ask.tools.is_empty());
    let refused = promoted(&company, of(&company, &client.client_id)).await;
    assert!(
        matches!(
            refused,
            Err(narthex_approval::promote::PromoteError::UnknownReach(_))
        ),
        "{refused:?}"
    );
}
