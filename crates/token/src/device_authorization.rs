//! A device asks for a person's permission (RFC 8628 section 3.1): it gets a code of its own to ask with, and a short one to
//! show. What the front door would refuse is refused here; whether anybody allows it is not known yet.

use chrono::Duration;
use narthex_tenancy::{StoreError, TenantTx};
use narthex_vocab::{GrantType, Secret, SecretKind, UserCode};
use rand_core::CryptoRng;
use serde::Serialize;

use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::reach::{self, Excess, Wanted};
use crate::store;
use crate::store::device::NewDevice;

/// How long a person has, in seconds.
const LASTS: u16 = 600;
/// How long a device waits between two questions, in seconds.
const WAIT: u16 = 5;
/// User codes that are tried before giving up: one in ten thousand million is taken already.
const TRIES: u8 = 3;

/// What the device is told (RFC 8628 section 3.2). It is not Debug: it holds a code.
#[derive(Serialize)]
pub(crate) struct Asked {
    device_code: String,
    user_code: UserCode,
    verification_uri: String,
    verification_uri_complete: String,
    /// Seconds, as the next one.
    expires_in: u16,
    interval: u16,
}

/// Who asks for what, from where, and where people answer.
pub(crate) struct Question<'a> {
    pub(crate) client: &'a ApprovedClient,
    pub(crate) wanted: Wanted,
    pub(crate) source: &'a str,
    pub(crate) verification_uri: String,
}

/// Lets a device wait for its person.
pub(crate) async fn ask(
    tx: &mut TenantTx,
    call: Call<'_>,
    question: Question<'_>,
    rng: &mut dyn CryptoRng,
) -> Result<Asked, TokenError> {
    let Question {
        client,
        wanted,
        source,
        verification_uri,
    } = question;
    if !client.allows(GrantType::DeviceCode) {
        return Err(TokenError::GrantNotAllowed);
    }
    if !client.may_begin_grants() {
        return Err(TokenError::Denied("this client may not begin new sign-ins"));
    }
    reach::narrow(
        &wanted,
        &client.entitlement(call.now),
        Excess::LeftOut,
        true,
    )?;
    if store::device::is_full(tx, call, client.id()).await? {
        return Err(TokenError::Limited { retry_after: 60 });
    }
    let code = Secret::generate(SecretKind::DeviceCode, rng);
    for _ in 0..TRIES {
        let user_code = UserCode::generate(rng);
        let device = NewDevice {
            code: &code.hash(call.hash_key),
            user_code: &user_code.hash(call.hash_key),
            client: client.id(),
            wanted: &wanted,
            asked_from: source,
            expires_at: call.now + Duration::seconds(LASTS.into()),
        };
        if store::device::insert(tx, call, &device).await? {
            return Ok(Asked {
                device_code: code.reveal().to_owned(),
                verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
                verification_uri,
                user_code,
                expires_in: LASTS,
                interval: WAIT,
            });
        }
    }
    let words = "no user code was free".to_owned();
    Err(StoreError::Unavailable(words).into())
}
