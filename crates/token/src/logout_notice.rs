//! Clients hear that a person signed out (OpenID Connect Back-Channel Logout 1.0). Here the logout token is signed and left; who
//! tells it is the discovery plane's process, since this one goes out to nobody.

use std::collections::BTreeSet;

use chrono::Duration;
use narthex_tenancy::TenantTx;
use narthex_vocab::{ClientId, Id, Member, Session, Timestamp, WebUri};
use rand_core::CryptoRng;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::call::Call;
use crate::client::{ApprovedClient, Standing};
use crate::error::TokenError;
use crate::issue::new_jti;
use crate::page_error::PageError;
use crate::store;

/// How long a logout token counts (section 2.4): as long as anybody tries to tell it.
const LIFETIME: Duration = Duration::minutes(2);
/// The media type of the header (section 2.4): no other check takes it for another token.
const TYPE: &str = "logout+jwt";
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

#[derive(Serialize)]
struct Claims<'a> {
    iss: &'a str,
    sub: Id<Member>,
    aud: &'a ClientId,
    iat: i64,
    exp: i64,
    jti: Uuid,
    sid: Id<Session>,
    events: Value,
}

/// What is left for the discovery plane.
pub(crate) struct Notice<'a> {
    pub(crate) id: Uuid,
    pub(crate) client: &'a ClientId,
    pub(crate) uri: &'a WebUri,
    pub(crate) logout_token: String,
    pub(crate) expires_at: Timestamp,
}

/// Leaves a notice for every client that the person used in this session and that wants to hear.
pub(crate) async fn tell(
    tx: &mut TenantTx,
    call: Call<'_>,
    whose: (Id<Session>, Id<Member>),
    rng: &mut dyn CryptoRng,
) -> Result<(), PageError> {
    let environment = call.place.environment;
    let used: BTreeSet<ClientId> = store::grant::clients_of(tx, environment, whose.0).await?;
    for id in used {
        let standing = store::client::find(tx, environment, &id, call.now).await?;
        let Standing::Approved(client) = standing else {
            continue;
        };
        let Some(uri) = client.metadata().backchannel_logout_uri() else {
            continue;
        };
        let jti = new_jti(call.now, rng);
        let notice = Notice {
            id: jti,
            client: &id,
            uri,
            logout_token: sign(call, &client, whose, jti)?,
            expires_at: call.now + LIFETIME,
        };
        store::logout_notice::insert(tx, environment, &notice, call.now).await?;
    }
    Ok(())
}

fn sign(
    call: Call<'_>,
    client: &ApprovedClient,
    (session, member): (Id<Session>, Id<Member>),
    jti: Uuid,
) -> Result<String, TokenError> {
    let claims = Claims {
        iss: call.place.issuer.as_str(),
        sub: member,
        aud: client.id(),
        iat: call.now.timestamp(),
        exp: (call.now + LIFETIME).timestamp(),
        jti,
        sid: session,
        events: json!({ EVENT: {} }),
    };
    let key = call.ring.key(client.metadata().id_token_algorithm());
    key.sign(TYPE, &claims).map_err(|_| TokenError::Signing)
}
