//! What every page promises: text from outside stays text, in every component that can carry it.
#![allow(clippy::unwrap_used, clippy::too_many_lines, reason = "tests")]

use askama::Template;
use narthex_vocab::Environment;

use super::{
    Actor, Badge, Banner, Cell, Change, Choice, Console, Day, Diff, Entry, ErrorPage, ErrorSummary,
    Fact, Field, Finding, Line, Link, NavGroup, NavItem, Outcome, RiskLevel, ScopeRow, Shell,
    StripCell, Task, Tone, When, number,
};

/// Closes an attribute, closes an element, opens a script.
const HOSTILE: &str = "\"'><script>alert(1)</script>&lt;";

#[derive(Template)]
#[template(
    ext = "html",
    source = r#"{% extends "shell.html" %}
{% import "macros/badges.html" as badges %}
{% import "macros/facts.html" as facts %}
{% import "macros/forms.html" as forms %}
{% import "macros/lists.html" as lists %}
{% import "macros/notes.html" as notes %}
{% import "macros/tables.html" as tables %}
{% block summary %}{{ forms::summary(errors) }}{% endblock %}
{% block strip %}{{ badges::strip(strip) }}{% endblock %}
{% block main %}
{{ forms::csrf(shell.csrf) }}
{% for field in fields %}{{ forms::field(field) }}{% endfor %}
{{ facts::facts(facts) }}{{ facts::check(facts) }}
{{ facts::copy("copy", text, text) }}{{ facts::secret("secret", text, text, text) }}
{{ lists::empty(text, text, text, text) }}{{ lists::chips(chips) }}{{ lists::tasks(tasks) }}
{{ lists::findings(findings, shell.help_href) }}{{ lists::diff(diff) }}{{ lists::timeline(days) }}{{ lists::effects(effects) }}
{{ tables::scopes(text, rows, "Why") }}{{ tables::pages(older, older, text) }}
{% call tables::region(text) %}<table></table>{% endcall %}
{% call notes::note("tone-warn", "info", "w", text) %}<p>{{ text }}</p>{% endcall %}
{% endblock %}"#
)]
struct Everything {
    shell: Shell,
    text: String,
    errors: ErrorSummary,
    strip: Vec<StripCell>,
    fields: Vec<Field>,
    facts: Vec<Fact>,
    chips: Vec<Link>,
    tasks: Vec<Task>,
    findings: Vec<Finding>,
    diff: Diff,
    days: Vec<Day>,
    effects: Vec<(String, String)>,
    rows: Vec<ScopeRow>,
    older: Option<String>,
}

fn moment() -> When {
    When::new("2026-11-22T09:14:05Z".parse().unwrap())
}

fn badge() -> Badge {
    Badge::new(Tone::Quarantine, HOSTILE)
}

fn hostile_shell() -> Shell {
    Shell::new(Console::Staff, HOSTILE, HOSTILE)
        .area(HOSTILE)
        .tenant(HOSTILE, HOSTILE)
        .tenants_href(HOSTILE)
        .environment(Environment::Sandbox)
        .environment_links(HOSTILE, HOSTILE)
        .nav(vec![NavGroup::new(
            HOSTILE,
            vec![NavItem::new(HOSTILE, HOSTILE).count(1)],
        )])
        .user(HOSTILE, HOSTILE)
        .sign_out(HOSTILE)
        .help_href(HOSTILE)
        .search_href(HOSTILE)
        .crumb(HOSTILE, HOSTILE)
        .badge(badge())
        .notice(HOSTILE)
        .banner(Some(
            Banner::new(Tone::Ok, HOSTILE)
                .heading(HOSTILE)
                .link(HOSTILE, HOSTILE),
        ))
}

fn hostile_fields() -> Vec<Field> {
    let dress = |field: Field| {
        field
            .hint(HOSTILE)
            .value(HOSTILE)
            .error(Some(HOSTILE.into()))
    };
    let choices = || vec![Choice::new(HOSTILE, HOSTILE).hint(HOSTILE)];
    vec![
        dress(Field::text(HOSTILE, HOSTILE)),
        dress(Field::address(HOSTILE, HOSTILE)),
        dress(Field::area(HOSTILE, HOSTILE, 3)),
        dress(Field::select(HOSTILE, HOSTILE, choices())),
        dress(Field::radios(HOSTILE, HOSTILE, choices())),
        dress(Field::checkboxes(HOSTILE, HOSTILE, choices())),
        dress(Field::checkbox(HOSTILE, HOSTILE, true)),
    ]
}

fn everything() -> Everything {
    let fields = hostile_fields();
    let line = || {
        vec![
            Line::plain(HOSTILE),
            Line::address(HOSTILE),
            Line::address("https://\"><b>/<i>"),
        ]
    };
    let tick = Cell::Tick {
        name: HOSTILE.into(),
        value: HOSTILE.into(),
        ticked: true,
        label: HOSTILE.into(),
    };
    let entry = Entry::new(moment(), Actor::Agent, HOSTILE, HOSTILE)
        .acting_for(HOSTILE)
        .object(HOSTILE, HOSTILE)
        .reason(HOSTILE)
        .detail(Fact::code(HOSTILE, HOSTILE));
    Everything {
        shell: hostile_shell(),
        text: HOSTILE.into(),
        errors: ErrorSummary::of(&fields),
        strip: vec![StripCell::new(Environment::Production, badge(), HOSTILE).href(HOSTILE)],
        facts: vec![
            Fact::code(HOSTILE, HOSTILE)
                .and_text(HOSTILE)
                .badge(badge())
                .link(HOSTILE, HOSTILE)
                .change(HOSTILE),
            Fact::when(HOSTILE, moment()),
        ],
        chips: vec![Link::new(HOSTILE, HOSTILE)],
        tasks: vec![
            Task::new(HOSTILE, HOSTILE, badge()).hint(HOSTILE),
            Task::waiting(HOSTILE, HOSTILE, badge()),
        ],
        findings: vec![
            Finding::new(Outcome::Failed, HOSTILE, HOSTILE)
                .saw(HOSTILE, HOSTILE)
                .fix(HOSTILE),
        ],
        diff: Diff {
            changes: vec![Change::new(HOSTILE, line(), line())],
            unchanged: vec![(HOSTILE.into(), HOSTILE.into())],
        },
        days: vec![Day::new(moment(), vec![entry])],
        effects: vec![(HOSTILE.into(), HOSTILE.into())],
        rows: vec![
            ScopeRow::new(
                HOSTILE,
                HOSTILE,
                RiskLevel::High,
                [Cell::Text(HOSTILE.into()), Cell::Badge(badge())],
            )
            .reason(HOSTILE),
            ScopeRow::new(
                HOSTILE,
                HOSTILE,
                RiskLevel::Low,
                [tick, Cell::Text(HOSTILE.into())],
            )
            .field(Field::text("why", HOSTILE)),
        ],
        older: Some(HOSTILE.into()),
        fields,
    }
}

#[test]
fn hostile_text_stays_text_in_every_component() {
    let page = everything().render().unwrap();
    assert!(
        !page.contains("alert(1)</script>"),
        "an element came through"
    );
    assert!(!page.contains("\"'>"), "an attribute was closed");
    assert!(!page.contains("<b>/"), "an address came through");
    assert!(
        page.contains("&#60;script&#62;alert(1)"),
        "the text itself is on the page"
    );
}

#[test]
fn pages_carry_no_inline_style_script_or_handler() {
    let pages = [
        everything().render().unwrap(),
        ErrorPage::new(actix_web::http::StatusCode::NOT_FOUND, "r-1")
            .render()
            .unwrap(),
    ];
    for page in pages {
        for forbidden in [
            " style=",
            "<style",
            "<script>",
            " onclick=",
            "javascript:",
            "data:",
        ] {
            assert!(!page.contains(forbidden), "{forbidden}");
        }
    }
}

#[test]
fn a_page_without_script_loads_none() {
    let mut page = everything();
    page.shell = page.shell.without_script();
    assert!(!page.render().unwrap().contains("<script"));
}

#[test]
fn every_asset_that_a_template_names_exists() {
    let page = everything().render().unwrap();
    assert!(page.contains("/static/app.css?v=") && page.contains("/static/ui.js?v="));
    assert!(!page.contains("/static/unknown"));
}

#[test]
fn every_icon_is_in_the_sprite() {
    use super::Icon;
    let sprite = include_str!("../../../../web/static/i.svg");
    let icons = [
        Icon::Tick,
        Icon::Cross,
        Icon::Warning,
        Icon::Info,
        Icon::RiskLow,
        Icon::RiskMedium,
        Icon::RiskHigh,
        Icon::Clock,
        Icon::Person,
        Icon::Agent,
        Icon::System,
        Icon::Stranger,
    ];
    for icon in icons {
        assert!(
            sprite.contains(&format!("<symbol id=\"{}\"", icon.id())),
            "{}",
            icon.id()
        );
    }
}

#[test]
fn thousands_are_separated() {
    for (count, text) in [
        (0, "0"),
        (999, "999"),
        (1_000, "1,000"),
        (31_022, "31,022"),
        (1_234_567, "1,234,567"),
    ] {
        assert_eq!(number(count), text);
    }
}
