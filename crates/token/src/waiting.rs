//! A parked sign-in: it waits for a look at the client's address, or for a decision about the client, goes on, or ends.
//! Seen by its own person alone; while nothing is decided nothing is sent to the client's address.

use narthex_tenancy::{TenantTx, tenant};
use narthex_vocab::{ClientName, Id, Parked, Timestamp};

use crate::authorize::request::AuthorizationRequest;
use crate::call::Call;
use crate::check::LastLook;
use crate::client::Standing;
use crate::page_error::PageError;
use crate::signed_in::{SignedIn, signed_in};
use crate::store;
use crate::store::parked::ParkedSignIn;

/// Where a parked sign-in stands.
pub(crate) enum Waiting {
    /// Nobody is signed in.
    SignIn,
    /// No decision yet, or one against it.
    Here(Box<Here>),
    /// The client's address is being looked at.
    Checking(Box<Checking>),
    /// The client was approved, or its address was looked at: the same request again.
    GoOn(Box<AuthorizationRequest>),
}

impl Waiting {
    /// Whether the next moment may tell more.
    pub(crate) const fn is_open(&self) -> bool {
        match self {
            Self::Checking(state) => state.refusal.is_none(),
            Self::SignIn | Self::Here(_) | Self::GoOn(_) => false,
        }
    }
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

/// What the person sees of a look.
pub(crate) struct Checking {
    pub(crate) tenant: String,
    pub(crate) person: SignedIn,
    pub(crate) request: AuthorizationRequest,
    /// Why there is nothing to go on with; `None` while nobody knows.
    pub(crate) refusal: Option<String>,
}

/// What a look that found a document led to, when the client is not known all the same.
const NOT_KEPT: &str = "what it says was not kept";

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
    let member = person.member.id;
    let asked_at = store::ask::asked_at(tx, environment, client_id, member).await?;
    // Before the client: a look writes both at once, so who sees that it ended sees what it led to.
    let url = client_id.document_url();
    let last = match &url {
        Some(url) => store::document::last_look(tx, environment, url).await?,
        None => None,
    };
    let standing = store::client::find(tx, environment, client_id, call.now).await?;
    let unasked = asked_at.is_none() || matches!(standing, Standing::Unknown);
    if url.is_some() && unasked {
        let last = last.filter(|last| last.counts_for(found.created_at));
        return after_look(tx, call, (person, found, standing), last).await;
    }
    let (metadata, over) = match standing {
        Standing::Approved(client) if client.may_begin_grants() => {
            store::parked::resumed(tx, environment, parked, call.now).await?;
            return Ok(Waiting::GoOn(Box::new(found.request)));
        }
        Standing::Approved(client) => (client.metadata().clone(), true),
        Standing::Stopped(client) => (client.metadata.clone(), true),
        Standing::Undecided(client) => (client.metadata, !client.waiting),
        Standing::Unknown => return Err(PageError::NotFound),
    };
    Ok(Waiting::Here(Box::new(Here {
        tenant: tenant::load(tx).await?.name.to_string(),
        name: metadata.client_name().cloned(),
        asked_at,
        person,
        over,
    })))
}

/// A sign-in that was parked for a look: it goes on as soon as there is something to go on with.
async fn after_look(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, found, standing): (SignedIn, ParkedSignIn, Standing),
    last: Option<LastLook>,
) -> Result<Waiting, PageError> {
    let refusal = match (standing, last) {
        (Standing::Unknown | Standing::Undecided(_), None) => None,
        (Standing::Unknown, Some(last)) => {
            Some(last.refusal.unwrap_or_else(|| NOT_KEPT.to_owned()))
        }
        (Standing::Undecided(_), Some(_)) | (Standing::Approved(_) | Standing::Stopped(_), _) => {
            store::parked::resumed(tx, call.place.environment, found.id, call.now).await?;
            return Ok(Waiting::GoOn(Box::new(found.request)));
        }
    };
    Ok(Waiting::Checking(Box::new(Checking {
        tenant: tenant::load(tx).await?.name.to_string(),
        person,
        request: found.request,
        refusal,
    })))
}
