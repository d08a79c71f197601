//! The gallery's first page: every component once, in every state it has.

use askama::Template;
use narthex_vocab::Environment;

use super::samples;
use crate::page::{
    Badge, Banner, Choice, Day, Diff, ErrorSummary, Fact, Field, Finding, Link, ScopeRow, Shell,
    StripCell, Task, Tone,
};

#[derive(Template)]
#[template(path = "gallery/parts.html")]
pub(super) struct Parts {
    shell: Shell,
    screens: [&'static str; 10],
    strip: Vec<StripCell>,
    badges: Vec<(&'static str, Vec<Badge>)>,
    banners: Vec<Banner>,
    facts: Vec<Fact>,
    answers: Vec<Fact>,
    tasks: Vec<Task>,
    findings: Vec<Finding>,
    diff: Diff,
    timeline: Vec<Day>,
    wishes: Vec<ScopeRow>,
    fields: Vec<Field>,
    errors: ErrorSummary,
    chips: Vec<Link>,
    effects: Vec<(String, String)>,
}

impl Parts {
    pub(super) fn new() -> Self {
        let fields = fields();
        let mut errors = ErrorSummary::of(&fields);
        errors.items.push((
            String::new(),
            "The form was open too long. Send it again.".to_owned(),
        ));
        Self {
            shell: samples::portal(samples::LONG, Environment::Sandbox)
                .crumb("Integrations", "/_gallery/requests")
                .badge(Badge::new(Tone::Info, "In review"))
                .search_href("/_gallery/requests")
                .notice("Viewing Acme as platform staff. Every view is logged."),
            screens: super::SCREENS,
            strip: samples::strip(),
            badges: samples::badges(),
            banners: banners(),
            facts: samples::facts(),
            answers: samples::answers(),
            tasks: samples::tasks(),
            findings: samples::findings(),
            diff: samples::diff(),
            timeline: samples::timeline(),
            wishes: samples::wishes(),
            fields,
            errors,
            chips: vec![
                Link::new("State: In review", "/_gallery"),
                Link::new(samples::LONG, "/_gallery"),
            ],
            effects: effects(),
        }
    }
}

fn banners() -> Vec<Banner> {
    vec![
        Banner::new(
            Tone::Ok,
            "Request sent. The review team answers by 25 Nov 2026.",
        ),
        Banner::new(Tone::Info, "You asked for 3 scopes, 2 are offered.")
            .link("Look at the offer", "/_gallery/review"),
        Banner::new(
            Tone::Warn,
            "Two partners stop working at 14:00 UTC on 24 Nov 2026.",
        )
        .heading("The secret of Northwind CRM sync ends in 2 days"),
        Banner::new(
            Tone::Danger,
            "Ana Ruiz suspended it on 22 Nov 2026: the domain proof lapsed.",
        )
        .heading("Northwind CRM sync is suspended"),
        Banner::new(
            Tone::Critical,
            "Self-registration is stopped until 22 Nov 2026, 18:00 UTC.",
        ),
        Banner::new(
            Tone::Quarantine,
            "A client registered under your name. Claim it if it is yours, removed in 51 h.",
        ),
        Banner::new(
            Tone::Neutral,
            "This page is kept for the record. The request was withdrawn on 3 Oct 2026.",
        ),
    ]
}

fn effects() -> Vec<(String, String)> {
    let effect = |amount: &str, text: &str| (amount.to_owned(), text.to_owned());
    vec![
        effect("3", "clients stop getting tokens at once"),
        effect("1,204", "refresh tokens are revoked"),
        effect(
            "38",
            "people who connected it in the last 24 h have to connect again",
        ),
    ]
}

fn choices() -> Vec<Choice> {
    vec![
        Choice::new("key", "A key pair")
            .hint("Recommended. Nothing secret is shown or sent.")
            .chosen(true),
        Choice::new("secret", "A secret").hint("Shown once. You have to store and rotate it."),
        Choice::new("public", "No secret: a program on people's own devices"),
    ]
}

fn fields() -> Vec<Field> {
    let wrong = |text: &str| Some(text.to_owned());
    vec![
        Field::text("name", "Name").hint("What your people call it.").value("Northwind CRM sync"),
        Field::address("redirect", "Redirect address")
            .hint("The full address, with no wildcard. For example https://app.example.com/oauth/callback")
            .value("http://app.northwind.example/cb")
            .error(wrong("Enter a redirect address that starts with https://")),
        Field::email("email", "Email").optional().autocomplete("email"),
        Field::password("password", "Password"),
        Field::code("code", "Code from your authenticator app"),
        Field::date("end", "Last day of access"),
        Field::area("purpose", "Purpose", 3).error(wrong("Say what it is for, in at least one sentence")),
        Field::select("operator", "Who operates it", vec![
            Choice::new("us", "We do"),
            Choice::new("partner", "A partner"),
            Choice::new("agent", "An AI agent"),
        ])
        .value("partner"),
        Field::radios("proof", "How it proves its identity", choices()).error(wrong("Choose how it proves its identity")),
        Field::checkboxes("data", "Data it handles", vec![
            Choice::new("personal", "Personal data").chosen(true),
            Choice::new("payment", "Payment data"),
        ])
        .optional(),
        Field::checkbox("stored", "I have stored it", false),
    ]
}
