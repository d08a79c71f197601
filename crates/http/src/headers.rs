//! Security headers on every response: the content security policy and its companions.
//!
//! Strict by default; a handler loosens two things only, by name, through [`PagePolicy`]. Never an
//! inline script or style, never another origin.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS,
};

use crate::origin::PublicOrigin;

const NO_SCRIPT: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
const OWN_SCRIPT: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; \
     connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
);
const SANDBOX: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; sandbox; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);
const PERMISSIONS: HeaderValue = HeaderValue::from_static(
    "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), \
     publickey-credentials-create=(self), publickey-credentials-get=(self)",
);
const COOP: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const CORP: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");

/// Which scripts a page may run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Script {
    /// None at all: sign-in, consent, secrets, second approval, and every API answer.
    #[default]
    None,
    /// Files from our own origin.
    Own,
    /// None, and nothing else either: what is no page, even where a browser opens it as one.
    Sandbox,
}

/// What a page tells the next site about itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Referrer {
    /// The address goes to our own origin only.
    #[default]
    SameOrigin,
    /// Never: pages that lead to a client. Their forms arrive with `Origin: null`.
    Never,
}

/// Whether a window that opened this page keeps its handle on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Opener {
    /// Cut off.
    #[default]
    Isolated,
    /// Kept: sign-in pages that a client opens in a pop-up.
    Kept,
}

/// What one response may do. A handler that says nothing gets the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PagePolicy {
    /// Scripts.
    pub script: Script,
    /// The referrer.
    pub referrer: Referrer,
    /// The opener.
    pub opener: Opener,
}

impl PagePolicy {
    /// No script.
    pub const NO_SCRIPT: Self = Self {
        script: Script::None,
        referrer: Referrer::SameOrigin,
        opener: Opener::Isolated,
    };
    /// Our own script files.
    pub const OWN_SCRIPT: Self = Self {
        script: Script::Own,
        ..Self::NO_SCRIPT
    };
    /// No script, no referrer, and the opener kept: pages on the way to a client.
    pub const TOWARDS_CLIENT: Self = Self {
        script: Script::None,
        referrer: Referrer::Never,
        opener: Opener::Kept,
    };

    /// Puts the policy on a response.
    #[must_use]
    pub fn on<B>(self, response: HttpResponse<B>) -> HttpResponse<B> {
        let mut response = response;
        response.extensions_mut().insert(self);
        response
    }
}

/// Writes every header; only `Cache-Control` yields to what the handler set.
pub(crate) fn apply(response: &mut HttpResponse<BoxBody>, origin: &PublicOrigin) {
    let policy = response
        .extensions()
        .get::<PagePolicy>()
        .copied()
        .unwrap_or_default();
    let headers = response.headers_mut();
    put_policy(headers, policy);
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(CORP, HeaderValue::from_static("same-origin"));
    headers.insert(PERMISSIONS_POLICY, PERMISSIONS);
    if origin.is_https() {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000"),
        );
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

fn put_policy(headers: &mut HeaderMap, policy: PagePolicy) {
    let csp = match policy.script {
        Script::None => NO_SCRIPT,
        Script::Own => OWN_SCRIPT,
        Script::Sandbox => SANDBOX,
    };
    let referrer = match policy.referrer {
        Referrer::SameOrigin => "same-origin",
        Referrer::Never => "no-referrer",
    };
    let opener = match policy.opener {
        Opener::Isolated => "same-origin",
        Opener::Kept => "unsafe-none",
    };
    headers.insert(CONTENT_SECURITY_POLICY, csp);
    headers.insert(REFERRER_POLICY, HeaderValue::from_static(referrer));
    headers.insert(COOP, HeaderValue::from_static(opener));
}
