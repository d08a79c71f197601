//! The catalogue of a migrated database has no hole, and the check sees each kind of hole that we make.

use narthex::prove;
use narthex_tests::Place;
use rstest::rstest;

#[tokio::test(flavor = "multi_thread")]
async fn the_catalogue_holds() {
    let place = Place::new().await;
    let report = prove::catalogue(&place.administrator_url()).await.unwrap();
    assert!(report.holds(), "{report}");
    assert!(report.lines.len() > 20, "{report}");
}

#[rstest]
#[case::rls_off(
    "alter table registry.client disable row level security",
    "registry.client: row-level security is not enabled"
)]
#[case::rls_not_forced(
    "alter table registry.client no force row level security",
    "registry.client: row-level security is not forced"
)]
#[case::no_policy(
    "drop policy isolation on review.offer",
    "review.offer: there is no policy isolation"
)]
#[case::soft_policy(
    "alter policy isolation on review.offer using (tenant_id = current_setting('app.tenant', true)::uuid)",
    "review.offer: the policy says (tenant_id = (current_setting('app.tenant'::text, true))::uuid)"
)]
#[case::another_policy(
    "create policy all_of_it on review.offer using (true)",
    "review.offer.all_of_it: it is not one of those that are meant"
)]
#[case::staff_see_sessions(
    "create policy staff_reads on tenant.session for select to narthex_staff using (true)",
    "tenant.session.staff_reads: it is not one of those that are meant"
)]
#[case::key_without_tenant(
    "create unique index probing on registry.domain (host)",
    "registry.probing: it begins with host"
)]
#[case::foreign_key_without_environment(
    "select set_config('app.tenant', '00000000-0000-7000-8000-000000000001', false);
     create unique index on registry.client (tenant_id, client_id);
     alter table issue.consent add constraint crossing
        foreign key (tenant_id, client_id) references registry.client (tenant_id, client_id)",
    "issue.consent.crossing: it leaves out environment"
)]
#[case::trigger_disabled(
    "alter table review.approval disable trigger name_the_people",
    "review.approval.name_the_people: it is disabled"
)]
#[case::definers_view(
    "alter view registry.active_client reset (security_invoker)",
    "registry.active_client: it is not security_invoker"
)]
#[case::table_elsewhere(
    "create table public.stray (tenant_id uuid primary key)",
    "stray: it is outside"
)]
#[case::granted_to_everybody(
    "grant select on registry.scope to public",
    "registry.scope: everybody may SELECT"
)]
#[case::function_for_everybody(
    "grant execute on function ledger.chain() to public",
    "function ledger.chain(): everybody may EXECUTE"
)]
#[case::truncate(
    "grant truncate on issue.issuance to narthex_token",
    "issue.issuance to narthex_token: it may truncate"
)]
#[case::secret_read(
    "grant select (totp_sealed) on tenant.member to narthex_token",
    "tenant.member.totp_sealed: it is read by narthex_approval, narthex_token, and not by narthex_approval"
)]
#[case::new_secret(
    "alter table tenant.member add column api_secret text",
    "tenant.member.api_secret: nobody said whether it is a secret"
)]
#[case::loose_definer(
    "alter function tenant.resolve(text) reset search_path",
    "tenant.resolve(text): its search path is not fixed"
)]
#[case::new_definer(
    "create function review.peek() returns int language sql security definer as 'select 1'",
    "review.peek(): it is security definer"
)]
#[tokio::test(flavor = "multi_thread")]
async fn a_hole_is_seen(#[case] damage: &str, #[case] seen: &str) {
    let place = Place::new().await;
    place
        .raw("narthex_owner")
        .await
        .batch_execute(damage)
        .await
        .unwrap();
    let report = prove::catalogue(&place.administrator_url()).await.unwrap();
    let holes: Vec<String> = report.holes().map(ToString::to_string).collect();
    assert!(holes.iter().any(|hole| hole.ends_with(seen)), "{holes:#?}");
    assert!(holes.len() <= 3, "{holes:#?}");
}
