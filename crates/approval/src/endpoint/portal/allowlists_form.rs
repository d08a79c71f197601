//! The fields of the allowlists: as typed, and as the rules they say. An entry that cannot be used is named with its
//! line; none is dropped silently.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use narthex_http::form::FormError;
use narthex_http::page::{Choice, Fact, Field};
use narthex_vocab::{Admits, Allowlist, MetadataRules, OptionalMember};

use super::posted::Posted;
use super::problems::Problems;

/// Fields under one heading.
pub(super) struct Group {
    pub(super) id: &'static str,
    pub(super) title: &'static str,
    pub(super) fields: Vec<Field>,
}

/// What somebody chose and typed, as sent.
#[derive(Debug, Default)]
pub(super) struct Typed {
    hosts: String,
    host_list: String,
    loopback: bool,
    app_schemes: String,
    app_scheme_list: String,
    members: BTreeSet<String>,
    contacts: String,
    contact_list: String,
}

impl Typed {
    /// The rules as the form shows them.
    pub(super) fn of(rules: &MetadataRules) -> Self {
        Self {
            hosts: rules.hosts.admits.to_string(),
            host_list: lines(&rules.hosts.listed),
            loopback: rules.loopback,
            app_schemes: rules.app_schemes.admits.to_string(),
            app_scheme_list: lines(&rules.app_schemes.listed),
            members: rules.members.iter().map(ToString::to_string).collect(),
            contacts: rules.contacts.admits.to_string(),
            contact_list: lines(&rules.contacts.listed),
        }
    }

    pub(super) fn read(posted: &Posted) -> Result<Self, FormError> {
        Ok(Self {
            hosts: posted.text("hosts")?,
            host_list: posted.text("host_list")?,
            loopback: posted.text("loopback")? == "yes",
            app_schemes: posted.text("app_schemes")?,
            app_scheme_list: posted.text("app_scheme_list")?,
            members: posted.many("member").map(str::to_owned).collect(),
            contacts: posted.text("contacts")?,
            contact_list: posted.text("contact_list")?,
        })
    }

    /// The rules, or what to mend.
    pub(super) fn parse(&self) -> Result<MetadataRules, Problems> {
        let mut problems = Problems::default();
        let hosts = list(&mut problems, HOSTS, (&self.hosts, &self.host_list));
        let app_schemes = (&*self.app_schemes, &*self.app_scheme_list);
        let app_schemes = list(&mut problems, APP_SCHEMES, app_schemes);
        let members: Result<BTreeSet<OptionalMember>, _> =
            self.members.iter().map(|member| member.parse()).collect();
        let members = problems.keep("member", members, |_| {
            "Choose members from the list".to_owned()
        });
        let contacts = list(
            &mut problems,
            CONTACTS,
            (&self.contacts, &self.contact_list),
        );
        match (hosts, app_schemes, members, contacts) {
            (Some(hosts), Some(app_schemes), Some(members), Some(contacts)) => Ok(MetadataRules {
                hosts,
                loopback: self.loopback,
                app_schemes,
                members,
                contacts,
            }),
            _ => Err(problems),
        }
    }
}

/// A switch with its list: both field names, and what may be chosen.
#[derive(Clone, Copy)]
struct Listing {
    switch: &'static str,
    entries: &'static str,
    offered: &'static [Admits],
}

const HOSTS: Listing = Listing {
    switch: "hosts",
    entries: "host_list",
    offered: &[Admits::Any, Admits::Listed],
};
const APP_SCHEMES: Listing = Listing {
    switch: "app_schemes",
    entries: "app_scheme_list",
    offered: &[Admits::None, Admits::Listed, Admits::Any],
};
const CONTACTS: Listing = Listing {
    switch: "contacts",
    entries: "contact_list",
    offered: &[Admits::Any, Admits::Listed],
};

fn list<T>(
    problems: &mut Problems,
    listing: Listing,
    (chosen, typed): (&str, &str),
) -> Option<Allowlist<T>>
where
    T: FromStr + Ord,
    T::Err: Display,
{
    let admits = chosen.parse().ok();
    let admits = admits.filter(|admits| listing.offered.contains(admits));
    let admits = problems.keep(listing.switch, admits.ok_or(()), |()| {
        "Choose what is taken".to_owned()
    });
    let mut listed = BTreeSet::new();
    let mut wrong = Vec::new();
    for (index, line) in typed.lines().enumerate() {
        match line.trim() {
            "" => {}
            entry => match entry.parse() {
                Ok(entry) => {
                    listed.insert(entry);
                }
                Err(error) => wrong.push(format!("Line {}: {error}", index + 1)),
            },
        }
    }
    if listed.len() > MetadataRules::MOST {
        wrong.push(format!("Enter at most {} lines", MetadataRules::MOST));
    }
    if !wrong.is_empty() {
        problems.add(listing.entries, wrong.join(". "));
        return None;
    }
    admits.map(|admits| Allowlist { admits, listed })
}

fn lines<T: Display>(entries: &BTreeSet<T>) -> String {
    let entries: Vec<_> = entries.iter().map(ToString::to_string).collect();
    entries.join("\n")
}

/// The form, group by group.
pub(super) fn groups(typed: &Typed, problems: &Problems) -> [Group; 4] {
    let group = |id, title, fields: Vec<Field>| Group {
        id,
        title,
        fields: fields.into_iter().map(|one| problems.beside(one)).collect(),
    };
    [
        group("hosts", "Hosts", host_fields(typed)),
        group("schemes", "Apps and programs", scheme_fields(typed)),
        group("members", "Metadata", vec![member_field(typed)]),
        group("contacts", "Contacts", contact_fields(typed)),
    ]
}

fn host_fields(typed: &Typed) -> Vec<Field> {
    vec![
        Field::radios(
            HOSTS.switch,
            "Where redirect addresses, pages, logos and key sets may be",
            choices(HOSTS, &["Any https host", "Only listed hosts, and hosts that you have proved"]),
        )
        .value(typed.hosts.as_str()),
        Field::area(HOSTS.entries, "Listed hosts", 4)
            .id("host_list")
            .hint("One a line. app.example.com is this host alone, *.example.com is every host below example.com. A name that many share, such as github.io, is not taken.")
            .mono()
            .optional()
            .value(typed.host_list.as_str()),
    ]
}

fn scheme_fields(typed: &Typed) -> Vec<Field> {
    vec![
        Field::checkbox(
            "loopback",
            "Redirect addresses may lead to a program on the person's own computer",
            typed.loopback,
        )
        .hint("http on 127.0.0.1, [::1] or localhost. Most MCP clients need it."),
        Field::radios(
            APP_SCHEMES.switch,
            "Redirect addresses with the scheme of an app, such as com.example.app:/callback",
            choices(APP_SCHEMES, &["None", "Only listed schemes", "Any"]),
        )
        .value(typed.app_schemes.as_str()),
        Field::area(APP_SCHEMES.entries, "Listed schemes", 2)
            .hint("One a line, without the colon. Another app on the same device can claim a scheme: the review team sees it as a finding.")
            .mono()
            .optional()
            .value(typed.app_scheme_list.as_str()),
    ]
}

fn member_field(typed: &Typed) -> Field {
    let choice = |member: &OptionalMember| {
        Choice::new(member.as_str(), member.label())
            .hint(member.as_str())
            .chosen(typed.members.contains(member.as_str()))
    };
    Field::checkboxes(
        "member",
        "What a client may say about itself, beside its name, addresses and how it signs in",
        OptionalMember::ALL.iter().map(choice).collect(),
    )
    .hint("A registration with anything that is not ticked is refused.")
    .optional()
}

fn contact_fields(typed: &Typed) -> Vec<Field> {
    vec![
        Field::radios(
            CONTACTS.switch,
            "Where contacts may be",
            choices(
                CONTACTS,
                &["Anywhere", "Only mail addresses at listed domains"],
            ),
        )
        .value(typed.contacts.as_str()),
        Field::area(CONTACTS.entries, "Listed domains", 2)
            .hint("One a line, such as example.com or *.example.com.")
            .mono()
            .optional()
            .value(typed.contact_list.as_str()),
    ]
}

fn choices(listing: Listing, labels: &[&str]) -> Vec<Choice> {
    let both = listing.offered.iter().zip(labels);
    both.map(|(admits, label)| Choice::new(admits.as_str(), *label))
        .collect()
}

/// The rules for those who may not change them.
pub(super) fn facts(rules: &MetadataRules) -> Vec<Fact> {
    let fact = |label: &str, admits: Admits, entries: Vec<String>| {
        let fact = match admits {
            Admits::None => Fact::text(label, "None"),
            Admits::Any => Fact::text(label, "Any"),
            Admits::Listed if entries.is_empty() => {
                Fact::text(label, "Only listed, and the list is empty")
            }
            Admits::Listed => Fact::text(label, "Only listed"),
        };
        entries.into_iter().fold(fact, Fact::and_code)
    };
    let loopback = if rules.loopback { "Yes" } else { "No" };
    let members = rules.members.iter();
    vec![
        fact("Hosts", rules.hosts.admits, texts(&rules.hosts.listed)),
        Fact::text("Programs on the person's computer", loopback),
        fact(
            "Schemes of apps",
            rules.app_schemes.admits,
            texts(&rules.app_schemes.listed),
        ),
        members.fold(Fact::new("Metadata taken"), |fact, member| {
            fact.and_text(member.label())
        }),
        fact(
            "Contacts",
            rules.contacts.admits,
            texts(&rules.contacts.listed),
        ),
    ]
}

fn texts<T: Display>(entries: &BTreeSet<T>) -> Vec<String> {
    entries.iter().map(ToString::to_string).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use rstest::rstest;

    use super::*;

    #[test]
    fn s10_what_is_shown_is_what_is_saved() {
        let mut rules = MetadataRules::default();
        rules.hosts.admits = Admits::Listed;
        rules.hosts.listed = ["*.example.com", "app.example.org"]
            .map(|one| one.parse().unwrap())
            .into();
        rules.app_schemes.listed = ["com.example.app".parse().unwrap()].into();
        assert_eq!(Typed::of(&rules).parse(), Ok(rules));
        let fresh = MetadataRules::default();
        assert_eq!(Typed::of(&fresh).parse(), Ok(fresh));
    }

    #[rstest]
    #[case(
        "*.co.uk",
        "host_list",
        "Line 2: many share this name: name a host that somebody registered"
    )]
    #[case(
        "*",
        "host_list",
        "Line 2: a star stands alone and first, as in *.example.com"
    )]
    #[case(
        "https://a.example",
        "host_list",
        "Line 2: the host is not a valid domain name"
    )]
    fn s10_an_entry_that_cannot_be_used_is_named(
        #[case] entry: &str,
        #[case] field: &str,
        #[case] words: &str,
    ) {
        let typed = Typed {
            host_list: format!("app.example.org\r\n {entry}\r\n"),
            ..Typed::of(&MetadataRules::default())
        };
        let problems = typed.parse().unwrap_err();
        assert_eq!(problems, Problems::one(field, words));
    }

    #[test]
    fn s10_nothing_is_read_as_something_else() {
        let typed = Typed {
            hosts: "none".to_owned(),
            ..Typed::of(&MetadataRules::default())
        };
        assert!(
            typed.parse().is_err(),
            "https itself cannot be switched off"
        );
        let typed = Typed {
            members: BTreeSet::from(["client_secret".to_owned()]),
            ..Typed::of(&MetadataRules::default())
        };
        assert!(typed.parse().is_err());
    }
}
