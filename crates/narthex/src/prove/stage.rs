//! The transaction that everything is tried in. It is always rolled back; it takes no lock that a service waits for.

use tokio_postgres::{Client, SimpleQueryMessage};

use super::refusal::{Refusal, Tried};
use super::report::{Outcome, Report};
use super::role::Role;
use super::scene::{STEPS, Which, fill};

/// The heading of the scene's lines.
const PART: &str = "The usual way works";

/// An administrator's connection that can become any role.
pub(super) struct Stage<'a> {
    pub(super) client: &'a Client,
    become_by: &'static str,
    step_down: &'static str,
}

impl<'a> Stage<'a> {
    /// Finds out how this administrator becomes another role.
    pub(super) async fn new(client: &'a Client) -> anyhow::Result<Self> {
        let query = "select rolsuper from pg_roles where rolname = session_user";
        let superuser: bool = client.query_one(query, &[]).await?.get(0);
        // As a session of the role's own: nothing that it does can tell the difference.
        let (become_by, step_down) = if superuser {
            (
                "session authorization",
                "set local session authorization default",
            )
        } else {
            ("role", "set local role none")
        };
        Ok(Self {
            client,
            become_by,
            step_down,
        })
    }

    /// Begins and sets the scene; says in the report what worked, and answers whether all did.
    pub(super) async fn set(&self, report: &mut Report) -> anyhow::Result<bool> {
        self.begin().await?;
        for which in [Which::A, Which::B] {
            for step in STEPS {
                let tried = self.run(step.role, step.tenant, step.sql, which).await?;
                let outcome = match &tried {
                    Ok(_) => Outcome::Holds("works".to_owned()),
                    Err(_) => Outcome::Hole(super::refusal::instead(&tried)),
                };
                report.controls += 1;
                if which == Which::A || tried.is_err() {
                    report.push(PART, step.what, step.role.name(), outcome);
                }
                if tried.is_err() {
                    return Ok(false);
                }
            }
        }
        self.client.batch_execute(self.step_down).await?;
        Ok(true)
    }

    /// Throws everything away and sets the scene again, for what needs a transaction without savepoints.
    pub(super) async fn set_again(&self) -> anyhow::Result<()> {
        self.leave().await?;
        let set = self.set(&mut Report::default()).await?;
        anyhow::ensure!(set, "the scene was set once and cannot be set again");
        Ok(())
    }

    /// Throws everything away.
    pub(super) async fn leave(&self) -> anyhow::Result<()> {
        self.client.batch_execute("rollback").await?;
        Ok(())
    }

    /// Runs a statement as a role within a tenant, and undoes it.
    pub(super) async fn attempt(
        &self,
        role: Role,
        tenant: &str,
        sql: &str,
    ) -> anyhow::Result<Tried> {
        let become_role = self.becoming(role, tenant, Which::A);
        let sql = format!("savepoint attempt; {become_role}; {}", fill(sql, Which::A));
        let tried = tried(self.client, &sql).await?;
        self.client
            .batch_execute("rollback to savepoint attempt; release savepoint attempt")
            .await?;
        Ok(tried)
    }

    /// Runs a statement as a role within tenant A, and leaves it at that: the scene must be set again.
    pub(super) async fn perform(&self, role: Role, sql: &str) -> anyhow::Result<Tried> {
        self.run(role, "$A", sql, Which::A).await
    }

    /// One row of tenant B that the role could have written, as JSON, if the scene has one.
    pub(super) async fn row_of_b(&self, table: &str, role: Role) -> anyhow::Result<Option<String>> {
        // As the role itself, which may see only some; as the owner where it may read none.
        for who in [role.in_database(), narthex_tenancy::migrate::OWNER_ROLE] {
            let (by, tenant) = (self.become_by, fill("$B", Which::A));
            self.client
                .batch_execute(&format!(
                    "savepoint look; set local {by} {who}; set local app.tenant = {tenant}"
                ))
                .await?;
            // One that is as it was born, since it is going to be born again.
            let query = format!(
                "select to_jsonb(t)::text from {table} as t where tenant_id = {tenant}
                order by array_position(array['draft', 'pending', 'offered', 'next', 'active'], to_jsonb(t) ->> 'state')
                limit 1"
            );
            let row = self.client.query_opt(&query, &[]).await;
            self.client
                .batch_execute("rollback to savepoint look")
                .await?;
            if let Ok(Some(row)) = row {
                return Ok(Some(row.get(0)));
            }
        }
        Ok(None)
    }

    async fn begin(&self) -> anyhow::Result<()> {
        self.client.batch_execute("begin").await?;
        Ok(())
    }

    async fn run(
        &self,
        role: Role,
        tenant: &str,
        sql: &str,
        which: Which,
    ) -> anyhow::Result<Tried> {
        let become_role = self.becoming(role, tenant, which);
        tried(self.client, &format!("{become_role}; {}", fill(sql, which))).await
    }

    fn becoming(&self, role: Role, tenant: &str, which: Which) -> String {
        let (by, role, tenant) = (self.become_by, role.in_database(), fill(tenant, which));
        format!("set local {by} {role}; set local app.tenant = {tenant}")
    }
}

/// Runs a statement and counts its rows. An error that is not PostgreSQL's own ends the proof.
pub(super) async fn tried(client: &Client, sql: &str) -> anyhow::Result<Tried> {
    match client.simple_query(sql).await {
        Ok(messages) => {
            let rows = messages.iter().map(|message| match message {
                SimpleQueryMessage::CommandComplete(rows) => *rows,
                _ => 0,
            });
            Ok(Ok(rows.sum()))
        }
        Err(error) => match error.as_db_error() {
            Some(refused) => Ok(Err(Refusal::from(refused))),
            None => Err(error.into()),
        },
    }
}
