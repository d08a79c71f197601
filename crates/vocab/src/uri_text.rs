//! The parts of a URI as it was written (RFC 3986), without any repair. It never normalizes: a
//! parser that repairs (WHATWG) reads another URI than the one that is compared later.

/// Why a text is not a URI we take at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UriError {
    /// No character at all.
    #[error("it is empty")]
    Empty,
    /// More than 2048 bytes.
    #[error("it is longer than 2048 bytes")]
    TooLong,
    /// A backslash, which browsers read as a slash.
    #[error("it has a backslash")]
    Backslash,
    /// A space, control, quote or other character that RFC 3986 does not allow.
    #[error("it has a character that a URI cannot have (space, control, quote, non-ASCII)")]
    Character,
    /// `%` without two hex digits after it.
    #[error("it has a % that is not followed by two hex digits")]
    PercentEncoding,
    /// An encoded control character.
    #[error("it has an encoded control character")]
    EncodedControl,
    /// No scheme, or one that is not well-formed.
    #[error("it has no scheme: it is not absolute")]
    Scheme,
    /// A name or password before `@`.
    #[error("it has a user name or password")]
    UserInfo,
    /// The port is empty, zero, zero-padded or above 65535.
    #[error("its port is not a number from 1 to 65535")]
    Port,
}

/// The longest URI we take, in bytes.
pub(crate) const MAX: usize = 2048;

/// A URI cut at its delimiters; every field borrows from the text as written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UriText<'a> {
    pub(crate) scheme: &'a str,
    /// Host as written, brackets included; `None` without `//`.
    pub(crate) host: Option<&'a str>,
    pub(crate) port: Option<u16>,
    pub(crate) path: &'a str,
    pub(crate) query: Option<&'a str>,
    pub(crate) fragment: Option<&'a str>,
}

impl<'a> UriText<'a> {
    pub(crate) fn parse(text: &'a str) -> Result<Self, UriError> {
        check_characters(text)?;
        let uri = Self::cut(text)?;
        // Brackets are for the address literals of hosts alone (RFC 3986 section 3.2.2).
        let beside = [Some(uri.path), uri.query, uri.fragment];
        if beside
            .into_iter()
            .flatten()
            .any(|part| part.contains(['[', ']']))
        {
            return Err(UriError::Character);
        }
        Ok(uri)
    }

    fn cut(text: &'a str) -> Result<Self, UriError> {
        let (scheme, rest) = text.split_once(':').ok_or(UriError::Scheme)?;
        if !is_scheme(scheme) {
            return Err(UriError::Scheme);
        }
        let (rest, fragment) = cut(rest, '#');
        let (rest, query) = cut(rest, '?');
        let Some(after) = rest.strip_prefix("//") else {
            return Ok(Self {
                scheme,
                host: None,
                port: None,
                path: rest,
                query,
                fragment,
            });
        };
        let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
        if authority.contains('@') {
            return Err(UriError::UserInfo);
        }
        let (host, port) = split_port(authority)?;
        Ok(Self {
            scheme,
            host: Some(host),
            port,
            path,
            query,
            fragment,
        })
    }

    pub(crate) fn scheme_is(&self, scheme: &str) -> bool {
        self.scheme.eq_ignore_ascii_case(scheme)
    }
}

fn check_characters(text: &str) -> Result<(), UriError> {
    if text.is_empty() {
        return Err(UriError::Empty);
    }
    if text.len() > MAX {
        return Err(UriError::TooLong);
    }
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => return Err(UriError::Backslash),
            b'%' => {
                let digits = (
                    bytes.next().and_then(hex_digit),
                    bytes.next().and_then(hex_digit),
                );
                let (Some(high), Some(low)) = digits else {
                    return Err(UriError::PercentEncoding);
                };
                if high < 2 || (high, low) == (7, 15) {
                    return Err(UriError::EncodedControl);
                }
            }
            byte if is_uri_byte(byte) => {}
            _ => return Err(UriError::Character),
        }
    }
    Ok(())
}

fn hex_digit(byte: u8) -> Option<u32> {
    char::from(byte).to_digit(16)
}

/// RFC 3986 section 2: unreserved and reserved characters.
const fn is_uri_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b':'
                | b'/'
                | b'?'
                | b'#'
                | b'['
                | b']'
                | b'@'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
        )
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'-' | b'.'))
}

fn cut(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at)
        .map_or((text, None), |(before, after)| (before, Some(after)))
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), UriError> {
    let colon = match authority.rfind(']') {
        Some(bracket) => authority
            .get(bracket..)
            .and_then(|t| t.find(':'))
            .map(|i| i + bracket),
        None => authority.find(':'),
    };
    let Some(colon) = colon else {
        return Ok((authority, None));
    };
    let (host, port) = authority.split_at(colon);
    let digits = port.strip_prefix(':').unwrap_or_default();
    let plain = !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit());
    match digits.parse() {
        Ok(port) if plain => Ok((host, Some(port))),
        Ok(_) | Err(_) => Err(UriError::Port),
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use super::UriText;

    #[test]
    fn parts_are_as_written() {
        let uri = UriText::parse("HTTPS://[::1]:8443/a?b?c#d?e#f").unwrap();
        assert_eq!(
            (uri.scheme, uri.host, uri.port),
            ("HTTPS", Some("[::1]"), Some(8443))
        );
        assert_eq!(
            (uri.path, uri.query, uri.fragment),
            ("/a", Some("b?c"), Some("d?e#f"))
        );
        let uri = UriText::parse("urn:a:b").unwrap();
        assert_eq!(
            (uri.scheme, uri.host, uri.path, uri.query),
            ("urn", None, "a:b", None)
        );
        let uri = UriText::parse("a://h?q").unwrap();
        assert_eq!((uri.host, uri.path, uri.query), (Some("h"), "", Some("q")));
    }
}
