//! Every client of every tenant and environment, with filters that are part of the address.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::StrictQuery;
use narthex_http::page::{Badge, Choice, Field, Link, Shell, When};
use narthex_vocab::{ClientState, Environment};

use super::filter::{self, Filter, environments};
use super::frame::{self, Area};
use super::refusal::Refusal;
use super::signed_in::{Look, StaffSignedIn};
use super::{paths, words};
use crate::store::dashboard_clients::{self, Listed, MOST, Wanted};

/// One line.
struct Row {
    href: String,
    integration: String,
    client_id: String,
    tenant: String,
    environment: Badge,
    state: Badge,
    since: When,
    ends: When,
}

#[derive(Template)]
#[template(path = "dashboard/clients.html")]
struct ClientsPage {
    shell: Shell,
    filters: Vec<Field>,
    chips: Vec<Link>,
    rows: Vec<Row>,
    range: String,
}

/// `GET /clients`
pub(crate) async fn page(
    staff: StaffSignedIn,
    query: StrictQuery,
) -> Result<HttpResponse, Refusal> {
    let filter = Filter::new(Area::Clients.path(), &query);
    let wanted = Wanted {
        after: None,
        limit: None,
        state: filter.word("state", ClientState::ALL, ClientState::as_str)?,
        text: filter.text("q")?,
        tenant: filter.text("tenant")?,
        environment: filter.word("environment", Environment::ALL, Environment::as_str)?,
    };
    let seen = staff
        .look(Look::list(Area::Clients), async |tx| {
            dashboard_clients::list(tx, &wanted).await
        })
        .await?;
    let shell = staff.shell(Area::Clients, &seen, Area::Clients.label());
    Ok(frame::page(&view(shell, &filter, &wanted, &seen.found)))
}

fn view(shell: Shell, filter: &Filter, wanted: &Wanted, found: &[Listed]) -> ClientsPage {
    let chips = [
        wanted
            .text
            .as_deref()
            .map(|text| filter.chip("q", "Name", text)),
        wanted
            .tenant
            .as_deref()
            .map(|text| filter.chip("tenant", "Tenant", text)),
        wanted
            .state
            .map(|state| filter.chip("state", "State", state.label())),
        wanted
            .environment
            .map(|environment| filter.chip("environment", "Environment", environment.label())),
    ];
    let states = ClientState::ALL
        .iter()
        .map(|one| Choice::new(one.as_str(), one.label()));
    let states = std::iter::once(Choice::new("", "Any"))
        .chain(states)
        .collect();
    let full = i64::try_from(found.len()).is_ok_and(|count| count == MOST);
    ClientsPage {
        shell,
        filters: vec![
            filter::text("q", "Name or client identifier")
                .value(wanted.text.clone().unwrap_or_default()),
            filter::text("tenant", "Tenant").value(wanted.tenant.clone().unwrap_or_default()),
            Field::select("state", "State", states)
                .value(wanted.state.map_or("", ClientState::as_str)),
            environments(wanted.environment),
        ],
        chips: chips.into_iter().flatten().collect(),
        rows: found.iter().map(row).collect(),
        range: if full {
            format!("The newest {MOST}. Filter to see others.")
        } else {
            words::counted(found.len(), "client", "clients")
        },
    }
}

fn row(listed: &Listed) -> Row {
    Row {
        href: paths::client(&listed.slug, listed.environment, &listed.client_id),
        integration: listed.integration.as_str().to_owned(),
        client_id: listed.client_id.as_str().to_owned(),
        tenant: listed.tenant.as_str().to_owned(),
        environment: Badge::environment(listed.environment),
        state: words::client_state(listed.state),
        since: When::new(listed.created_at).day(),
        ends: When::new(listed.expires_at).day(),
    }
}
