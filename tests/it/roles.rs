//! Every grant of every database role, and what every person's role may do, as lists that a person can read: a change of
//! any shows in review. The list of grants is what
//! `narthex prove isolation` holds a database to.

use narthex::prove;
use narthex_tenancy::permission::{Action, Role};
use narthex_tests::Place;

#[tokio::test(flavor = "multi_thread")]
async fn grants() {
    let place = Place::new().await;
    let lines = prove::grants(&place.administrator_url()).await.unwrap();
    insta::with_settings!({
        snapshot_path => "../../crates/narthex/src/prove",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("grants", lines.join("\n"));
    });
}

/// Who may do what, as a list that a person can read; the roles are written as the pages name them.
#[test]
fn permissions() {
    let line = |action: &Action| {
        let roles = Role::ALL.iter().filter(|role| role.may(*action));
        let roles: Vec<_> = roles.map(|role| role.label()).collect();
        format!("{}: {}", action.words(), roles.join(", "))
    };
    let of = |actions: &[Action]| actions.iter().map(line).collect::<Vec<_>>().join("\n");
    let table = format!(
        "People of a tenant may\n{}\n\nStaff may\n{}",
        of(Action::TENANT),
        of(Action::STAFF)
    );
    insta::with_settings!({
        snapshot_path => "../../crates/tenancy/src",
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, {
        insta::assert_snapshot!("permissions", table);
    });
}
