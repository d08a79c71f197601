//! Where to go after signing in: a path of the same tenant's portal, never another origin.

use narthex_vocab::TenantSlug;

/// The name of the query and form field.
pub(crate) const FIELD: &str = "continue";

/// A path with its query below `/t/{tenant}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WayOn(String);

impl WayOn {
    /// Reads where somebody wanted to go; anything outside the tenant's own pages is the home page.
    pub(crate) fn parse(text: &str, tenant: &TenantSlug) -> Self {
        let home = format!("/t/{tenant}");
        let below = text
            .strip_prefix(&home)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']));
        // A browser reads a backslash as a slash, and drops tabs and line breaks before it reads anything.
        let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        let steps = !text.contains("//") && !text.contains("/.");
        if below && plain && steps && text.len() <= 1024 {
            Self(text.to_owned())
        } else {
            Self(home)
        }
    }

    /// The sign-in page that leads here.
    pub(crate) fn by_sign_in(&self, tenant: &TenantSlug) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair(FIELD, &self.0)
            .finish();
        format!("/t/{tenant}/sign-in?{query}")
    }

    /// The path with its query.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use rstest::rstest;

    use super::*;

    fn acme() -> TenantSlug {
        TenantSlug::parse("acme").unwrap()
    }

    #[rstest]
    #[case("/t/acme", true)]
    #[case("/t/acme/integrations?state=open", true)]
    #[case("/t/acme?done=sent", true)]
    #[case("/t/acme2", false)]
    #[case("/t/other/integrations", false)]
    #[case("/t/acme/../other", false)]
    #[case("/t/acme//evil.example", false)]
    #[case("//evil.example/t/acme", false)]
    #[case("/t/acme/\\evil.example", false)]
    #[case("https://evil.example/t/acme", false)]
    #[case("/t/acme/\tx", false)]
    #[case("javascript:alert(1)", false)]
    #[case("", false)]
    fn only_the_tenants_own_pages(#[case] text: &str, #[case] kept: bool) {
        let way = WayOn::parse(text, &acme());
        assert_eq!(way.as_str(), if kept { text } else { "/t/acme" });
    }

    #[test]
    fn the_sign_in_page_carries_it() {
        let way = WayOn::parse("/t/acme/integrations?q=a b", &acme());
        assert_eq!(way.as_str(), "/t/acme", "a space is not in a path");
        let way = WayOn::parse("/t/acme/x?q=1&r=2", &acme());
        assert_eq!(
            way.by_sign_in(&acme()),
            "/t/acme/sign-in?continue=%2Ft%2Facme%2Fx%3Fq%3D1%26r%3D2"
        );
    }
}
