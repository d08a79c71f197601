//! The screening checks for impersonation: known names, look-alike hosts, what another tenant shows too, logos, scripts.
//! A finding names no other tenant, and none of them refuses: a person looks.

use std::collections::BTreeSet;

use narthex_vocab::{Environment, HostName, MarkKind, Standing};

use crate::check::{Check, listed, weighed};
use crate::facts::{LogoFact, NamesElsewhere, ScreeningFacts, Vouch};
use crate::finding::Finding;

/// All of them.
pub(crate) fn all(facts: &ScreeningFacts) -> Vec<Finding> {
    let [taken, shown] = names(facts.names, facts.environment);
    vec![
        brand(facts),
        hosts(facts),
        reuse(&facts.reused, facts.environment),
        logo(facts),
        logo_shown(&facts.logo, facts.environment),
        scripts(facts),
        statement(facts),
        taken,
        shown,
    ]
}

/// What the policy may ask about: `brand` for a known name that leads elsewhere, `host` for a look-alike host,
/// `name` for one that another tenant has proved the hosts of.
pub(crate) fn words(facts: &ScreeningFacts) -> impl Iterator<Item = String> {
    let imitation = &facts.imitation;
    let claim = imitation.brand.as_ref();
    let brand = claim.is_some_and(|claim| claim.standing == Standing::Elsewhere);
    let host = !imitation.hosts.is_empty();
    let words = [
        ("brand", brand),
        ("host", host),
        ("name", facts.names.imitates),
    ];
    words
        .into_iter()
        .filter(|(_, seen)| *seen)
        .map(|(word, _)| word.to_owned())
}

fn brand(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-13",
        title: "Known name",
        required: "A client with a known name leads to hosts of that name.",
    };
    let Some(claim) = &facts.imitation.brand else {
        return CHECK.pass("It has no known name.");
    };
    let brand = &claim.brand;
    let hosts = || listed(claim.elsewhere.iter().map(HostName::unicode));
    match claim.standing {
        Standing::Official => CHECK.pass(format!(
            "It calls itself {brand}, and every redirect host is one of {brand}."
        )),
        Standing::Proved => CHECK.attention(
            format!("It calls itself {brand} and leads to {}, which the tenant has proved.", hosts()),
            weighed(facts.environment, 10),
            Some("Give it a name that says whose it is."),
        ),
        Standing::OnDevice => CHECK.attention(
            format!("It calls itself {brand} and leads to a program on the person's device: any program can say so."),
            weighed(facts.environment, 10),
            Some("Nothing proves a name on a device. Register an https redirect address if there is one."),
        ),
        Standing::Elsewhere => CHECK.fail(
            format!("It calls itself {brand} and leads to {}, which is not {brand}.", hosts()),
            weighed(facts.environment, 45),
            "Choose a name of your own, or prove the host.",
        ),
    }
}

fn hosts(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-14",
        title: "Look-alike host",
        required: "No host looks like a known one.",
    };
    let alike = facts.imitation.hosts.iter();
    let alike = alike.map(|(host, brand)| match (host.as_str(), host.unicode()) {
        (ascii, unicode) if ascii == unicode => format!("{ascii} (like {brand})"),
        (ascii, unicode) => format!("{unicode}, written {ascii} (like {brand})"),
    });
    let alike = listed(alike);
    if alike.is_empty() {
        return CHECK.pass("No host looks like a known one.");
    }
    CHECK.fail(
        format!("These look like a known host and are not: {alike}."),
        weighed(facts.environment, 45),
        "Use another host, or prove that this one is yours.",
    )
}

/// Whether another tenant shows the same. It says what, and never who.
pub fn reuse(reused: &BTreeSet<MarkKind>, environment: Environment) -> Finding {
    const CHECK: Check = Check {
        id: "R-15",
        title: "Seen elsewhere",
        required: "No key, redirect host or logo is used by another tenant too.",
    };
    let Some(worst) = reused.first() else {
        return CHECK.pass("No key, redirect host or logo is used by another tenant.");
    };
    let all = listed(reused.iter().map(|kind| kind.label()));
    let observed = format!("Another tenant uses the same: {all}.");
    match worst {
        MarkKind::Key => CHECK.fail(
            observed,
            weighed(environment, 40),
            "Make a key pair of your own for each tenant.",
        ),
        MarkKind::RedirectHost
        | MarkKind::Logo
        | MarkKind::Picture
        | MarkKind::Name
        | MarkKind::VerifiedName => CHECK.attention(
            observed,
            weighed(environment, 10),
            Some("Prove the host. A service that many companies use shows here too."),
        ),
    }
}

/// Whether another tenant has proved the hosts of a client by such a name, and whether others show the name of one's own.
/// They say that, and never whose. For the page too, since what others show changes.
pub fn names(names: NamesElsewhere, environment: Environment) -> [Finding; 2] {
    [taken(names, environment), shown(names, environment)]
}

fn taken(names: NamesElsewhere, environment: Environment) -> Finding {
    const CHECK: Check = Check {
        id: "R-23",
        title: "Name of another tenant",
        required: "No name is one that another tenant has proved the hosts of.",
    };
    if !names.imitates {
        return CHECK.pass("No other tenant has proved the hosts of such a name.");
    }
    CHECK.attention(
        "Another tenant has a client that looks like this name, with proved hosts.",
        weighed(environment, 15),
        Some("Ask whose client it is, and give it a name that says so."),
    )
}

fn shown(names: NamesElsewhere, environment: Environment) -> Finding {
    const CHECK: Check = Check {
        id: "R-24",
        title: "Own name elsewhere",
        required: "No other tenant shows a name whose hosts are proved here.",
    };
    if !names.imitated {
        return CHECK.pass("No other tenant shows a name whose hosts are proved here.");
    }
    CHECK.attention(
        "Another tenant shows a client that looks like this name, whose hosts are proved here.",
        weighed(environment, 2),
        Some("Nothing has to be changed here. Staff see who it is."),
    )
}

fn logo(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-16",
        title: "Logo",
        required: "A logo is at a proved host.",
    };
    match facts.imitation.logos_at.first() {
        None => CHECK.pass("It has no logo, or one at a proved host."),
        Some(host) => CHECK.attention(
            format!(
                "Its logo is at {}, which is not proved. Nobody but reviewers sees it.",
                host.unicode()
            ),
            weighed(facts.environment, 5),
            Some("Prove the host, or leave the logo out."),
        ),
    }
}

/// How the picture stands that is shown as its logo. For the page too, since it is fetched after the case came in and may
/// become another one.
pub fn logo_shown(logo: &LogoFact, environment: Environment) -> Finding {
    const CHECK: Check = Check {
        id: "R-47",
        title: "Picture of the logo",
        required: "The picture of a logo can be fetched, and stays what it was.",
    };
    match logo {
        LogoFact::None => CHECK.pass("It has no logo."),
        LogoFact::Waiting => CHECK.pass("Its logo has not been fetched yet."),
        LogoFact::Fetched => {
            CHECK.pass("Its logo was fetched and drawn anew. A picture proves nobody.")
        }
        LogoFact::Changed(at) => CHECK.attention(
            format!("Its logo became another picture on {at}."),
            weighed(environment, 5),
            Some("People do not see the new picture before the client is approved again."),
        ),
        LogoFact::Failed(why) => CHECK.attention(
            format!("Its logo could not be fetched: {why}."),
            weighed(environment, 1),
            Some("Publish a PNG, JPEG, WebP or GIF of 256 KiB and 2,048 pixels a side at most, without a redirect."),
        ),
    }
}

/// A signature is a fact that a reviewer should see, and its absence no fault: it always passes.
fn statement(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-18",
        title: "Software statement",
        required: "What a statement says is signed by an issuer that the environment trusts.",
    };
    match &facts.vouched {
        None => CHECK.pass("Nobody vouches for it: it came without a statement."),
        Some(Vouch {
            issuer,
            software: None,
        }) => CHECK.pass(format!("Signed by {issuer}.")),
        Some(Vouch {
            issuer,
            software: Some(software),
        }) => CHECK.pass(format!("Signed by {issuer} for the software {software}.")),
    }
}

fn scripts(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-17",
        title: "Scripts",
        required: "A name or host does not mix scripts that no language mixes.",
    };
    let mixed = &facts.imitation.mixed;
    if mixed.is_empty() {
        return CHECK.pass("No name or host mixes scripts.");
    }
    let quoted = mixed.iter().map(|text| format!("“{text}”"));
    CHECK.attention(
        format!("Letters of several scripts: {}.", listed(quoted)),
        weighed(facts.environment, 20),
        Some("Write the name or host in one script."),
    )
}
