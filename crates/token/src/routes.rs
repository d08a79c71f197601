//! The route table of the token plane: path, guard, name, handler. Tests read it as data.

use narthex_http::{Routes, Surface};

use crate::endpoint::{
    apps, ask, authorize, consent, device, device_authorization, evaluation, event_stream,
    introspect, logo, push, revoke, sign_in, sign_out, token, userinfo, waiting,
};
use crate::guard::Guard;

/// Every endpoint of the plane, each below `/t/{tenant}/{environment}/`.
pub fn routes() -> Routes<Guard> {
    Routes::new()
        .answering(Surface::OAuthJson, machines)
        .answering(Surface::PAGE, people)
}

/// What clients and resources call: OAuth errors as JSON.
#[rustfmt::skip]
fn machines(table: Routes<Guard>) -> Routes<Guard> {
    table
        .any_origin(|open| {
            open.post("/t/{tenant}/{environment}/token", Guard::Client, "token", token::post)
                .post("/t/{tenant}/{environment}/par", Guard::Client, "push", push::post)
                .post("/t/{tenant}/{environment}/device_authorization", Guard::Client, "device_authorization", device_authorization::post)
                .post("/t/{tenant}/{environment}/introspect", Guard::ClientOrResource, "introspect", introspect::post)
                .post("/t/{tenant}/{environment}/revoke", Guard::Client, "revoke", revoke::post)
                .get("/t/{tenant}/{environment}/userinfo", Guard::Bearer, "userinfo", userinfo::get)
                .post("/t/{tenant}/{environment}/userinfo", Guard::Bearer, "userinfo", userinfo::post)
        })
        .post("/t/{tenant}/{environment}/access/v1/evaluation", Guard::Resource, "evaluation", evaluation::post)
        .get("/t/{tenant}/{environment}/events/stream", Guard::Resource, "event_stream", event_stream::get)
        .post("/t/{tenant}/{environment}/events/stream", Guard::Resource, "create_event_stream", event_stream::post)
        .patch("/t/{tenant}/{environment}/events/stream", Guard::Resource, "change_event_stream", event_stream::patch)
        .put("/t/{tenant}/{environment}/events/stream", Guard::Resource, "replace_event_stream", event_stream::put)
        .delete("/t/{tenant}/{environment}/events/stream", Guard::Resource, "remove_event_stream", event_stream::delete)
        .get("/t/{tenant}/{environment}/events/status", Guard::Resource, "event_stream_status", event_stream::get_status)
        .post("/t/{tenant}/{environment}/events/status", Guard::Resource, "set_event_stream_status", event_stream::set_status)
        .post("/t/{tenant}/{environment}/events/verify", Guard::Resource, "verify_event_stream", event_stream::verify)
        .post("/t/{tenant}/{environment}/events/poll", Guard::Resource, "poll", event_stream::poll)
}

/// What people see: errors as pages.
#[rustfmt::skip]
fn people(table: Routes<Guard>) -> Routes<Guard> {
    table
        .get("/t/{tenant}/{environment}/authorize", Guard::Anyone, "authorize", authorize::get)
        .post("/t/{tenant}/{environment}/authorize", Guard::Anyone, "authorize", authorize::post)
        .get("/t/{tenant}/{environment}/sign-in", Guard::Anyone, "sign_in", sign_in::get)
        .post("/t/{tenant}/{environment}/sign-in", Guard::Anyone, "sign_in", sign_in::post)
        .get("/t/{tenant}/{environment}/logout", Guard::Anyone, "sign_out", sign_out::get)
        .post("/t/{tenant}/{environment}/logout", Guard::Anyone, "sign_out", sign_out::post)
        .post("/t/{tenant}/{environment}/logout/confirm", Guard::Anyone, "confirm_sign_out", sign_out::confirm)
        .get("/t/{tenant}/{environment}/apps", Guard::Person, "apps", apps::get)
        .post("/t/{tenant}/{environment}/apps/remove", Guard::Person, "remove_app", apps::post)
        .post("/t/{tenant}/{environment}/consent", Guard::Person, "consent", consent::post)
        .post("/t/{tenant}/{environment}/ask", Guard::Person, "ask", ask::post)
        .get("/t/{tenant}/{environment}/device", Guard::Person, "device", device::get)
        .post("/t/{tenant}/{environment}/device", Guard::Person, "device", device::post)
        .post("/t/{tenant}/{environment}/device/answer", Guard::Person, "device_answer", device::answer)
        .get("/t/{tenant}/{environment}/logo/{client}/{hash}", Guard::Person, "logo", logo::get)
        .get("/t/{tenant}/{environment}/waiting/{parked}", Guard::Person, "waiting", waiting::get)
}
