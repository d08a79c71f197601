//! What about a client looks like somebody else: its name, its hosts, its scripts, its logo. It refuses nothing, and a
//! name in another script than Latin is a name like any other: mixing scripts is what shows.

use std::collections::BTreeSet;

use crate::brand::Brand;
use crate::client_metadata::ClientMetadata;
use crate::client_name::ClientName;
use crate::host::{Host, HostName};
use crate::label::Label;
use crate::name::mixes_scripts;
use crate::optional_member::OptionalMember;

/// How far what a client claims to be agrees with where it leads, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Standing {
    /// Every redirect host is the brand's own.
    Official,
    /// Every other redirect host is proved by the tenant.
    Proved,
    /// It leads to a program on a device: anybody's.
    OnDevice,
    /// It leads to a host that is neither.
    Elsewhere,
}

/// A client calls itself by a known name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrandClaim {
    /// The known name.
    pub brand: Label,
    /// Whether it leads there.
    pub standing: Standing,
    /// Where it leads instead.
    pub elsewhere: BTreeSet<HostName>,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imitation {
    /// The known name that it claims; of several, the one that it comes closest to.
    pub brand: Option<BrandClaim>,
    /// Hosts that look like a known one, each with the known name.
    pub hosts: Vec<(HostName, Label)>,
    /// Names and hosts that mix scripts which no orthography mixes.
    pub mixed: Vec<String>,
    /// Where its logos are, in any language, where that host is not proved.
    pub logos_at: Vec<HostName>,
}

impl Imitation {
    /// Looks at a client that is onboarded under `name`, for a tenant that has proved these hosts.
    pub fn of(
        (name, metadata): (&Label, &ClientMetadata),
        proved: &BTreeSet<HostName>,
        brands: &[Brand],
    ) -> Self {
        let given = metadata.names().map(ClientName::as_str);
        let names: BTreeSet<&str> = std::iter::once(name.as_str()).chain(given).collect();
        let claimed = |brand: &&Brand| names.iter().any(|name| brand.is_claimed_by(name));
        let claims = brands.iter().filter(claimed);
        let claims = claims.map(|brand| claim(brand, metadata, proved));
        let strangers = || {
            metadata
                .hosts()
                .into_iter()
                .filter(|host| !proved.contains(host))
        };
        let looks = |host: HostName| {
            let known = brands.iter().find(|brand| brand.is_imitated_by(&host))?;
            Some((host, known.name.clone()))
        };
        // A host of one brand is not an imitation of another.
        let official = |host: &HostName| brands.iter().any(|brand| brand.is_at(host));
        let hosts = strangers().filter(|host| !official(host)).filter_map(looks);
        let mixed_names = names.iter().filter(|name| mixes_scripts(name));
        let mixed_hosts = metadata.hosts().into_iter().map(|host| host.unicode());
        let mixed_hosts = mixed_hosts.filter(|host| host.split('.').any(mixes_scripts));
        let logos = metadata
            .pages()
            .filter(|page| page.member == OptionalMember::LogoUri);
        let logos = logos.map(|page| page.uri.host().clone());
        Self {
            brand: claims.min_by_key(|claim| claim.standing),
            hosts: hosts.collect(),
            mixed: mixed_names
                .map(|name| (*name).to_owned())
                .chain(mixed_hosts)
                .collect(),
            logos_at: logos.filter(|host| !proved.contains(host)).collect(),
        }
    }
}

fn claim(brand: &Brand, metadata: &ClientMetadata, proved: &BTreeSet<HostName>) -> BrandClaim {
    let redirects = metadata.redirect_uris().iter();
    let redirects = redirects.filter_map(|uri| match uri.host()? {
        Host::Name(host) if !host.is_loopback() => Some(host),
        Host::Name(_) | Host::Address(_) => None,
    });
    let redirects: BTreeSet<HostName> = redirects.collect();
    let elsewhere: BTreeSet<HostName> = redirects
        .iter()
        .filter(|host| !brand.is_at(host))
        .cloned()
        .collect();
    let standing = if redirects.is_empty() {
        Standing::OnDevice
    } else if elsewhere.is_empty() {
        Standing::Official
    } else if elsewhere.is_subset(proved) {
        Standing::Proved
    } else {
        Standing::Elsewhere
    };
    BrandClaim {
        brand: brand.name.clone(),
        standing,
        elsewhere,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

    use rstest::rstest;
    use serde_json::json;

    use super::*;
    use crate::HostPattern;

    fn brands() -> Vec<Brand> {
        let brand = |name, hosts: &[&str]| Brand {
            name: Label::parse(name).unwrap(),
            hosts: hosts
                .iter()
                .map(|host| HostPattern::parse(host).unwrap())
                .collect(),
        };
        vec![
            brand("Slack", &["slack.com", "*.slack.com"]),
            brand("Notion", &["notion.so", "*.notion.so"]),
        ]
    }

    fn seen(name: &str, redirects: &[&str], proved: &[&str]) -> Imitation {
        let sent = json!({ "client_name": name, "redirect_uris": redirects });
        let metadata = ClientMetadata::parse(sent.as_object().unwrap()).unwrap();
        let proved = proved
            .iter()
            .map(|host| HostName::parse(host).unwrap())
            .collect();
        Imitation::of(
            (&Label::parse("Partner").unwrap(), &metadata),
            &proved,
            &brands(),
        )
    }

    #[rstest]
    #[case("Slack", &["https://slack.com/cb"], &[], Some(Standing::Official))]
    #[case("Slack", &["https://api.slack.com/cb", "http://127.0.0.1/cb"], &[], Some(Standing::Official))]
    #[case("Slack", &["http://127.0.0.1/cb"], &[], Some(Standing::OnDevice))]
    #[case("Slack", &["com.example.app:/cb"], &[], Some(Standing::OnDevice))]
    #[case("Slack", &["https://slack.com/cb", "https://evil.example/cb"], &[], Some(Standing::Elsewhere))]
    #[case("Slack by Partner", &["https://app.partner.example/cb"], &["app.partner.example"], Some(Standing::Proved))]
    #[case("Slack by Partner", &["https://app.partner.example/cb"], &["partner.example"], Some(Standing::Elsewhere))]
    #[case("Notion in Slack", &["https://slack.com/cb"], &[], Some(Standing::Official))]
    #[case("Ѕlack", &["https://evil.example/cb"], &[], Some(Standing::Elsewhere))] // a Cyrillic S
    #[case("Notes", &["https://slack.com/cb"], &[], None)]
    fn s13_a_name_against_where_it_leads(
        #[case] name: &str,
        #[case] redirects: &[&str],
        #[case] proved: &[&str],
        #[case] standing: Option<Standing>,
    ) {
        let claim = seen(name, redirects, proved).brand;
        assert_eq!(claim.map(|claim| claim.standing), standing);
    }

    #[test]
    fn s13_hosts_that_look_alike_unless_they_are_proved_or_a_brands_own() {
        let hosts = [
            "https://slack-login.example/cb",
            "https://notion.so/cb",
            "https://partner.example/cb",
        ];
        let found = seen("Notes", &hosts, &[]).hosts;
        let found: Vec<_> = found
            .iter()
            .map(|(host, brand)| (host.as_str(), brand.as_str()))
            .collect();
        assert_eq!(found, [("slack-login.example", "Slack")]);
        assert_eq!(seen("Notes", &hosts, &["slack-login.example"]).hosts, []);
    }

    #[rstest]
    #[case("Nоtes", &["Nоtes"])] // a Cyrillic o among Latin letters
    #[case("Notes ノート", &[])]
    #[case("Заметки", &[])]
    #[case("Σημειώσεις", &[])]
    #[case("دفتر الملاحظات", &[])]
    #[case("פנקס הערות", &[])]
    #[case("टीम के नोट्स", &[])]
    fn s13_mixing_scripts_shows_and_another_script_does_not(
        #[case] name: &str,
        #[case] mixed: &[&str],
    ) {
        let found = seen(name, &["http://127.0.0.1/cb"], &[]);
        assert_eq!(found.mixed, mixed);
        assert_eq!((found.brand, found.hosts), (None, Vec::new()));
    }

    #[test]
    fn s13_a_host_that_mixes_scripts_shows_in_its_own_letters() {
        let address = |host: &str| format!("https://{}/cb", HostName::parse(host).unwrap());
        // A Cyrillic a among Latin letters, and a whole Cyrillic word.
        let hosts = [address("аpp.example"), address("заметки.example")];
        let found = seen("Notes", &[&hosts[0], &hosts[1]], &[]);
        assert_eq!(found.mixed, ["аpp.example"]);
    }
}
