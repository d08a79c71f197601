//! Every grant of every role, as a list that a person can read: a change of any shows in review. The same list is what
//! `narthex prove isolation` holds a database to.

use narthex::prove;
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
