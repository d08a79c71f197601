//! The route table of the token plane: path, guard, name, handler. Tests read it as data.

use narthex_http::{Routes, Surface};

use crate::endpoint::{evaluation, introspect, revoke, token, userinfo};
use crate::guard::Guard;

/// Every endpoint of the plane, each below `/t/{tenant}/{environment}/`.
pub fn routes() -> Routes<Guard> {
    Routes::new().answering(Surface::OAuthJson, machines)
}

/// What clients and resources call: OAuth errors as JSON.
#[rustfmt::skip]
fn machines(table: Routes<Guard>) -> Routes<Guard> {
    table
        .any_origin(|open| {
            open.post("/t/{tenant}/{environment}/token", Guard::Client, "token", token::post)
                .post("/t/{tenant}/{environment}/introspect", Guard::ClientOrResource, "introspect", introspect::post)
                .post("/t/{tenant}/{environment}/revoke", Guard::Client, "revoke", revoke::post)
                .get("/t/{tenant}/{environment}/userinfo", Guard::Bearer, "userinfo", userinfo::get)
                .post("/t/{tenant}/{environment}/userinfo", Guard::Bearer, "userinfo", userinfo::post)
        })
        .post("/t/{tenant}/{environment}/access/v1/evaluation", Guard::Resource, "evaluation", evaluation::post)
}
