//! Where to go after signing in: a path of the dashboard itself, never another origin.

/// The name of the query and form field.
pub(crate) const FIELD: &str = "continue";

/// The first page of the dashboard.
pub(crate) const HOME: &str = "/requests";

/// A path of the dashboard, with its query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct WayOn(String);

impl WayOn {
    /// Reads where somebody wanted to go; anything but a plain path of our own is the queue.
    pub(crate) fn parse(text: &str) -> Self {
        // A browser reads a backslash as a slash, and drops tabs and line breaks before it reads anything.
        let plain = text.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
        let path = text.split('?').next().unwrap_or_default();
        let steps = path.starts_with('/') && !path.contains("//") && !path.contains("/.");
        if plain && steps && text.len() <= 1024 && !path.starts_with("/sign-") {
            Self(text.to_owned())
        } else {
            Self(HOME.to_owned())
        }
    }

    /// The sign-in page that leads here.
    pub(crate) fn by_sign_in(&self) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair(FIELD, &self.0)
            .finish();
        format!("/sign-in?{query}")
    }

    /// The path with its query.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/requests", true)]
    #[case("/clients?q=np_a&state=active", true)]
    #[case("/requests/acme/production/req_1", true)]
    #[case("//evil.example/requests", false)]
    #[case("/\\evil.example", false)]
    #[case("/requests//evil.example", false)]
    #[case("/../requests", false)]
    #[case("https://evil.example/requests", false)]
    #[case("javascript:alert(1)", false)]
    #[case("/a\tb", false)]
    #[case("/sign-out", false)]
    #[case("/sign-in?continue=/sign-in", false)]
    #[case("", false)]
    fn only_our_own_pages(#[case] text: &str, #[case] kept: bool) {
        assert_eq!(WayOn::parse(text).as_str(), if kept { text } else { HOME });
    }

    #[test]
    fn the_sign_in_page_carries_it() {
        let way = WayOn::parse("/clients?q=1&state=active");
        assert_eq!(
            way.by_sign_in(),
            "/sign-in?continue=%2Fclients%3Fq%3D1%26state%3Dactive"
        );
    }
}
