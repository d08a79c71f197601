//! The logos of a case or client, as discovery found them, and what is said of them. A picture proves nobody: it is shown
//! marked, and before people only where its host is proved. It is never fetched from here.

use narthex_policy::LogoFact;
use narthex_vocab::{ClientMetadata, OptionalMember, PictureHash, Timestamp, WebUri};

/// The most addresses of logos that are looked at, of one case.
pub(crate) const MOST: usize = 4;

/// One logo of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Logo {
    /// Where it is.
    pub(crate) url: WebUri,
    /// For which language, where it is for one.
    pub(crate) language: Option<String>,
    /// How the last look at it ended; none when nobody has looked yet.
    pub(crate) look: Option<Look>,
}

/// How a look at a logo ended, and what is known from those before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Look {
    /// The picture that is there, with when it was fetched.
    pub(crate) picture: Option<(PictureHash, Timestamp)>,
    /// By which hashes it is known at another tenant.
    pub(crate) marks: Vec<Vec<u8>>,
    /// When it became another one.
    pub(crate) changed_at: Option<Timestamp>,
    /// Why the last look found none.
    pub(crate) refusal: Option<String>,
}

impl Logo {
    /// Those that the metadata name, none of them looked at.
    pub(crate) fn named(metadata: &ClientMetadata) -> Vec<Self> {
        let logos = metadata
            .pages()
            .filter(|page| page.member == OptionalMember::LogoUri);
        let logo = logos.map(|page| Self {
            url: page.uri.clone(),
            language: page.language.map(ToString::to_string),
            look: None,
        });
        logo.take(MOST).collect()
    }

    /// The picture that is there.
    pub(crate) fn picture(&self) -> Option<PictureHash> {
        let (hash, _) = self.look.as_ref()?.picture?;
        Some(hash)
    }

    fn fact(&self) -> LogoFact {
        let Some(look) = &self.look else {
            return LogoFact::Waiting;
        };
        match (&look.refusal, look.changed_at) {
            (Some(why), _) => LogoFact::Failed(why.clone()),
            (None, Some(at)) => LogoFact::Changed(at.format("%-d %b %Y").to_string()),
            (None, None) => LogoFact::Fetched,
        }
    }
}

/// What is said of all logos of one case: the gravest.
pub(crate) fn fact(logos: &[Logo]) -> LogoFact {
    logos.iter().map(Logo::fact).max().unwrap_or_default()
}
