//! Each role signed in by its own URL, as the services do: who it then is, what it cannot become, and that without a
//! tenant it reads nothing.

use tokio_postgres::Client;

use super::refusal::{Control, Tried, instead};
use super::report::{Outcome, Report};
use super::role::Role;
use super::stage::tried;

const PART: &str = "The roles, signed in by their own URLs";

const READABLE: &str = "
    select c.oid::regclass::text from pg_class as c join pg_namespace as n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and n.nspname in ('tenant', 'registry', 'intake', 'review', 'issue', 'ledger')
        and has_any_column_privilege(c.oid, 'SELECT') and not exists (select from pg_policy
            where polrelid = c.oid and polname = 'staff_reads' and polroles = (select array_agg(oid) from pg_roles where rolname = current_user))
    order by 1";

/// Looks and tries.
#[allow(
    clippy::too_many_lines,
    reason = "a list of questions, one after the other"
)]
pub(super) async fn run(client: &Client, role: Role, report: &mut Report) -> anyhow::Result<()> {
    let who: (String, String) = {
        let row = client
            .query_one("select session_user::text, current_user::text", &[])
            .await?;
        (row.get(0), row.get(1))
    };
    let named = role.in_database().to_owned();
    let outcome = if who == (named.clone(), named) {
        Outcome::Holds(who.0)
    } else {
        Outcome::Hole(format!("it is {}", who.0))
    };
    report.push(PART, "is the role that it says", role.name(), outcome);

    let mut hole = None;
    for row in client.query(READABLE, &[]).await? {
        let table: String = row.get(0);
        // An index is asked for the tenant even where there is no row.
        let sql = format!("set local enable_seqscan = off; select from {table}");
        let tried = undone(client, &sql).await?;
        report.tries += 1;
        if !Control::NeverSet.refused(&tried) {
            hole = Some(Outcome::Hole(format!("{table}: {}", instead(&tried))));
        }
    }
    let by = Outcome::Refused(Control::NeverSet.to_string());
    report.push(
        PART,
        "reads a table without a tenant",
        role.name(),
        hole.unwrap_or(by),
    );

    let others = Role::ALL
        .iter()
        .filter(|other| **other != role)
        .map(|other| other.in_database());
    let mut hole = None;
    for other in others.chain(["narthex_owner", "narthex_ledger", "narthex_directory"]) {
        let tried = undone(client, &format!("set role {other}")).await?;
        report.tries += 1;
        if !matches!(&tried, Err(refusal) if refusal.code.code() == "42501") {
            hole = Some(Outcome::Hole(format!("{other}: {}", instead(&tried))));
        }
    }
    let by = Outcome::Refused("membership".to_owned());
    report.push(
        PART,
        "becomes another role",
        role.name(),
        hole.unwrap_or(by),
    );

    let mut hole = None;
    for sql in [
        "set session_replication_role = replica",
        "alter table registry.client disable row level security",
        "alter table review.approval disable trigger all",
        "create schema aside",
        "create table public.aside ()",
        "create function public.aside() returns int language sql as 'select 1'",
    ] {
        let tried = undone(client, sql).await?;
        report.tries += 1;
        if !matches!(&tried, Err(refusal) if refusal.code.code() == "42501") {
            hole = Some(Outcome::Hole(format!("{sql}: {}", instead(&tried))));
        }
    }
    let by = Outcome::Refused("ownership".to_owned());
    report.push(
        PART,
        "switches a control off, or makes an object",
        role.name(),
        hole.unwrap_or(by),
    );
    Ok(())
}

/// Tries in a transaction of its own, so that nothing stays if it was possible.
async fn undone(client: &Client, sql: &str) -> anyhow::Result<Tried> {
    client.batch_execute("begin").await?;
    let tried = tried(client, sql).await?;
    client.batch_execute("rollback").await?;
    Ok(tried)
}
