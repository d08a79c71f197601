//! The frame of every page after sign-in: navigation with what waits, person, and whose object it is.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::PagePolicy;
use narthex_http::page::{self, Console, NavGroup, NavItem, Shell};
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::Environment;

use crate::store::dashboard_waiting::Waiting;

/// The parts of the dashboard that the navigation names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Area {
    /// Cases.
    Requests,
    /// Registrations that nobody decided about.
    Quarantine,
    /// Clients that are named by the address of their document.
    Documents,
    /// Every client of every environment.
    Clients,
    /// Everything that is onboarded.
    Inventory,
    /// The log of registration attempts.
    Attempts,
    /// The log of tokens issued.
    Issuance,
    /// What stops registration.
    Brakes,
    /// What is blocked, and what has a lane.
    Lists,
    /// Domains that are trusted for tenants.
    Trust,
    /// The companies on the platform.
    Tenants,
    /// Names that people trust.
    Brands,
    /// What stands on top of the baseline.
    Policies,
    /// The tokens of the person signed in.
    ApiTokens,
    /// How the person proves who they are.
    Account,
}

impl Area {
    /// The words of the navigation and of its first page's title.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Requests => "Requests",
            Self::Quarantine => "Quarantine",
            Self::Documents => "Documents",
            Self::Clients => "Clients",
            Self::Inventory => "Inventory",
            Self::Attempts => "Registration attempts",
            Self::Issuance => "Tokens issued",
            Self::Brakes => "Brakes",
            Self::Lists => "Block and trust lists",
            Self::Trust => "Trusted domains",
            Self::Tenants => "Tenants",
            Self::Brands => "Known names",
            Self::Policies => "Policies",
            Self::ApiTokens => "API tokens",
            Self::Account => "Your account",
        }
    }

    /// The path of its first page.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Requests => "/requests",
            Self::Quarantine => "/quarantine",
            Self::Documents => "/documents",
            Self::Clients => "/clients",
            Self::Inventory => "/inventory",
            Self::Attempts => "/attempts",
            Self::Issuance => "/issuance",
            Self::Brakes => "/brakes",
            Self::Lists => "/lists",
            Self::Trust => "/trusted-domains",
            Self::Tenants => "/tenants",
            Self::Brands => "/brands",
            Self::Policies => "/policies",
            Self::ApiTokens => "/api-tokens",
            Self::Account => "/account",
        }
    }

    const fn waiting(self, waiting: Waiting) -> u64 {
        match self {
            Self::Requests => waiting.requests,
            Self::Quarantine => waiting.quarantine,
            Self::Documents
            | Self::Clients
            | Self::Inventory
            | Self::Attempts
            | Self::Issuance
            | Self::Brakes
            | Self::Lists
            | Self::Trust
            | Self::Tenants
            | Self::Brands
            | Self::Policies
            | Self::ApiTokens
            | Self::Account => 0,
        }
    }
}

/// The frame of a page of `area`; below the area's first page, a crumb leads back to it.
pub(crate) fn shell(area: Area, waiting: Waiting, title: impl Into<String>, csrf: String) -> Shell {
    let item = |of: Area| {
        NavItem::new(of.label(), of.path())
            .current(of == area)
            .count(of.waiting(waiting))
    };
    let group = |title: &str, areas: &[Area]| {
        NavGroup::new(title, areas.iter().copied().map(item).collect())
    };
    let shell = Shell::new(Console::Staff, title, csrf)
        .area(area.label())
        .account_href(Area::Account.path())
        .search_href(Area::Clients.path())
        .nav(vec![
            group(
                "Work",
                &[
                    Area::Requests,
                    Area::Quarantine,
                    Area::Documents,
                    Area::Clients,
                    Area::Inventory,
                ],
            ),
            group("Logs", &[Area::Attempts, Area::Issuance]),
            group("Floods", &[Area::Brakes, Area::Lists]),
            group(
                "Settings",
                &[
                    Area::Policies,
                    Area::Tenants,
                    Area::Trust,
                    Area::Brands,
                    Area::ApiTokens,
                ],
            ),
        ]);
    if shell.title == area.label() {
        shell
    } else {
        shell.crumb(area.label(), area.path())
    }
}

/// The frame around an object of a tenant: staff look at what is not theirs, and the page says so.
pub(crate) fn of_tenant(shell: Shell, tenant: &Tenant, environment: Environment) -> Shell {
    shell
        .tenant(tenant.slug.as_str(), tenant.name.as_str())
        .tenants_href(Area::Tenants.path())
        .environment(environment)
        .notice(format!(
            "Viewing {} as platform staff. Every view is logged.",
            tenant.name
        ))
}

/// A page with our own script file.
pub(crate) fn page(template: &impl Template) -> HttpResponse {
    with_status(template, StatusCode::OK)
}

/// A form that came back with problems.
pub(crate) fn again(template: &impl Template) -> HttpResponse {
    with_status(template, StatusCode::UNPROCESSABLE_ENTITY)
}

/// A page with our own script file and another status.
pub(crate) fn with_status(template: &impl Template, status: StatusCode) -> HttpResponse {
    PagePolicy::OWN_SCRIPT.on(page::html(template, status))
}

/// A page that loads no script at all: sign-in, and what is shown once.
pub(crate) fn bare_page(template: &impl Template, status: StatusCode) -> HttpResponse {
    PagePolicy::NO_SCRIPT.on(page::html(template, status))
}
