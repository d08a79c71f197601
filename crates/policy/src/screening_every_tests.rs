//! What holds for every request, whatever its facts. They never pick the cases that are easy.

use super::*;

/// Every combination of the facts that any rule reads.
#[allow(clippy::too_many_lines, reason = "one literal with every fact")]
pub(crate) fn every_request() -> Vec<ScreeningFacts> {
    let reach: Vec<Vec<ScopeFact>> = std::iter::once(Vec::new())
        .chain(Risk::ALL.iter().flat_map(|risk| {
            [true, false].map(|open| vec![scope("x", *risk, open), scope("y", Risk::Read, true)])
        }))
        .collect();
    let grants = [GrantType::AuthorizationCode, GrantType::ClientCredentials];
    let hosts = [Vec::new(), vec![Host::parse("app.example").unwrap()]];
    let mut requests = Vec::new();
    for bits in 0_u8..128 {
        let bit = |n: u8| bits & (1 << n) != 0;
        for origin in Origin::ALL {
            for requested in &reach {
                requests.push(ScreeningFacts {
                    environment: Environment::ALL[usize::from(bit(0))],
                    origin: *origin,
                    descent: Descent::ALL[usize::from(bits % 5)],
                    auth_method: if bit(1) {
                        AuthMethod::None
                    } else {
                        AuthMethod::PrivateKeyJwt
                    },
                    grants: BTreeSet::from([grants[usize::from(bit(2))]]),
                    requested: requested.clone(),
                    hosts_unproved: hosts[usize::from(bit(3))].clone(),
                    disallowed: bit(6).then(off_the_list),
                    loopback_only: !bit(3),
                    sponsor: bit(4),
                    name_conflict: bit(5),
                    imitation: if bit(6) {
                        evil_slack()
                    } else {
                        Imitation::default()
                    },
                    logo: LogoFact::default(),
                    reused: if bit(4) {
                        BTreeSet::from([MarkKind::Key])
                    } else {
                        BTreeSet::new()
                    },
                    names: NamesElsewhere {
                        imitates: bit(1) && bit(6),
                        imitated: bit(2),
                    },
                    vouched: None,
                    trusted: bit(3).then(|| "yes".to_owned()),
                    first_request: bit(5),
                    shared_key: bit(0) && bit(3) && bit(5),
                    sandbox_first: bit(2),
                    new_scopes: requested
                        .iter()
                        .filter(|_| bit(4))
                        .map(|asked| asked.scope.clone())
                        .collect(),
                    tenant_age_days: if bit(3) { 1 } else { 100 },
                    past: Past {
                        rejections: u32::from(bits % 3),
                        blocks: u32::from(bit(1) && bit(2)),
                        revocations: u32::from(bit(5) && bit(6)),
                    },
                });
            }
        }
    }
    requests
}

#[test]
fn production_is_never_allowed_and_allow_is_r_20_or_r_30() {
    let mut allowed = 0_u32;
    for facts in every_request() {
        let screening = screen(&facts);
        if screening.verdict == Verdict::Allow {
            allowed += 1;
            let by = match facts.origin {
                Origin::Trust => {
                    assert!(facts.trusted.is_some(), "{facts:?}");
                    "R-30"
                }
                _ => "R-20",
            };
            assert_eq!(names(&screening.determining), [by], "{facts:?}");
            assert_eq!(facts.environment, Environment::Sandbox, "{facts:?}");
            assert!(
                matches!(facts.origin, Origin::Open | Origin::Trust),
                "{facts:?}"
            );
            assert!(
                facts
                    .requested
                    .iter()
                    .all(|s| s.open && s.risk == Risk::Read),
                "{facts:?}"
            );
        }
        assert!(!screening.determining.is_empty(), "{facts:?}");
        assert_eq!(screening.errors, Vec::<String>::new(), "{facts:?}");
    }
    assert!(allowed > 0);
}

#[test]
fn a_check_never_passes_where_its_rule_fires() {
    for facts in every_request() {
        let screening = screen(&facts);
        for finding in &screening.findings {
            let fires = names(&screening.determining).contains(&&*finding.check);
            if fires {
                assert_ne!(
                    finding.outcome,
                    FindingOutcome::Pass,
                    "{finding:?} {facts:?}"
                );
            }
            let passes = finding.outcome == FindingOutcome::Pass;
            assert_eq!(finding.weight == 0, passes, "{finding:?} {facts:?}");
            assert!(!(passes && finding.fix.is_some()), "{finding:?}");
        }
    }
}

#[test]
fn production_wants_two_people_where_much_can_go_wrong_and_the_sandbox_never() {
    for facts in every_request() {
        let screening = screen(&facts);
        let grave = matches!(facts.worst(), Some(Risk::Delete | Risk::Admin));
        let wants_two = facts.environment == Environment::Production
            && (grave || screening.risk.level >= RiskLevel::High);
        let denied = screening.verdict == Verdict::Deny;
        let found = screening.verdict == Verdict::NeedsTwo;
        assert_eq!(found, wants_two && !denied, "{facts:?}");
        assert_eq!(screening.second.is_empty(), !found, "{facts:?}");
    }
}

#[test]
fn whatever_is_asked_the_checks_are_those_that_are_listed() {
    let listed: Vec<_> = crate::checks().into_iter().map(|one| one.check).collect();
    for facts in every_request() {
        let seen = crate::check::all(&facts);
        let seen: Vec<_> = seen.into_iter().map(|one| one.check).collect();
        assert_eq!(seen, listed, "{facts:?}");
    }
}
