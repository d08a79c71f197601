//! How portal and dashboard show a logo: the picture that discovery drew anew, or why there is none, and that it proves
//! nobody.

use narthex_http::page::{Badge, Logo as View, Tone, When};

use crate::logo::Logo;

/// A logo with its words; `src` is the address of its picture, where one is shown.
pub(crate) fn view(logo: &Logo, src: Option<String>) -> View {
    let what = match &logo.language {
        None => "The logo it shows".to_owned(),
        Some(language) => format!("The logo it shows ({language})"),
    };
    let (words, badge) = match &logo.look {
        None => (
            format!("{what} has not been fetched yet."),
            Badge::new(Tone::Neutral, "Not fetched"),
        ),
        Some(look) => match (&look.refusal, look.picture) {
            (Some(why), _) => (
                format!("{what} could not be fetched: {why}."),
                Badge::new(Tone::Warn, "Not fetched"),
            ),
            (None, Some((_, at))) => {
                let fetched = format!("{what}, fetched by us on {}.", When::new(at).day().text());
                let changed = look.changed_at.map(|at| {
                    let at = When::new(at).day().text();
                    format!(" It became another picture on {at}.")
                });
                (
                    fetched + &changed.unwrap_or_default(),
                    Badge::new(Tone::Neutral, "Not verified"),
                )
            }
            (None, None) => (
                format!("{what} is not there."),
                Badge::new(Tone::Neutral, "Not fetched"),
            ),
        },
    };
    View { src, words, badge }
}
