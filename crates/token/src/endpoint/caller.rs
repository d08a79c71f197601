//! Which client calls where clients prove themselves to get something (token, PAR, device authorization): counted, read and
//! proved in one order, so that no endpoint forgets a step. It decides nothing about what the client wants.

use actix_web::HttpRequest;
use narthex_http::Params;
use narthex_http::dpop::Thumbprint;

use crate::Token;
use crate::call::Call;
use crate::client::ApprovedClient;
use crate::client_auth::{self, Authenticated, Presented};
use crate::error::TokenError;
use crate::possession;
use crate::throttle::{self, Counted};

/// A client with an approval in force.
pub(crate) struct Caller {
    pub(crate) client: ApprovedClient,
    /// The key that it proved, where it proved one.
    pub(crate) key: Option<Thumbprint>,
}

/// What a call brings to prove who makes it; counted for its source before anything of it is believed.
pub(crate) async fn presented(
    token: &Token,
    call: Call<'_>,
    (request, form, source): (&HttpRequest, &Params, &str),
) -> Result<Presented, TokenError> {
    throttle::spend(token, call.place, Counted::TokenSource(source), call.now).await?;
    form.refuse_repeats(&["resource"])?;
    Presented::read(request, form)
}

/// Who it is; `None` for a client that nobody approved. The key comes first: what a client proves itself with may count only
/// once, and whoever lacks a nonce comes again with the same.
pub(crate) async fn proved(
    token: &Token,
    call: Call<'_>,
    (request, endpoint, source): (&HttpRequest, &str, &str),
    presented: &Presented,
) -> Result<Option<Caller>, TokenError> {
    let proof = possession::proof(token, call, (request, endpoint), None).await?;
    let Authenticated::Approved(client) = client_auth::authenticate(token, call, presented).await?
    else {
        return Ok(None);
    };
    let shared = client.metadata().auth_method().is_public();
    let counted = Counted::Client(client.id(), shared.then_some(source));
    throttle::spend(token, call.place, counted, call.now).await?;
    Ok(Some(Caller {
        client,
        key: proof.map(|proof| proof.jkt),
    }))
}
