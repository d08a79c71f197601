//! What an environment takes of a client's metadata: hosts, schemes, members, contacts. One pure check over the
//! resulting object, the same on every way in. What it takes is worth nothing yet: it never replaces a proof.

use std::collections::BTreeSet;

use crate::app_scheme::AppScheme;
use crate::client_metadata::ClientMetadata;
use crate::disallowed::{Breach, Disallowed, MetadataRule};
use crate::email::Email;
use crate::host::{Host, HostName};
use crate::host_pattern::HostPattern;
use crate::optional_member::OptionalMember;
use crate::redirect_uri::{RedirectUri, RedirectUriKind};

/// How much of a kind of value is taken, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Admits {
    /// None at all.
    None,
    /// What is on the list.
    Listed,
    /// Any.
    Any,
}

impl Admits {
    /// All of them, in the order above.
    pub const ALL: &'static [Self] = &[Self::None, Self::Listed, Self::Any];

    /// The text form, as in rows and forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Listed => "listed",
            Self::Any => "any",
        }
    }
}

crate::word::closed_word!(Admits, "kind of list");

/// A list with the switch that says whether it counts. The entries stay when it does not.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Allowlist<T: Ord> {
    /// How much is taken.
    pub admits: Admits,
    /// What is listed.
    pub listed: BTreeSet<T>,
}

impl<T: Ord> Allowlist<T> {
    /// An empty list under this switch.
    pub const fn new(admits: Admits) -> Self {
        Self {
            admits,
            listed: BTreeSet::new(),
        }
    }

    fn takes(&self, is_on_it: impl FnMut(&T) -> bool) -> bool {
        match self.admits {
            Admits::None => false,
            Admits::Listed => self.listed.iter().any(is_on_it),
            Admits::Any => true,
        }
    }
}

/// The rules of one environment.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct MetadataRules {
    /// Where redirect addresses, pages, logos and key sets may be. Proved hosts are taken beside the list.
    pub hosts: Allowlist<HostPattern>,
    /// Whether a redirect address may be on the person's own machine.
    pub loopback: bool,
    /// Which schemes of applications a redirect address may have.
    pub app_schemes: Allowlist<AppScheme>,
    /// Which members may be sent, of those that are optional.
    pub members: BTreeSet<OptionalMember>,
    /// At which domains contacts may be.
    pub contacts: Allowlist<HostPattern>,
}

impl Default for MetadataRules {
    /// The rules of a new environment: any https host, since nothing is approved in production before its hosts are
    /// proved; programs on the person's machine; no scheme of an application (MCP 2026-07-28 has none); every member.
    fn default() -> Self {
        Self {
            hosts: Allowlist::new(Admits::Any),
            loopback: true,
            app_schemes: Allowlist::new(Admits::None),
            members: OptionalMember::ALL.iter().copied().collect(),
            contacts: Allowlist::new(Admits::Any),
        }
    }
}

/// What a change of the rules opens up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Widening {
    /// Any host instead of listed ones.
    AnyHost,
    /// Programs on the person's machine.
    Loopback,
    /// Schemes of applications, or more of them.
    AppSchemes,
    /// Members that were not taken.
    Members,
    /// Contacts anywhere.
    AnyContact,
}

impl MetadataRules {
    /// The most entries of one list.
    pub const MOST: usize = 200;

    /// Whether the metadata keep to the rules, for a tenant that has proved these hosts.
    pub fn check(
        &self,
        metadata: &ClientMetadata,
        proved: &BTreeSet<HostName>,
    ) -> Result<(), Disallowed> {
        let lists = [
            ("redirect_uris", metadata.redirect_uris()),
            (
                "post_logout_redirect_uris",
                metadata.post_logout_redirect_uris(),
            ),
        ];
        let redirects = lists.into_iter().flat_map(|(name, uris)| {
            let uris = uris.iter().enumerate();
            uris.filter_map(move |(index, uri)| {
                self.redirect(uri, proved).map(|(rule, observed)| Breach {
                    rule,
                    member: format!("{name}[{index}]"),
                    observed,
                })
            })
        });
        let breaches = redirects
            .chain(self.pages(metadata, proved))
            .chain(self.members(metadata))
            .chain(self.contacts(metadata));
        Disallowed::of(breaches).map_or(Ok(()), Err)
    }

    /// What `after` takes that these rules do not, by kind; entries of a list are no widening.
    pub fn widened_by(&self, after: &Self) -> BTreeSet<Widening> {
        let kinds = [
            (Widening::AnyHost, after.hosts.admits > self.hosts.admits),
            (Widening::Loopback, after.loopback && !self.loopback),
            (
                Widening::AppSchemes,
                after.app_schemes.admits > self.app_schemes.admits,
            ),
            (Widening::Members, !after.members.is_subset(&self.members)),
            (
                Widening::AnyContact,
                after.contacts.admits > self.contacts.admits,
            ),
        ];
        let opened = kinds.into_iter().filter(|(_, wider)| *wider);
        opened.map(|(kind, _)| kind).collect()
    }

    fn takes_host(&self, host: &HostName, proved: &BTreeSet<HostName>) -> bool {
        proved.contains(host) || self.hosts.takes(|pattern| pattern.covers(host))
    }

    /// The rule that does not take this redirect URI, and what it saw.
    fn redirect(
        &self,
        uri: &RedirectUri,
        proved: &BTreeSet<HostName>,
    ) -> Option<(MetadataRule, String)> {
        match (uri.kind(), uri.host()) {
            (RedirectUriKind::Loopback, _) => (!self.loopback).then(|| {
                let observed = format!("{} is on the person's own computer", uri.as_str());
                (MetadataRule::Loopback, observed)
            }),
            (RedirectUriKind::PrivateUse, _) => {
                let scheme = uri.as_str().split(':').next().unwrap_or_default();
                let folded = scheme.to_ascii_lowercase();
                let taken = self.app_schemes.takes(|one| one.as_str() == folded);
                let observed = format!("the scheme {folded} is not on the list");
                (!taken).then_some((MetadataRule::AppScheme, observed))
            }
            (RedirectUriKind::Https, Some(Host::Name(host))) => {
                let taken = self.takes_host(&host, proved);
                (!taken).then(|| (MetadataRule::RedirectHost, unlisted(&host)))
            }
            (RedirectUriKind::Https, Some(Host::Address(_)) | None) => {
                let observed = format!("{} has no host name", uri.as_str());
                Some((MetadataRule::RedirectHost, observed))
            }
        }
    }

    fn pages(
        &self,
        metadata: &ClientMetadata,
        proved: &BTreeSet<HostName>,
    ) -> impl Iterator<Item = Breach> {
        metadata.pages().filter_map(|page| {
            let host = page.uri.host();
            (!self.takes_host(host, proved)).then(|| Breach {
                rule: MetadataRule::PageHost,
                member: page.name(),
                observed: unlisted(host),
            })
        })
    }

    fn members(&self, metadata: &ClientMetadata) -> impl Iterator<Item = Breach> {
        let sent = metadata.to_json();
        let refused = |name: &str| {
            // A member that is not taken is taken in no language.
            let plain = name.split_once('#').map_or(name, |(plain, _)| plain);
            let optional = OptionalMember::ALL.iter();
            let mut optional = optional.filter(|member| !self.members.contains(member));
            optional.any(|member| member.as_str() == plain)
        };
        let names: Vec<_> = sent.into_iter().map(|(name, _)| name).collect();
        names
            .into_iter()
            .filter(move |name| refused(name))
            .map(|member| Breach {
                rule: MetadataRule::Member,
                member,
                observed: "this member is not taken".to_owned(),
            })
    }

    fn contacts(&self, metadata: &ClientMetadata) -> impl Iterator<Item = Breach> {
        let contacts = metadata.contacts().iter().enumerate();
        contacts.filter_map(|(index, contact)| {
            let domain = Email::parse(contact.as_str()).ok();
            let domain = domain.and_then(|email| HostName::parse(email.domain()).ok());
            let listed = |pattern: &HostPattern| {
                domain.as_ref().is_some_and(|domain| pattern.covers(domain))
            };
            (!self.contacts.takes(listed)).then(|| Breach {
                rule: MetadataRule::Contact,
                member: format!("contacts[{index}]"),
                observed: match &domain {
                    Some(domain) => format!("{domain} is not on the list"),
                    None => "it is no mail address".to_owned(),
                },
            })
        })
    }
}

fn unlisted(host: &HostName) -> String {
    format!("{host} is neither on the list nor proved")
}

#[cfg(test)]
mod tests;
