//! The gallery: every component in every state, and one screen of each kind, with long names and long words.
//!
//! For development and for the screenshot tests; a binary mounts it in `dev` only. Reads and writes nothing.

mod parts;
mod samples;
mod screens;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use askama::Template;

use super::{ErrorPage, html};

/// The pages of the gallery, by the last part of their path.
pub const SCREENS: [&str; 10] = [
    "review", "requests", "empty", "form", "secret", "danger", "sign-in", "consent", "waiting",
    "error",
];

/// `/_gallery`: every component.
pub fn gallery() -> HttpResponse {
    show(&parts::Parts::new())
}

/// `/_gallery/{name}`: one screen; 404 for a name that is not in [`SCREENS`].
pub fn screen(name: &str) -> HttpResponse {
    match name {
        "review" => show(&screens::Review::new()),
        "requests" => show(&screens::Requests::new()),
        "empty" => show(&screens::Empty::new()),
        "form" => show(&screens::Form::new()),
        "secret" => show(&screens::Secret::new()),
        "danger" => show(&screens::Danger::new()),
        "sign-in" => show(&screens::SignIn::new()),
        "consent" => show(&screens::Consent::new()),
        "waiting" => show(&screens::Waiting::new()),
        "error" => show(&samples::refusal()),
        _ => html(
            &ErrorPage::new(StatusCode::NOT_FOUND, "none"),
            StatusCode::NOT_FOUND,
        ),
    }
}

/// Adds the gallery to a listener.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.route("/_gallery", web::get().to(async || gallery()))
        .route(
            "/_gallery/{name}",
            web::get().to(async |name: web::Path<String>| screen(&name)),
        );
}

fn show(template: &impl Template) -> HttpResponse {
    html(template, StatusCode::OK)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_screen_renders() {
        assert_eq!(gallery().status(), StatusCode::OK);
        for name in SCREENS {
            assert_eq!(screen(name).status(), StatusCode::OK, "{name}");
        }
        assert_eq!(screen("nothing").status(), StatusCode::NOT_FOUND);
    }
}
