//! An owner says whose signatures an environment believes and for what, by keys that are pinned or by their address. A
//! statement vouches for what a registration says, a workload's token for which workload a client is; neither gives reach or
//! replaces a proof.

use narthex_tenancy::{
    StoreError, TenantTx,
    permission::Action,
    statement_issuer::{self, IssuerKeys, MOST, StatementIssuer},
};
use narthex_vocab::{Environment, Fingerprint, IssuerName, IssuerPurpose};
use serde_json::{Value, json};

use crate::acting::{Acting, Deed, NotPermitted};

/// An issuer to trust, or to trust with other keys.
#[derive(Debug, Clone)]
pub struct TrustIssuer {
    /// In which environment.
    pub environment: Environment,
    /// Who, by which keys.
    pub issuer: StatementIssuer,
}

/// An issuer to trust no longer.
#[derive(Debug, Clone)]
pub struct DistrustIssuer {
    /// In which environment.
    pub environment: Environment,
    /// Who.
    pub issuer: IssuerName,
}

/// Why the list is as before.
#[derive(Debug, thiserror::Error)]
pub enum StatementIssuerError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// There are as many as there may be.
    #[error("there are {MOST} issuers already")]
    TooMany,
    /// It is not on the list.
    #[error("it is not on the list")]
    Unknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Trusts an issuer from now on.
pub async fn trust_issuer(
    tx: &mut TenantTx,
    command: TrustIssuer,
    acting: &mut Acting<'_>,
) -> Result<(), StatementIssuerError> {
    acting.member(tx, Action::EditSettings)?;
    let TrustIssuer {
        environment,
        issuer,
    } = command;
    let before = statement_issuer::trusted(tx, environment).await?;
    let known = before.iter().find(|one| one.issuer == issuer.issuer);
    if known.is_none() && before.len() >= MOST {
        return Err(StatementIssuerError::TooMany);
    }
    statement_issuer::save(tx, environment, &issuer, acting.now).await?;
    let detail = json!({
        "issuer": issuer.issuer,
        "before": known.map(keys),
        "after": keys(&issuer),
    });
    record(tx, "environment.trust_issuer", environment, detail, acting).await
}

/// Trusts an issuer no longer. What it vouched for before keeps saying so.
pub async fn distrust_issuer(
    tx: &mut TenantTx,
    command: DistrustIssuer,
    acting: &mut Acting<'_>,
) -> Result<(), StatementIssuerError> {
    acting.member(tx, Action::EditSettings)?;
    let DistrustIssuer {
        environment,
        issuer,
    } = command;
    let before = statement_issuer::trusted(tx, environment).await?;
    if !statement_issuer::remove(tx, environment, &issuer).await? {
        return Err(StatementIssuerError::Unknown);
    }
    let known = before.iter().find(|one| one.issuer == issuer);
    let detail = json!({ "issuer": issuer, "before": known.map(keys), "after": null });
    record(
        tx,
        "environment.distrust_issuer",
        environment,
        detail,
        acting,
    )
    .await
}

/// What it is believed about, and the thumbprints of its keys (RFC 7638) or their address.
fn keys(issuer: &StatementIssuer) -> Value {
    let keys: Value = match &issuer.keys {
        IssuerKeys::Pinned(keys) => {
            let keys = keys.keys().iter();
            keys.map(|key| thumbprint(&key.thumbprint())).collect()
        }
        IssuerKeys::At { url, .. } => json!({ "jwks_uri": url }),
    };
    let counts_for = issuer.counts_for.iter().map(IssuerPurpose::as_str);
    let counts_for: Vec<_> = counts_for.collect();
    json!({ "keys": keys, "counts_for": counts_for })
}

/// A thumbprint as people compare it: hex.
pub(crate) fn thumbprint(bytes: &[u8; 32]) -> String {
    Fingerprint::from_bytes(*bytes).to_string()
}

async fn record(
    tx: &mut TenantTx,
    action: &'static str,
    environment: Environment,
    detail: Value,
    acting: &Acting<'_>,
) -> Result<(), StatementIssuerError> {
    let deed = Deed {
        action,
        object: tx.tenant().to_string(),
        environment: Some(environment),
        reason: "",
        detail,
    };
    acting.record(tx, deed).await?;
    Ok(())
}
