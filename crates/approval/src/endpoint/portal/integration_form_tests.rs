//! The answers about a new integration, one wrong thing at a time.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use narthex_vocab::{AuthMethod, GrantType};
use rstest::rstest;

use super::super::wish_list::tests::notes;
use super::*;

/// A partner's product that reads notes in both environments.
fn good() -> Answers {
    let mut answers = Answers {
        name: "Northwind CRM sync".to_owned(),
        purpose: "Shows notes beside the customer.".to_owned(),
        redirect_uris: "https://app.northwind.example/cb\r\n\r\n".to_owned(),
        ..Answers::empty()
    };
    tick(&mut answers, Environment::Sandbox, "notes:read");
    tick(&mut answers, Environment::Production, "notes:read");
    answers
}

fn tick(answers: &mut Answers, environment: Environment, scope: &str) {
    let ticked = answers.scopes.entry(environment).or_default();
    ticked.insert(scope.to_owned());
}

fn problems_of(change: impl FnOnce(&mut Answers)) -> Vec<(String, String)> {
    let mut answers = good();
    change(&mut answers);
    match answers.parse(&notes()) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.summary().items,
    }
}

#[test]
fn good_answers_are_one_ask_for_each_environment() {
    let mut answers = good();
    answers.tools.insert(
        Environment::Production,
        BTreeSet::from(["notes:read list_notes".to_owned()]),
    );
    let described = answers.parse(&notes()).unwrap();
    assert_eq!(
        described.client.auth_method(),
        AuthMethod::ClientSecretBasic
    );
    assert!(described.client.allows(GrantType::AuthorizationCode));
    assert_eq!(described.asks.len(), 2);
    assert_eq!(described.asks[&Environment::Production].tools.len(), 1);
    assert!(described.asks[&Environment::Sandbox].tools.is_empty());
}

#[rstest]
#[case::public(
    "public",
    "http://127.0.0.1/cb",
    AuthMethod::None,
    GrantType::AuthorizationCode
)]
#[case::service(
    "service",
    "",
    AuthMethod::ClientSecretBasic,
    GrantType::ClientCredentials
)]
#[case::device("device", "", AuthMethod::None, GrantType::DeviceCode)]
#[case::helper("helper", "", AuthMethod::ClientSecretBasic, GrantType::TokenExchange)]
#[case::provider("provider", "", AuthMethod::ClientSecretBasic, GrantType::JwtBearer)]
fn each_way_to_sign_in(
    #[case] sign_in: &str,
    #[case] redirects: &str,
    #[case] method: AuthMethod,
    #[case] grant: GrantType,
) {
    let mut answers = good();
    answers.sign_in = sign_in.to_owned();
    answers.redirect_uris = redirects.to_owned();
    let client = answers.parse(&notes()).unwrap().client;
    assert_eq!(client.auth_method(), method);
    assert!(client.allows(grant));
}

#[rstest]
#[case::no_name("name", "", "name")]
#[case::no_purpose("purpose", "  ", "purpose")]
#[case::other_operator("operator", "nobody", "operator")]
#[case::other_sign_in("sign_in", "magic", "sign_in")]
#[case::no_redirect("redirect_uris", "", "redirect_uris")]
fn each_problem_has_its_field(#[case] field: &str, #[case] text: &str, #[case] id: &str) {
    let problems = problems_of(|answers| {
        let place = match field {
            "name" => &mut answers.name,
            "purpose" => &mut answers.purpose,
            "operator" => &mut answers.operator,
            "sign_in" => &mut answers.sign_in,
            _ => &mut answers.redirect_uris,
        };
        text.clone_into(place);
    });
    let ids: Vec<_> = problems.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, [id]);
}

#[test]
fn a_wrong_address_is_named_by_its_line() {
    let problems = problems_of(|answers| {
        answers.redirect_uris =
            "https://a.example/cb\nhttps://b.example/#x\nhttp://c.example/".to_owned();
    });
    let (id, words) = &problems[0];
    assert_eq!(id, "redirect_uris");
    assert!(
        words.contains("Line 2: it has a fragment") && words.contains("Line 3: http is only"),
        "{words}"
    );
}

#[test]
fn deleting_needs_a_reason_and_reading_does_not() {
    let problems = problems_of(|answers| tick(answers, Environment::Production, "notes:delete"));
    assert_eq!(
        problems,
        [(
            "why-2".to_owned(),
            "Enter why it needs notes:delete".to_owned()
        )]
    );
    let problems = problems_of(|answers| {
        tick(answers, Environment::Production, "notes:delete");
        let reason = "People clear what they imported.".to_owned();
        answers.reasons.insert("notes:delete".to_owned(), reason);
    });
    assert_eq!(problems, []);
}

#[test]
fn a_tool_needs_its_scope_in_the_same_environment() {
    let problems = problems_of(|answers| {
        let tools = BTreeSet::from(["notes:delete delete_note".to_owned()]);
        answers.tools.insert(Environment::Production, tools);
    });
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].0, "tools");
}

#[test]
fn what_an_environment_lacks_cannot_be_asked_for() {
    let problems = problems_of(|answers| {
        answers.scopes = BTreeMap::from([(
            Environment::Sandbox,
            BTreeSet::from(["notes:delete".to_owned(), "admin".to_owned()]),
        )]);
    });
    assert_eq!(problems.len(), 1);
    assert_eq!(problems[0].0, "scopes");
}
