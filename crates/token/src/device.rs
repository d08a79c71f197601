//! A person finds the device that waits for them, by the code that it shows, and answers it (RFC 8628 section 3.3). What was
//! shown is the most that can be allowed; client and entitlement are looked at again. Nothing is sent anywhere: the device
//! asks by itself.

use narthex_tenancy::{TenantTx, tenant};
use narthex_vocab::{GrantType, PictureHash, Timestamp, UserCode};
use rand_core::CryptoRng;

use crate::authorize::asked_claims::AskedClaims;
use crate::authorize::{described, ends};
use crate::call::Call;
use crate::changed::Since;
use crate::client::{ApprovedClient, Standing};
use crate::consent::{self, Choice};
use crate::entitlement::EntitledScope;
use crate::page_error::PageError;
use crate::reach::{self, Excess, Reach, Wanted};
use crate::sealed::Pending;
use crate::signed_in::SignedIn;
use crate::store;
use crate::store::device::{Allowed, WaitingDevice};

/// Which device asks whom for what.
pub(crate) struct AskingDevice {
    pub(crate) tenant: String,
    pub(crate) person: SignedIn,
    pub(crate) code: UserCode,
    pub(crate) client: ApprovedClient,
    pub(crate) reach: Reach,
    /// The scopes of the reach that the catalogue describes.
    pub(crate) described: Vec<EntitledScope>,
    /// When the access would end.
    pub(crate) ends: Timestamp,
    /// What changed since the person last allowed it.
    pub(crate) changed: Since,
    /// It was approved with a warning that is not over.
    pub(crate) warned: bool,
    /// Its logo, where the host is proved and nothing is to be warned of.
    pub(crate) logo: Option<PictureHash>,
    /// The network address of the device.
    pub(crate) asked_from: String,
    pub(crate) asked_at: Timestamp,
}

/// What came of the answer.
pub(crate) enum Answered {
    Allowed,
    Denied,
    /// The client is approved with a warning, or has changed in a way, that the page did not say: the person is asked with
    /// it.
    AskAgain(UserCode),
}

/// The device with this code; `None` when none waits under it.
pub(crate) async fn find(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, code): (SignedIn, UserCode),
) -> Result<Option<AskingDevice>, PageError> {
    let Some((waiting, client)) = waiting(tx, call, &code).await? else {
        return Ok(None);
    };
    let entitlement = client.entitlement(call.now);
    let reach = reach::narrow(&waiting.wanted, &entitlement, Excess::LeftOut, true);
    let reach = reach.map_err(|_| PageError::Stopped)?;
    let at = call.place.environment;
    let changed = store::asked_anew::changed(tx, at, (&client, person.member.id)).await?;
    let warned = store::warning::is_in_force(tx, at, &client, call.now).await?;
    let logo = if warned {
        None
    } else {
        store::logo::shown(tx, at, &client, call.now).await?
    };
    Ok(Some(AskingDevice {
        tenant: tenant::load(tx).await?.name.to_string(),
        described: described(&entitlement, &reach),
        ends: ends(&client, &reach, call.now),
        person,
        code,
        client,
        reach,
        changed,
        warned,
        logo,
        asked_from: waiting.asked_from,
        asked_at: waiting.asked_at,
    }))
}

/// Carries the person's decision out.
pub(crate) async fn answer(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, pending, choice): (&SignedIn, Pending<UserCode>, Choice),
    rng: &mut dyn CryptoRng,
) -> Result<Answered, PageError> {
    let found = waiting(tx, call, &pending.request).await?;
    let (waiting, client) = found.ok_or(PageError::OutOfDate)?;
    let hash = pending.request.hash(call.hash_key);
    if choice == Choice::Deny {
        store::device::answered(tx, call, &hash, None).await?;
        return Ok(Answered::Denied);
    }
    if consent::lacks(tx, call, (&client, &pending)).await? {
        return Ok(Answered::AskAgain(pending.request));
    }
    let allowed = consent::Allowed {
        wanted: Wanted {
            scope: Some(pending.shown),
            resource: waiting.wanted.resource,
        },
        claims: AskedClaims::default(),
        session: None,
        until: None,
    };
    let grant = consent::allow(tx, call, (person, &client, allowed), rng).await?;
    let grant = grant.map_err(|_| PageError::Stopped)?;
    let remembered = (&grant, client.approval());
    store::consent::remember(tx, call.place.environment, remembered, call.now).await?;
    let allowed = Allowed {
        grant: grant.id,
        auth_time: person.session.created_at,
    };
    store::device::answered(tx, call, &hash, Some(allowed)).await?;
    Ok(Answered::Allowed)
}

/// What waits under a code, with its client, where that may still ask people.
async fn waiting(
    tx: &mut TenantTx,
    call: Call<'_>,
    code: &UserCode,
) -> Result<Option<(WaitingDevice, ApprovedClient)>, PageError> {
    let hash = code.hash(call.hash_key);
    let Some(waiting) = store::device::waiting(tx, call, &hash).await? else {
        return Ok(None);
    };
    let at = call.place.environment;
    match store::client::find(tx, at, &waiting.client, call.now).await? {
        Standing::Approved(client)
            if client.may_begin_grants() && client.allows(GrantType::DeviceCode) =>
        {
            Ok(Some((waiting, client)))
        }
        Standing::Approved(_)
        | Standing::Stopped(_)
        | Standing::Undecided(_)
        | Standing::Unknown => Err(PageError::Stopped),
    }
}
