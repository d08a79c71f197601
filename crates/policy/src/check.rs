//! The screening checks: one function each, from facts to a finding. None of them decides; a
//! check that shares a rule's name explains that rule and never passes where the rule fires.

use std::collections::BTreeSet;

use narthex_vocab::{AuthMethod, Environment, GrantType, Imitation, Risk};

use crate::facts::{Descent, LogoFact, NamesElsewhere, Origin, Past, ScreeningFacts};
use crate::finding::{Finding, FindingOutcome};
use crate::{history, imitation};

/// Every check, in the order of their names.
pub(crate) fn all(facts: &ScreeningFacts) -> Vec<Finding> {
    let mut findings = vec![
        sponsor(facts),
        auth_method(facts),
        name(facts),
        scope_risk(facts),
        open_scopes(facts),
        first_request(facts),
        rules(facts),
        hosts(facts),
        descent(facts),
        trust(facts),
        keys(facts),
    ];
    findings.extend(imitation::all(facts));
    findings.extend(history::all(facts));
    findings
}

/// What every check is about (`check`, `title`, `required`), from the checks themselves: they look at a request that asks
/// for nothing.
pub fn checks() -> Vec<Finding> {
    all(&ScreeningFacts {
        environment: Environment::Sandbox,
        origin: Origin::Portal,
        descent: Descent::Root,
        auth_method: AuthMethod::None,
        grants: BTreeSet::new(),
        requested: Vec::new(),
        hosts_unproved: Vec::new(),
        disallowed: None,
        loopback_only: false,
        sponsor: true,
        name_conflict: false,
        imitation: Imitation::default(),
        logo: LogoFact::default(),
        reused: BTreeSet::new(),
        names: NamesElsewhere::default(),
        vouched: None,
        trusted: None,
        first_request: false,
        shared_key: false,
        sandbox_first: true,
        new_scopes: BTreeSet::new(),
        tenant_age_days: 0,
        past: Past::default(),
    })
}

/// What a check is about, whatever it saw.
pub(crate) struct Check {
    pub(crate) id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) required: &'static str,
}

impl Check {
    pub(crate) fn pass(&self, observed: impl Into<String>) -> Finding {
        self.finding(FindingOutcome::Pass, observed.into(), 0, None)
    }

    pub(crate) fn attention(
        &self,
        observed: impl Into<String>,
        weight: u8,
        fix: Option<&str>,
    ) -> Finding {
        self.finding(FindingOutcome::Attention, observed.into(), weight, fix)
    }

    pub(crate) fn fail(&self, observed: impl Into<String>, weight: u8, fix: &str) -> Finding {
        self.finding(FindingOutcome::Fail, observed.into(), weight, Some(fix))
    }

    fn finding(
        &self,
        outcome: FindingOutcome,
        observed: String,
        weight: u8,
        fix: Option<&str>,
    ) -> Finding {
        Finding {
            check: self.id.into(),
            title: self.title,
            outcome,
            observed,
            required: self.required.to_owned(),
            fix: fix.map(str::to_owned),
            weight,
        }
    }
}

/// The weight in this environment: the sandbox reaches nothing real and counts half.
pub(crate) const fn weighed(environment: Environment, weight: u8) -> u8 {
    match environment {
        Environment::Production => weight,
        Environment::Sandbox => weight / 2,
    }
}

fn sponsor(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-04",
        title: "Sponsor",
        required: "A person of the tenant answers for the integration.",
    };
    match (facts.sponsor, facts.origin) {
        (true, _) => CHECK.pass("The integration has a sponsor."),
        (false, Origin::Open) => CHECK.pass("Open registration needs no sponsor."),
        (
            false,
            Origin::Portal | Origin::Quarantine | Origin::Approval | Origin::Token | Origin::Trust,
        ) => CHECK.fail(
            "The integration has no sponsor.",
            weighed(facts.environment, 25),
            "Name a person of the tenant as sponsor.",
        ),
    }
}

fn auth_method(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-05",
        title: "Client authentication",
        required: "A client that acts for itself authenticates.",
    };
    let for_itself = facts.grants.contains(&GrantType::ClientCredentials);
    let method = facts.auth_method;
    match (method.is_public(), for_itself) {
        (true, true) => CHECK.fail(
            "The client acts for itself and does not authenticate.",
            60,
            "Choose a signed or secret authentication method, or remove the client credentials grant.",
        ),
        (true, false) => CHECK.attention(
            "The client does not authenticate: anyone can use its identifier.",
            weighed(facts.environment, 10),
            Some("Choose a signed authentication method if the client can keep a key."),
        ),
        (false, _) => CHECK.pass(format!("The client authenticates with {method}.")),
    }
}

fn name(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-06",
        title: "Name",
        required: "The name does not look like a known name.",
    };
    if facts.name_conflict {
        CHECK.fail(
            "The name looks like a known name.",
            45,
            "Choose another name, or prove the host that the known name belongs to.",
        )
    } else {
        CHECK.pass("The name looks like no known name.")
    }
}

fn scope_risk(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-07",
        title: "Scope risk",
        required: "The scopes reach no further than the integration needs.",
    };
    let Some(worst) = facts.worst() else {
        return CHECK.pass("No scope: the client can only sign people in.");
    };
    let weight = match worst {
        Risk::Read => return CHECK.pass("Every scope only reads."),
        Risk::Change => 20,
        Risk::Delete => 45,
        Risk::Admin => 60,
    };
    let scopes = facts.requested.iter().filter(|fact| fact.risk == worst);
    CHECK.attention(
        format!(
            "{} scope: {}.",
            worst.label(),
            listed(scopes.map(|fact| &fact.scope))
        ),
        weighed(facts.environment, weight),
        Some("Ask for less, or give the reason why this reach is needed."),
    )
}

fn open_scopes(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-08",
        title: "Open registration",
        required: "Open registration asks only for open read scopes.",
    };
    if facts.origin != Origin::Open {
        return CHECK.pass("The request does not come from open registration.");
    }
    let closed = facts
        .requested
        .iter()
        .filter(|fact| !fact.open || fact.risk != Risk::Read);
    let closed = listed(closed.map(|fact| &fact.scope));
    if closed.is_empty() {
        CHECK.pass("Every scope is an open read scope.")
    } else {
        CHECK.fail(
            format!("Not an open read scope: {closed}."),
            weighed(facts.environment, 20),
            "Ask only for open read scopes, or send the request from the portal.",
        )
    }
}

fn first_request(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-09",
        title: "History",
        required: "The integration had an approval before.",
    };
    if facts.first_request {
        CHECK.attention(
            "The integration never had an approval.",
            weighed(facts.environment, 10),
            None,
        )
    } else {
        CHECK.pass("The integration had an approval before.")
    }
}

fn rules(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-10",
        title: "Allowlists",
        required: "The metadata keep to the environment's lists.",
    };
    let Some(disallowed) = &facts.disallowed else {
        return CHECK.pass("Every address and member is one that the environment takes.");
    };
    let mut required: Vec<_> = disallowed.breaches().map(|one| one.rule).collect();
    required.dedup();
    let fix = required.first().map_or("", |rule| rule.fix());
    Finding {
        required: required
            .iter()
            .map(|rule| rule.required())
            .collect::<Vec<_>>()
            .join(" "),
        ..CHECK.fail(
            format!("{disallowed}."),
            weighed(facts.environment, 40),
            fix,
        )
    }
}

fn hosts(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-12",
        title: "Host ownership",
        required: "Every host in the metadata is proved.",
    };
    let unproved = listed(facts.ownable_hosts());
    if unproved.is_empty() && facts.loopback_only {
        return CHECK.attention(
            "Every callback leads to the person's own machine: another program there can pose as this client.",
            weighed(facts.environment, 5),
            None,
        );
    }
    if unproved.is_empty() {
        return CHECK.pass("Every host is proved.");
    }
    let observed = format!("Not proved: {unproved}.");
    match facts.environment {
        Environment::Production => CHECK.fail(observed, 40, "Prove the host."),
        Environment::Sandbox => CHECK.attention(
            observed,
            10,
            Some("Prove the host before promotion to production."),
        ),
    }
}

fn descent(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-21",
        title: "Lineage",
        required: "A client reaches no further than the one that registered it.",
    };
    match facts.descent {
        Descent::Root => CHECK.pass("No other client registered it."),
        Descent::Within => {
            CHECK.pass("It asks for no more than the client that registered it has.")
        }
        Descent::Beyond => CHECK.fail(
            "It asks for more than the client that registered it has.",
            60,
            "Ask for no more than that client has.",
        ),
        Descent::Stopped => CHECK.fail(
            "The client that registered it does not work now.",
            60,
            "Have that client resumed, then send the request again.",
        ),
        Descent::Crowded => CHECK.fail(
            "The client that registered it has as many below it as it may.",
            60,
            "Have clients that are not needed any more revoked, then register again.",
        ),
    }
}

fn trust(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-32",
        title: "Trusted domain",
        required: "The tenant trusts the domain that its document is at.",
    };
    match &facts.trusted {
        Some(trust) => CHECK.pass(trust.clone()),
        None if facts.origin == Origin::Trust => CHECK.attention(
            "It came by trust that is not there any more.",
            20,
            Some("Trust the domain again, or have a reviewer decide."),
        ),
        None => CHECK.pass("No trust is asked of it: its domain is not on the tenant's list."),
    }
}

fn keys(facts: &ScreeningFacts) -> Finding {
    const CHECK: Check = Check {
        id: "R-60",
        title: "Keys of its own",
        required: "No client of the other environment has one of its keys.",
    };
    if facts.shared_key {
        CHECK.fail(
            "A client of the other environment has one of its keys.",
            60,
            "Make a key pair of its own for this environment, and send its public key.",
        )
    } else {
        CHECK.pass("None of its keys is a client's of the other environment.")
    }
}

/// At most five, then how many more.
pub(crate) fn listed<T: std::fmt::Display>(items: impl Iterator<Item = T>) -> String {
    const SHOWN: usize = 5;
    let all: Vec<String> = items.map(|item| item.to_string()).collect();
    let shown = all
        .iter()
        .take(SHOWN)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    match all.len().saturating_sub(SHOWN) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

#[cfg(test)]
mod tests {
    use super::listed;

    #[test]
    fn a_long_list_is_cut() {
        assert_eq!(listed(std::iter::empty::<u8>()), "");
        assert_eq!(listed(1..6), "1, 2, 3, 4, 5");
        assert_eq!(listed(1..9), "1, 2, 3, 4, 5 and 3 more");
    }
}
