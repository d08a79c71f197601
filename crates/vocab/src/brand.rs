//! A name that people trust, with the hosts it really lives at. It only says what looks like what: whether that matters
//! is for the policy and for people.

use std::collections::BTreeSet;

use crate::host::HostName;
use crate::host_pattern::HostPattern;
use crate::label::Label;
use crate::name::skeleton_of;

/// A known name and its official hosts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Brand {
    /// The name as people know it.
    pub name: Label,
    /// Where it really is.
    pub hosts: BTreeSet<HostPattern>,
}

impl Brand {
    /// The most hosts of one brand.
    pub const MOST_HOSTS: usize = 50;

    /// Whether a name claims to be this brand: the whole of it or some of its words look like the brand's name
    /// (Unicode TR39 skeletons, so case, spaces, punctuation and look-alike letters do not help).
    pub fn is_claimed_by(&self, name: &str) -> bool {
        let brand = self.name.skeleton();
        let words: Vec<String> = words(name).map(skeleton_of).collect();
        let mut starts = (0..words.len()).filter_map(|start| words.get(start..));
        starts.any(|rest| {
            let mut so_far = String::new();
            rest.iter().any(|word| {
                so_far.push_str(word);
                so_far == brand
            })
        }) || skeleton_of(name) == brand
    }

    /// Whether the host is one of the brand's own.
    pub fn is_at(&self, host: &HostName) -> bool {
        self.hosts.iter().any(|pattern| pattern.covers(host))
    }

    /// Whether the host is not the brand's and looks as if it were: a label that looks like one of the brand's own
    /// domains, is one edit away from it, or has it as a part between hyphens.
    pub fn is_imitated_by(&self, host: &HostName) -> bool {
        !self.is_at(host) && self.own_labels().any(|own| imitates(host, &own))
    }

    /// What the brand's domains are called: `notion` of `www.notion.so`.
    fn own_labels(&self) -> impl Iterator<Item = String> {
        let domains = self
            .hosts
            .iter()
            .filter_map(|pattern| main_label(pattern.host()));
        domains.map(|label| skeleton_of(&label))
    }
}

/// A label shorter than this is too common a word to be an imitation by itself.
const TELLING: usize = 4;
/// Shorter labels have too many neighbours.
const LONG: usize = 5;

fn imitates(host: &HostName, own: &str) -> bool {
    let length = own.chars().count();
    let main = main_label(host).map(|label| skeleton_of(&label));
    let same_domain = main.as_deref() == Some(own);
    let labels = labels(host);
    let parts = labels.iter().flat_map(|label| label.split('-'));
    let is_part = length >= TELLING && parts.map(skeleton_of).any(|part| part == own);
    let mut whole = labels.iter().map(|label| skeleton_of(label));
    let near = length >= LONG && whole.any(|label| one_edit_apart(&label, own));
    same_domain || is_part || near
}

/// The label that somebody registered, as people read it.
fn main_label(host: &HostName) -> Option<String> {
    let domain = host.registrable()?.unicode();
    domain.split('.').next().map(str::to_owned)
}

/// Every label but the public suffix, as people read it.
fn labels(host: &HostName) -> Vec<String> {
    let suffix = host.registrable().map_or(0, |domain| {
        domain.as_str().split('.').count().saturating_sub(1)
    });
    let unicode = host.unicode();
    let labels: Vec<_> = unicode.split('.').map(str::to_owned).collect();
    let own = labels.len().saturating_sub(suffix);
    labels.into_iter().take(own).collect()
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
}

/// Whether one inserted, dropped, replaced or swapped letter makes one text of the other.
fn one_edit_apart(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (a, b) = (one.get(same..), other.get(same..));
    match (a.unwrap_or_default(), b.unwrap_or_default()) {
        ([_, rest @ ..], whole) | (whole, [_, rest @ ..]) if rest == whole => true,
        ([_, a @ ..], [_, b @ ..]) if a == b => true,
        ([a, b, rest @ ..], [c, d, more @ ..]) => a == d && b == c && rest == more,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        clippy::panic,
        clippy::indexing_slicing,
        reason = "tests"
    )]

    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn brand(name: &str, hosts: &[&str]) -> Brand {
        Brand {
            name: Label::parse(name).unwrap(),
            hosts: hosts
                .iter()
                .map(|host| HostPattern::parse(host).unwrap_or_else(|why| panic!("{host}: {why}")))
                .collect(),
        }
    }

    #[test]
    fn s13_the_first_list_can_be_read_and_no_name_on_it_imitates_another() {
        let migration = include_str!("../../../migrations/2026-11-23-000400_review/up.sql");
        let rows = migration
            .lines()
            .filter_map(|line| line.trim().strip_prefix("('"));
        let rows = rows.filter_map(|row| row.split_once("', '{"));
        let brands: Vec<Brand> = rows
            .map(|(name, hosts)| {
                let hosts = hosts.split_once('}').unwrap().0;
                brand(name, &hosts.split(',').collect::<Vec<_>>())
            })
            .collect();
        assert!(brands.len() >= 40, "{}", brands.len());
        for one in &brands {
            for other in &brands {
                let host = other
                    .hosts
                    .iter()
                    .find(|host| !host.as_str().starts_with('*'));
                let host = host.unwrap().host();
                let own = brands.iter().any(|brand| brand.is_at(host));
                assert!(
                    own && (one.is_at(host) || !one.is_imitated_by(host)),
                    "{one:?} {host}"
                );
            }
        }
    }

    #[rstest]
    #[case("Notion", true)]
    #[case("NOTION", true)]
    #[case("N o t i o n", true)]
    #[case("Notion – official", true)]
    #[case("The Notion connector", true)]
    #[case("Nοtiοn", true)] // Greek omicrons
    #[case("Νоtion", true)] // a Greek nu and a Cyrillic o
    #[case("𝐍otion", true)]
    #[case("Notional", false)]
    #[case("Motion", false)]
    #[case("Not I on", true)]
    #[case("Notes", false)]
    fn s13_names(#[case] name: &str, #[case] claims: bool) {
        assert_eq!(brand("Notion", &["notion.so"]).is_claimed_by(name), claims);
    }

    #[test]
    fn s13_names_of_several_words() {
        let copilot = brand("GitHub Copilot", &["github.com"]);
        assert!(copilot.is_claimed_by("GitHub Copilot for notes"));
        assert!(copilot.is_claimed_by("Githubcopilot"));
        assert!(!copilot.is_claimed_by("Copilot"));
        assert!(!copilot.is_claimed_by("GitHub notes"));
    }

    #[rstest]
    #[case::japanese("ノート連携アプリ")]
    #[case::arabic("دفتر الملاحظات")]
    #[case::cyrillic("Заметки для команды")]
    #[case::greek("Σημειώσεις ομάδας")]
    #[case::hebrew("פנקס הערות")]
    #[case::hindi("टीम के नोट्स")]
    #[case::korean("팀 노트")]
    #[case::chinese("团队笔记")]
    #[case::thai("บันทึกของทีม")]
    fn s13_a_name_in_another_script_is_a_name_and_claims_nothing(#[case] name: &str) {
        let name = Label::parse(name).unwrap();
        assert!(!name.mixes_scripts(), "{name}");
        for known in [
            brand("Notion", &["notion.so"]),
            brand("Slack", &["slack.com"]),
            brand("X", &["x.com"]),
        ] {
            assert!(
                !known.is_claimed_by(name.as_str()),
                "{name} {:?}",
                known.name
            );
        }
    }

    #[rstest]
    #[case::own("www.notion.so", false)]
    #[case::also_own("api.notion.com", false)]
    #[case::other_suffix("notion.example", true)]
    #[case::below_another("notion.evil.example", true)]
    #[case::hyphen("notion-login.example", true)]
    #[case::hyphen_below("app.my-notion.example", true)]
    #[case::greek("nοtiοn.so", true)] // omicrons, so xn--… in the address
    #[case::cyrillic("nоtiоn.so", true)]
    #[case::dropped("noton.so", true)]
    #[case::doubled("nottion.so", true)]
    #[case::replaced("motion.so", true)]
    #[case::swapped("ntoion.so", true)]
    #[case::two_edits("mation.so", false)]
    #[case::longer("notionally.example", false)]
    #[case::other("partner.example", false)]
    #[case::japanese("日本語.example", false)]
    fn s13_hosts(#[case] host: &str, #[case] imitates: bool) {
        let notion = brand("Notion", &["*.notion.so", "notion.so", "*.notion.com"]);
        let host = HostName::parse(host).unwrap();
        assert_eq!(notion.is_imitated_by(&host), imitates, "{}", host.unicode());
    }

    #[test]
    fn s13_a_short_domain_is_imitated_by_its_own_label_alone() {
        let x = brand("X", &["x.com"]);
        let imitated = |host| x.is_imitated_by(&HostName::parse(host).unwrap());
        assert!(imitated("x.example"));
        assert!(!imitated("x.partner.example") && !imitated("y.com") && !imitated("x-ray.example"));
    }

    proptest! {
        #[test]
        fn s13_one_edit_is_one_edit(text in "[a-z]{5,9}", at in 0_usize..5, letter in "[a-z]") {
            let letter = letter.chars().next().unwrap();
            let chars: Vec<char> = text.chars().collect();
            prop_assert!(!one_edit_apart(&text, &text));
            let mut dropped = chars.clone();
            dropped.remove(at);
            let dropped: String = dropped.into_iter().collect();
            prop_assert!(one_edit_apart(&text, &dropped) && one_edit_apart(&dropped, &text));
            let mut replaced = chars.clone();
            replaced[at] = letter;
            let replaced: String = replaced.into_iter().collect();
            prop_assert_eq!(one_edit_apart(&text, &replaced), text != replaced);
            let mut swapped = chars;
            swapped.swap(at, at.saturating_sub(1));
            let swapped: String = swapped.into_iter().collect();
            prop_assert_eq!(one_edit_apart(&text, &swapped), text != swapped);
        }
    }
}
