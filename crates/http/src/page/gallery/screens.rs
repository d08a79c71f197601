//! One screen of each kind, as the real pages compose them.

use askama::Template;
use narthex_vocab::Environment;

use super::samples;
use crate::page::{
    Badge, Banner, Choice, Day, Diff, ErrorSummary, Fact, Field, Finding, Link, Narrow, RiskLevel,
    ScopeRow, Shell, Tone, When,
};

/// The review of a request: facts beside the decision.
#[derive(Template)]
#[template(path = "gallery/review.html")]
pub(super) struct Review {
    shell: Shell,
    findings: Vec<Finding>,
    diff: Diff,
    rows: Vec<ScopeRow>,
    timeline: Vec<Day>,
    facts: Vec<Fact>,
    decision: Field,
    reason: Field,
}

impl Review {
    pub(super) fn new() -> Self {
        let decision = Field::radios(
            "decision",
            "What do you want to do?",
            vec![
                Choice::new("approve", "Approve as requested"),
                Choice::new("offer", "Offer 2 of 3 scopes"),
                Choice::new("changes", "Ask for changes"),
                Choice::new("reject", "Reject").hint("Northwind may ask again"),
                Choice::new("block", "Reject and block").hint("Northwind may not ask again"),
            ],
        );
        Self {
            shell: samples::staff("Northwind CRM sync")
                .tenant("acme", "Acme")
                .environment(Environment::Production)
                .crumb("Requests", "/_gallery/requests")
                .crumb("Acme", "/_gallery/requests")
                .badge(Badge::new(Tone::Info, "In review"))
                .badge(RiskLevel::High.scored(72))
                .badge(Badge::verified("Domain verified")),
            findings: samples::findings(),
            diff: samples::diff(),
            rows: samples::offers(),
            timeline: samples::timeline(),
            facts: samples::facts(),
            decision: decision.value("offer"),
            reason: Field::area("reason", "Reason, shown to the tenant", 4),
        }
    }
}

/// One line of the list.
pub(super) struct Row {
    name: &'static str,
    tenant: &'static str,
    state: Badge,
    risk: Badge,
    failed: u8,
    sent: When,
}

/// A list with filters and pages.
#[derive(Template)]
#[template(path = "gallery/requests.html")]
pub(super) struct Requests {
    shell: Shell,
    filters: Vec<Field>,
    chips: Vec<Link>,
    rows: Vec<Row>,
    newer: Option<String>,
    older: Option<String>,
}

impl Requests {
    pub(super) fn new() -> Self {
        Self {
            shell: samples::staff("Requests")
                .environment(Environment::Sandbox)
                .environment_links("#", "/_gallery/review"),
            filters: vec![
                Field::text("q", "Name or address"),
                Field::select(
                    "state",
                    "State",
                    vec![
                        Choice::new("", "Any"),
                        Choice::new("in_review", "In review"),
                    ],
                )
                .value("in_review"),
                Field::select(
                    "risk",
                    "Risk",
                    vec![
                        Choice::new("", "Any"),
                        Choice::new("high", "High and above"),
                    ],
                ),
            ],
            chips: vec![Link::new("State: In review", "/_gallery/requests")],
            rows: rows(),
            newer: None,
            older: Some("/_gallery/requests?before=x".to_owned()),
        }
    }
}

/// A few requests of a queue, newest first.
fn rows() -> Vec<Row> {
    let row = |name, tenant, state, risk: RiskLevel, failed, minutes| Row {
        name,
        tenant,
        state,
        risk: risk.badge(),
        failed,
        sent: samples::at(minutes),
    };
    let info = |label: &str| Badge::new(Tone::Info, label);
    vec![
        row(
            "Northwind CRM sync",
            "Acme",
            info("In review"),
            RiskLevel::High,
            2,
            554,
        ),
        row(
            samples::LONG,
            "Süddeutsche Kraftfahrzeughaftpflicht AG",
            info("Waiting for second approval"),
            RiskLevel::Critical,
            3,
            431,
        ),
        row(
            "Nightly export",
            "Globex",
            info("Checking"),
            RiskLevel::Low,
            0,
            420,
        ),
        row(
            "Claude Desktop",
            "Initech",
            Badge::new(Tone::Quarantine, "In quarantine"),
            RiskLevel::Medium,
            1,
            -20,
        ),
    ]
}

/// A list with nothing in it, after an act.
#[derive(Template)]
#[template(path = "gallery/empty.html")]
pub(super) struct Empty {
    shell: Shell,
}

impl Empty {
    pub(super) fn new() -> Self {
        Self {
            shell: samples::portal("Integrations", Environment::Production).banner(Some(
                Banner::new(
                    Tone::Ok,
                    "Northwind CRM sync is withdrawn. Its sandbox client keeps working.",
                ),
            )),
        }
    }
}

/// A form that came back.
#[derive(Template)]
#[template(path = "gallery/form.html")]
pub(super) struct Form {
    shell: Shell,
    errors: ErrorSummary,
    field: Field,
}

impl Form {
    pub(super) fn new() -> Self {
        let field = Field::area("redirects", "Redirect addresses", 4)
            .hint("One a line, each the full address with no wildcard. For example https://app.example.com/oauth/callback")
            .mono()
            .value("https://app.northwind.example/oauth/callback\nhttp://app.northwind.example/cb")
            .error(Some("Line 2: enter an address that starts with https://".to_owned()));
        Self {
            shell: samples::portal("Where may it send people back?", Environment::Production)
                .crumb("Integrations", "/_gallery/requests")
                .crumb("Northwind CRM sync", "/_gallery/review")
                .problem(true),
            errors: ErrorSummary::of([&field]),
            field,
        }
    }
}

/// A secret, shown once.
#[derive(Template)]
#[template(path = "gallery/secret.html")]
pub(super) struct Secret {
    shell: Shell,
    facts: Vec<Fact>,
    stored: Field,
}

impl Secret {
    pub(super) fn new() -> Self {
        Self {
            shell: samples::portal("Client secret", Environment::Production)
                .crumb("Integrations", "/_gallery/requests")
                .crumb("Northwind CRM sync", "/_gallery/review")
                .without_script(),
            facts: vec![
                Fact::code("Client identifier", "np_k3v7q2x5m4a6b7c2d3e4f5g6h7"),
                Fact::when("Ends", samples::at(129_600).day()),
            ],
            stored: Field::checkbox("stored", "I have stored it", false),
        }
    }
}

/// A dangerous act on a page of its own.
#[derive(Template)]
#[template(path = "gallery/danger.html")]
pub(super) struct Danger {
    shell: Shell,
    effects: Vec<(String, String)>,
    kept: Vec<String>,
    typed: Field,
    reason: Field,
}

impl Danger {
    pub(super) fn new() -> Self {
        let effect = |amount: &str, text: &str| (amount.to_owned(), text.to_owned());
        Self {
            shell: samples::staff("Revoke Northwind CRM sync")
                .tenant("acme", "Acme")
                .environment(Environment::Production)
                .crumb("Clients", "/_gallery/requests"),
            effects: vec![
                effect(
                    "1",
                    "client and its 2 child clients stop getting tokens at once",
                ),
                effect("1,204", "refresh tokens are revoked"),
                effect(
                    "38",
                    "people who used it in the last 24 h have to connect another client",
                ),
            ],
            kept: vec![
                "The sandbox client keeps working.".to_owned(),
                "The audit log is kept for 7 years.".to_owned(),
            ],
            typed: Field::text("name", "Type the name to confirm")
                .hint("Northwind CRM sync")
                .autocomplete("off"),
            reason: Field::area("reason", "Reason, kept in the audit log", 3),
        }
    }
}

/// Sign-in, with one message for a wrong user or password.
#[derive(Template)]
#[template(path = "gallery/sign_in.html")]
pub(super) struct SignIn {
    narrow: Narrow,
    errors: ErrorSummary,
    email: Field,
    password: Field,
}

impl SignIn {
    pub(super) fn new() -> Self {
        Self {
            narrow: Narrow::new("Sign in to Acme", "sample-csrf-token")
                .tenant("Acme")
                .problem(true),
            errors: ErrorSummary::whole(
                "Email or password is not right. Check both and try again.",
            ),
            email: Field::email("email", "Email")
                .autocomplete("username")
                .value("sam@acme.example"),
            password: Field::password("password", "Password"),
        }
    }
}

/// Consent for a client that nobody has checked.
#[derive(Template)]
#[template(path = "gallery/consent.html")]
pub(super) struct Consent {
    narrow: Narrow,
    account: &'static str,
    not_verified: Badge,
    first_seen: When,
    ends: When,
}

impl Consent {
    pub(super) fn new() -> Self {
        Self {
            narrow: Narrow::new(
                "Allow this app to use your Acme account?",
                "sample-csrf-token",
            )
            .tenant("Acme"),
            account: "sam@acme.example",
            not_verified: Badge::new(Tone::Neutral, "Not verified"),
            first_seen: samples::at(0).day(),
            ends: samples::at(43_200).day(),
        }
    }
}

/// A parked sign-in, waiting for a decision.
#[derive(Template)]
#[template(path = "gallery/waiting.html")]
pub(super) struct Waiting {
    narrow: Narrow,
    facts: Vec<Fact>,
    reason: Field,
}

impl Waiting {
    pub(super) fn new() -> Self {
        Self {
            narrow: Narrow::new("Acme has not decided about this app", "sample-csrf-token")
                .tenant("Acme")
                .sandbox(true),
            facts: vec![
                Fact::code("App address", "app.example.com"),
                Fact::text("Name it gives itself", "“Meeting notes”")
                    .badge(Badge::new(Tone::Quarantine, "In quarantine")),
                Fact::when("First seen", samples::at(554)),
            ],
            reason: Field::area("reason", "Why do you need it?", 3),
        }
    }
}
