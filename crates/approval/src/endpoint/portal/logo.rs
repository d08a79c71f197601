//! A picture that a request or client of the tenant shows as its logo. Drawn by us; nothing is fetched for it.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::picture;
use narthex_vocab::{Environment, PictureHash};

use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::logo::Logo;
use crate::{endpoint::logo_words, store};

/// `GET /t/{tenant}/{environment}/logos/{hash}`
pub(crate) async fn image(
    who: SignedIn,
    path: Path<(String, Environment, String)>,
) -> Result<HttpResponse, Refusal> {
    let (_, environment, hash) = path.into_inner();
    let hash: PictureHash = hash.parse().map_err(|_| Refusal::NotFound)?;
    let image = who
        .within(async |tx| store::logo::image(tx, tx.tenant(), (environment, hash)).await)
        .await?;
    Ok(picture::png(image))
}

/// The logos of a request or client, as its own tenant sees them.
pub(super) fn views(
    who: &SignedIn,
    environment: Environment,
    logos: &[Logo],
) -> Vec<narthex_http::page::Logo> {
    let view = |logo: &Logo| {
        let src = logo.picture();
        let src = src.map(|hash| who.path(&format!("/{environment}/logos/{hash}")));
        logo_words::view(logo, src)
    };
    logos.iter().map(view).collect()
}
