//! Made-up but real-looking content for the gallery. No tenant, client or person of it exists.

use actix_web::http::StatusCode;
use narthex_vocab::Environment;

use crate::page::{
    Actor, Badge, Cell, Change, Choice, Console, Day, Diff, Entry, ErrorPage, Fact, Field, Finding,
    Icon, Line, NavGroup, NavItem, Outcome, RiskLevel, ScopeRow, Shell, StripCell, Task, Tone,
    When,
};

/// A long name, as partners have them.
pub(super) const LONG: &str =
    "Datenschutzgrundverordnungskonforme Kundenbeziehungsmanagement-Schnittstelle Süd";

/// Minutes after the sample's midnight, 22 November 2026.
pub(super) fn at(minutes: i32) -> When {
    // 22 Nov 2026, 00:00 UTC, in seconds since 1970.
    let seconds = 1_795_305_600 + i64::from(minutes) * 60;
    When::new(narthex_vocab::Timestamp::from_timestamp(seconds, 0).unwrap_or_default())
}

pub(super) fn staff(title: &str) -> Shell {
    let item = |label: &str, count: u64| {
        NavItem::new(label, format!("/_gallery#{label}"))
            .count(count)
            .current(label == "Requests")
    };
    Shell::new(Console::Staff, title, "sample-csrf-token")
        .area("Requests")
        .user("Ana Ruiz", "ana.ruiz@platform.example")
        .help_href("/_gallery/error")
        .nav(vec![
            NavGroup::new(
                "",
                vec![
                    item("Overview", 0),
                    item("Requests", 14),
                    item("Quarantine", 31_022),
                    item("Clients", 0),
                    item("Incidents", 1),
                ],
            ),
            NavGroup::new(
                "Govern",
                vec![
                    item("Policies", 0),
                    item("Audit log", 0),
                    item("Evidence", 0),
                ],
            ),
            NavGroup::new("Settings", vec![item("Tenants", 0)]),
        ])
}

pub(super) fn portal(title: &str, environment: Environment) -> Shell {
    let item = |label: &str, count: u64| {
        NavItem::new(label, format!("/_gallery#{label}"))
            .count(count)
            .current(label == "Integrations")
    };
    Shell::new(Console::Portal, title, "sample-csrf-token")
        .area("Integrations")
        .tenant("acme", "Acme")
        .tenants_href("/_gallery/requests")
        .environment(environment)
        .environment_links("/_gallery/requests", "/_gallery/form")
        .user("Sam Okafor", "sam.okafor@acme.example")
        .help_href("/_gallery/error")
        .nav(vec![
            NavGroup::new(
                "",
                vec![
                    item("Home", 0),
                    item("Integrations", 0),
                    item("Requests", 2),
                    item("Domains", 0),
                ],
            ),
            NavGroup::new(
                "Settings",
                vec![item("Members", 0), item("Registration", 0)],
            ),
        ])
}

/// Every badge of the product, in groups.
pub(super) fn badges() -> Vec<(&'static str, Vec<Badge>)> {
    vec![
        (
            "Risk",
            vec![
                RiskLevel::Low.badge(),
                RiskLevel::Medium.badge(),
                RiskLevel::High.badge(),
                RiskLevel::Critical.badge(),
                RiskLevel::High.scored(72),
            ],
        ),
        (
            "Request",
            vec![
                Badge::new(Tone::Neutral, "Draft"),
                Badge::new(Tone::Info, "Checking"),
                Badge::new(Tone::Info, "In review"),
                Badge::new(Tone::Warn, "Changes needed"),
                Badge::new(Tone::Warn, "Offer to answer"),
                Badge::new(Tone::Info, "Waiting for second approval").icon(Icon::Clock),
                Badge::new(Tone::Ok, "Approved for sandbox"),
                Badge::new(Tone::Live, "Live in production"),
            ],
        ),
        (
            "Client",
            vec![
                Badge::new(Tone::Warn, "Limited"),
                Badge::new(Tone::Danger, "Suspended"),
                Badge::new(Tone::Neutral, "Ended"),
                Badge::new(Tone::Danger, "Revoked"),
                Badge::new(Tone::Danger, "Blocked"),
                Badge::new(Tone::Quarantine, "In quarantine"),
            ],
        ),
        (
            "Proof",
            vec![
                Badge::verified("Domain verified"),
                Badge::new(Tone::Neutral, "Not verified"),
            ],
        ),
        (
            "Environment",
            vec![
                Badge::environment(Environment::Sandbox),
                Badge::environment(Environment::Production),
            ],
        ),
        ("Long", vec![Badge::new(Tone::Warn, LONG)]),
    ]
}

pub(super) fn strip() -> Vec<StripCell> {
    vec![
        StripCell::new(
            Environment::Sandbox,
            Badge::new(Tone::Ok, "Approved for sandbox"),
            "Create credentials",
        )
        .href("/_gallery/secret"),
        StripCell::new(
            Environment::Production,
            Badge::new(Tone::Info, "In review"),
            "Taken by the review team, answer due 25 Nov 2026",
        ),
    ]
}

pub(super) fn facts() -> Vec<Fact> {
    vec![
        Fact::text("Sent by", "Ana Ruiz, Northwind Traders").badge(Badge::verified("Domain verified")),
        Fact::code("Client identifier", "np_k3v7q2x5m4a6b7c2d3e4f5g6h7"),
        Fact::code("Redirect addresses", "https://app.northwind.example/oauth/callback")
            .and_code("https://eine-sehr-lange-unterdomain.staging.northwind.example/anmeldung/rueckruf?quelle=narthex"),
        Fact::text("Operated by", "A partner").and_text("Northwind Traders Handelsgesellschaft mbH & Co. KG"),
        Fact::when("Sent", at(554).to_the_second()),
        Fact::when("Access ends", at(43_200).day()),
    ]
}

pub(super) fn answers() -> Vec<Fact> {
    facts()
        .into_iter()
        .map(|fact| fact.change("/_gallery/form"))
        .collect()
}

pub(super) fn tasks() -> Vec<Task> {
    vec![
        Task::new(
            "Verify a domain",
            "/_gallery/form",
            Badge::new(Tone::Ok, "Done").icon(Icon::Tick),
        ),
        Task::new(
            "Describe the integration",
            "/_gallery/form",
            Badge::new(Tone::Warn, "Changes needed"),
        )
        .hint("2 comments to answer"),
        Task::new(
            LONG,
            "/_gallery/form",
            Badge::new(Tone::Info, "In progress"),
        ),
        Task::waiting(
            "Create credentials",
            "Starts when the request is approved",
            Badge::new(Tone::Neutral, "Not yet"),
        ),
    ]
}

pub(super) fn findings() -> Vec<Finding> {
    vec![
        Finding::new(
            Outcome::Failed,
            "R-12, version 4",
            "One redirect address uses a host that nobody has proved.",
        )
        .saw(
            "staging.northwind.example",
            "A verified domain of this tenant",
        )
        .fix("Verify northwind.example, or remove the address."),
        Finding::new(
            Outcome::NeedsPerson,
            "R-07, version 2",
            "Asks for a tool that deletes. No earlier approval in this tenant includes one.",
        )
        .saw("tickets:delete", "A person's decision"),
        Finding::new(
            Outcome::Passed,
            "R-01, version 9",
            "The name is not like that of another client.",
        ),
        Finding::new(
            Outcome::NotRun,
            "R-15, version 1",
            "Key set not fetched yet.",
        ),
    ]
}

pub(super) fn diff() -> Diff {
    let address = |text: &str| vec![Line::address(text)];
    Diff {
        changes: vec![
            Change::new("Scopes", Vec::new(), vec![Line::plain("tickets:delete")]),
            Change::new(
                "Redirect addresses",
                address("https://app.northwind.example/cb"),
                address("https://app.northwind.example/oauth/callback"),
            ),
            Change::new(
                "Logo",
                address("https://cdn.northwind.example/logo.png"),
                Vec::new(),
            ),
        ],
        unchanged: vec![
            (
                "Grant types".to_owned(),
                "authorization_code refresh_token".to_owned(),
            ),
            ("Client name".to_owned(), LONG.to_owned()),
        ],
    }
}

pub(super) fn timeline() -> Vec<Day> {
    vec![
        Day::new(at(0), vec![
            Entry::new(at(561), Actor::Person, "Lena Fischer", "took").object("this request", "/_gallery/review"),
            Entry::new(at(555), Actor::System, "Policy engine", "ran 9 checks: 7 passed, 2 need a decision").detail(
                Fact::code("Request id", "0198f1c2-7d11-7a40-b1f2-5a0c9f3f2e77")
                    .and_code("sha256:6d1f0c8be1a94a50ff0e2f51b4f21f6e2f0c3a4a8b2f8f0a6f0e9d0f1b2c3d4e"),
            ),
            Entry::new(at(554), Actor::Person, "Ana Ruiz", "sent version 4")
                .reason("We moved the callback below /oauth and need to close tickets that customers withdraw."),
        ]),
        Day::new(at(-1440), vec![
            Entry::new(at(-700), Actor::Agent, "crm-agent-7", "changed the redirect addresses").acting_for("Ana Ruiz"),
            Entry::new(at(-900), Actor::Stranger, "198.51.100.7", "registered a client under the same name"),
        ]),
    ]
}

fn word(text: &str) -> Cell {
    Cell::Text(text.to_owned())
}

fn offer(scope: &str, value: &str) -> Field {
    let choices = vec![
        Choice::new("grant", "Grant"),
        Choice::new("refuse", "Do not grant"),
        Choice::new("until", "Grant for 30 days"),
    ];
    Field::select(
        format!("offer-{scope}"),
        format!("Offer for {scope}"),
        choices,
    )
    .value(value)
    .quiet()
}

/// What was asked, with the reviewer's offer in each row.
pub(super) fn offers() -> Vec<ScopeRow> {
    let row = |scope: &str, meaning: &str, risk, value: &str| {
        ScopeRow::new(scope, meaning, risk, [word("Granted"), word("Requested")])
            .field(offer(scope, value))
    };
    vec![
        row(
            "tickets:delete",
            "Delete tickets for good",
            RiskLevel::High,
            "refuse",
        )
        .reason("Customers withdraw tickets, and our contract asks us to remove them."),
        row(
            "tickets:write",
            "Create and change tickets",
            RiskLevel::Medium,
            "grant",
        ),
        row("tickets:read", "Read tickets", RiskLevel::Low, "grant"),
    ]
}

/// What may be asked, with boxes to tick.
pub(super) fn wishes() -> Vec<ScopeRow> {
    let tick = |environment: &str, scope: &str, ticked| Cell::Tick {
        name: environment.to_owned(),
        value: scope.to_owned(),
        ticked,
        label: format!("{scope} in {environment}"),
    };
    let row = |scope: &str, meaning: &str, risk, ticked| {
        ScopeRow::new(
            scope,
            meaning,
            risk,
            [
                tick("sandbox", scope, true),
                tick("production", scope, ticked),
            ],
        )
    };
    vec![
        row("tickets:read", "Read tickets", RiskLevel::Low, true),
        row(
            "kundenbeziehungsdaten:schreiben",
            LONG,
            RiskLevel::Medium,
            true,
        )
        .field(Field::text("why-write", "Why kundenbeziehungsdaten:schreiben is needed").quiet()),
        row(
            "admin:keys",
            "Create and revoke keys",
            RiskLevel::Critical,
            false,
        ),
    ]
}

pub(super) fn refusal() -> ErrorPage {
    ErrorPage::new(
        StatusCode::NOT_FOUND,
        "0198f1c2-7d11-7a40-b1f2-5a0c9f3f2e77",
    )
    .link("Go to home", "/_gallery")
}
