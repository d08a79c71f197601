//! `tenant.metadata_rules` and its lists: what an environment takes of a client's metadata, with the hosts that the
//! tenant has proved beside it. Every plane that writes metadata asks here; nothing here judges by itself.

use std::collections::BTreeSet;
use std::str::FromStr;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_vocab::{
    Admits, Allowlist, ClientMetadata, Disallowed, DomainState, Environment, HostName,
    MetadataRules,
};

use crate::{
    StoreError, TenantTx,
    schema::{
        registry::domain as d,
        tenant::{allowed_name as n, metadata_rules as r},
    },
};

const RULES: &str = "tenant.metadata_rules";
const NAMES: &str = "tenant.allowed_name";

/// The rules of an environment and the tenant's proved hosts, as they are now.
#[derive(Debug, Clone)]
pub struct InForce {
    rules: MetadataRules,
    proved: BTreeSet<HostName>,
}

impl InForce {
    /// The hosts that the tenant has proved.
    pub const fn proved(&self) -> &BTreeSet<HostName> {
        &self.proved
    }

    /// Whether the metadata, as they would be registered, keep to the rules.
    pub fn check(&self, metadata: &ClientMetadata) -> Result<(), Disallowed> {
        self.rules.check(metadata, &self.proved)
    }
}

/// What an environment of the transaction's tenant takes now.
pub async fn in_force(tx: &mut TenantTx, environment: Environment) -> Result<InForce, StoreError> {
    let rules = load(tx, environment).await?;
    let hosts: Vec<String> = d::table
        .filter(d::tenant_id.eq(tx.tenant_uuid()))
        .filter(d::state.eq(DomainState::Verified.as_str()))
        .select(d::host)
        .load(tx.connection()?)
        .await?;
    let proved = parsed(hosts.iter(), "registry.domain", "host")?;
    Ok(InForce { rules, proved })
}

/// The rules alone; those of a new environment where nobody has set any.
pub async fn load(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<MetadataRules, StoreError> {
    let row: Option<Row> = r::table
        .filter(
            r::tenant_id
                .eq(tx.tenant_uuid())
                .and(r::environment.eq(environment.as_str())),
        )
        .select(Row::as_select())
        .first(tx.connection()?)
        .await
        .optional()?;
    let Some(row) = row else {
        return Ok(MetadataRules::default());
    };
    let names: Vec<(String, String)> = n::table
        .filter(
            n::tenant_id
                .eq(tx.tenant_uuid())
                .and(n::environment.eq(environment.as_str())),
        )
        .select((n::list, n::name))
        .load(tx.connection()?)
        .await?;
    row.with(&names)
}

/// Replaces the rules and every list.
pub async fn save(
    tx: &mut TenantTx,
    environment: Environment,
    rules: &MetadataRules,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let switches = (
        r::hosts.eq(rules.hosts.admits.as_str()),
        r::loopback.eq(rules.loopback),
        r::app_schemes.eq(rules.app_schemes.admits.as_str()),
        r::contacts.eq(rules.contacts.admits.as_str()),
    );
    let key = (
        r::tenant_id.eq(tenant_id),
        r::environment.eq(environment.as_str()),
    );
    diesel::insert_into(r::table)
        .values((key, switches))
        .on_conflict((r::tenant_id, r::environment))
        .do_update()
        .set(switches)
        .execute(tx.connection()?)
        .await?;
    let old = n::table
        .filter(n::tenant_id.eq(tenant_id))
        .filter(n::environment.eq(environment.as_str()));
    diesel::delete(old).execute(tx.connection()?).await?;
    let rows: Vec<_> = entries(rules)
        .map(|(list, name)| {
            (
                n::tenant_id.eq(tenant_id),
                n::environment.eq(environment.as_str()),
                n::list.eq(list),
                n::name.eq(name),
            )
        })
        .collect();
    diesel::insert_into(n::table)
        .values(rows)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Every entry of every list, as rows have it.
fn entries(rules: &MetadataRules) -> impl Iterator<Item = (&'static str, String)> {
    let hosts = rules.hosts.listed.iter().map(|one| (HOST, one.to_string()));
    let schemes = rules.app_schemes.listed.iter();
    let schemes = schemes.map(|one| (APP_SCHEME, one.to_string()));
    let members = rules.members.iter().map(|one| (MEMBER, one.to_string()));
    let contacts = rules.contacts.listed.iter();
    let contacts = contacts.map(|one| (CONTACT, one.to_string()));
    hosts.chain(schemes).chain(members).chain(contacts)
}

const HOST: &str = "host";
const APP_SCHEME: &str = "app_scheme";
const MEMBER: &str = "member";
const CONTACT: &str = "contact";

#[derive(Queryable, Selectable)]
#[diesel(table_name = r)]
struct Row {
    hosts: String,
    loopback: bool,
    app_schemes: String,
    contacts: String,
}

impl Row {
    fn with(&self, names: &[(String, String)]) -> Result<MetadataRules, StoreError> {
        let of = |list: &'static str| {
            let entries = names.iter().filter(move |(own, _)| own == list);
            entries.map(|(_, name)| name)
        };
        Ok(MetadataRules {
            hosts: Allowlist {
                admits: admits(&self.hosts, "hosts")?,
                listed: parsed(of(HOST), NAMES, "name")?,
            },
            loopback: self.loopback,
            app_schemes: Allowlist {
                admits: admits(&self.app_schemes, "app_schemes")?,
                listed: parsed(of(APP_SCHEME), NAMES, "name")?,
            },
            members: parsed(of(MEMBER), NAMES, "name")?,
            contacts: Allowlist {
                admits: admits(&self.contacts, "contacts")?,
                listed: parsed(of(CONTACT), NAMES, "name")?,
            },
        })
    }
}

fn admits(text: &str, column: &'static str) -> Result<Admits, StoreError> {
    text.parse().map_err(StoreError::corrupt(RULES, column))
}

fn parsed<'a, T: FromStr + Ord>(
    texts: impl Iterator<Item = &'a String>,
    table: &'static str,
    column: &'static str,
) -> Result<BTreeSet<T>, StoreError> {
    texts
        .map(|text| text.parse().map_err(StoreError::corrupt(table, column)))
        .collect()
}
