//! The frame of every page after sign-in: tenant, person, navigation. The environment is in the path; the frame shows
//! it and never chooses it.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use askama::Template;
use narthex_http::page::{self, Console, NavGroup, NavItem, Shell};
use narthex_http::{PagePolicy, csrf};
use narthex_vocab::Environment;

use super::signed_in::SignedIn;

/// The parts of the portal that the navigation names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Area {
    /// What needs the person.
    Home,
    /// Integrations, their requests and credentials.
    Integrations,
    /// Everything that is onboarded, to filter and to take away.
    Inventory,
    /// What an environment protects.
    Resources(Environment),
    /// How an environment answers registrations.
    Settings(Environment),
    /// Who may register clients in an environment with a token.
    InitialAccess(Environment),
    /// Registrations that may be the tenant's own.
    Claims,
    /// Hosts and their proofs.
    Domains,
    /// People and roles.
    Members,
    /// Where people sign in.
    SignIn,
    /// The tenant's own policy.
    Policies,
    /// Stopping registration.
    Brake,
    /// One's own tokens of the management API.
    ApiTokens,
    /// How the person proves who they are.
    Account,
}

impl Area {
    /// The heading that pages of the area belong to.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Home => "Home",
            Self::Integrations => "Integrations",
            Self::Inventory => "Inventory",
            Self::Resources(_) => "Resources",
            Self::Settings(_) => "Settings",
            Self::InitialAccess(_) => "Initial access tokens",
            Self::Claims => "Apps to claim",
            Self::Domains => "Domains",
            Self::Members => "Members",
            Self::SignIn => "Single sign-on",
            Self::Policies => "Policy",
            Self::Brake => "Stop registration",
            Self::ApiTokens => "API tokens",
            Self::Account => "Your account",
        }
    }

    /// The path of its first page, below the tenant's.
    pub(crate) fn path(self) -> String {
        match self {
            Self::Home => String::new(),
            Self::Integrations => "/integrations".to_owned(),
            Self::Inventory => "/inventory".to_owned(),
            Self::Resources(environment) => format!("/{environment}/resources"),
            Self::Settings(environment) => format!("/{environment}/settings"),
            Self::InitialAccess(environment) => format!("/{environment}/initial-access-tokens"),
            Self::Claims => "/claims".to_owned(),
            Self::Domains => "/domains".to_owned(),
            Self::Members => "/members".to_owned(),
            Self::SignIn => "/identity-providers".to_owned(),
            Self::Policies => "/policies".to_owned(),
            Self::Brake => "/brake".to_owned(),
            Self::ApiTokens => "/api-tokens".to_owned(),
            Self::Account => "/account".to_owned(),
        }
    }

    const fn environment(self) -> Option<Environment> {
        match self {
            Self::Resources(environment)
            | Self::Settings(environment)
            | Self::InitialAccess(environment) => Some(environment),
            Self::Home
            | Self::Integrations
            | Self::Inventory
            | Self::Claims
            | Self::Domains
            | Self::Members
            | Self::SignIn
            | Self::Policies
            | Self::Brake
            | Self::ApiTokens
            | Self::Account => None,
        }
    }

    /// The same area in both environments, where it has two.
    fn in_both(self) -> Option<[Self; 2]> {
        match self {
            Self::Resources(_) => Some([
                Self::Resources(Environment::Sandbox),
                Self::Resources(Environment::Production),
            ]),
            Self::Settings(_) => Some([
                Self::Settings(Environment::Sandbox),
                Self::Settings(Environment::Production),
            ]),
            Self::InitialAccess(_) => Some([
                Self::InitialAccess(Environment::Sandbox),
                Self::InitialAccess(Environment::Production),
            ]),
            Self::Home
            | Self::Integrations
            | Self::Inventory
            | Self::Claims
            | Self::Domains
            | Self::Members
            | Self::SignIn
            | Self::Policies
            | Self::Brake
            | Self::ApiTokens
            | Self::Account => None,
        }
    }
}

impl SignedIn {
    /// The frame of a page of `area`; below the area's first page, a crumb leads back to it.
    pub(crate) fn shell(&self, area: Area, title: impl Into<String>) -> Shell {
        let title = title.into();
        let mut shell = Shell::new(Console::Portal, title, csrf::issue(&self.request))
            .tenant(self.tenant.slug.as_str(), self.tenant.name.as_str())
            .user(self.member.name.as_str(), self.member.email.as_str())
            .sign_out(self.path("/sign-out"))
            .account_href(self.path(&Area::Account.path()))
            .help_href(self.docs(area.environment()))
            .area(area.label())
            .nav(self.nav(area));
        shell.notice = self.tenant.frozen_because.as_ref().map(|because| {
            format!("The platform's staff froze this tenant: {because} You can look, and change nothing.")
        });
        shell.environment = area.environment();
        if let Some([sandbox, production]) = area.in_both() {
            shell =
                shell.environment_links(self.path(&sandbox.path()), self.path(&production.path()));
        }
        if shell.title != area.label() && area != Area::Home {
            shell = shell.crumb(area.label(), self.path(&area.path()));
        }
        shell
    }

    /// The documentation with the tenant's own issuer in it; where a page is of no environment, the sandbox's.
    fn docs(&self, environment: Option<Environment>) -> String {
        let base = self.approval.discovery_base.as_str().trim_end_matches('/');
        let environment = environment.unwrap_or(Environment::Sandbox);
        format!("{base}/t/{}/{environment}/docs", self.tenant.slug)
    }

    fn nav(&self, open: Area) -> Vec<NavGroup> {
        let item =
            |area: Area| NavItem::new(area.label(), self.path(&area.path())).current(area == open);
        let of = |environment: Environment| {
            let areas = [
                Area::Resources(environment),
                Area::InitialAccess(environment),
                Area::Settings(environment),
            ];
            NavGroup::new(environment.label(), areas.map(item).into())
        };
        vec![
            NavGroup::new(
                "",
                [
                    Area::Home,
                    Area::Integrations,
                    Area::Inventory,
                    Area::Claims,
                ]
                .map(item)
                .into(),
            ),
            of(Environment::Production),
            of(Environment::Sandbox),
            NavGroup::new(
                "Tenant",
                [
                    Area::Domains,
                    Area::Members,
                    Area::SignIn,
                    Area::Policies,
                    Area::Brake,
                    Area::ApiTokens,
                ]
                .map(item)
                .into(),
            ),
        ]
    }
}

/// A page with our own script file.
pub(crate) fn page(template: &impl Template) -> HttpResponse {
    PagePolicy::OWN_SCRIPT.on(page::html(template, StatusCode::OK))
}

/// A form that came back with problems.
pub(crate) fn again(template: &impl Template) -> HttpResponse {
    PagePolicy::OWN_SCRIPT.on(page::html(template, StatusCode::UNPROCESSABLE_ENTITY))
}

/// A page that loads no script at all: sign-in, invitations, secrets.
pub(crate) fn bare_page(template: &impl Template, status: StatusCode) -> HttpResponse {
    PagePolicy::NO_SCRIPT.on(page::html(template, status))
}
