//! Every path of the staff dashboard. The guard is what the handler asks for; tests read the table as data.

use actix_web::web::{Data, ServiceConfig};
use narthex_http::{Routes, Surface};
use narthex_tenancy::permission::Action;

use crate::Approval;
use crate::endpoint::dashboard::{decide, fault, requests, review, sign_in, sign_out};

/// How errors look on the dashboard, where no page renders them.
pub const SURFACE: Surface = Surface::Page(fault::page);

/// Who may call a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Anybody: the page by which staff sign in.
    Anyone,
    /// A person of the platform, signed in with a second factor, whose role includes the action.
    May(Action),
}

/// The table.
#[must_use]
#[rustfmt::skip]
pub fn routes() -> Routes<Guard> {
    use Guard::{Anyone, May};
    let look = May(Action::ReadPlatform);
    Routes::new()
        .get("/", look, "home", requests::home)
        .get("/sign-in", Anyone, "sign_in", sign_in::page)
        .post("/sign-in", Anyone, "sign_in", sign_in::submit)
        .post("/sign-out", look, "sign_out", sign_out::submit)
        .get("/requests", look, "requests", requests::page)
        .get("/requests/{tenant}/{environment}/{request_id}", look, "review", review::page)
        .post("/requests/{tenant}/{environment}/{request_id}", May(Action::Decide), "decide", decide::submit)
}

/// Registers the dashboard's paths on a listener, over the plane's state.
pub fn configure(approval: Data<Approval>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(approval);
        routes().configure(config);
    }
}
