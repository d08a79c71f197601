//! The tokens by which a person of the tenant uses the management API: the list, making one, which is shown once, and
//! ending one. Nobody sees another's, an owner neither.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use narthex_http::StrictQuery;
use narthex_people::api_token::{self, ApiToken};
use narthex_tenancy::TenantTx;
use narthex_tenancy::permission::{Action, Permit};
use narthex_vocab::{Id, kind};

use super::banner::Done;
use super::frame::{Area, again, bare_page, page as answer};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::secret_page::AlreadyShownPage;
use super::signed_in::SignedIn;
use crate::Acting;
use crate::api_token::{EndApiTokenError, create_api_token, end_api_token};
use crate::endpoint::api_tokens::{self, ApiTokensPage, Place, Typed, newest};

const AREA: Area = Area::ApiTokens;

/// `GET /t/{tenant}/api-tokens`
pub(crate) async fn page(who: SignedIn, query: StrictQuery) -> Result<HttpResponse, Refusal> {
    let own = look(&who).await?;
    let shell = who.shell(AREA, AREA.label()).banner(Done::told(&query));
    let typed = (&Typed::at_first(), &Problems::default());
    Ok(answer(&api_tokens::page(shell, &own, typed, place(&who))))
}

/// `POST /t/{tenant}/api-tokens`
pub(crate) async fn submit(who: SignedIn, posted: Posted) -> actix_web::Result<HttpResponse> {
    let permit = who.permit(Action::ReadTenant)?;
    let (typed, after) = (Typed::read(&posted)?, posted.text("after")?);
    Ok(make(&who, &permit, &typed, &after).await?)
}

async fn make(
    who: &SignedIn,
    permit: &Permit,
    typed: &Typed,
    after: &str,
) -> Result<HttpResponse, Refusal> {
    let own = look(who).await?;
    if after != newest(&own) {
        let shell = who.shell(AREA, "Secret already shown").without_script();
        let page = AlreadyShownPage::new(shell, who.path(&AREA.path()));
        return Ok(bare_page(&page, StatusCode::OK));
    }
    let mut problems = Problems::default();
    let Some(command) = typed.parse(who.hash_key(), &mut problems) else {
        return Ok(again(&view(who, &own, (typed, &problems))));
    };
    let work = async |tx: &mut TenantTx, acting: &mut Acting<'_>| {
        create_api_token(tx, command, acting).await
    };
    match who.act(permit, work).await {
        Ok((token, secret)) => {
            let shell = who.shell(AREA, "New API token");
            let slug = who.tenant.slug.as_str();
            let base = (who.portal_base(), Some(slug));
            let back = who.path(&AREA.path());
            let page = api_tokens::shown(shell, (&token, &secret), base, back);
            Ok(bare_page(&page, StatusCode::OK))
        }
        Err(error) => {
            api_tokens::refused::<Refusal>(error, &mut problems)?;
            Ok(again(&view(who, &own, (typed, &problems))))
        }
    }
}

/// `POST /t/{tenant}/api-tokens/{api_token}/end`
pub(crate) async fn end(
    who: SignedIn,
    path: Path<(String, String)>,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = who.permit(Action::ReadTenant)?;
    let token: Id<kind::ApiToken> = path.1.parse().map_err(|_| Refusal::NotFound)?;
    let work =
        async |tx: &mut TenantTx, acting: &mut Acting<'_>| end_api_token(tx, token, acting).await;
    match who.act(&permit, work).await {
        // Ending it twice is no error.
        Ok(()) | Err(EndApiTokenError::Over) => Ok(Done::TokenEnded.at(&who.path(&AREA.path()))),
        Err(EndApiTokenError::NotPermitted(error)) => Err(error.into()),
        Err(EndApiTokenError::Store(error)) => Err(error.into()),
    }
}

async fn look(who: &SignedIn) -> Result<Vec<ApiToken>, Refusal> {
    let (member, now) = (who.member.id, who.now);
    let work = async |tx: &mut TenantTx| api_token::of(tx, member, now).await;
    Ok(who.within(work).await?)
}

fn view(who: &SignedIn, own: &[ApiToken], typed: (&Typed, &Problems)) -> ApiTokensPage {
    api_tokens::page(who.shell(AREA, AREA.label()), own, typed, place(who))
}

fn place(who: &SignedIn) -> Place<'_> {
    Place {
        here: who.path(&AREA.path()),
        base: who.portal_base(),
        codes: "Where you sign in with a one-time code, acting needs one every 15 minutes, too.",
    }
}
