//! The client acts for itself (RFC 6749 section 4.4). No refresh token, no identity of a person.

use narthex_vocab::GrantType;
use rand_core::CryptoRng;

use crate::Token;
use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::issue::{self, Issued, Mint};
use crate::reach::{self, Excess, Wanted};
use narthex_http::dpop::Thumbprint;

/// Issues a token within what was approved.
pub(crate) async fn client_credentials(
    token: &Token,
    call: Call<'_>,
    (client, wanted, key): (&ApprovedClient, &Wanted, Option<&Thumbprint>),
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
    let entitlement = client.entitlement(call.now);
    let reach = reach::narrow(wanted, &entitlement, Excess::Refused, false)?;
    let mint = Mint {
        client,
        reach: &reach,
        grant_type,
        person: None,
        key,
    };
    issue::issue_alone(token, call, mint, rng).await
}
