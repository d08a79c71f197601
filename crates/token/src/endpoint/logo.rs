//! `GET …/logo/{client_id}/{hash}`: the picture beside a client's name on the consent page, for the person who is signed
//! in there. Drawn by us; nothing is fetched for it.

use actix_web::HttpResponse;
use narthex_http::picture;
use narthex_tenancy::TenantTx;
use narthex_vocab::{ClientId, PictureHash};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use crate::client::Standing;
use crate::endpoint::visit::Visit;
use crate::page_error::PageError;
use crate::place::Place;
use crate::signed_in::signed_in;
use crate::store;

/// The address of a client's picture.
pub(crate) fn address(place: &Place, client: &ClientId, hash: PictureHash) -> String {
    let client = utf8_percent_encode(client.as_str(), NON_ALPHANUMERIC);
    place.path(&format!("logo/{client}/{hash}"))
}

pub(crate) async fn get(visit: Visit) -> HttpResponse {
    let answered = answer(&visit).await;
    answered.unwrap_or_else(|error| error.page(&visit.id))
}

async fn answer(visit: &Visit) -> Result<HttpResponse, PageError> {
    let (client, hash) = asked(visit).ok_or(PageError::NotFound)?;
    let arrival = visit.arrive().await?;
    let (call, cookie) = (arrival.call(), visit.session());
    let environment = visit.place.environment;
    let image = visit
        .token
        .database
        .tenant(visit.place.tenant, async |tx: &mut TenantTx| {
            if signed_in(tx, call, cookie.as_deref()).await?.is_none() {
                return Ok(None);
            }
            match store::client::find(tx, environment, &client, call.now).await? {
                Standing::Approved(client) => {
                    let which = (&client, hash);
                    Ok(store::logo::image(tx, environment, which, call.now).await?)
                }
                Standing::Undecided(_) | Standing::Stopped(_) | Standing::Unknown => {
                    Ok::<_, PageError>(None)
                }
            }
        })
        .await?;
    image.map(picture::png).ok_or(PageError::NotFound)
}

/// Whose picture, and which. An identifier that is an address stands encoded in the path.
fn asked(visit: &Visit) -> Option<(ClientId, PictureHash)> {
    let path = visit.request.match_info();
    let client = percent_decode_str(path.get("client")?).decode_utf8().ok()?;
    Some((
        ClientId::parse(&client).ok()?,
        path.get("hash")?.parse().ok()?,
    ))
}
