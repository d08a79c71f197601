//! The client acts for itself (RFC 6749 section 4.4), or its workload's token stands for that (RFC 7523 section 2.1). No
//! refresh token, no identity of a person.

use narthex_vocab::GrantType;
use rand_core::CryptoRng;

use crate::Token;
use crate::call::Call;
use crate::client::ApprovedClient;
use crate::error::TokenError;
use crate::issue::{self, Issued, Mint};
use crate::reach::{self, Excess, Wanted};
use narthex_http::dpop::Thumbprint;

/// What a client brings that has proved who it is.
pub(crate) struct ForItself {
    /// Client credentials, or the token that proved it.
    pub(crate) grant_type: GrantType,
    pub(crate) wanted: Wanted,
}

/// Issues a token within what was approved.
pub(crate) async fn client_credentials(
    token: &Token,
    call: Call<'_>,
    (client, command, key): (&ApprovedClient, &ForItself, Option<&Thumbprint>),
    rng: &mut dyn CryptoRng,
) -> Result<Issued, TokenError> {
    let ForItself { grant_type, wanted } = command;
    let grant_type = *grant_type;
    // A token of somebody else stands for a workload alone: other clients have something of their own.
    let by_workload = client.metadata().auth_method().is_workload();
    if grant_type == GrantType::JwtBearer && !by_workload {
        return Err(TokenError::Grant("the client is no workload"));
    }
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
        exchanged: None,
    };
    issue::issue_alone(token, call, mint, rng).await
}
