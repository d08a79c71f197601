//! Mail addresses, pragmatically: the ASCII dot-atom of RFC 5321 and a domain with a dot. It never
//! proves that mail arrives.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};

use crate::host::HostName;

/// A mail address. Shown as given (domain in lower case), compared without regard to case.
#[derive(Debug, Clone)]
pub struct Email {
    text: String,
    folded: String,
}

/// Why a text is not a mail address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EmailError {
    /// No `@`, or nothing before it.
    #[error("a mail address has a name, an @ and a domain")]
    Shape,
    /// The part before `@` is longer than 64 characters, or all of it than 254.
    #[error("a mail address has at most 64 characters before the @ and 254 in all")]
    TooLong,
    /// The part before `@` has a character or a dot that is not allowed there.
    #[error("the part before the @ has a character or dot that is not allowed there")]
    Local,
    /// The part after `@` is not a domain with a dot.
    #[error("the part after the @ is not a domain")]
    Domain,
}

impl Email {
    /// Reads an address.
    pub fn parse(text: &str) -> Result<Self, EmailError> {
        let (local, domain) = text.rsplit_once('@').ok_or(EmailError::Shape)?;
        if local.is_empty() {
            return Err(EmailError::Shape);
        }
        if local.len() > 64 || text.len() > 254 {
            return Err(EmailError::TooLong);
        }
        let atext = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~".contains(&b);
        if !local
            .split('.')
            .all(|atom| !atom.is_empty() && atom.bytes().all(atext))
        {
            return Err(EmailError::Local);
        }
        let domain = HostName::parse(domain).map_err(|_| EmailError::Domain)?;
        if !domain.as_str().contains('.') {
            return Err(EmailError::Domain);
        }
        let text = format!("{local}@{domain}");
        if text.len() > 254 {
            return Err(EmailError::TooLong);
        }
        let folded = text.to_ascii_lowercase();
        Ok(Self { text, folded })
    }

    /// The address as given, domain in lower case.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The form to compare and to keep unique.
    pub fn folded(&self) -> &str {
        &self.folded
    }

    /// The part after `@`.
    pub fn domain(&self) -> &str {
        self.folded
            .rsplit_once('@')
            .map_or("", |(_, domain)| domain)
    }
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.folded == other.folded
    }
}

impl Eq for Email {}

impl Hash for Email {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.folded.hash(state);
    }
}

impl PartialOrd for Email {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Email {
    fn cmp(&self, other: &Self) -> Ordering {
        self.folded.cmp(&other.folded)
    }
}

crate::word::checked_text!(Email, EmailError);

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use proptest::prelude::*;

    use super::{Email, EmailError as E};

    #[test]
    fn table() {
        let email = Email::parse("Ana.Ruiz+x@Example.COM").unwrap();
        assert_eq!(email.as_str(), "Ana.Ruiz+x@example.com");
        assert_eq!(
            (email.folded(), email.domain()),
            ("ana.ruiz+x@example.com", "example.com")
        );
        assert_eq!(email, Email::parse("ana.ruiz+x@example.com").unwrap());
        assert_eq!(
            Email::parse("a@bücher.example").unwrap().domain(),
            "xn--bcher-kva.example"
        );
        let long = format!("{}@example.com", "a".repeat(65));
        let table = [
            ("", E::Shape),
            ("ana", E::Shape),
            ("@example.com", E::Shape),
            (&long, E::TooLong),
            ("a b@example.com", E::Local),
            (".a@example.com", E::Local),
            ("a.@example.com", E::Local),
            ("a..b@example.com", E::Local),
            ("a@b@example.com", E::Local),
            ("é@example.com", E::Local),
            ("a\n@example.com", E::Local),
            ("\"a\"@example.com", E::Local),
            ("<a@example.com", E::Local),
            ("a@", E::Domain),
            ("a@localhost", E::Domain),
            ("a@127.0.0.1", E::Domain),
            ("a@[127.0.0.1]", E::Domain),
            ("a@example.com.", E::Domain),
            ("a@exa mple.com", E::Domain),
            ("a@example.com\r\nBcc: b@example.com", E::Local),
            ("a@example.com>", E::Domain),
        ];
        for (bad, why) in table {
            assert_eq!(Email::parse(bad), Err(why), "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn case_does_not_matter(text in "[a-zA-Z.]{1,8}@[a-zA-Z]{1,8}\\.[a-zA-Z]{2,3}|\\PC{0,20}@\\PC{0,20}") {
            if let Ok(email) = Email::parse(&text) {
                prop_assert_eq!(Email::parse(email.as_str()), Ok(email.clone()));
                prop_assert_eq!(Email::parse(email.folded()), Ok(email));
            }
        }
    }
}
