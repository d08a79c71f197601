//! `narthex prove isolation` finds no hole in a migrated database, and finds each hole that we make: so it can fail.

use narthex::prove;
use narthex_tests::Place;
use rstest::rstest;

#[tokio::test(flavor = "multi_thread")]
async fn isolation_holds() {
    let place = Place::new().await;
    let report = prove::isolation(&place.urls(), &place.administrator_url())
        .await
        .unwrap();
    assert!(report.holds(), "{report}");
    assert!(report.tries > 1000, "{}", report.tries);
    assert!(report.controls > 300, "{}", report.controls);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_proof_leaves_nothing_behind() {
    let place = Place::new().await;
    let administrator = place.administrator().await;
    let everything = "select count(*) from tenant.tenant";
    let before: i64 = administrator
        .query_one(everything, &[])
        .await
        .unwrap()
        .get(0);
    for _ in 0..2 {
        prove::isolation(&place.urls(), &place.administrator_url())
            .await
            .unwrap();
    }
    let after: i64 = administrator
        .query_one(everything, &[])
        .await
        .unwrap()
        .get(0);
    assert_eq!((before, after), (1, 1));
    let entries = "select count(*) from ledger.entry";
    let entries: i64 = administrator.query_one(entries, &[]).await.unwrap().get(0);
    assert_eq!(entries, 0);
}

/// Each damage, and what every hole that is then reported is about.
#[rstest]
#[case::rls_off(
    "alter table intake.quarantine disable row level security",
    &["intake.quarantine", "a registration out of quarantine", "an address out of quarantine", "a registration says that is no address"]
)]
#[case::policy_for_all("create policy wide on registry.scope using (true)", &["registry.scope"])]
#[case::soft_policy(
    "alter policy isolation on review.finding using (tenant_id = nullif(current_setting('app.tenant', true), '')::uuid)",
    &["review.finding"]
)]
#[case::list_for_nobody(
    "alter policy published on review.brand_host using (tenant_id = '00000000-0000-7000-8000-000000000001')",
    &["review.brand_host"]
)]
#[case::sessions_mixed("drop policy users_only on tenant.session", &["portal session"])]
#[case::discovery_writes_clients(
    "grant usage on schema registry to narthex_discovery; grant insert on registry.client to narthex_discovery",
    &["writes a client", "narthex_discovery on schema registry", "narthex_discovery on registry.client", "adds to registry.client"]
)]
#[case::token_reads_seeds("grant select (totp_sealed) on tenant.member to narthex_token", &["totp_sealed", "TOTP seed", "narthex_token on tenant.member"])]
#[case::approval_reads_keys("grant select on issue.signing_key to narthex_approval", &["signing_key", "signing key"])]
#[case::staff_write("grant update (state) on registry.client to narthex_staff", &["registry.client", "client's state"])]
#[case::log_rewritten("grant update (reason) on ledger.entry to narthex_approval", &["ledger.entry"])]
#[case::chain_callable("grant execute on function ledger.chain() to narthex_approval", &["ledger.chain()", "end of the chain by a trigger"])]
#[case::people_not_copied("drop trigger name_the_people on review.approval", &["a case is asked"])]
#[case::approval_unchecked("alter table review.approval disable trigger is_whole", &["is_whole", "an approval"])]
#[case::own_decisions("alter table review.decision drop constraint by_the_platform_alone", &["decided by another tenant", "decided by the tenant itself"])]
#[case::denied_approved("alter table review.approval drop constraint never_against_the_policy", &["against a deny verdict"])]
#[case::arrows_gone("drop trigger arrows on registry.client", &["registry.client: follows its arrows", "registry.client: has the product's arrows"])]
#[case::arrow_added(
    "drop trigger arrows on review.offer; create trigger arrows before insert or update on review.offer for each row \
     execute function tenant.follow_arrows('>offered', '>accepted', 'offered>accepted', 'offered>declined', 'offered>lapsed')",
    &["review.offer: has the product's arrows"]
)]
#[case::credentials_uncounted("drop trigger two_live_credentials on registry.credential", &["third credential"])]
#[case::open_production("alter table tenant.environment drop constraint open_is_for_the_sandbox", &["opens registration in production"])]
#[case::private_keys("alter table registry.credential drop constraint only_public_keys", &["private key", "symmetric key"])]
#[case::foreign_parents(
    "alter table registry.integration drop constraint integration_tenant_id_sponsor_id_fkey",
    &["person of tenant B as sponsor"]
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_control_is_a_hole(#[case] damage: &str, #[case] about: &[&str]) {
    let place = Place::new().await;
    place
        .administrator()
        .await
        .batch_execute(damage)
        .await
        .unwrap();
    let report = prove::isolation(&place.urls(), &place.administrator_url()).await;
    let holes: Vec<String> = report.unwrap().holes().map(ToString::to_string).collect();
    assert!(!holes.is_empty(), "nothing was seen");
    for hole in &holes {
        assert!(about.iter().any(|about| hole.contains(about)), "{hole}");
    }
}
