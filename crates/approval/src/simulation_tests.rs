//! What a run finds in a small history whose changes are known.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use narthex_tenancy::ambient;
use narthex_vocab::PLATFORM_TENANT;
use serde_json::json;

use super::*;

fn facts(origin: &str, risk_score: u8) -> Value {
    json!({
        "origin": { "type": "Narthex::Origin", "id": origin },
        "descent": { "type": "Narthex::Descent", "id": "root" },
        "auth_method": "none", "grants": ["authorization_code"], "risks": ["read"], "risk_score": risk_score,
        "scope_count": 1, "trusted": false, "closed_scopes": [], "unproved_hosts": [], "broken_rules": [],
        "loopback_only": false, "sponsor": true, "name_conflict": false, "imitates": [], "first_request": true, "shared_key": false,
        "sandbox_first": true, "new_scopes": [], "tenant_age_days": 100, "earlier_rejections": 0, "earlier_blocks": 0,
        "earlier_revocations": 0,
    })
}

fn case(tenant: Id<Tenant>, origin: &str, risk_score: u8) -> Past {
    Past {
        tenant,
        environment: Environment::Sandbox,
        request: Id::new(ambient::now(), &mut ambient::rng()),
        version: 1,
        client: None,
        name: format!("{origin} {risk_score}"),
        facts: Some(facts(origin, risk_score)),
    }
}

fn layer(whose: Whose, outcome: &str, condition: &str) -> Arc<Layer> {
    let prefix = whose.prefix();
    let text = format!(
        "@id(\"{prefix}it\") @reason(\"r\") @outcome(\"{outcome}\") forbid (principal, action, resource) when {{ {condition} }};"
    );
    Arc::new(Layer::parse(whose, &text).unwrap())
}

fn tenant() -> Id<Tenant> {
    Id::new(ambient::now(), &mut ambient::rng())
}

#[test]
fn a_run_counts_what_would_be_judged_otherwise_and_names_it() {
    let acme = tenant();
    let tried = Tried {
        whose: Whose::Tenant,
        number: 2,
        layer: layer(Whose::Tenant, "deny", "context.risk_score >= 20"),
        platform: None,
        tenants: HashMap::new(),
    };
    let mut cases = vec![
        case(acme, "open", 10),
        case(acme, "open", 20),
        case(acme, "open", 30),
        case(acme, "portal", 30),
        case(acme, "portal", 5),
    ];
    cases.push(Past {
        client: Some("ns_x".to_owned()),
        ..case(acme, "open", 50)
    });
    cases.push(Past {
        facts: None,
        ..case(acme, "open", 50)
    });
    cases.push(Past {
        facts: Some(json!({ "origin": "old" })),
        ..case(acme, "open", 50)
    });
    let report = Report::of(&tried, &cases);
    assert_eq!(
        (
            report.requests,
            report.clients,
            report.unjudged,
            report.changed()
        ),
        (7, 1, 2, 4)
    );
    let counts: Vec<_> = report
        .counts
        .iter()
        .map(|one| {
            (
                one.clients,
                one.before.as_str(),
                one.after.as_str(),
                one.count,
            )
        })
        .collect();
    assert_eq!(
        counts,
        [
            (false, "allow", "deny", 2),
            (false, "needs_person", "deny", 1),
            (true, "allow", "deny", 1)
        ]
    );
    let names: Vec<_> = report.changes.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["open 20", "open 30", "portal 30", "open 50"]);
    assert_eq!(report.changes[0].rules, ["T-it"]);
}

#[test]
fn what_is_in_force_beside_it_goes_on() {
    let (acme, globex) = (tenant(), tenant());
    let in_force = |layer| InForce {
        number: 1,
        layer: Ok(layer),
    };
    let tried = Tried {
        whose: Whose::Platform,
        number: 2,
        layer: layer(Whose::Platform, "needs_person", "true"),
        platform: Some(in_force(layer(
            Whose::Platform,
            "needs_two",
            "context.risk_score >= 20",
        ))),
        tenants: HashMap::from([(globex, in_force(layer(Whose::Tenant, "deny", "true")))]),
    };
    let cases = [
        case(acme, "open", 10),
        case(acme, "open", 40),
        case(globex, "open", 10),
    ];
    let report = Report::of(&tried, &cases);
    let found: Vec<_> = report
        .changes
        .iter()
        .map(|one| (one.name.as_str(), one.before.as_str(), one.after.as_str()))
        .collect();
    assert_eq!(
        found,
        [
            ("open 10", "allow", "needs_person"),
            ("open 40", "needs_two", "needs_person")
        ]
    );
}

#[test]
fn the_same_text_changes_nothing_and_few_changes_are_kept() {
    let same = layer(Whose::Platform, "deny", "context.risk_score >= 20");
    let mut tried = Tried {
        whose: Whose::Platform,
        number: 2,
        layer: Arc::clone(&same),
        platform: Some(InForce {
            number: 1,
            layer: Ok(same),
        }),
        tenants: HashMap::new(),
    };
    let cases: Vec<Past> = (0..KEPT + 20)
        .map(|_| case(PLATFORM_TENANT, "open", 30))
        .collect();
    assert_eq!(Report::of(&tried, &cases).changed(), 0);
    tried.platform = None;
    let report = Report::of(&tried, &cases);
    assert_eq!((report.changed(), report.changes.len()), (KEPT + 20, KEPT));
}
