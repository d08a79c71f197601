//! The person at the browser: their session on the pages of this tenant. A session of the portal or the dashboard is
//! worth nothing here, and neither is one that was signed out at this issuer.

use narthex_people::session::{self, Session, Surface};
use narthex_tenancy::{StoreError, TenantTx, member};

use crate::call::Call;
use crate::store;

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
    let Some(session) = session_before(tx, call, cookie).await? else {
        return Ok(None);
    };
    if store::signed_out::is(tx, call.place.environment, session.id).await? {
        return Ok(None);
    }
    match member::load_end_user(tx, session.member).await {
        Ok(member) => Ok(Some(SignedIn { session, member })),
        Err(StoreError::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The session of the cookie, whether or not it was signed out here.
pub(crate) async fn session_before(
    tx: &mut TenantTx,
    call: Call<'_>,
    cookie: Option<&str>,
) -> Result<Option<Session>, StoreError> {
    match cookie {
        Some(cookie) => session::resume(tx, call.hash_key, Surface::User, cookie, call.now).await,
        None => Ok(None),
    }
}
