//! Up, down to nothing, up again: the second time there is what was there the first time.

use narthex_tenancy::migrate;
use narthex_tests::Place;
use tokio_postgres::Client;

/// Everything that the migrations make, one line an object.
const EVERYTHING: &str = "
    select 'relation ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || coalesce(c.relacl::text, '') || ' '
        || c.relrowsecurity || c.relforcerowsecurity
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname !~ '^(pg_|information_schema)' and c.relname !~ '^__diesel'
    union all
    select 'column ' || a.attrelid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' '
        || a.attnotnull || ' ' || coalesce(a.attacl::text, '') || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
    from pg_attribute as a join pg_class as c on c.oid = a.attrelid join pg_namespace as n on n.oid = c.relnamespace
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where n.nspname !~ '^(pg_|information_schema)' and c.relname !~ '^__diesel' and a.attnum > 0
    union all
    select 'constraint ' || conrelid::regclass || '.' || conname || ' ' || pg_get_constraintdef(k.oid)
    from pg_constraint as k join pg_namespace as n on n.oid = k.connamespace
    where n.nspname !~ '^(pg_|information_schema)' and conrelid::regclass::text !~ '__diesel'
    union all
    select 'policy ' || tablename || '.' || policyname || ' ' || roles::text || cmd || qual from pg_policies
    union all
    select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all
    select 'function ' || p.oid::regprocedure || ' ' || proowner::regrole || ' ' || coalesce(proacl::text, '') || ' ' || prosrc
    from pg_proc as p join pg_namespace as n on n.oid = p.pronamespace where n.nspname !~ '^(pg_|information_schema)'
    union all
    select 'schema ' || nspname || ' ' || coalesce(nspacl::text, '') from pg_namespace
    where nspname !~ '^(pg_|information_schema)' and nspname <> 'public'
    union all
    select 'default ' || defaclrole::regrole || ' ' || defaclacl::text from pg_default_acl
    order by 1";

async fn everything(client: &Client) -> Vec<String> {
    let rows = client.query(EVERYTHING, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn up_and_down_meet() {
    let place = Place::empty().await;
    let client = place.administrator().await;
    assert_eq!(everything(&client).await, Vec::<String>::new());

    let up = migrate::run_pending(&place.owner_url()).await.unwrap();
    let first = everything(&client).await;
    assert!(first.len() > 500, "{}", first.len());

    let down = migrate::revert_all(&place.owner_url()).await.unwrap();
    assert_eq!(down, up.len());
    assert_eq!(everything(&client).await, Vec::<String>::new());

    let again = migrate::run_pending(&place.owner_url()).await.unwrap();
    assert_eq!(again, up);
    assert_eq!(everything(&client).await, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn running_twice_changes_nothing() {
    let place = Place::new().await;
    assert_eq!(
        migrate::run_pending(&place.owner_url()).await.unwrap(),
        Vec::<String>::new()
    );
    migrate::ensure_roles(&place.administrator_url())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_somebody_made_is_filled_and_stays_theirs() {
    let place = Place::empty().await;
    let name = format!("{}_of_somebody", place.database);
    let administrator = place.administrator().await;
    let make = format!("create database {name}");
    administrator.batch_execute(&make).await.unwrap();
    let urls = place.server().prepare(&name).await.unwrap();
    place.server().prepare(&name).await.unwrap();
    let filled = narthex_tests::connect(&urls.approval).await.unwrap();
    let tenants = filled
        .query("select from registry.client", &[])
        .await
        .unwrap_err();
    assert!(tenants.as_db_error().is_some(), "{tenants}");
    let owner =
        "select pg_get_userbyid(datdba) <> 'narthex_owner' from pg_database where datname = $1";
    let row = administrator.query_one(owner, &[&name]).await.unwrap();
    assert!(row.get::<_, bool>(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_migration_runs_as_the_owner_alone() {
    let place = Place::new().await;
    for role in migrate::SERVICE_ROLES {
        let client = place.raw(role).await;
        for statement in [
            "create schema stray",
            "create table public.stray ()",
            "alter table registry.client add column stray int",
            "alter table registry.client disable row level security",
            "drop table registry.client",
            "set role narthex_owner",
            "set session_replication_role = replica",
        ] {
            let error = client.batch_execute(statement).await.unwrap_err();
            assert_eq!(
                error.code().unwrap().code(),
                "42501",
                "{role}: {statement}: {error}"
            );
        }
    }
}
