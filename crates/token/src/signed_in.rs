//! The person at the browser: their session on the pages of this tenant. A session of the portal or the dashboard is
//! worth nothing here.

use narthex_people::session::{self, Session, Surface};
use narthex_tenancy::{StoreError, TenantTx, member};

use crate::call::Call;

/// Somebody with a session in force.
#[derive(Debug, Clone)]
pub(crate) struct SignedIn {
    pub(crate) session: Session,
    pub(crate) member: member::Member,
}

/// Who the cookie is of, if of anybody.
pub(crate) async fn signed_in(
    tx: &mut TenantTx,
    call: Call<'_>,
    cookie: Option<&str>,
) -> Result<Option<SignedIn>, StoreError> {
    let Some(cookie) = cookie else {
        return Ok(None);
    };
    let session = session::resume(tx, call.hash_key, Surface::User, cookie, call.now).await?;
    let Some(session) = session else {
        return Ok(None);
    };
    match member::load_end_user(tx, session.member).await {
        Ok(member) => Ok(Some(SignedIn { session, member })),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}
