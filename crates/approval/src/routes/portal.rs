//! Every path of the tenant portal. The guard is what the handler asks for; tests read the table as data.

use actix_web::web::{Data, ServiceConfig};
use narthex_http::{Routes, Surface};
use narthex_tenancy::permission::Action;

use crate::Approval;
use crate::endpoint::portal::{
    fault, home, invitation, resource, resource_credential, resources, sign_in, sign_out, workspace,
};

/// How errors look on the portal, where no page renders them.
pub const SURFACE: Surface = Surface::Page(fault::page);

/// Who may call a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Anybody.
    Anyone,
    /// Whoever holds the link.
    LinkHolder,
    /// A person of the tenant whose role includes the action.
    May(Action),
}

/// The table.
#[must_use]
#[rustfmt::skip]
pub fn routes() -> Routes<Guard> {
    use Guard::{Anyone, LinkHolder, May};
    let read = May(Action::ReadTenant);
    let catalogue = May(Action::EditCatalogue);
    Routes::new()
        .get("/", Anyone, "workspace", workspace::page)
        .get("/t/{tenant}/sign-in", Anyone, "sign_in", sign_in::page)
        .post("/t/{tenant}/sign-in", Anyone, "sign_in", sign_in::submit)
        .post("/t/{tenant}/sign-out", read, "sign_out", sign_out::submit)
        .get("/t/{tenant}/invitation/{token}", LinkHolder, "invitation", invitation::page)
        .post("/t/{tenant}/invitation/{token}", LinkHolder, "invitation", invitation::submit)
        .get("/t/{tenant}", read, "home", home::page)
        .get("/t/{tenant}/{environment}/resources", read, "resources", resources::page)
        .post("/t/{tenant}/{environment}/resources", catalogue, "add_resource", resources::submit)
        .get("/t/{tenant}/{environment}/resources/new", catalogue, "new_resource", resources::new_page)
        .get("/t/{tenant}/{environment}/resources/{resource}", read, "resource", resource::page)
        .post("/t/{tenant}/{environment}/resources/{resource}/scopes", catalogue, "add_scope", resource::submit_scope)
        .post("/t/{tenant}/{environment}/resources/{resource}/tools", catalogue, "add_tool", resource::submit_tool)
        .post("/t/{tenant}/{environment}/resources/{resource}/credentials", catalogue, "create_resource_credential", resource_credential::submit)
}

/// Registers the portal's paths on a listener, over the plane's state.
pub fn configure(approval: Data<Approval>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(approval);
        routes().configure(config);
    }
}
