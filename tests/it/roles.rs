//! Every grant of every role, as a list that a person can read: a change of any shows in review.

use narthex_tests::Place;

/// A table's right where it is for the whole table, otherwise the columns it is for.
const GRANTS: &str = "
    with roles as (
        select oid, rolname from pg_roles where rolname ~ '^narthex_' and rolname <> 'narthex_owner'
    ),
    granted as (
        select r.rolname, c.oid::regclass::text as thing, lower(a.privilege_type) as might, '' as columns
        from pg_class as c cross join lateral aclexplode(c.relacl) as a join roles as r on r.oid = a.grantee
        union all
        select r.rolname, c.oid::regclass::text, lower(a.privilege_type),
            ' (' || string_agg(t.attname, ', ' order by t.attnum) || ')'
        from pg_class as c join pg_attribute as t on t.attrelid = c.oid
        cross join lateral aclexplode(t.attacl) as a join roles as r on r.oid = a.grantee
        group by 1, 2, 3
        union all
        select r.rolname, 'schema ' || n.nspname, lower(a.privilege_type), ''
        from pg_namespace as n cross join lateral aclexplode(n.nspacl) as a join roles as r on r.oid = a.grantee
        union all
        select r.rolname, 'function ' || p.oid::regprocedure, lower(a.privilege_type), ''
        from pg_proc as p cross join lateral aclexplode(p.proacl) as a join roles as r on r.oid = a.grantee
            and a.grantee <> p.proowner
    )
    select rolname || ' on ' || thing || ': ' || string_agg(might || columns, ', ' order by might)
    from granted group by rolname, thing order by rolname, thing";

#[tokio::test(flavor = "multi_thread")]
async fn grants() {
    let place = Place::new().await;
    let rows = place
        .administrator()
        .await
        .query(GRANTS, &[])
        .await
        .unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}
