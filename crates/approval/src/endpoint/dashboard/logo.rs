//! A picture that is shown as a logo, to staff, by the tenant that has it. Drawn by us; nothing is fetched for it.

use actix_web::HttpResponse;
use narthex_http::picture;
use narthex_vocab::PictureHash;

use super::place::Place;
use super::refusal::Refusal;
use super::signed_in::StaffSignedIn;
use crate::store;

/// `GET /logos/{tenant}/{environment}/{hash}`
pub(crate) async fn image(staff: StaffSignedIn, place: Place) -> Result<HttpResponse, Refusal> {
    let hash: PictureHash = place.named("hash")?;
    let at = (place.environment, hash);
    let seen = staff
        .look_at(&place, format!("logo {hash}"), async |tx, tenant| {
            store::logo::image(tx, tenant, at).await
        })
        .await?;
    Ok(picture::png(seen.found.1))
}
