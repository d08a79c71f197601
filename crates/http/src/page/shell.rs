//! The frame of the portal and of the staff dashboard: navigation, tenant, environment, person, title.
//!
//! Tenant and environment are in the URL; the shell repeats them and never chooses them.

use narthex_vocab::Environment;

use super::{Badge, Banner, Crumb, NavGroup};

/// The name of the product in titles.
pub(crate) const PRODUCT: &str = "Narthex";

/// Which of the two private listeners a page belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Console {
    /// The tenant portal.
    Portal,
    /// The staff dashboard.
    Staff,
}

impl Console {
    /// The words beside the product's name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Portal => "Portal",
            Self::Staff => "Staff",
        }
    }
}

/// The tenant whose pages these are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenantRef {
    /// As in the URL.
    pub slug: String,
    /// As people call it.
    pub name: String,
}

/// The person who is signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserRef {
    /// What to call them.
    pub name: String,
    /// How they sign in.
    pub email: String,
}

/// The frame of one page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shell {
    /// Which of the two private consoles.
    pub console: Console,
    /// The tenant in the URL, if any.
    pub tenant: Option<TenantRef>,
    /// Where to choose another tenant, where there is a choice.
    pub tenants_href: Option<String>,
    /// The environment in the URL, if any.
    pub environment: Option<Environment>,
    /// This page, or its list, in the sandbox and in production.
    pub environment_links: Option<(String, String)>,
    /// The navigation.
    pub nav: Vec<NavGroup>,
    /// Who is signed in.
    pub user: Option<UserRef>,
    /// Where the sign-out form posts to.
    pub sign_out: String,
    /// Where the person's own account is.
    pub account_href: Option<String>,
    /// Where help is, the same place on every page (WCAG 3.2.6).
    pub help_href: Option<String>,
    /// Where the search form of the top bar goes; none shows no search.
    pub search_href: Option<String>,
    /// The steps above this page.
    pub breadcrumbs: Vec<Crumb>,
    /// The object of the page, its `h1`.
    pub title: String,
    /// The area that the object belongs to (`Requests`).
    pub area: String,
    /// States beside the `h1`.
    pub badges: Vec<Badge>,
    /// What the last act led to.
    pub banner: Option<Banner>,
    /// A fixed line of the frame (`Viewing Acme as platform staff. Every view is logged.`).
    pub notice: Option<String>,
    /// The form of this page came back with errors; the title says so first.
    pub problem: bool,
    /// The CSRF token that every form prints.
    pub csrf: String,
    /// Loads `ui.js`. Off on sign-in, consent, secret and second-approval pages.
    pub script: bool,
}

impl Shell {
    /// A frame with a title; everything else is added.
    pub fn new(console: Console, title: impl Into<String>, csrf: impl Into<String>) -> Self {
        Self {
            console,
            tenant: None,
            tenants_href: None,
            environment: None,
            environment_links: None,
            nav: Vec::new(),
            user: None,
            sign_out: "/sign-out".to_owned(),
            account_href: None,
            help_href: None,
            search_href: None,
            breadcrumbs: Vec::new(),
            title: title.into(),
            area: String::new(),
            badges: Vec::new(),
            banner: None,
            notice: None,
            problem: false,
            csrf: csrf.into(),
            script: true,
        }
    }

    /// The tenant in the URL.
    #[must_use]
    pub fn tenant(mut self, slug: impl Into<String>, name: impl Into<String>) -> Self {
        self.tenant = Some(TenantRef {
            slug: slug.into(),
            name: name.into(),
        });
        self
    }

    /// Where to choose another tenant.
    #[must_use]
    pub fn tenants_href(mut self, href: impl Into<String>) -> Self {
        self.tenants_href = Some(href.into());
        self
    }

    /// The environment in the URL.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = Some(environment);
        self
    }

    /// This page in the sandbox and in production: the environment switch.
    #[must_use]
    pub fn environment_links(
        mut self,
        sandbox: impl Into<String>,
        production: impl Into<String>,
    ) -> Self {
        self.environment_links = Some((sandbox.into(), production.into()));
        self
    }

    /// The navigation.
    #[must_use]
    pub fn nav(mut self, nav: Vec<NavGroup>) -> Self {
        self.nav = nav;
        self
    }

    /// Who is signed in.
    #[must_use]
    pub fn user(mut self, name: impl Into<String>, email: impl Into<String>) -> Self {
        self.user = Some(UserRef {
            name: name.into(),
            email: email.into(),
        });
        self
    }

    /// Where the person's own account is.
    #[must_use]
    pub fn account_href(mut self, href: impl Into<String>) -> Self {
        self.account_href = Some(href.into());
        self
    }

    /// Where the sign-out form posts to.
    #[must_use]
    pub fn sign_out(mut self, path: impl Into<String>) -> Self {
        self.sign_out = path.into();
        self
    }

    /// Where help is.
    #[must_use]
    pub fn help_href(mut self, href: impl Into<String>) -> Self {
        self.help_href = Some(href.into());
        self
    }

    /// Where the search form of the top bar goes.
    #[must_use]
    pub fn search_href(mut self, href: impl Into<String>) -> Self {
        self.search_href = Some(href.into());
        self
    }

    /// One more step above this page.
    #[must_use]
    pub fn crumb(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.breadcrumbs.push(Crumb::new(label, href));
        self
    }

    /// The area that the object belongs to.
    #[must_use]
    pub fn area(mut self, area: impl Into<String>) -> Self {
        self.area = area.into();
        self
    }

    /// One more state beside the `h1`.
    #[must_use]
    pub fn badge(mut self, badge: Badge) -> Self {
        self.badges.push(badge);
        self
    }

    /// What the last act led to.
    #[must_use]
    pub fn banner(mut self, banner: Option<Banner>) -> Self {
        self.banner = banner;
        self
    }

    /// A fixed line of the frame.
    #[must_use]
    pub fn notice(mut self, notice: impl Into<String>) -> Self {
        self.notice = Some(notice.into());
        self
    }

    /// The form of this page came back with errors.
    #[must_use]
    pub fn problem(mut self, problem: bool) -> Self {
        self.problem = problem;
        self
    }

    /// A page that loads no script: secrets, second approval.
    #[must_use]
    pub fn without_script(mut self) -> Self {
        self.script = false;
        self
    }

    /// `[Error: ][Environment – ]Object: Area – Tenant – Product`, for the browser's tab.
    pub fn document_title(&self) -> String {
        let mut title = String::new();
        if self.problem {
            title.push_str("Error: ");
        }
        if let Some(environment) = self.environment {
            title.push_str(environment.label());
            title.push_str(" – ");
        }
        title.push_str(&self.title);
        if !self.area.is_empty() && self.area != self.title {
            title.push_str(": ");
            title.push_str(&self.area);
        }
        if let Some(tenant) = &self.tenant {
            title.push_str(" – ");
            title.push_str(&tenant.name);
        }
        title.push_str(" – ");
        title.push_str(PRODUCT);
        title
    }

    /// The class of the band above the page.
    pub fn band(&self) -> &'static str {
        match self.environment {
            Some(Environment::Sandbox) => "band-sandbox",
            Some(Environment::Production) => "band-production",
            None => "band-none",
        }
    }

    /// The switch: words, class, address, and whether it is this environment.
    pub fn environment_choices(&self) -> Vec<(&'static str, &'static str, &str, bool)> {
        let Some((sandbox, production)) = &self.environment_links else {
            return Vec::new();
        };
        [
            (Environment::Sandbox, sandbox),
            (Environment::Production, production),
        ]
        .into_iter()
        .map(|(environment, href)| {
            let class = Badge::environment(environment).tone.class();
            (
                environment.label(),
                class,
                href.as_str(),
                self.environment == Some(environment),
            )
        })
        .collect()
    }

    /// The environment as a badge, where there is no switch.
    pub fn environment_badge(&self) -> Option<Badge> {
        self.environment.map(Badge::environment)
    }
}

#[cfg(test)]
mod tests {
    use narthex_vocab::Environment;

    use super::{Console, Shell};

    #[test]
    fn the_title_names_environment_object_area_tenant_and_product() {
        let shell = Shell::new(Console::Portal, "Northwind CRM sync", "")
            .area("Integrations")
            .tenant("acme", "Acme")
            .environment(Environment::Production);
        assert_eq!(
            shell.document_title(),
            "Production – Northwind CRM sync: Integrations – Acme – Narthex"
        );
        assert_eq!(
            shell.problem(true).document_title(),
            "Error: Production – Northwind CRM sync: Integrations – Acme – Narthex"
        );
    }

    #[test]
    fn an_area_is_not_said_twice() {
        assert_eq!(
            Shell::new(Console::Staff, "Requests", "")
                .area("Requests")
                .document_title(),
            "Requests – Narthex"
        );
    }

    #[test]
    fn the_switch_marks_the_open_environment() {
        let shell = Shell::new(Console::Portal, "Home", "")
            .environment(Environment::Sandbox)
            .environment_links("/t/acme/sandbox", "/t/acme/production");
        let marks: Vec<_> = shell
            .environment_choices()
            .into_iter()
            .map(|(word, _, _, current)| (word, current))
            .collect();
        assert_eq!(marks, [("Sandbox", true), ("Production", false)]);
    }
}
