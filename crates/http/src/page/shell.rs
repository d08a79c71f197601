//! The frame of the portal and of the staff dashboard: navigation, tenant, environment, person, title.
//!
//! Tenant and environment are in the URL; the shell repeats them and never chooses them.

use narthex_vocab::Environment;

use super::{Badge, Link, Tone, number};

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

/// Links of the navigation under one heading. An empty title shows no heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavGroup {
    /// The heading (`Work`, `Govern`, `Settings`).
    pub title: String,
    /// The links, ten at most over all groups.
    pub items: Vec<NavItem>,
}

impl NavGroup {
    /// Links under a heading.
    pub fn new(title: impl Into<String>, items: Vec<NavItem>) -> Self {
        Self {
            title: title.into(),
            items,
        }
    }
}

/// One link of the navigation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NavItem {
    /// Where it goes, in a word.
    pub label: String,
    /// The path.
    pub href: String,
    /// This page is it, or below it.
    pub current: bool,
    /// How many things wait there.
    pub count: Option<u64>,
}

impl NavItem {
    /// A link to another page.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
            current: false,
            count: None,
        }
    }

    /// Marks the page that is open.
    #[must_use]
    pub fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }

    /// How many things wait there; nothing is shown for zero.
    #[must_use]
    pub fn count(mut self, count: u64) -> Self {
        self.count = (count > 0).then_some(count);
        self
    }

    /// The count as the page prints it.
    pub fn count_text(&self) -> Option<String> {
        self.count.map(number)
    }
}

/// One step of the path to this page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crumb {
    /// The step in words.
    pub label: String,
    /// Its page.
    pub href: String,
}

impl Crumb {
    /// A step above this page.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
        }
    }
}

/// What the last act led to, or what must be known first. Stays until the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Banner {
    /// Its meaning.
    pub tone: Tone,
    /// Heading, when the text alone is not enough.
    pub heading: Option<String>,
    /// One or two sentences.
    pub text: String,
    /// One way on.
    pub link: Option<Link>,
}

impl Banner {
    /// A banner of one or two sentences.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self {
            tone,
            heading: None,
            text: text.into(),
            link: None,
        }
    }

    /// With a heading above the text.
    #[must_use]
    pub fn heading(mut self, heading: impl Into<String>) -> Self {
        self.heading = Some(heading.into());
        self
    }

    /// With one way on.
    #[must_use]
    pub fn link(mut self, label: impl Into<String>, href: impl Into<String>) -> Self {
        self.link = Some(Link::new(label, href));
        self
    }
}

/// One environment's cell of the state strip in a page header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StripCell {
    /// Whose state it is.
    pub environment: Environment,
    /// The state.
    pub state: Badge,
    /// The next step and whose it is (`Answer due 25 Nov, review team`).
    pub next: String,
    /// The page of the object there.
    pub href: Option<String>,
}

impl StripCell {
    /// The state of an object in one environment.
    pub fn new(environment: Environment, state: Badge, next: impl Into<String>) -> Self {
        Self {
            environment,
            state,
            next: next.into(),
            href: None,
        }
    }

    /// The page of the object there.
    #[must_use]
    pub fn href(mut self, href: impl Into<String>) -> Self {
        self.href = Some(href.into());
        self
    }

    /// The environment as a badge.
    pub fn badge(&self) -> Badge {
        Badge::environment(self.environment)
    }
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
