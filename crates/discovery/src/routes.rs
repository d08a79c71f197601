//! Every path of the public plane, on one screen.

use actix_web::web::{Data, ServiceConfig};
use narthex_http::{Routes, Surface};

use crate::{
    Discovery,
    endpoint::{docs, key_set, manage, metadata, register, ssf_configuration},
};

/// Who may call a route here: anybody. A registration is managed with its own token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// No sign-in, no credential; reads may come from pages of any origin.
    Public,
}

/// The table. RFC 8414 section 3.1 puts the well-known part before the issuer's path, OpenID Connect Discovery 1.0
/// section 4 after it; clients try all three forms.
pub fn routes() -> Routes<Guard> {
    let table = Routes::new().answering(Surface::OAuthJson, |table| table.any_origin(rows));
    table.answering(Surface::PAGE, pages)
}

#[rustfmt::skip]
fn rows(table: Routes<Guard>) -> Routes<Guard> {
    use Guard::Public;
    table
        .get("/.well-known/oauth-authorization-server/t/{tenant}", Public, "metadata", metadata::production)
        .get("/.well-known/oauth-authorization-server/t/{tenant}/sandbox", Public, "metadata", metadata::sandbox)
        .get("/.well-known/openid-configuration/t/{tenant}", Public, "metadata", metadata::production)
        .get("/.well-known/openid-configuration/t/{tenant}/sandbox", Public, "metadata", metadata::sandbox)
        .get("/t/{tenant}/.well-known/openid-configuration", Public, "metadata", metadata::production)
        .get("/t/{tenant}/sandbox/.well-known/openid-configuration", Public, "metadata", metadata::sandbox)
        .get("/.well-known/ssf-configuration/t/{tenant}", Public, "ssf_configuration", ssf_configuration::production)
        .get("/.well-known/ssf-configuration/t/{tenant}/sandbox", Public, "ssf_configuration", ssf_configuration::sandbox)
        .get("/t/{tenant}/{environment}/jwks", Public, "key_set", key_set::get)
        .post("/t/{tenant}/{environment}/register", Public, "register", register::post)
        .get("/t/{tenant}/{environment}/register/{client}", Public, "read_registration", manage::get)
        .put("/t/{tenant}/{environment}/register/{client}", Public, "update_registration", manage::put)
        .delete("/t/{tenant}/{environment}/register/{client}", Public, "delete_registration", manage::delete)
}

/// The documentation, for people and for programs that read.
#[rustfmt::skip]
fn pages(table: Routes<Guard>) -> Routes<Guard> {
    use Guard::Public;
    table
        .get("/docs", Public, "docs", docs::index)
        .get("/docs/{page}", Public, "docs", docs::page)
        .get("/t/{tenant}/{environment}/docs", Public, "docs", docs::own_index)
        .get("/t/{tenant}/{environment}/docs/{page}", Public, "docs", docs::own_page)
        .get("/llms.txt", Public, "docs", docs::llms)
}

/// Registers the table with its state.
pub fn configure(config: &mut ServiceConfig, state: Data<Discovery>) {
    config.app_data(state);
    routes().configure(config);
}
