//! What of a client can be recognised when somebody else shows it too: keys, hosts, logo, names. Only hashes: who
//! compares two tenants learns that something is the same, and not what it is.

use std::collections::BTreeSet;

use sha2::{Digest, Sha256};

use crate::client_metadata::ClientMetadata;
use crate::client_name::ClientName;
use crate::host::{Host, HostName};
use crate::key_set::KeySet;
use crate::label::Label;
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
    /// What a logo shows, wherever it is. Whoever fetched it keeps the hashes, beside the picture.
    Picture,
    /// What something calls itself.
    Name,
    /// What a client with proved hosts calls itself.
    VerifiedName,
}

impl MarkKind {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[
        Self::Key,
        Self::RedirectHost,
        Self::Logo,
        Self::Picture,
        Self::Name,
        Self::VerifiedName,
    ];

    /// The text form, as in rows.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Key => "key",
            Self::RedirectHost => "redirect_host",
            Self::Logo => "logo",
            Self::Picture => "picture",
            Self::Name => "name",
            Self::VerifiedName => "verified_name",
        }
    }

    /// The words people read, within a sentence.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Key => "a key",
            Self::RedirectHost => "a redirect host",
            Self::Logo => "the logo",
            Self::Picture => "the picture of its logo",
            Self::Name => "the name",
            Self::VerifiedName => "a verified name",
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

    /// What an integration and its client call themselves, in any language: equal for names that look alike. What is too
    /// short to be anybody's leaves none.
    pub fn of_names(integration: &Label, metadata: &ClientMetadata) -> BTreeSet<Self> {
        names(MarkKind::Name, integration, metadata)
    }

    /// The same for a client whose hosts are proved.
    pub fn of_verified_names(integration: &Label, metadata: &ClientMetadata) -> BTreeSet<Self> {
        names(MarkKind::VerifiedName, integration, metadata)
    }

    /// Every mark of a client's metadata but for its names. A host on the person's own machine is nobody's.
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

/// The shortest name that is somebody's, in letters.
const SHORTEST: usize = 3;

fn names(kind: MarkKind, integration: &Label, metadata: &ClientMetadata) -> BTreeSet<Mark> {
    let given = metadata.names().map(ClientName::skeleton);
    let all = std::iter::once(integration.skeleton()).chain(given);
    all.filter(|skeleton| skeleton.chars().count() >= SHORTEST)
        .map(|skeleton| Mark::new(kind, skeleton.as_bytes()))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    #[test]
    fn s13_names_that_look_alike_leave_one_mark_and_short_ones_none() {
        let of = |integration: &str, sent: serde_json::Value| {
            let mut whole = json!({ "redirect_uris": ["https://a.example/cb"] });
            let object = whole.as_object_mut().unwrap();
            object.extend(sent.as_object().unwrap().clone());
            let metadata = ClientMetadata::parse(object).unwrap();
            let integration = Label::parse(integration).unwrap();
            assert!(
                Mark::all(&metadata)
                    .iter()
                    .all(|mark| mark.kind == MarkKind::RedirectHost)
            );
            let (names, verified) = (
                Mark::of_names(&integration, &metadata),
                Mark::of_verified_names(&integration, &metadata),
            );
            assert_eq!(names.len(), verified.len());
            assert!(names.is_disjoint(&verified));
            names
        };
        let one = of("Acme Pay", json!({ "client_name": "ACME-pay" }));
        assert_eq!(one.len(), 1);
        // A Cyrillic a and c.
        assert_eq!(of("Аcme Pаy", json!({})), one);
        let tongues = of(
            "X1",
            json!({ "client_name": "Y2", "client_name#ja": "Acme Pay" }),
        );
        assert_eq!(
            tongues, one,
            "in any language, and without what is too short"
        );
        assert!(of("Acme Payments", json!({})).is_disjoint(&one));
    }

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
