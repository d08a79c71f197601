//! The front of one listener: what its servers must know, and the `App` built from it.
//!
//! Never a process-wide setting: each listener has its own `Front`.

use actix_web::body::BoxBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::from_fn;
use actix_web::web::{Data, PayloadConfig, ServiceConfig};
use actix_web::{App, Error, HttpRequest};

use crate::ambient::Ambient;
use crate::body::BODY_LIMIT;
use crate::cookie::{CookieName, Cookies};
use crate::edge::edge;
use crate::origin::PublicOrigin;
use crate::peer::TrustedProxies;
use crate::surface::Surface;

/// What one listener's requests are answered with.
#[derive(Clone, Debug)]
pub struct Front {
    /// `discovery`, `token`, `portal` or `staff`: in logs and metrics.
    pub name: &'static str,
    /// What browsers see; decides cookies, HSTS and the CSRF origin check.
    pub origin: PublicOrigin,
    /// The public documentation, as browsers see it: the entries of errors are below it.
    pub docs: String,
    /// How errors without a body of their own are rendered where no route says otherwise.
    pub surface: Surface,
    /// Whose word about the client's address is taken.
    pub proxies: TrustedProxies,
    /// The session cookie that keys CSRF tokens here; `None` where nobody signs in.
    pub session: Option<CookieName>,
    /// The clock and the entropy.
    pub ambient: Ambient,
}

impl Front {
    /// The front that this request came through.
    pub fn of(request: &HttpRequest) -> Option<&Front> {
        request.app_data::<Data<Front>>().map(Data::get_ref)
    }

    /// The address of an entry of the error reference.
    pub fn error_entry(&self, name: &str) -> String {
        format!("{}/errors#{name}", self.docs)
    }

    /// The cookie rules of this listener.
    pub fn cookies(&self) -> Cookies {
        Cookies::new(self.origin.is_https())
    }
}

/// The whole `App` of one listener: the plane's services behind the one middleware. Servers and
/// tests build it here, so that no test meets another application than production does.
pub fn app<C>(
    front: Data<Front>,
    configure: C,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >,
>
where
    C: FnOnce(&mut ServiceConfig),
{
    App::new()
        .app_data(front)
        .app_data(PayloadConfig::new(BODY_LIMIT))
        .configure(configure)
        .wrap(from_fn(edge))
}
