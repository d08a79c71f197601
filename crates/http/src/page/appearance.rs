//! Light, dark, or as the system says: a choice that a browser keeps in a cookie, made on one page without script and
//! without signing in. The choice reaches every page of a listener by a style sheet of its own, so that no page has to know
//! of it. It never leads to an address of somebody else.

use actix_web::http::header::{CACHE_CONTROL, LOCATION, REFERER, VARY};
use actix_web::http::{StatusCode, Uri};
use actix_web::{HttpRequest, HttpResponse, web};
use askama::Template;
use std::time::Duration;

use super::{Choice, ErrorSummary, Field, Narrow, html};
use crate::cookie::{CookieName, Lifetime};
use crate::csrf::{self, CsrfError};
use crate::form::StrictForm;
use crate::front::Front;
use crate::headers::PagePolicy;
use crate::surface::Surface;

/// Where the choice is made.
const PATH: &str = "/appearance";
/// How long a browser keeps it.
const KEPT: Duration = Duration::from_hours(365 * 24);

/// How pages look.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Theme {
    /// As the system or the browser says.
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::System => "As the system says",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == text)
    }

    fn of(request: &HttpRequest) -> Self {
        Front::of(request)
            .and_then(|front| front.cookies().read(request, CookieName::Theme))
            .and_then(|text| Self::parse(&text))
            .unwrap_or_default()
    }

    /// The rule behind the tokens of `app.css`, in their layer: print and forced colours still win.
    const fn style(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => "@layer tokens{:root{color-scheme:light}}",
            Self::Dark => "@layer tokens{:root{color-scheme:dark}}",
        }
    }
}

#[derive(Template)]
#[template(path = "appearance.html")]
struct AppearancePage {
    narrow: Narrow,
    errors: ErrorSummary,
    choice: Field,
    back: String,
}

/// The page, its style sheet and its form.
pub(super) fn configure(config: &mut web::ServiceConfig) {
    config
        .service(
            web::resource(PATH)
                .app_data(Surface::PAGE)
                .route(web::get().to(get))
                .route(web::head().to(get))
                .route(web::post().to(post)),
        )
        .route("/theme.css", web::get().to(style));
}

async fn style(request: HttpRequest) -> HttpResponse {
    HttpResponse::Ok()
        .content_type("text/css; charset=utf-8")
        .insert_header((CACHE_CONTROL, "private, no-cache"))
        .insert_header((VARY, "cookie"))
        .body(Theme::of(&request).style())
}

async fn get(request: HttpRequest) -> HttpResponse {
    let back = came_from(&request).unwrap_or_default();
    show(&request, Some(Theme::of(&request)), back)
}

async fn post(request: HttpRequest, form: StrictForm) -> Result<HttpResponse, CsrfError> {
    let given = |name| form.given(name).ok().flatten().unwrap_or_default();
    csrf::check(&request, given(csrf::FIELD))?;
    let back = own_path(given("back")).unwrap_or_default();
    let (Some(theme), Some(front)) = (Theme::parse(given("theme")), Front::of(&request)) else {
        return Ok(show(&request, None, back));
    };
    let cookies = front.cookies();
    let cookie = match theme {
        Theme::System => cookies.clear(CookieName::Theme),
        chosen => cookies.set(
            CookieName::Theme,
            chosen.as_str().to_owned(),
            Lifetime::For(KEPT),
        ),
    };
    let to = if back.is_empty() {
        PATH.to_owned()
    } else {
        back
    };
    Ok(HttpResponse::SeeOther()
        .insert_header((LOCATION, to))
        .cookie(cookie)
        .finish())
}

/// The page; `None`: what was sent is no choice.
fn show(request: &HttpRequest, chosen: Option<Theme>, back: String) -> HttpResponse {
    let choices = Theme::ALL
        .map(|theme| Choice::new(theme.as_str(), theme.label()).chosen(chosen == Some(theme)));
    let error = chosen
        .is_none()
        .then(|| "Choose how pages look.".to_owned());
    let choice =
        Field::radios("theme", "How pages look in this browser", choices.into()).error(error);
    let errors = ErrorSummary::of([&choice]);
    let status = if errors.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    let page = AppearancePage {
        narrow: Narrow::new("Appearance", csrf::issue(request)).problem(!errors.is_empty()),
        errors,
        choice,
        back,
    };
    PagePolicy::NO_SCRIPT.on(html(&page, status))
}

/// The page of ours that a link here was on.
fn came_from(request: &HttpRequest) -> Option<String> {
    let front = Front::of(request)?;
    let referrer = request.headers().get(REFERER)?.to_str().ok()?;
    let path = referrer.strip_prefix(front.origin.as_str())?;
    own_path(path)
}

/// A path on this very listener with its query, and nothing that a browser reads as another place.
fn own_path(text: &str) -> Option<String> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'#'));
    let local = text.starts_with('/') && !text.starts_with("//");
    let path = text.split('?').next().unwrap_or_default();
    let parsed = text.parse::<Uri>().is_ok_and(|uri| uri.host().is_none());
    (plain && local && parsed && path != PATH).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::own_path;

    #[test]
    fn the_way_back_is_ours() {
        for own in ["/", "/t/acme/production/authorize?client_id=a&state=b%2F"] {
            assert_eq!(own_path(own).as_deref(), Some(own));
        }
        for other in [
            "",
            "//evil.example/",
            "/\\evil.example",
            "https://evil.example/",
            "evil",
            "/a\r\nSet-Cookie: x=1",
            "/a b",
            "/appearance",
            "/appearance?x",
            "javascript:alert(1)",
            "/é",
        ] {
            assert_eq!(own_path(other), None, "{other:?}");
        }
    }
}
