//! Redirect URIs: the one parse and the one comparison in the house (RFC 9700 section 4.1,
//! RFC 8252 section 7, OAuth 2.1 section 2.3). It never normalizes, fetches or redirects.

use crate::host::{Host, HostError};
use crate::uri_text::{UriError, UriText};

/// A redirect URI as it was registered, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RedirectUri {
    text: String,
    kind: RedirectUriKind,
}

/// The three sorts of redirect URI (RFC 8252 section 7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RedirectUriKind {
    /// `https` on a domain name.
    Https,
    /// `http` on this machine; any port matches.
    Loopback,
    /// A reverse-DNS scheme of an application.
    PrivateUse,
}

/// Why a text is not a redirect URI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RedirectUriError {
    /// Not a URI at all.
    #[error("{0}")]
    Uri(#[from] UriError),
    /// A fragment, even an empty one.
    #[error("it has a fragment")]
    Fragment,
    /// A `*`, which other servers expand.
    #[error("it has a wildcard")]
    Wildcard,
    /// `.` or `..` as a path segment, also in an encoded or parameterized spelling.
    #[error("its path has a dot segment")]
    DotSegment,
    /// `%2F`, `%5C`, `%2E` in the path, a character that some servers take for one of them, or one
    /// of these encoded again.
    #[error("its path has an encoded slash, backslash or dot")]
    EncodedSeparator,
    /// Encoded bytes in the path that are no text, or text that was encoded more than four times.
    #[error("its path has encoded bytes that are not UTF-8, or is encoded several times")]
    Encoding,
    /// Not https, http on loopback or a reverse-DNS scheme.
    #[error("its scheme is neither https, http on loopback, nor a reverse-DNS name with a dot")]
    Scheme,
    /// `http` to another machine.
    #[error("http is only for 127.0.0.1, [::1] and localhost")]
    HttpHost,
    /// The host is missing or not a domain name.
    #[error("{0}")]
    Host(#[from] HostError),
    /// The scheme is not followed by a path.
    #[error("a private-use scheme is followed by a path that starts with /")]
    PrivatePath,
    /// A browser would read another URI than the one written.
    #[error("a browser would read it as another address")]
    Ambiguous,
}

impl RedirectUri {
    /// Reads a redirect URI; what it accepts is kept as it was written.
    pub fn parse(text: &str) -> Result<Self, RedirectUriError> {
        let uri = UriText::parse(text)?;
        if uri.fragment.is_some() {
            return Err(RedirectUriError::Fragment);
        }
        if text.contains('*') {
            return Err(RedirectUriError::Wildcard);
        }
        check_path(uri.path)?;
        let kind = kind_of(&uri)?;
        check_as_browser(text, &uri, kind)?;
        Ok(Self {
            text: text.to_owned(),
            kind,
        })
    }

    /// Whether `presented` may be used where this one was registered: the same string, but for
    /// the port when both are loopback (RFC 8252 section 7.3).
    pub fn matches(&self, presented: &str) -> bool {
        self.matched(presented).is_some()
    }

    /// The presented URI as a value, when it [`matches`](Self::matches): what to redirect to.
    pub fn matched(&self, presented: &str) -> Option<RedirectUri> {
        if self.text == presented {
            return Some(self.clone());
        }
        if self.kind != RedirectUriKind::Loopback {
            return None;
        }
        let other = Self::parse(presented).ok()?;
        (other.without_port()? == self.without_port()?).then_some(other)
    }

    /// The redirect target: this URI with `parameters` appended to its query. What the query had
    /// stays as it was (RFC 6749 section 3.1.2).
    #[must_use]
    pub fn with_response(&self, parameters: &[(&str, &str)]) -> String {
        if parameters.is_empty() {
            return self.text.clone();
        }
        let added = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(parameters)
            .finish();
        let joint = match self.text.split_once('?') {
            None => "?",
            Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        format!("{}{joint}{added}", self.text)
    }

    /// Which sort it is.
    pub const fn kind(&self) -> RedirectUriKind {
        self.kind
    }

    /// Whether it leads to an application on the person's own machine over http.
    pub const fn is_loopback(&self) -> bool {
        matches!(self.kind, RedirectUriKind::Loopback)
    }

    /// Its host; `None` for a private-use scheme.
    pub fn host(&self) -> Option<Host> {
        if self.kind == RedirectUriKind::PrivateUse {
            return None;
        }
        UriText::parse(&self.text)
            .ok()?
            .host
            .and_then(|host| Host::parse(host).ok())
    }

    /// The text as it was registered.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The text without the port of a loopback URI: what stays the same from run to run.
    pub(crate) fn portless(&self) -> String {
        match self.without_port() {
            Some((before, after)) if self.is_loopback() => format!("{before}{after}"),
            _ => self.text.clone(),
        }
    }

    /// What stands before and after the port, as written.
    fn without_port(&self) -> Option<(&str, &str)> {
        let host = UriText::parse(&self.text).ok()?.host?;
        let start = self.text.find("://")? + 3 + host.len();
        let (before, rest) = self.text.split_at_checked(start)?;
        let after = rest
            .find(['/', '?'])
            .and_then(|at| rest.get(at..))
            .unwrap_or_default();
        Some((before, after))
    }
}

fn kind_of(uri: &UriText<'_>) -> Result<RedirectUriKind, RedirectUriError> {
    if uri.scheme_is("https") {
        let host = uri.host.ok_or(HostError::Empty)?;
        crate::host::HostName::parse(host)?;
        return Ok(RedirectUriKind::Https);
    }
    if uri.scheme_is("http") {
        let host = uri
            .host
            .filter(|host| !host.is_empty())
            .ok_or(HostError::Empty)?;
        let loopback =
            ["127.0.0.1", "[::1]"].contains(&host) || host.eq_ignore_ascii_case("localhost");
        return if loopback {
            Ok(RedirectUriKind::Loopback)
        } else {
            Err(RedirectUriError::HttpHost)
        };
    }
    if !is_reverse_dns(uri.scheme) {
        return Err(RedirectUriError::Scheme);
    }
    if uri.host.is_none() && !uri.path.starts_with('/') {
        return Err(RedirectUriError::PrivatePath);
    }
    Ok(RedirectUriKind::PrivateUse)
}

/// `com.example.app`: two labels or more, each as DNS has them (RFC 8252 section 7.1).
pub(crate) fn is_reverse_dns(scheme: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    scheme.contains('.') && scheme.split('.').all(label)
}

/// How often the servers behind an address may decode its path; more is nobody's mistake.
const DECODED: usize = 4;

/// Reads the path as servers do that decode it, once or more often, and refuses what is then
/// another path.
fn check_path(path: &str) -> Result<(), RedirectUriError> {
    let mut read = path.to_owned();
    for _ in 0..DECODED {
        let decoded = decode(&read).ok_or(RedirectUriError::Encoding)?;
        if separators(&decoded) > separators(&read) {
            return Err(RedirectUriError::EncodedSeparator);
        }
        if decoded == read {
            let is_dot = |segment: &str| matches!(segment.split(';').next(), Some("." | ".."));
            return if read.split('/').any(is_dot) {
                Err(RedirectUriError::DotSegment)
            } else {
                Ok(())
            };
        }
        read = decoded;
    }
    Err(RedirectUriError::Encoding)
}

/// Percent triplets as what they stand for; `None` when that is not UTF-8. A `%` that starts no
/// triplet stands for itself.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut pieces = text.split('%');
    bytes.extend_from_slice(pieces.next()?.as_bytes());
    for piece in pieces {
        let mut byte = [0_u8];
        let digits = piece.get(..2).unwrap_or_default();
        if hex::decode_to_slice(digits, &mut byte).is_ok() {
            bytes.extend_from_slice(&byte);
            bytes.extend_from_slice(piece.get(2..)?.as_bytes());
        } else {
            bytes.push(b'%');
            bytes.extend_from_slice(piece.as_bytes());
        }
    }
    String::from_utf8(bytes).ok()
}

/// How many characters end a segment, are a dot, or are folded to one of these by some server
/// (Unicode compatibility, code pages).
fn separators(text: &str) -> usize {
    let separates = |c: &char| {
        matches!(
            c,
            '.' | '/'
                | '\\'
                | '\u{2024}'
                | '\u{2025}'
                | '\u{2044}'
                | '\u{2215}'
                | '\u{fe52}'
                | '\u{fe68}'
                | '\u{ff0e}'
                | '\u{ff0f}'
                | '\u{ff3c}'
        )
    };
    text.chars().filter(separates).count()
}

/// Reads the text as browsers do and refuses it when the two readings differ.
fn check_as_browser(
    text: &str,
    uri: &UriText<'_>,
    kind: RedirectUriKind,
) -> Result<(), RedirectUriError> {
    let url = url::Url::parse(text).map_err(|_| RedirectUriError::Ambiguous)?;
    if kind == RedirectUriKind::PrivateUse {
        return Ok(());
    }
    let host = uri.host.unwrap_or_default();
    let path = if uri.path.is_empty() { "/" } else { uri.path };
    let same = url
        .host_str()
        .is_some_and(|read| read.eq_ignore_ascii_case(host))
        && url.path() == path
        && url.scheme().eq_ignore_ascii_case(uri.scheme);
    if same {
        Ok(())
    } else {
        Err(RedirectUriError::Ambiguous)
    }
}

crate::word::checked_text!(RedirectUri, RedirectUriError);

#[cfg(test)]
mod tests;
