//! A person gives filters of a list a name, and forgets it again. It is theirs alone: nobody else sees it, and it shows
//! nothing that they may not see anyway.

use narthex_tenancy::{StoreError, TenantTx, permission::Action};
use narthex_vocab::{Id, Label, kind};

use crate::{
    acting::{Acting, NotPermitted},
    store::{self, saved_view::View},
};

/// The most views of one list that a person has.
pub const MOST: usize = 20;

/// What to keep.
#[derive(Debug, Clone)]
pub struct SaveView {
    /// Which list.
    pub list: &'static str,
    /// Under which name; one of this name is replaced.
    pub name: Label,
    /// The filters, as the address has them.
    pub query: String,
    /// Whether the list opens with it.
    pub standard: bool,
}

/// Why nothing is kept.
#[derive(Debug, thiserror::Error)]
pub enum SaveViewError {
    /// The permit is for another act.
    #[error(transparent)]
    NotPermitted(#[from] NotPermitted),
    /// There are as many as one may have.
    #[error("there are {MOST} views already")]
    TooMany,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Keeps a view of the person who acts, in a transaction of their own tenant.
pub async fn save_view(
    tx: &mut TenantTx,
    command: SaveView,
    (action, acting): (Action, &mut Acting<'_>),
) -> Result<Id<kind::SavedView>, SaveViewError> {
    let member = acting.member(tx, action)?.member;
    let own = store::saved_view::of(tx, (member, command.list)).await?;
    let same = own.iter().find(|view| view.name == command.name.as_str());
    if same.is_none() && own.len() >= MOST {
        return Err(SaveViewError::TooMany);
    }
    let id = same.map_or_else(|| acting.id(), |view| view.id);
    let view = View {
        id,
        name: command.name.as_str().to_owned(),
        query: command.query,
        standard: command.standard,
    };
    store::saved_view::put(tx, (member, command.list), &view, acting.now).await?;
    Ok(id)
}

/// Forgets a view of the person who acts. Forgetting it twice is no error.
pub async fn forget_view(
    tx: &mut TenantTx,
    view: Id<kind::SavedView>,
    (action, acting): (Action, &mut Acting<'_>),
) -> Result<(), SaveViewError> {
    let member = acting.member(tx, action)?.member;
    store::saved_view::delete(tx, member, view).await?;
    Ok(())
}
