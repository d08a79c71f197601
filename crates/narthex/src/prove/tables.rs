//! Every table of the six schemas, tried by every role: tenant A at tenant B's rows, nobody's session, staff writing,
//! and the logs. A table in which the scene has no row proves nothing, and that is a hole too.

use std::collections::BTreeSet;

use super::refusal::{Control, Refusal, Tried, instead};
use super::report::{Outcome, Report};
use super::role::Role;
use super::stage::Stage;
use tokio_postgres::error::SqlState;

const TENANTS: &str = "Tenant A at tenant B's rows, and nobody at all";
const LOGS: &str = "The logs";

/// What one role may do to one table.
struct Table {
    name: String,
    /// The table that it is a partition of, or nothing.
    part_of: String,
    role: Role,
    /// A column it may read, preferably the tenant's.
    reads: bool,
    /// A column it may change.
    changes: Option<String>,
    deletes: bool,
    /// The columns that it may give to a new row.
    inserts: Option<String>,
    /// Staff read it across tenants.
    admits: bool,
    /// One row of tenant B, as JSON.
    row: Option<String>,
}

impl Table {
    /// Its name, or one name for all partitions of a table.
    fn called(&self) -> String {
        if self.part_of.is_empty() {
            self.name.clone()
        } else {
            format!("{}'s partitions", self.part_of)
        }
    }
}

const TABLES: &str = "
    select c.oid::regclass::text, coalesce((select inhparent::regclass::text from pg_inherits where inhrelid = c.oid), ''),
        has_any_column_privilege(r.oid, c.oid, 'SELECT'),
        (select quote_ident(attname) from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped
            and has_column_privilege(r.oid, c.oid, attnum, 'UPDATE') order by attnum limit 1),
        has_table_privilege(r.oid, c.oid, 'DELETE'),
        (select string_agg(quote_ident(attname), ', ' order by attnum) from pg_attribute where attrelid = c.oid
            and attnum > 0 and not attisdropped and has_column_privilege(r.oid, c.oid, attnum, 'INSERT')),
        exists (select from pg_policy where polrelid = c.oid and polname = 'staff_reads' and r.oid = any (polroles))
    from pg_class as c join pg_namespace as n on n.oid = c.relnamespace cross join pg_roles as r
    where c.relkind in ('r', 'p') and r.rolname = $1
        and n.nspname in ('tenant', 'registry', 'intake', 'review', 'issue', 'ledger')
    order by c.oid::regclass::text";

async fn tables(stage: &Stage<'_>, role: Role) -> anyhow::Result<Vec<Table>> {
    let mut tables = Vec::new();
    for row in stage.client.query(TABLES, &[&role.in_database()]).await? {
        let name: String = row.get(0);
        tables.push(Table {
            row: stage.row_of_b(&name, role).await?,
            name,
            role,
            part_of: row.get(1),
            reads: row.get(2),
            changes: row.get(3),
            deletes: row.get(4),
            inserts: row.get(5),
            admits: row.get(6),
        });
    }
    Ok(tables)
}

/// Tries every table as every role.
pub(super) async fn run(stage: &Stage<'_>, report: &mut Report) -> anyhow::Result<()> {
    let mut all = Vec::new();
    for role in Role::ALL {
        all.extend(tables(stage, role).await?);
    }
    let names: BTreeSet<String> = all.iter().map(Table::called).collect();
    for name in names {
        let mut seen = Seen::default();
        for table in all.iter().filter(|table| table.called() == name) {
            foreign(stage, report, table, &mut seen).await?;
            nobody(stage, report, table, &mut seen).await?;
        }
        seen.into_lines(
            report,
            TENANTS,
            &format!("reads, changes, forgets or adds to {name}"),
        );
    }
    let mut seen = Seen::default();
    for table in all
        .iter()
        .filter(|table| table.role == Role::Staff && table.part_of.is_empty())
        .filter(|table| table.name != "ledger.entry")
    {
        own(stage, report, table, &mut seen).await?;
    }
    seen.into_lines(
        report,
        TENANTS,
        "writes to any table but the ledger, even as its own tenant",
    );
    logs(stage, report).await
}

/// What refused, over several tries.
#[derive(Default)]
struct Seen {
    by: BTreeSet<String>,
    holes: Vec<(Role, String)>,
}

impl Seen {
    fn note(&mut self, what: &str, table: &Table, outcome: Outcome) {
        match outcome {
            Outcome::Refused(by) | Outcome::Holds(by) => {
                self.by.insert(by);
            }
            Outcome::Hole(why) => {
                self.holes
                    .push((table.role, format!("{what} {}: {why}", table.name)));
            }
        }
    }

    fn into_lines(self, report: &mut Report, part: &'static str, what: &str) {
        if self.holes.is_empty() {
            let by = self.by.into_iter().collect::<Vec<_>>().join(", ");
            report.push(part, what, "every", Outcome::Refused(by));
        }
        for (role, why) in self.holes {
            report.push(part, what, role.name(), Outcome::Hole(why));
        }
    }
}

/// Tenant A at tenant B's rows.
async fn foreign(
    stage: &Stage<'_>,
    report: &mut Report,
    table: &Table,
    seen: &mut Seen,
) -> anyhow::Result<()> {
    let (name, role) = (&table.name, table.role);
    // Nobody may do anything to a partition, whether there is a row in it or not.
    let Some(row) = table.row.as_ref().filter(|_| table.part_of.is_empty()) else {
        if !table.part_of.is_empty() {
            return partition(stage, report, table, seen).await;
        }
        let why = "the scene has no row: add one to crates/narthex/src/prove/scene".to_owned();
        seen.note("tries", table, Outcome::Hole(why));
        return Ok(());
    };
    if !table.admits {
        let sql = format!("select from {name} where tenant_id = $B");
        let by = if table.reads {
            Control::Unseen
        } else {
            Control::Grant
        };
        seen.note("reads", table, both(stage, report, role, &sql, by).await?);
    }
    let column = table.changes.as_deref().unwrap_or("tenant_id");
    let sql = format!("update {name} set {column} = {column} where tenant_id = $B");
    let by = if table.changes.is_some() {
        Control::Unseen
    } else {
        Control::Grant
    };
    seen.note("changes", table, both(stage, report, role, &sql, by).await?);
    let sql = format!("delete from {name} where tenant_id = $B");
    let by = if table.deletes {
        Control::Unseen
    } else {
        Control::Grant
    };
    seen.note("forgets", table, both(stage, report, role, &sql, by).await?);
    let by = if table.inserts.is_some() {
        Control::RowSecurity
    } else {
        Control::Grant
    };
    let sql = insertion(name, table.inserts.as_deref(), row);
    seen.note("adds to", table, both(stage, report, role, &sql, by).await?);
    Ok(())
}

/// A partition, past its table.
async fn partition(
    stage: &Stage<'_>,
    report: &mut Report,
    table: &Table,
    seen: &mut Seen,
) -> anyhow::Result<()> {
    let name = &table.name;
    for sql in [
        format!("select from {name}"),
        format!("update {name} set tenant_id = tenant_id"),
        format!("delete from {name}"),
        format!("insert into {name} default values"),
    ] {
        let tried = stage.attempt(table.role, "$B", &sql).await?;
        seen.note("goes past the table to", table, refused(report, &tried));
    }
    Ok(())
}

fn insertion(name: &str, columns: Option<&str>, row: &str) -> String {
    let row = row.replace('\'', "''");
    let (into, columns) = match columns {
        Some(columns) => (format!("({columns})"), columns),
        None => (String::new(), "*"),
    };
    format!(
        "insert into {name} {into} select {columns} from jsonb_populate_record(null::{name}, '{row}')"
    )
}

/// Tries as tenant A; where the role has the right, the control is the same as tenant B, who must get through.
async fn both(
    stage: &Stage<'_>,
    report: &mut Report,
    role: Role,
    sql: &str,
    by: Control,
) -> anyhow::Result<Outcome> {
    report.tries += 1;
    let tried = stage.attempt(role, "$A", sql).await?;
    // What belongs to an approval, a request or an offer looks for it first, and does not see it.
    let unseen = matches!(&tried, Err(refusal) if refusal.is_about_an_unseen_parent());
    let refused = by.refused(&tried) || unseen && matches!(by, Control::RowSecurity);
    if !refused {
        return Ok(Outcome::Hole(instead(&tried)));
    }
    if matches!(by, Control::Grant) {
        return Ok(Outcome::Refused(by.to_string()));
    }
    report.controls += 1;
    let control = stage.attempt(role, "$B", sql).await?;
    Ok(match &control {
        Ok(1..) => Outcome::Refused(by.to_string()),
        Err(refusal) if refusal.is_past_row_security() => Outcome::Refused(by.to_string()),
        Ok(0) => Outcome::Hole("the try proves nothing: its own tenant sees no row".to_owned()),
        Err(_) => Outcome::Hole(format!("the try proves nothing: {}", instead(&control))),
    })
}

impl Refusal {
    /// A trigger looked for the row's parent and did not see it.
    fn is_about_an_unseen_parent(&self) -> bool {
        [
            "approval_complete",
            "decision_complete",
            "trust_takes_two",
            "request_complete",
            "offer_complete",
            "proof_seen",
            "ceiling_complete",
            "approval_sponsor",
        ]
        .iter()
        .any(|name| self.is_by(name))
    }

    /// The row is there already, or something hangs on it, or it is too late for it: it was reached.
    fn is_past_row_security(&self) -> bool {
        [
            SqlState::UNIQUE_VIOLATION,
            SqlState::FOREIGN_KEY_VIOLATION,
            SqlState::CHECK_VIOLATION,
        ]
        .contains(&self.code)
    }
}

/// A transaction in which the tenant was left empty.
async fn nobody(
    stage: &Stage<'_>,
    report: &mut Report,
    table: &Table,
    seen: &mut Seen,
) -> anyhow::Result<()> {
    if !table.reads || table.admits {
        return Ok(());
    }
    // Whichever way the rows are found: what one plan alone refuses is refused by luck.
    for plan in [
        "set local enable_seqscan = off",
        "set local enable_indexscan = off; set local enable_bitmapscan = off",
    ] {
        report.tries += 1;
        let sql = format!("{plan}; select from {}", table.name);
        let tried = stage.attempt(table.role, "''", &sql).await?;
        let outcome = if Control::Empty.refused(&tried) {
            Outcome::Refused("empty tenant".to_owned())
        } else {
            Outcome::Hole(instead(&tried))
        };
        seen.note("reads without a tenant", table, outcome);
    }
    Ok(())
}

/// A role that reads, writing the rows of its own tenant.
async fn own(
    stage: &Stage<'_>,
    report: &mut Report,
    table: &Table,
    seen: &mut Seen,
) -> anyhow::Result<()> {
    let name = &table.name;
    let row = table.row.clone().unwrap_or_default();
    for sql in [
        insertion(name, None, &row),
        format!("update {name} set tenant_id = tenant_id"),
        format!("delete from {name}"),
        format!("truncate {name} cascade"),
    ] {
        let tried = stage.attempt(table.role, "$B", &sql).await?;
        seen.note("writes to", table, refused(report, &tried));
    }
    Ok(())
}

async fn logs(stage: &Stage<'_>, report: &mut Report) -> anyhow::Result<()> {
    for (name, column) in [
        ("intake.attempt", "outcome"),
        ("issue.issuance", "scope"),
        ("ledger.entry", "reason"),
    ] {
        for role in Role::ALL {
            let mut outcome = Outcome::Refused(Control::Grant.to_string());
            for sql in [
                format!("update {name} set {column} = {column}"),
                format!("delete from {name}"),
                format!("truncate {name}"),
            ] {
                let tried = stage.attempt(role, "$A", &sql).await?;
                if let hole @ Outcome::Hole(_) = refused(report, &tried) {
                    outcome = hole;
                }
            }
            report.push(
                LOGS,
                format!("changes or forgets what is in {name}"),
                role.name(),
                outcome,
            );
        }
    }
    Ok(())
}

fn refused(report: &mut Report, tried: &Tried) -> Outcome {
    report.tries += 1;
    if Control::Grant.refused(tried) {
        Outcome::Refused(Control::Grant.to_string())
    } else {
        Outcome::Hole(instead(tried))
    }
}
