//! The tokens by which the person signed in uses the management API: the list, making one, which is shown once, and
//! ending one. Nobody sees another's.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Path;
use narthex_http::StrictQuery;
use narthex_people::api_token::{self, ApiToken};
use narthex_tenancy::ambient;
use narthex_tenancy::permission::Action;
use narthex_vocab::{Id, PLATFORM_TENANT, kind};

use super::banner::Done;
use super::frame::{self, Area};
use super::posted::Posted;
use super::problems::Problems;
use super::refusal::Refusal;
use super::secret_page::AlreadyShownPage;
use super::signed_in::{Look, Seen, StaffSignedIn};
use crate::api_token::{EndApiTokenError, create_api_token, end_api_token};
use crate::endpoint::api_tokens::{self, ApiTokensPage, Place, Typed, newest};

/// `GET /api-tokens`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let seen = look(&staff).await?;
    let shell = staff.shell(Area::ApiTokens, &seen, Area::ApiTokens.label());
    let shell = shell.banner(Done::told(&query));
    let typed = (&Typed::at_first(), &Problems::default());
    let page = api_tokens::page(shell, &seen.found, typed, place(&staff));
    Ok(frame::page(&page))
}

/// `POST /api-tokens`
pub(crate) async fn submit(staff: StaffSignedIn, posted: Posted) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::ReadPlatform)?;
    let seen = look(&staff).await?;
    let typed = Typed::read(&posted)?;
    if posted.text("after")? != newest(&seen.found) {
        return Ok(already_shown(&staff, &seen));
    }
    let mut problems = Problems::default();
    let hash_key = &staff.approval().people.hash_key;
    let Some(command) = typed.parse(hash_key, &mut problems) else {
        return Ok(frame::again(&view(&staff, &seen, (&typed, &problems))));
    };
    let made = staff
        .within(PLATFORM_TENANT, async |tx| {
            let mut rng = ambient::rng();
            create_api_token(tx, command, &mut staff.acting(&permit, &mut rng)).await
        })
        .await;
    match made {
        Ok((token, secret)) => {
            let shell = staff.shell(Area::ApiTokens, &seen, "New API token");
            let base = (staff.approval().staff_base.as_str(), None);
            let back = Area::ApiTokens.path().to_owned();
            let page = api_tokens::shown(shell, (&token, &secret), base, back);
            Ok(frame::bare_page(&page, StatusCode::OK))
        }
        Err(error) => {
            api_tokens::refused::<Refusal>(error, &mut problems)?;
            Ok(frame::again(&view(&staff, &seen, (&typed, &problems))))
        }
    }
}

/// `POST /api-tokens/{token}/end`
pub(crate) async fn end(
    staff: StaffSignedIn,
    path: Path<String>,
    _: Posted,
) -> Result<HttpResponse, Refusal> {
    let permit = staff.permit(Action::ReadPlatform)?;
    let token: Id<kind::ApiToken> = path.parse().map_err(|_| Refusal::NotFound)?;
    let ended = staff
        .within(PLATFORM_TENANT, async |tx| {
            let mut rng = ambient::rng();
            end_api_token(tx, token, &mut staff.acting(&permit, &mut rng)).await
        })
        .await;
    match ended {
        // Ending it twice is no error.
        Ok(()) | Err(EndApiTokenError::Over) => Ok(Done::TokenEnded.at(Area::ApiTokens.path())),
        Err(EndApiTokenError::NotPermitted(error)) => Err(error.into()),
        Err(EndApiTokenError::Store(error)) => Err(error.into()),
    }
}

async fn look(staff: &StaffSignedIn) -> Result<Seen<Vec<ApiToken>>, Refusal> {
    let (member, now) = (staff.member.id, staff.now);
    let own = staff.within(PLATFORM_TENANT, async |tx| {
        api_token::of(tx, member, now).await
    });
    let own = own.await?;
    staff
        .look(Look::list(Area::ApiTokens), async |_| Ok(own))
        .await
}

fn view(
    staff: &StaffSignedIn,
    seen: &Seen<Vec<ApiToken>>,
    typed: (&Typed, &Problems),
) -> ApiTokensPage {
    let shell = staff.shell(Area::ApiTokens, seen, Area::ApiTokens.label());
    api_tokens::page(shell, &seen.found, typed, place(staff))
}

fn place(staff: &StaffSignedIn) -> Place<'_> {
    Place {
        here: Area::ApiTokens.path().to_owned(),
        base: staff.approval().staff_base.as_str(),
        codes: "Acting needs a one-time code of yours every 15 minutes as well.",
    }
}

fn already_shown<T>(staff: &StaffSignedIn, seen: &Seen<T>) -> HttpResponse {
    let shell = staff.shell(Area::ApiTokens, seen, "Secret already shown");
    let back = Area::ApiTokens.path().to_owned();
    let page = AlreadyShownPage::new(shell.without_script(), back);
    frame::bare_page(&page, StatusCode::OK)
}
