//! S10: the allowlists of an environment hold on every way in: the portal's form, a registration in quarantine, one in
//! an open sandbox, a revised case, a decision. Those entitled read the rule, what was seen and what helps; a stranger
//! hears one coarse code.

use narthex_approval::{
    approved::NotApprovable,
    decide::{DecideError, Decided, Outcome},
    metadata_rules::{ChangeMetadataRules, ChangeMetadataRulesError, change_metadata_rules},
    prose::Reason,
    reach::Ask,
    revise::{Revise, ReviseError, revise},
};
use narthex_people::session::Surface;
use narthex_tenancy::permission::{Action, Role};
use narthex_tests::{Answer, Browser, Plane, Rows};
use narthex_vocab::{
    Admits, Environment, MetadataRule, MetadataRules, OptionalMember, RegistrationMode,
    RequestState, Widening,
};
use serde_json::{Value, json};

use crate::cases::company::{self, Company, HOSTED, LOOPBACK, metadata};
use crate::scene::{Scene, cookie};

const PRODUCTION: Environment = Environment::Production;
const SANDBOX: Environment = Environment::Sandbox;
const EVIL: &str = "https://login.evil.example/cb";

/// Only these hosts, and what is proved.
fn only(hosts: &[&str]) -> MetadataRules {
    let mut rules = MetadataRules::default();
    rules.hosts.admits = Admits::Listed;
    rules.hosts.listed = hosts.iter().map(|host| host.parse().unwrap()).collect();
    rules
}

impl Company {
    pub(crate) async fn lists(
        &self,
        environment: Environment,
        rules: MetadataRules,
    ) -> Result<(), ChangeMetadataRulesError> {
        let command = ChangeMetadataRules {
            environment,
            rules,
            because: None,
        };
        self.owned(Action::EditSettings, async |tx, acting| {
            change_metadata_rules(tx, command, acting).await
        })
        .await
    }

    /// The host is proved, as the proof's own walk would leave it.
    async fn has_proved(&self, host: &str) {
        let administrator = self.place.administrator().await;
        let tenant = self.tenant.as_uuid();
        let rows = format!(
            "insert into registry.domain (tenant_id, domain_id, host, challenge, created_at)
                values ('{tenant}', gen_random_uuid(), '{host}', 'narthex-verify', now());
             update registry.domain set state = 'checking' where host = '{host}';
             update registry.domain set state = 'verified' where host = '{host}';"
        );
        administrator.batch_execute(&rows).await.unwrap();
    }
}

impl Scene {
    async fn registers(&self, environment: Environment, change: Value) -> Answer {
        let mut body = json!({ "client_name": "Notes", "redirect_uris": [HOSTED] });
        let change = change.as_object().unwrap().clone();
        body.as_object_mut().unwrap().extend(change);
        let mut browser = Browser::new();
        browser.json(&self.register(environment), &body).await
    }

    /// Outcome, code and reason of the newest attempt.
    async fn newest_attempt(&self) -> (String, String, String) {
        let administrator = self.company.place.administrator().await;
        let newest = "select outcome, coalesce(error, ''), reason from intake.attempt
            order by at desc, attempt_id desc limit 1";
        let row = administrator.query_one(newest, &[]).await.unwrap();
        (row.get(0), row.get(1), row.get(2))
    }
}

/// The stranger's whole answer: the code, and words that fit every rule.
fn coarse(answer: &Answer, code: &str) {
    assert_eq!(answer.status, 400, "{}", answer.body);
    let said = answer.json();
    assert_eq!(said["error"], code);
    assert_eq!(
        said["error_description"],
        "this environment does not take such metadata"
    );
    for word in ["M-0", "evil", "list", "proved"] {
        assert!(!answer.body.contains(word), "{word}: {}", answer.body);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_quarantine_takes_listed_and_proved_hosts_and_no_others() {
    let scene = Scene::new().await;
    let company = &scene.company;
    let mode = RegistrationMode::Quarantine;
    company.takes(PRODUCTION, mode).await.unwrap();
    let before = Rows::count(&company.place).await;
    company
        .lists(PRODUCTION, only(&["*.partner.example"]))
        .await
        .unwrap();

    let below = json!({ "redirect_uris": ["https://app.partner.example/cb"] });
    let listed = scene.registers(PRODUCTION, below.clone()).await;
    assert_eq!(listed.status, 201, "{}", listed.body);
    // The pattern is for what is below it.
    coarse(
        &scene.registers(PRODUCTION, json!({})).await,
        "invalid_redirect_uri",
    );
    company.has_proved("partner.example").await;
    let proved = scene.registers(PRODUCTION, json!({})).await;
    assert_eq!(proved.status, 201, "{}", proved.body);

    // The same software with one more address, wherever it stands, is what results.
    for redirects in [[HOSTED, EVIL], [EVIL, HOSTED]] {
        let more = json!({ "redirect_uris": redirects });
        coarse(
            &scene.registers(PRODUCTION, more).await,
            "invalid_redirect_uri",
        );
        let (outcome, code, reason) = scene.newest_attempt().await;
        assert_eq!(
            (outcome.as_str(), code.as_str()),
            ("refused", "invalid_redirect_uri")
        );
        let rule = MetadataRule::RedirectHost;
        assert!(reason.starts_with(rule.as_str()), "{reason}");
        assert!(reason.contains("login.evil.example"), "{reason}");
    }
    let page = json!({ "logo_uri": "https://evil.example/logo.png" });
    coarse(
        &scene.registers(PRODUCTION, page).await,
        "invalid_client_metadata",
    );
    assert!(scene.newest_attempt().await.2.contains("M-04 logo_uri"));
    let after = Rows::count(&company.place).await;
    let since = after.since(&before);
    assert_eq!((since["intake.quarantine"], since["intake.family"]), (2, 2));
    assert_eq!(since["intake.attempt"], 6);

    // A list that got shorter counts at once, also for software that waits already.
    company
        .lists(PRODUCTION, only(&["other.example"]))
        .await
        .unwrap();
    coarse(
        &scene.registers(PRODUCTION, below).await,
        "invalid_redirect_uri",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_an_open_sandbox_has_its_own_lists() {
    let scene = Scene::new().await;
    let company = &scene.company;
    company
        .takes(SANDBOX, RegistrationMode::Open)
        .await
        .unwrap();
    company
        .takes(PRODUCTION, RegistrationMode::Quarantine)
        .await
        .unwrap();
    let members = OptionalMember::ALL.iter().copied();
    let rules = MetadataRules {
        loopback: false,
        members: members
            .filter(|one| *one != OptionalMember::SoftwareId)
            .collect(),
        ..only(&["partner.example"])
    };
    company.lists(SANDBOX, rules).await.unwrap();
    let refused = [
        (
            json!({ "redirect_uris": [EVIL] }),
            "invalid_redirect_uri",
            "M-01",
        ),
        (
            json!({ "redirect_uris": [LOOPBACK] }),
            "invalid_redirect_uri",
            "M-02",
        ),
        (
            json!({ "redirect_uris": ["com.example.app:/cb"] }),
            "invalid_redirect_uri",
            "M-03",
        ),
        (
            json!({ "client_uri": "https://evil.example/" }),
            "invalid_client_metadata",
            "M-04",
        ),
        (
            json!({ "software_id": "notes" }),
            "invalid_client_metadata",
            "M-05",
        ),
    ];
    for (change, code, rule) in refused {
        coarse(&scene.registers(SANDBOX, change.clone()).await, code);
        let (outcome, _, reason) = scene.newest_attempt().await;
        assert_eq!(outcome, "refused");
        assert!(reason.starts_with(rule), "{change}: {reason}");
        // What the sandbox does not take says nothing about production; app schemes are off in both.
        if rule != "M-03" {
            let there = scene.registers(PRODUCTION, change).await;
            assert_eq!(there.status, 201, "{}", there.body);
        }
    }
    let administrator = company.place.administrator().await;
    let clients = "select count(*) from registry.client where environment = 'sandbox'";
    let row = administrator.query_one(clients, &[]).await.unwrap();
    assert_eq!(row.get::<_, i64>(0), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_the_portal_names_the_rule_what_was_seen_and_what_helps() {
    let scene = Scene::new().await;
    scene
        .company
        .lists(PRODUCTION, only(&["partner.example"]))
        .await
        .unwrap();
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let url = scene.system.at(Plane::Portal, "/t/acme/integrations/new");
    let csrf = owner.get(&url).await.field("csrf");
    let before = Rows::count(&scene.company.place).await;
    let redirects = format!("{HOSTED}\n{EVIL}");
    let mut send = async |step: &str, redirects: &str| {
        let form = [
            ("csrf", csrf.as_str()),
            ("name", "Partner"),
            ("purpose", "Keeps notes."),
            ("operator", "partner"),
            ("sign_in", "web"),
            ("redirect_uris", redirects),
            ("scope.production", "notes:read"),
            ("scope.sandbox", "notes:read"),
            ("after", ""),
            ("step", step),
        ];
        owner.post(&url, &form).await
    };
    for step in ["check", "send"] {
        let page = send(step, &redirects).await;
        assert_eq!(page.status, 422, "{step}: {}", page.body);
        let words = "Production, rule M-01: login.evil.example is neither on the list nor proved. \
            Use another address, prove the host, or have an owner put it on the list.";
        assert_eq!(
            page.body.matches(words).count(),
            2,
            "above the form and beside the field"
        );
        assert!(page.body.contains(EVIL), "what was typed stays");
    }
    assert_eq!(Rows::count(&scene.company.place).await, before);
    let sent = send("send", HOSTED).await;
    assert_eq!(sent.status, 303, "{}", sent.body);
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_a_revised_case_and_a_decision_are_held_to_the_lists() {
    let company = Company::new().await;
    company
        .lists(PRODUCTION, only(&["partner.example"]))
        .await
        .unwrap();
    let ask = [(PRODUCTION, company.reach(PRODUCTION, "notes:read", &[]))];
    let partner = metadata("Partner", LOOPBACK, "none");
    let sent = company.onboard(partner, &ask).await.unwrap();
    let first = sent.requests[0].request;
    company.decide(first, Outcome::AskForChanges).await.unwrap();
    let revising = async |redirect: &str| {
        let command = Revise {
            request: first,
            client: metadata("Partner", redirect, "none"),
            ask: Ask {
                scopes: [("notes:read".parse().unwrap(), Default::default())].into(),
                ..Ask::default()
            },
        };
        company
            .owned(Action::EditIntegration, async |tx, acting| {
                revise(tx, command, acting).await
            })
            .await
    };
    match revising(EVIL).await {
        Err(ReviseError::Disallowed(disallowed)) => {
            let rules: Vec<_> = disallowed.breaches().map(|one| one.rule).collect();
            assert_eq!(rules, [MetadataRule::RedirectHost]);
        }
        other => panic!("{other:?}"),
    }
    let second = revising(LOOPBACK).await.unwrap().request;

    // Meanwhile the owner takes this computer off: what would result is judged, not what was sent.
    let mut rules = only(&["partner.example"]);
    rules.loopback = false;
    company.lists(PRODUCTION, rules).await.unwrap();
    let approved = company.decide(second, Outcome::Approve).await;
    assert!(
        matches!(
            approved,
            Err(DecideError::NotApprovable(NotApprovable::AgainstPolicy))
        ),
        "{approved:?}"
    );
    let rejected = company.decide(second, Outcome::Reject).await.unwrap();
    assert_eq!(rejected, Decided::Closed(RequestState::Rejected));
}

#[tokio::test(flavor = "multi_thread")]
async fn s10_opening_production_up_is_asked_twice_and_recorded() {
    let scene = Scene::new().await;
    let company = &scene.company;
    company
        .lists(PRODUCTION, only(&["partner.example"]))
        .await
        .unwrap();
    let wide = company.lists(PRODUCTION, MetadataRules::default()).await;
    match wide {
        Err(ChangeMetadataRulesError::OpensProduction(opened)) => {
            assert_eq!(opened, [Widening::AnyHost].into());
        }
        other => panic!("{other:?}"),
    }
    let mut owner = scene.in_portal(&company.owner).await;
    let url = scene
        .system
        .at(Plane::Portal, "/t/acme/production/settings/allowlists");
    let page = owner.get(&url).await;
    assert!(
        page.body.contains("partner.example</textarea>"),
        "{}",
        page.body
    );
    let csrf = page.field("csrf");
    let mut form = vec![
        ("csrf", csrf.as_str()),
        ("hosts", "any"),
        ("host_list", "partner.example\r\n*.partner.example"),
        ("loopback", "yes"),
        ("app_schemes", "none"),
        ("member", "scope"),
        ("contacts", "any"),
    ];
    let asked = owner.post(&url, &form).await;
    assert_eq!(asked.status, 200, "{}", asked.body);
    assert!(
        asked.body.contains("may be at any https host") && asked.body.contains("Open production")
    );
    form.push(("because", " "));
    let again = owner.post(&url, &form).await;
    assert_eq!(again.status, 422, "{}", again.body);
    *form.last_mut().unwrap() = ("because", "Partners come from everywhere.");
    assert_eq!(owner.post(&url, &form).await.status, 303);

    let administrator = company.place.administrator().await;
    let newest = "select action, reason, detail::text from ledger.entry where tenant_id::text = $1
        order by seq desc limit 1";
    let tenant = company.tenant.as_uuid().to_string();
    let entry = administrator.query_one(newest, &[&tenant]).await.unwrap();
    assert_eq!(entry.get::<_, &str>(0), "environment.change_metadata_rules");
    assert_eq!(entry.get::<_, &str>(1), "Partners come from everywhere.");
    let detail: Value = serde_json::from_str(entry.get(2)).unwrap();
    assert_eq!(detail["before"]["hosts"]["admits"], "listed");
    assert_eq!(detail["after"]["hosts"]["admits"], "any");
    assert_eq!(
        detail["after"]["hosts"]["listed"],
        json!(["*.partner.example", "partner.example"])
    );
    assert_eq!(detail["after"]["members"], json!(["scope"]));

    // The sandbox is opened at once; a viewer reads and cannot change.
    company.lists(SANDBOX, only(&[])).await.unwrap();
    company
        .lists(SANDBOX, MetadataRules::default())
        .await
        .unwrap();
    let database = company.place.approval();
    let vera = company::person(&database, company.tenant, "Vera", Some(Role::Viewer)).await;
    let seen = cookie(company, &vera, Surface::Portal).await;
    let page = Browser::new().with("narthex-portal", &seen).get(&url).await;
    assert!(page.body.contains("*.partner.example") && !page.body.contains("<textarea"));
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_production_for_strangers_needs_a_reason() {
    let scene = Scene::new().await;
    let mut owner = scene.in_portal(&scene.company.owner).await;
    let url = scene
        .system
        .at(Plane::Portal, "/t/acme/production/settings");
    let csrf = owner.get(&url).await.field("csrf");
    let mut form = vec![
        ("csrf", csrf.as_str()),
        ("registration_mode", "quarantine"),
        ("client_documents", "taken"),
        ("refusal_text", "Ask Olga."),
    ];
    let asked = owner.post(&url, &form).await;
    assert_eq!(asked.status, 200);
    assert!(asked.body.contains("Open production") && asked.body.contains("Ask Olga."));
    let closed = scene.registers(PRODUCTION, json!({})).await;
    assert_eq!(closed.json()["error"], "access_denied");
    let reason = Reason::parse("Partners come by themselves.").unwrap();
    form.push(("because", reason.as_str()));
    assert_eq!(owner.post(&url, &form).await.status, 303);
    assert_eq!(scene.registers(PRODUCTION, json!({})).await.status, 201);
    // Closing is never asked twice.
    let mut shut = form[..1].to_vec();
    shut.extend([
        ("registration_mode", "closed"),
        ("client_documents", "refused"),
        ("refusal_text", ""),
    ]);
    assert_eq!(owner.post(&url, &shut).await.status, 303);
}
