//! A parked sign-in: it waits, goes on when its client is approved, or ends. Seen by its own person alone; while
//! nothing is decided nothing is sent to the client's address.

use narthex_tenancy::{TenantTx, tenant};
use narthex_vocab::{ClientName, Id, Parked, Timestamp};

use crate::authorize::request::AuthorizationRequest;
use crate::call::Call;
use crate::client::Standing;
use crate::page_error::PageError;
use crate::signed_in::{SignedIn, signed_in};
use crate::store;

/// Where a parked sign-in stands.
pub(crate) enum Waiting {
    /// Nobody is signed in.
    SignIn,
    /// No decision yet, or one against it.
    Here(Box<Here>),
    /// The client was approved: the same request again.
    GoOn(Box<AuthorizationRequest>),
}

/// What the person sees.
pub(crate) struct Here {
    pub(crate) tenant: String,
    pub(crate) person: SignedIn,
    pub(crate) name: Option<ClientName>,
    pub(crate) asked_at: Option<Timestamp>,
    /// Nobody will decide any more, or somebody decided against it.
    pub(crate) over: bool,
}

/// Looks at a parked sign-in.
pub(crate) async fn waiting(
    tx: &mut TenantTx,
    call: Call<'_>,
    parked: Id<Parked>,
    cookie: Option<&str>,
) -> Result<Waiting, PageError> {
    let Some(person) = signed_in(tx, call, cookie).await? else {
        return Ok(Waiting::SignIn);
    };
    let environment = call.place.environment;
    let own = (parked, person.member.id);
    let found = store::parked::find(tx, environment, own, call.now).await?;
    let found = found.ok_or(PageError::NotFound)?;
    let client_id = &found.request.client_id;
    let (metadata, over) = match store::client::find(tx, environment, client_id, call.now).await? {
        Standing::Approved(client) if client.may_begin_grants() => {
            store::parked::resumed(tx, environment, parked, call.now).await?;
            return Ok(Waiting::GoOn(Box::new(found.request)));
        }
        Standing::Approved(client) => (client.metadata().clone(), true),
        Standing::Stopped(client) => (client.metadata, true),
        Standing::Undecided(client) => (client.metadata, !client.waiting),
        Standing::Unknown => return Err(PageError::NotFound),
    };
    let member = person.member.id;
    Ok(Waiting::Here(Box::new(Here {
        tenant: tenant::load(tx).await?.name.to_string(),
        name: metadata.client_name().cloned(),
        asked_at: store::ask::asked_at(tx, environment, client_id, member).await?,
        person,
        over,
    })))
}
