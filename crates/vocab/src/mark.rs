//! What of a client's metadata can be recognised when somebody else shows it too: keys, hosts, logo. Only hashes: who
//! compares two tenants learns that something is the same, and not what it is.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::client_metadata::ClientMetadata;
use crate::host::{Host, HostName};
use crate::key_set::KeySet;
use crate::optional_member::OptionalMember;

/// What kind of thing is recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MarkKind {
    /// A public key, or the address of a key set.
    Key,
    /// The host of a redirect URI.
    RedirectHost,
    /// A logo, in any language, by its address.
    Logo,
}

impl MarkKind {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::Key, Self::RedirectHost, Self::Logo];

    /// The text form, as in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::RedirectHost => "redirect_host",
            Self::Logo => "logo",
        }
    }

    /// The words people read, within a sentence.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Key => "a key",
            Self::RedirectHost => "a redirect host",
            Self::Logo => "the logo",
        }
    }
}

crate::word::closed_word!(MarkKind, "kind of mark");

/// One thing that can be recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mark {
    /// What kind of thing.
    pub kind: MarkKind,
    /// SHA-256 over kind and value.
    pub hash: [u8; 32],
}

impl Mark {
    fn new(kind: MarkKind, value: &[u8]) -> Self {
        let hash = Sha256::new()
            .chain_update(kind.as_str())
            .chain_update([0])
            .chain_update(value)
            .finalize();
        Self {
            kind,
            hash: hash.into(),
        }
    }

    /// The mark of a redirect host.
    pub fn of_host(host: &HostName) -> Self {
        Self::new(MarkKind::RedirectHost, host.as_str().as_bytes())
    }

    /// Every mark of a client's metadata. A host on the person's own machine is nobody's.
    pub fn all(metadata: &ClientMetadata) -> BTreeSet<Self> {
        let keys = metadata.jwks().into_iter().flat_map(KeySet::keys);
        let keys = keys.map(|key| Self::new(MarkKind::Key, &key.thumbprint()));
        let set = metadata.jwks_uri();
        let set = set.map(|uri| Self::new(MarkKind::Key, uri.as_str().as_bytes()));
        let redirects = metadata.redirect_uris().iter();
        let hosts = redirects.filter_map(|uri| match uri.host()? {
            Host::Name(name) if !name.is_loopback() => Some(Self::of_host(&name)),
            Host::Name(_) | Host::Address(_) => None,
        });
        let logos = metadata
            .pages()
            .filter(|page| page.member == OptionalMember::LogoUri);
        let logos = logos.map(|page| Self::new(MarkKind::Logo, page.uri.as_str().as_bytes()));
        keys.chain(set).chain(hosts).chain(logos).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn s13_the_same_thing_is_the_same_mark_whatever_stands_around_it() {
        let read = |sent: serde_json::Value| {
            Mark::all(&ClientMetadata::parse(sent.as_object().unwrap()).unwrap())
        };
        let one = read(json!({
            "client_name": "Notes",
            "redirect_uris": ["https://a.example/cb", "http://127.0.0.1/cb", "com.example.a:/cb"],
            "logo_uri": "https://a.example/logo.png",
        }));
        let other = read(json!({
            "client_name": "Other",
            "redirect_uris": ["https://A.example:8443/other"],
            "logo_uri": "https://a.example/logo2.png",
            "logo_uri#ja": "https://a.example/logo3.png",
        }));
        let third = read(json!({
            "redirect_uris": ["https://c.example/cb"],
            "logo_uri": "https://a.example/logo3.png",
        }));
        let copied: Vec<_> = other.intersection(&third).map(|mark| mark.kind).collect();
        assert_eq!(copied, [MarkKind::Logo], "in whatever language it is shown");
        let kinds: Vec<_> = one.iter().map(|mark| mark.kind).collect();
        assert_eq!(kinds, [MarkKind::RedirectHost, MarkKind::Logo]);
        let shared: Vec<_> = one.intersection(&other).map(|mark| mark.kind).collect();
        assert_eq!(shared, [MarkKind::RedirectHost]);
    }
}
