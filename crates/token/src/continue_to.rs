//! Where a person goes on after signing in: a page of this very issuer and nothing else. Never an address that somebody
//! else chose.

use crate::authorize::request::AuthorizationRequest;
use crate::place::Place;
use narthex_vocab::UserCode;

/// A path of this issuer's own pages, with its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ContinueTo(String);

/// The longest, in bytes: a request and its parameters.
const MAX: usize = 8 * 1024;

impl ContinueTo {
    /// The same request at the front door again.
    pub(crate) fn authorize(place: &Place, request: &AuthorizationRequest) -> Self {
        Self(format!(
            "{}?{}",
            place.path("authorize"),
            request.to_query()
        ))
    }

    /// The page where the code of a device is entered.
    pub(crate) fn device(place: &Place, code: Option<&UserCode>) -> Self {
        let page = place.path("device");
        Self(code.map_or(page.clone(), |code| format!("{page}?user_code={code}")))
    }

    /// Reads a parameter; `None` for anything but the front door, the person's apps, the page of devices or a waiting page
    /// of this place.
    pub(crate) fn parse(place: &Place, text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'"' | b'#');
        if text.len() > MAX || !text.bytes().all(plain) {
            return None;
        }
        if text == place.path("apps") {
            return Some(Self::apps(place));
        }
        let door = text.strip_prefix(place.path("authorize?").as_str());
        let waiting = text
            .strip_prefix(place.path("waiting/").as_str())
            .filter(|id| {
                id.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            });
        let device = text.strip_prefix(place.path("device").as_str());
        let device = device.filter(|rest| {
            let code = rest.strip_prefix("?user_code=");
            rest.is_empty() || code.is_some_and(|code| code.parse::<UserCode>().is_ok())
        });
        door.or(waiting).or(device)?;
        Some(Self(text.to_owned()))
    }

    /// The page of what the person has let in.
    pub(crate) fn apps(place: &Place) -> Self {
        Self(place.path("apps"))
    }

    /// The waiting page of a parked sign-in.
    pub(crate) fn waiting(place: &Place, parked: impl std::fmt::Display) -> Self {
        Self(place.path(&format!("waiting/{parked}")))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// The sign-in page that comes back here, with the address that somebody may sign in with.
    pub(crate) fn sign_in(&self, place: &Place, hint: Option<&str>) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("continue", &self.0);
        if let Some(hint) = hint {
            query.append_pair("login_hint", hint);
        }
        let query = query.finish();
        format!("{}?{query}", place.path("sign-in"))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use narthex_vocab::{Environment, Id, Issuer, TenantSlug};
    use rstest::rstest;
    use url::Url;
    use uuid::Uuid;

    fn place() -> Place {
        let base = Url::parse("https://id.example").unwrap();
        let slug = TenantSlug::parse("acme").unwrap();
        Place {
            tenant: Id::from_uuid(Uuid::from_u128(5)),
            environment: Environment::Production,
            issuer: Issuer::new(&base, &slug, Environment::Production),
        }
    }

    #[test]
    fn our_own_pages() {
        let request = crate::authorize::request::sample();
        let place = place();
        for own in [
            ContinueTo::authorize(&place, &request),
            ContinueTo::waiting(&place, "prk_0"),
            ContinueTo::apps(&place),
            ContinueTo::device(&place, None),
            ContinueTo::device(&place, Some(&"WDJB-MJHT".parse().unwrap())),
        ] {
            assert_eq!(ContinueTo::parse(&place, own.as_str()), Some(own));
        }
    }

    #[rstest]
    #[case("https://evil.example/")]
    #[case("//evil.example/t/acme/production/authorize?")]
    #[case("/t/acme/production/authorize")]
    #[case("/t/acme/production/token?")]
    #[case("/t/acme/sandbox/authorize?")]
    #[case("/t/other/production/authorize?")]
    #[case("/t/acme/production/apps/remove")]
    #[case("/t/acme/sandbox/apps")]
    #[case("/t/acme/production/waiting/../token")]
    #[case("/t/acme/production/waiting//evil.example")]
    #[case("/t/acme/production/authorize?\\evil")]
    #[case("/t/acme/production/authorize?a\r\nb")]
    #[case(" /t/acme/production/authorize?")]
    #[case("/t/acme/production/device/answer")]
    #[case("/t/acme/production/device?user_code=x")]
    #[case("/t/acme/production/device?next=//evil.example")]
    #[case("/t/acme/sandbox/device")]
    #[case("")]
    fn nowhere_else(#[case] text: &str) {
        assert_eq!(ContinueTo::parse(&place(), text), None);
    }
}
