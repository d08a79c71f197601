//! The value that proves a host when it is found there, and the two places where it is looked for. It is public: whoever
//! reads it learns nothing, whoever publishes it controls the host.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand_core::CryptoRng;

use crate::host::HostName;

/// `narthex=` and 43 characters of base64url: 256 bits that nobody can guess before they are published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge(String);

/// The text is not a value that we made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a challenge value")]
pub struct ChallengeError;

const PREFIX: &str = "narthex=";
const LABEL: &str = "_narthex-challenge";

impl Challenge {
    /// A new value.
    pub fn generate(rng: &mut dyn CryptoRng) -> Self {
        let mut random = [0_u8; 32];
        rng.fill_bytes(&mut random);
        Self(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(random)))
    }

    /// Reads a value.
    pub fn parse(text: &str) -> Result<Self, ChallengeError> {
        let body = text.strip_prefix(PREFIX).ok_or(ChallengeError)?;
        match URL_SAFE_NO_PAD.decode(body) {
            Ok(random) if random.len() == 32 => Ok(Self(text.to_owned())),
            Ok(_) | Err(_) => Err(ChallengeError),
        }
    }

    /// The text to publish.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The absolute name of the TXT record, without the root dot.
    pub fn record_name(host: &HostName) -> String {
        format!("{LABEL}.{host}")
    }

    /// The same name relative to the zone of the registrable domain, as most DNS providers want it.
    pub fn relative_record_name(host: &HostName) -> String {
        let zone = host.registrable();
        let below = zone.and_then(|zone| {
            let below = host.as_str().strip_suffix(zone.as_str())?;
            below.strip_suffix('.').map(str::to_owned)
        });
        below.map_or_else(|| LABEL.to_owned(), |below| format!("{LABEL}.{below}"))
    }

    /// The https address of the file.
    pub fn file_address(host: &HostName) -> String {
        format!("https://{host}/.well-known/narthex-challenge.txt")
    }
}

crate::word::checked_text!(Challenge, ChallengeError);

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::chance::Chance;

    #[test]
    fn values_read_back_and_differ() {
        let mut chance = Chance(1);
        let (one, two) = (
            Challenge::generate(&mut chance),
            Challenge::generate(&mut chance),
        );
        assert_ne!(one, two);
        assert_eq!(Challenge::parse(one.as_str()), Ok(one.clone()));
        let short = &one.as_str()[..40];
        for text in ["", "narthex=", short, &one.as_str()[8..], "narthex=!!"] {
            assert_eq!(Challenge::parse(text), Err(ChallengeError), "{text}");
        }
    }

    #[test]
    fn places() {
        let table = [
            ("example.com", "_narthex-challenge"),
            ("app.example.com", "_narthex-challenge.app"),
            ("a.b.example.co.uk", "_narthex-challenge.a.b"),
        ];
        for (host, relative) in table {
            let host = HostName::parse(host).unwrap();
            assert_eq!(Challenge::relative_record_name(&host), relative);
            assert_eq!(
                Challenge::record_name(&host),
                format!("_narthex-challenge.{host}")
            );
        }
    }
}
