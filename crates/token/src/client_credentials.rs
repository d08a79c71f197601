//! The client acts for itself (RFC 6749 section 4.4). No refresh token, no identity of a person.

use narthex_tenancy::TenantTx;
use narthex_vocab::GrantType;
use rand_core::CryptoRng;

use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::issue::{self, Issued, Mint};
use crate::reach::{self, Excess, Wanted};
use crate::store;

/// Issues a token within what was approved.
pub(crate) async fn client_credentials(
    tx: &mut TenantTx,
    call: Call<'_>,
    (client, wanted): (&ApprovedClient, &Wanted),
    rng: &mut dyn CryptoRng,
) -> Result<Issued, TokenError> {
    let grant_type = GrantType::ClientCredentials;
    if !client.allows(grant_type) || client.metadata().auth_method().is_public() {
        return Err(TokenError::GrantNotAllowed);
    }
    if !client.may_begin_grants() {
        return Err(TokenError::Denied(
            "this client may not begin new grants now",
        ));
    }
    let environment = call.place.environment;
    let entitlement = store::entitlement::scopes(tx, environment, client.id(), call.now).await?;
    let reach = reach::narrow(wanted, &entitlement, Excess::Refused, false)?;
    let mint = Mint {
        client,
        reach: &reach,
        grant_type,
        person: None,
    };
    issue::issue(tx, call, mint, rng).await
}
