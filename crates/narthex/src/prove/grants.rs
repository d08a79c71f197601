//! Every grant against the list of those that are meant. The list is a snapshot: the test `roles` says when it
//! changes, and its review is the review of who may do what.

use std::collections::BTreeSet;

use tokio_postgres::Client;

use super::report::{Outcome, Report};

/// What is meant, below the snapshot's own head.
const MEANT: &str = include_str!("grants.snap");

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

/// Reads all of them.
pub(super) async fn all(client: &Client) -> Result<Vec<String>, tokio_postgres::Error> {
    let rows = client.query(GRANTS, &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Compares.
pub(super) async fn check(
    client: &Client,
    report: &mut Report,
) -> Result<(), tokio_postgres::Error> {
    const WHAT: &str = "each role may do what is listed, and nothing else";
    let found = all(client).await?;
    let found: BTreeSet<&str> = found.iter().map(String::as_str).collect();
    let list = MEANT.splitn(3, "---\n").nth(2).unwrap_or_default();
    let meant: BTreeSet<&str> = list.lines().collect();
    let mut holds = true;
    let strange = found.difference(&meant).map(|line| (line, "is not meant"));
    let missing = meant.difference(&found).map(|line| (line, "is missing"));
    for (line, why) in strange.chain(missing) {
        holds = false;
        report.push(
            super::catalogue::PART,
            WHAT,
            "",
            Outcome::Hole(format!("{line} {why}")),
        );
    }
    if holds {
        let looked = format!("{} looked at", found.len());
        report.push(super::catalogue::PART, WHAT, "", Outcome::Holds(looked));
    }
    Ok(())
}
