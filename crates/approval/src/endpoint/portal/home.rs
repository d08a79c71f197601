//! The home page: what needs this person, as tasks in any order, and what the tenant has. It shows first steps only
//! while they are missing.

use actix_web::HttpResponse;
use askama::Template;
use chrono::Duration;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Fact, Shell, Task, Tone, When, number};
use narthex_tenancy::permission::Action;
use narthex_vocab::{ClientState, Environment, Id, RequestState, Timestamp, kind};

use super::banner::Done;
use super::frame::{Area, page as answer};
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use crate::store::portal_home::{self, Overview};
use crate::store::portal_standing::{Asking, Standing};

#[derive(Template)]
#[template(path = "portal/home.html")]
struct HomePage {
    shell: Shell,
    tasks: Vec<Task>,
    facts: Vec<Fact>,
    integrations_href: String,
    tenant: String,
}

/// `GET /t/{tenant}`
pub(crate) async fn page(who: SignedIn, query: StrictQuery) -> Result<HttpResponse, Refusal> {
    let overview = who
        .within(async |tx| portal_home::load(tx, who.member.id, who.now).await)
        .await?;
    let page = HomePage {
        shell: who
            .shell(Area::Home, Area::Home.label())
            .banner(Done::told(&query)),
        tasks: tasks(&who, &overview),
        facts: facts(&who, &overview),
        integrations_href: who.path(&Area::Integrations.path()),
        tenant: who.tenant.name.as_str().to_owned(),
    };
    Ok(answer(&page))
}

/// First what somebody waits for, then first steps.
fn tasks(who: &SignedIn, overview: &Overview) -> Vec<Task> {
    let mut tasks: Vec<Task> = overview
        .integrations
        .iter()
        .flat_map(|(id, name, standings)| {
            standings.iter().filter_map(|(environment, standing)| {
                task(who, (*id, name), *environment, standing)
            })
        })
        .collect();
    tasks.extend(sponsors(who, overview));
    if overview.claims > 0 {
        let count = usize::try_from(overview.claims).unwrap_or_default();
        let label = match count {
            1 => "Answer whether an app is yours".to_owned(),
            _ => format!("Answer whether {count} apps are yours"),
        };
        let badge = Badge::new(Tone::Warn, "Waits for your answer");
        let task = Task::new(label, who.path(&Area::Claims.path()), badge);
        tasks.push(
            task.hint("They registered themselves, and the review team thinks they may be yours."),
        );
    }
    if overview.resources.is_empty() {
        tasks.push(first_resource(who));
    }
    if overview.integrations.is_empty() {
        tasks.push(first_integration(who, overview));
    }
    tasks.extend(overview.quarantined.iter().map(|(environment, count)| {
        let things = if *count == 1 {
            "app waits"
        } else {
            "apps wait"
        };
        let count = number(*count);
        let label = format!("{count} {things} in quarantine in {}", environment.as_str());
        let badge = Badge::new(Tone::Quarantine, "In quarantine");
        Task::waiting(
            label,
            "The review team decides what becomes of them.",
            badge,
        )
    }));
    tasks
}

/// What this person is asked to answer for, and what nobody does.
fn sponsors(who: &SignedIn, overview: &Overview) -> Vec<Task> {
    let path = |id| who.path(&format!("/integrations/{id}/hand-over"));
    let asked = overview.asked.iter().map(|asked| {
        let label = format!("Say whether you answer for {}", asked.name);
        let badge = Badge::new(Tone::Warn, "Waits for your answer");
        Task::new(label, path(asked.integration), badge)
    });
    let orphans = overview.orphans.iter().map(|orphan| {
        let label = format!("Find somebody who answers for {}", orphan.name);
        let badge = Badge::new(Tone::Danger, "Limited");
        let hint = format!(
            "{} has left. Until then it gets nothing new.",
            orphan.sponsor_name
        );
        if who.may(Action::ManagePeople) {
            Task::new(label, path(orphan.integration), badge).hint(hint)
        } else {
            Task::waiting(label, who.who_may(Action::ManagePeople), badge)
        }
    });
    asked.chain(orphans).collect()
}

/// What an integration needs from the tenant in one environment, if anything.
fn task(
    who: &SignedIn,
    (id, name): (Id<kind::Integration>, &str),
    environment: Environment,
    standing: &Standing,
) -> Option<Task> {
    if let Some(task) = standing.request.as_ref().and_then(|asking| {
        let href = who.path(&format!("/{environment}/requests/{}", asking.id));
        answer_due((asking, who.now), name, environment, href)
    }) {
        return Some(task);
    }
    let client = standing.client.as_ref()?;
    if client.state != ClientState::AwaitingCredentials {
        return None;
    }
    let badge = Badge::new(Tone::Warn, "Approved");
    let label = format!("Create credentials for {name} in {}", environment.as_str());
    let task = Task::new(
        label,
        who.path(&format!("/integrations/{id}#credentials")),
        badge,
    );
    Some(task.hint("It is approved and cannot start without them."))
}

fn answer_due(
    (asking, now): (&Asking, Timestamp),
    name: &str,
    environment: Environment,
    href: String,
) -> Option<Task> {
    let environment = environment.as_str();
    let badge = Badge::new(Tone::Warn, asking.state.label());
    match asking.state {
        RequestState::Offered => {
            let label = format!("Answer the offer for {name} in {environment}");
            let (badge, hint) = reminder(badge, asking.answer_by, now);
            Some(Task::new(label, href, badge).hint(hint))
        }
        RequestState::RejectedByPolicy | RequestState::ChangesRequested => {
            let label = format!("Read what {name} needs to change for {environment}");
            Some(Task::new(label, href, badge))
        }
        RequestState::Draft
        | RequestState::Submitted
        | RequestState::Screening
        | RequestState::AutoApproved
        | RequestState::InReview
        | RequestState::Rejected
        | RequestState::RejectedAndBlocked
        | RequestState::AwaitingSecond
        | RequestState::Approved
        | RequestState::Refused
        | RequestState::Lapsed
        | RequestState::Withdrawn => None,
    }
}

/// How urgent an offer is: more so a week before it lapses, and again two days before.
fn reminder(badge: Badge, answer_by: Option<Timestamp>, now: Timestamp) -> (Badge, String) {
    let less = "Less was offered than you asked for.";
    let Some(end) = answer_by else {
        return (badge, less.to_owned());
    };
    let (left, day) = (end - now, When::new(end).day());
    let badge = if left <= Duration::days(2) {
        Badge::new(Tone::Danger, "Lapses within two days")
    } else if left <= Duration::days(7) {
        Badge::new(Tone::Warn, "Lapses within a week")
    } else {
        badge
    };
    (badge, format!("{less} The offer lapses on {day}."))
}

fn first_resource(who: &SignedIn) -> Task {
    let area = Area::Resources(Environment::Sandbox);
    let badge = Badge::new(Tone::Neutral, "To do");
    let hint = "The API or MCP server that integrations will use, with its scopes and tools.";
    if who.may(Action::EditCatalogue) {
        let href = who.path(&format!("{}/new", area.path()));
        Task::new("Add a resource", href, badge).hint(hint)
    } else {
        Task::waiting("Add a resource", who.who_may(Action::EditCatalogue), badge)
    }
}

fn first_integration(who: &SignedIn, overview: &Overview) -> Task {
    let label = "Create your first integration";
    if overview.resources.is_empty() {
        let badge = Badge::new(Tone::Neutral, "Cannot start yet");
        return Task::waiting(
            label,
            "Add a resource first: an integration asks for its scopes.",
            badge,
        );
    }
    let badge = Badge::new(Tone::Neutral, "To do");
    if who.may(Action::EditIntegration) {
        let hint = "A partner's product, a service of your own, or an AI agent.";
        Task::new(label, who.path("/integrations/new"), badge).hint(hint)
    } else {
        Task::waiting(label, who.who_may(Action::EditIntegration), badge)
    }
}

fn facts(who: &SignedIn, overview: &Overview) -> Vec<Fact> {
    let live = |environment: Environment| {
        let clients = overview.integrations.iter().filter(|(_, _, standings)| {
            let client = standings
                .get(&environment)
                .and_then(|at| at.client.as_ref());
            client.is_some_and(|client| client.state.honours_tokens())
        });
        number(u64::try_from(clients.count()).unwrap_or_default())
    };
    let resources = |environment: Environment| {
        number(
            overview
                .resources
                .get(&environment)
                .copied()
                .unwrap_or_default(),
        )
    };
    let integrations = u64::try_from(overview.integrations.len()).unwrap_or_default();
    vec![
        Fact::text("Your role", who.role.label()),
        Fact::text("Integrations", number(integrations)),
        Fact::text("Live in production", live(Environment::Production)),
        Fact::text("Live in the sandbox", live(Environment::Sandbox)),
        Fact::text(
            "Resources in production",
            resources(Environment::Production),
        ),
        Fact::text("Resources in the sandbox", resources(Environment::Sandbox)),
    ]
}
