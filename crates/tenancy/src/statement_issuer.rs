//! `tenant.statement_issuer`: whose signatures an environment believes, and for what: software statements (RFC 7591
//! section 2.3) or tokens of workloads (RFC 7521), by keys that are pinned or by the address of its keys, with what
//! discovery found there (`intake.statement_keys`). It never fetches one.

use chrono::Duration;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_vocab::{Environment, IssuerName, IssuerPurpose, KeySet, Purposes, Timestamp, WebUri};
use serde_json::Value;

use crate::{
    StoreError, TenantTx,
    schema::{intake::statement_keys as k, tenant::statement_issuer as s},
};

const TABLE: &str = "tenant.statement_issuer";
const KEYS: &str = "intake.statement_keys";

/// The most issuers of one environment.
pub const MOST: usize = 20;
/// For how long keys that were found at an address count: who says what software is may be away for a while; who says who
/// acts may not, since a key that was withdrawn there counts here until then.
const KEYS_OF_SOFTWARE: Duration = Duration::days(7);
const KEYS_OF_WHO_ACTS: Duration = Duration::hours(24);

/// Somebody whose signature counts.
#[derive(Debug, Clone)]
pub struct StatementIssuer {
    /// `iss` of what it signs, compared letter by letter.
    pub issuer: IssuerName,
    /// The keys that it signs with.
    pub keys: IssuerKeys,
    /// What it is believed about.
    pub counts_for: Purposes,
}

/// Where the keys of an issuer come from.
#[derive(Debug, Clone)]
pub enum IssuerKeys {
    /// An owner pasted them.
    Pinned(KeySet),
    /// An owner entered their address.
    At {
        /// The address.
        url: WebUri,
        /// What is known of it; `None` when nobody has looked yet.
        looked: Option<Looked>,
    },
}

/// What looks at an address found.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The keys, and when they were found; `None` when none ever were.
    pub found: Option<(KeySet, Timestamp)>,
    /// When the last look began.
    pub at: Timestamp,
    /// Why it found none.
    pub refusal: Option<String>,
}

impl StatementIssuer {
    /// The keys that count now.
    pub fn keys(&self, now: Timestamp) -> Option<&KeySet> {
        let (keys, until) = self.keys_until()?;
        until.is_none_or(|until| until > now).then_some(keys)
    }

    /// The keys with the moment from which they count no more, where there is one.
    pub fn keys_until(&self) -> Option<(&KeySet, Option<Timestamp>)> {
        match &self.keys {
            IssuerKeys::Pinned(keys) => Some((keys, None)),
            IssuerKeys::At { looked, .. } => {
                let (keys, found_at) = looked.as_ref()?.found.as_ref()?;
                let count = if self.counts_for.has(IssuerPurpose::Statements) {
                    KEYS_OF_SOFTWARE
                } else {
                    KEYS_OF_WHO_ACTS
                };
                Some((keys, Some(*found_at + count)))
            }
        }
    }

    /// Where its keys are, unless they are pinned.
    pub const fn url(&self) -> Option<&WebUri> {
        match &self.keys {
            IssuerKeys::Pinned(_) => None,
            IssuerKeys::At { url, .. } => Some(url),
        }
    }
}

type Row = (
    String,
    Option<Value>,
    Option<String>,
    Option<Value>,
    Option<Timestamp>,
    Option<Timestamp>,
    Option<String>,
    Vec<String>,
);

/// Those whom an environment believes about one thing, by name.
pub async fn trusted_for(
    tx: &mut TenantTx,
    environment: Environment,
    purpose: IssuerPurpose,
) -> Result<Vec<StatementIssuer>, StoreError> {
    let mut trusted = trusted(tx, environment).await?;
    trusted.retain(|one| one.counts_for.has(purpose));
    Ok(trusted)
}

/// Everybody whom an environment of the transaction's tenant trusts, by name.
pub async fn trusted(
    tx: &mut TenantTx,
    environment: Environment,
) -> Result<Vec<StatementIssuer>, StoreError> {
    let found_there = k::tenant_id
        .eq(s::tenant_id)
        .and(k::environment.eq(s::environment))
        .and(k::issuer.eq(s::issuer))
        .and(k::url.nullable().eq(s::jwks_uri));
    let rows: Vec<Row> = s::table
        .left_join(k::table.on(found_there))
        .filter(
            s::tenant_id
                .eq(tx.tenant_uuid())
                .and(s::environment.eq(environment.as_str())),
        )
        .order(s::issuer)
        .select((
            s::issuer,
            s::jwks,
            s::jwks_uri,
            k::keys.nullable(),
            k::fetched_at.nullable(),
            k::looked_at.nullable(),
            k::refusal.nullable(),
            s::counts_for,
        ))
        .load(tx.connection()?)
        .await?;
    rows.into_iter().map(issuer).collect()
}

fn issuer(row: Row) -> Result<StatementIssuer, StoreError> {
    let (issuer, pinned, url, keys, fetched_at, looked_at, refusal, counts_for) = row;
    let issuer = IssuerName::parse(&issuer).map_err(StoreError::corrupt(TABLE, "issuer"))?;
    let words = counts_for.iter().map(|word| word.parse());
    let words: Vec<IssuerPurpose> = words
        .collect::<Result<_, _>>()
        .map_err(StoreError::corrupt(TABLE, "counts_for"))?;
    let counts_for = Purposes::of(&issuer, words);
    let key_set =
        |keys: &Value, table| KeySet::parse(keys).map_err(StoreError::corrupt(table, "keys"));
    let keys = match (pinned, url) {
        (Some(pinned), None) => IssuerKeys::Pinned(key_set(&pinned, TABLE)?),
        (None, Some(url)) => {
            let found = keys.zip(fetched_at);
            let found = found.map(|(keys, at)| Ok::<_, StoreError>((key_set(&keys, KEYS)?, at)));
            let found = found.transpose()?;
            IssuerKeys::At {
                url: WebUri::parse(&url).map_err(StoreError::corrupt(TABLE, "jwks_uri"))?,
                looked: looked_at.map(|at| Looked { found, at, refusal }),
            }
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(StoreError::Corrupt {
                table: TABLE,
                column: "jwks",
            });
        }
    };
    Ok(StatementIssuer {
        issuer,
        keys,
        counts_for: counts_for.map_err(StoreError::corrupt(TABLE, "counts_for"))?,
    })
}

/// Adds an issuer, or replaces its keys.
pub async fn save(
    tx: &mut TenantTx,
    environment: Environment,
    issuer: &StatementIssuer,
    now: Timestamp,
) -> Result<(), StoreError> {
    let tenant_id = tx.tenant_uuid();
    let pinned = match &issuer.keys {
        IssuerKeys::Pinned(keys) => Some(keys.to_json()),
        IssuerKeys::At { .. } => None,
    };
    let changed = (
        s::jwks.eq(pinned),
        s::jwks_uri.eq(issuer.url().map(WebUri::as_str)),
        s::changed_at.eq(now),
        s::counts_for.eq(issuer
            .counts_for
            .iter()
            .map(IssuerPurpose::as_str)
            .collect::<Vec<_>>()),
    );
    diesel::insert_into(s::table)
        .values((
            s::tenant_id.eq(tenant_id),
            s::environment.eq(environment.as_str()),
            s::issuer.eq(issuer.issuer.as_str()),
            changed.clone(),
        ))
        .on_conflict((s::tenant_id, s::environment, s::issuer))
        .do_update()
        .set(changed)
        .execute(tx.connection()?)
        .await?;
    Ok(())
}

/// Removes an issuer; false when there is none.
pub async fn remove(
    tx: &mut TenantTx,
    environment: Environment,
    issuer: &IssuerName,
) -> Result<bool, StoreError> {
    let row = s::table
        .filter(s::tenant_id.eq(tx.tenant_uuid()))
        .filter(s::environment.eq(environment.as_str()))
        .filter(s::issuer.eq(issuer.as_str()));
    Ok(diesel::delete(row).execute(tx.connection()?).await? == 1)
}
