//! How many rows every table has, and every row as text: to show that nothing was stored, or only what should be, and
//! that no secret is. It looks as the superuser, past row-level security.

use std::collections::BTreeMap;

use tokio_postgres::Client;

use crate::Place;

/// The number of rows of each table, by `schema.table`. Partitions count in their parent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows(BTreeMap<String, i64>);

const TABLES: &str = "select format('%I.%I', n.nspname, c.relname) from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition
      and n.nspname in ('tenant', 'registry', 'intake', 'review', 'issue', 'ledger')
    order by 1";

/// What a running system adds in its own time, whoever calls what: the keys of an issuer that it learned of.
const BY_ITSELF: [&str; 2] = ["issue.published_key", "issue.signing_key"];

impl Rows {
    /// Counts them all.
    pub async fn count(place: &Place) -> Self {
        let client = place.administrator().await;
        let mut counts = BTreeMap::new();
        for table in tables(&client).await {
            let statement = format!("select count(*) from {table}");
            let row = client.query_one(&statement, &[]).await.unwrap();
            counts.insert(table, row.get(0));
        }
        Self(counts)
    }

    /// What came in since `before`: the tables whose number changed, and by how many; but for [`BY_ITSELF`].
    #[must_use]
    pub fn since(&self, before: &Self) -> BTreeMap<&str, i64> {
        let change = |(table, now): (&'_ String, &i64)| now - before.0.get(table).unwrap_or(&0);
        let all = self.0.iter().map(|entry| (entry.0.as_str(), change(entry)));
        all.filter(|(table, change)| *change != 0 && !BY_ITSELF.contains(table))
            .collect()
    }

    /// Every row of every table as one text, a line each.
    pub async fn dump(place: &Place) -> String {
        let client = place.administrator().await;
        let mut text = String::new();
        for table in tables(&client).await {
            let statement = format!("select t::text from {table} t");
            for row in client.query(&statement, &[]).await.unwrap() {
                text.push_str(&table);
                text.push(' ');
                text.push_str(row.get(0));
                text.push('\n');
            }
        }
        text
    }
}

async fn tables(client: &Client) -> Vec<String> {
    let rows = client.query(TABLES, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}
