//! What every page handler gathers about one visit, and the answers they share. It renders no page of its own.

use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, dev};
use narthex_http::csrf::{self, CsrfError};
use narthex_http::headers::{Opener, Referrer};
use narthex_http::page::{Narrow, html};
use narthex_http::{CookieName, Cookies, Front, PagePolicy, Params, Peer, RequestId};
use narthex_vocab::{Environment, ErrorCode};
use std::future::Future;
use std::pin::Pin;

use crate::Token;
use crate::call::Arrival;
use crate::page_error::PageError;
use crate::place::Place;
use crate::throttle::{self, Counted};

/// One visit of a browser.
pub(crate) struct Visit {
    pub(crate) request: HttpRequest,
    pub(crate) place: Place,
    pub(crate) id: RequestId,
    pub(crate) token: Data<Token>,
    pub(crate) cookies: Cookies,
    pub(crate) peer: Peer,
}

/// Sign-in: its own address stays within the house; a window that opened it keeps its handle.
pub(crate) const SIGN_IN: PagePolicy = PagePolicy {
    opener: Opener::Kept,
    referrer: Referrer::SameOrigin,
    ..PagePolicy::NO_SCRIPT
};

impl FromRequest for Visit {
    type Error = actix_web::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self, actix_web::Error>>>>;

    fn from_request(request: &HttpRequest, payload: &mut dev::Payload) -> Self::Future {
        let place = Place::from_request(request, payload);
        let id = RequestId::from_request(request, payload);
        let token = Data::<Token>::from_request(request, payload);
        let cookies = Cookies::from_request(request, payload);
        let peer = Peer::from_request(request, payload);
        let request = request.clone();
        Box::pin(async move {
            Ok(Self {
                place: place.await?,
                id: id.await?,
                token: token.await?,
                cookies: cookies.await?,
                peer: peer.await?,
                request,
            })
        })
    }
}

impl Visit {
    /// Counts the visit and takes time and keys.
    pub(crate) async fn arrive(&self) -> Result<Arrival<'_>, PageError> {
        let arrival = Arrival::new(&self.token, &self.place, &self.id).await?;
        let counted = Counted::PageSource(&self.peer.source());
        throttle::spend(&self.token, &self.place, counted, arrival.call().now).await?;
        Ok(arrival)
    }

    /// Where the error reference explains a code.
    pub(crate) fn error_entry(&self, code: ErrorCode) -> Option<String> {
        Front::of(&self.request).map(|front| front.error_entry(code.as_str()))
    }

    /// Whether the browser says that a page of ours led here (Fetch Metadata, `Sec-Fetch-Site`), as after a sign-in.
    pub(crate) fn follows_own_page(&self) -> bool {
        let site = self.request.headers().get("sec-fetch-site");
        site.is_some_and(|site| site == "same-origin")
    }

    /// The session cookie of an end user.
    pub(crate) fn session(&self) -> Option<String> {
        self.cookies.read(&self.request, CookieName::User)
    }

    /// Refuses a form that did not come from our page in this browser, and one with a field twice.
    pub(crate) fn check_form(&self, form: &Params) -> Result<(), PageError> {
        form.refuse_repeats(&[])?;
        let token = form.one(csrf::FIELD)?.ok_or(CsrfError::Token)?;
        Ok(csrf::check(&self.request, token)?)
    }

    /// The frame of a page of this tenant.
    pub(crate) fn frame(&self, title: impl Into<String>, tenant: &str) -> Narrow {
        Narrow::new(title, csrf::issue(&self.request))
            .tenant(tenant)
            .sandbox(self.place.environment == Environment::Sandbox)
    }
}

/// A page on the way to a client.
pub(crate) fn towards_client(
    template: &impl askama::Template,
    status: actix_web::http::StatusCode,
) -> HttpResponse {
    PagePolicy::TOWARDS_CLIENT.on(html(template, status))
}

/// `303 See Other`: never 307, which would post a password again.
pub(crate) fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((LOCATION, address))
        .finish()
}
