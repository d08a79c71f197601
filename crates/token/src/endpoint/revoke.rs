//! `POST …/revoke` (RFC 7009): 200 whatever the token was, unless the caller is not the one it says it is.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use narthex_http::{OAuthError, Peer, RequestId, StrictForm};

use crate::Token;
use crate::call::Arrival;
use crate::client_auth::{self, Authenticated, Presented};
use crate::error::TokenError;
use crate::place::Place;
use crate::revoke::revoke;
use crate::throttle::{self, Counted};

pub(crate) async fn post(
    request: HttpRequest,
    place: Place,
    (id, peer): (RequestId, Peer),
    token: Data<Token>,
    form: StrictForm,
) -> Result<HttpResponse, OAuthError> {
    let arrival = Arrival::new(&token, &place, &id).await?;
    let call = arrival.call();
    let counted = Counted::TokenSource(&peer.source());
    throttle::spend(&token, &place, counted, call.now).await?;
    form.refuse_repeats(&[]).map_err(TokenError::from)?;
    let presented = Presented::read(&request, &form)?;
    let text = form
        .given("token")
        .map_err(TokenError::from)?
        .ok_or_else(|| TokenError::Request("token is missing".to_owned()))?;
    if let Authenticated::Approved(client) =
        client_auth::authenticate(&token, call, &presented).await?
    {
        let revoke = async |tx: &mut _| revoke(tx, call, &client, text).await;
        token.database.tenant(place.tenant, revoke).await?;
    }
    Ok(HttpResponse::Ok().finish())
}
