//! The document of a client as staff may see it: what was found, which version was approved, and how they differ.

use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{ClientDocument, ClientMetadata, Drift};

use super::{
    dashboard_clients::Which,
    document::{self, Document, Pinned},
};

/// What the page of a client shows of its document.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) document: Document,
    pub(crate) pinned: Option<Pinned>,
    /// What it says now that was not approved.
    pub(crate) drifts: Vec<Drift>,
}

/// The document of a client; `None` for one whose identifier is no address, or was never looked at.
pub(crate) async fn load(
    tx: &mut TenantTx,
    which: &Which,
    approved: &ClientMetadata,
) -> Result<Option<Shown>, StoreError> {
    let Some(url) = which.client_id.document_url() else {
        return Ok(None);
    };
    let at = (which.environment, &which.client_id);
    let Some(document) = document::load(tx, which.tenant, at).await? else {
        return Ok(None);
    };
    let pinned = document::pinned_of(tx, which.tenant, at).await?;
    let now = document
        .content
        .as_ref()
        .map(|content| ClientDocument::parse(url, content.body.clone()))
        .transpose()
        .map_err(StoreError::corrupt("intake.document", "body"))?;
    let drifts = match (&pinned, &now) {
        (Some(pinned), Some(now)) => Drift::between(approved, &pinned.scope, now.metadata()),
        (None, _) | (_, None) => Vec::new(),
    };
    Ok(Some(Shown {
        document,
        pinned,
        drifts,
    }))
}
