//! Staff have the address of a client's document looked at: one that waits, one that is approved, or one that nobody
//! came with yet, so that it can be linked ahead. Discovery looks; nothing follows from it here.

use narthex_tenancy::{StoreError, TenantTx, environment, permission::Action};
use narthex_vocab::{DocumentUrl, Environment};
use serde_json::json;

use crate::{
    acting::{Acting, Deed, NotPermitted},
    store,
};

/// Which address to look at.
#[derive(Debug, Clone)]
pub struct OrderDocument {
    /// Where.
    pub environment: Environment,
    /// The address.
    pub url: DocumentUrl,
}

/// Why nobody looks.
#[derive(Debug, thiserror::Error)]
pub enum OrderDocumentError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// The environment takes no clients with documents.
    #[error("the environment takes no clients with documents")]
    NotTaken,
    /// A look is under way.
    #[error("a look is under way")]
    UnderWay,
    /// The store failed.
    #[error(transparent)]
    Store(StoreError),
}

impl From<StoreError> for OrderDocumentError {
    fn from(error: StoreError) -> Self {
        match error.constraint() {
            Some("one_open_order_per_document") => Self::UnderWay,
            Some(_) | None => Self::Store(error),
        }
    }
}

/// Orders the look.
pub async fn order_document(
    tx: &mut TenantTx,
    command: OrderDocument,
    acting: &mut Acting<'_>,
) -> Result<(), OrderDocumentError> {
    acting.staff(tx, Action::HandleQuarantine)?;
    let OrderDocument { environment, url } = command;
    if !environment::load(tx, environment).await?.client_documents {
        return Err(OrderDocumentError::NotTaken);
    }
    let order = acting.id();
    store::fetch_order::insert_document(tx, order, (environment, &url), acting.now).await?;
    let deed = Deed {
        action: "document.fetch",
        object: url.as_str().to_owned(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "order": order }),
    };
    Ok(acting.record(tx, deed).await?)
}
