//! The public documentation: its pages as Markdown, with the reader's issuer and addresses filled in. Errors and rules
//! are listed from the tables that the product itself answers from, never from a copy. It shows nothing of a tenant but
//! its name.

pub(crate) mod html;
mod reference;

use narthex_vocab::{Environment, Issuer, TenantSlug};

use crate::Discovery;
use crate::place::Place;

/// Whom examples speak of where nobody said more.
const EXAMPLE_TENANT: &str = "acme";

/// Where a page's text comes from.
#[derive(Debug, Clone, Copy)]
enum Text {
    /// A file of `web/docs`.
    Written(&'static str),
    /// One that is made from tables.
    Listed(fn() -> String),
}

/// One page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Page {
    /// Its name in the address; empty for the first.
    pub(crate) name: &'static str,
    /// Its `h1`.
    pub(crate) title: &'static str,
    /// What it is for, in a line of the index for programs.
    pub(crate) about: &'static str,
    text: Text,
}

macro_rules! written {
    ($name:literal) => {
        Text::Written(include_str!(concat!("../../../web/docs/", $name, ".md")))
    };
}

/// All pages, in reading order.
pub(crate) const PAGES: &[Page] = &[
    Page {
        name: "",
        title: "Documentation",
        about: "Where to begin, and the way to a first token.",
        text: written!("index"),
    },
    Page {
        name: "curl",
        title: "Quick start with curl",
        about: "A token for a client that acts for itself.",
        text: written!("curl"),
    },
    Page {
        name: "mcp-typescript",
        title: "Quick start: an MCP client in TypeScript",
        about: "Calling a tool of a protected MCP server with the official SDK.",
        text: written!("mcp-typescript"),
    },
    Page {
        name: "python",
        title: "Quick start in Python",
        about: "A token with the standard library.",
        text: written!("python"),
    },
    Page {
        name: "rust",
        title: "Quick start in Rust",
        about: "A token with reqwest.",
        text: written!("rust"),
    },
    Page {
        name: "concepts",
        title: "Concepts",
        about: "Environments, requests, how clients come in, what tokens say, decisions before tools.",
        text: written!("concepts"),
    },
    Page {
        name: "errors",
        title: "Errors",
        about: "Every error code and every kind of problem, with what to do.",
        text: Text::Listed(reference::errors),
    },
    Page {
        name: "rules",
        title: "Rules",
        about: "The platform's rules for requests and for calls, by their names.",
        text: Text::Listed(reference::rules),
    },
];

macro_rules! example {
    ($name:literal) => {
        (
            concat!("{{example:", $name, "}}"),
            include_str!(concat!("../../../web/docs/examples/", $name)),
        )
    };
}
/// The runnable text of each quick start.
const EXAMPLES: &[(&str, &str)] = &[
    example!("quick_start.sh"),
    example!("quick_start.ts"),
    example!("quick_start.py"),
    example!("quick_start.rs"),
];

/// The page of this name.
pub(crate) fn page(name: &str) -> Option<&'static Page> {
    PAGES.iter().find(|page| page.name == name)
}

/// Whose addresses a page shows.
#[derive(Debug, Clone)]
pub(crate) struct Reader {
    issuer: Issuer,
    /// `None` where nobody said whose.
    own: Option<(TenantSlug, Environment)>,
    discovery: String,
    portal: String,
}

impl Reader {
    /// Nobody in particular: the examples' tenant.
    pub(crate) fn anybody(state: &Discovery) -> Option<Self> {
        let slug = TenantSlug::parse(EXAMPLE_TENANT).ok()?;
        Some(Self::at(state, &slug, Environment::Sandbox, None))
    }

    /// Somebody of this place.
    pub(crate) fn of(state: &Discovery, place: &Place) -> Self {
        let own = Some((place.slug.clone(), place.environment));
        Self::at(state, &place.slug, place.environment, own)
    }

    fn at(
        state: &Discovery,
        slug: &TenantSlug,
        environment: Environment,
        own: Option<(TenantSlug, Environment)>,
    ) -> Self {
        let plain = |url: &url::Url| url.as_str().trim_end_matches('/').to_owned();
        Self {
            issuer: Issuer::new(&state.discovery_base, slug, environment),
            own,
            discovery: plain(&state.discovery_base),
            portal: plain(&state.portal_base),
        }
    }

    /// Where the pages are for this reader.
    pub(crate) fn docs(&self) -> String {
        match &self.own {
            None => format!("{}/docs", self.discovery),
            Some((slug, environment)) => {
                format!("{}/t/{slug}/{environment}/docs", self.discovery)
            }
        }
    }

    /// The address of a page.
    pub(crate) fn href(&self, page: &Page) -> String {
        match page.name {
            "" => self.docs(),
            name => format!("{}/{name}", self.docs()),
        }
    }

    /// The same as Markdown.
    pub(crate) fn markdown_href(&self, page: &Page) -> String {
        match page.name {
            "" => format!("{}/index.md", self.docs()),
            name => format!("{}/{name}.md", self.docs()),
        }
    }

    /// Whose addresses these are, in a sentence.
    pub(crate) fn whose(&self) -> String {
        match &self.own {
            None => format!(
                "Examples use the sandbox of the tenant {EXAMPLE_TENANT}, issuer {}.",
                self.issuer
            ),
            Some((slug, environment)) => {
                format!(
                    "Filled in for {slug}, {environment}: issuer {}.",
                    self.issuer
                )
            }
        }
    }

    /// Whether somebody said whose.
    pub(crate) const fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// The page's text as Markdown, without its title.
    pub(crate) fn text(&self, page: &Page) -> String {
        let mut text = match page.text {
            Text::Written(text) => text.to_owned(),
            Text::Listed(list) => list(),
        };
        for (mark, example) in EXAMPLES {
            text = text.replace(mark, example.trim_end());
        }
        let base = &self.discovery;
        let issuer = self.issuer.as_str();
        let path = issuer.strip_prefix(base.as_str()).unwrap_or_default();
        let well_known = format!("{base}/.well-known/oauth-authorization-server{path}");
        for (mark, value) in [
            ("{{issuer}}", issuer),
            ("{{well_known}}", &well_known),
            ("{{docs}}", &self.docs()),
            ("{{portal}}", &self.portal),
        ] {
            text = text.replace(mark, value);
        }
        text
    }

    /// The whole page as Markdown.
    pub(crate) fn markdown(&self, page: &Page) -> String {
        format!(
            "# {}\n\n{}\n\n{}",
            page.title,
            self.whose(),
            self.text(page)
        )
    }

    /// The index for programs (llmstxt.org).
    pub(crate) fn llms(&self) -> String {
        let mut text = String::from(
            "# Narthex\n\n> The room in front of your APIs: OAuth and MCP clients wait here until somebody lets them in. \
             Registering gives no reach; tokens carry exactly what was approved.\n\n## Documentation\n\n",
        );
        for page in PAGES {
            let line = format!(
                "- [{}]({}): {}\n",
                page.title,
                self.markdown_href(page),
                page.about
            );
            text.push_str(&line);
        }
        text
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]
    use super::*;
    use narthex_vocab::{ErrorCode, ProblemKind};

    fn reader() -> Reader {
        let base = url::Url::parse("https://id.example").unwrap();
        let slug = TenantSlug::parse("acme").unwrap();
        Reader {
            issuer: Issuer::new(&base, &slug, Environment::Sandbox),
            own: Some((slug, Environment::Sandbox)),
            discovery: "https://id.example".to_owned(),
            portal: "https://portal.example".to_owned(),
        }
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for page in PAGES {
            let text = reader().markdown(page);
            assert!(!text.contains("{{"), "{}: {text}", page.name);
        }
    }

    #[test]
    fn every_link_among_the_pages_leads_to_one_and_to_a_place_on_it() {
        let reader = reader();
        let docs = reader.docs();
        for from in PAGES {
            let text = reader.text(from);
            for link in text
                .split("](")
                .skip(1)
                .filter_map(|rest| rest.split(')').next())
            {
                let Some(rest) = link.strip_prefix(&docs) else {
                    continue;
                };
                let (name, place) = rest.split_once('#').unwrap_or((rest, ""));
                let to = page(name.trim_start_matches('/')).unwrap_or_else(|| panic!("{link}"));
                let html = html::of(&reader.text(to));
                let id = format!("id=\"{place}\"");
                assert!(place.is_empty() || html.contains(&id), "{link}");
            }
        }
    }

    #[test]
    fn whatever_the_planes_answer_has_its_entry() {
        let text = |name| html::of(&reader().text(page(name).unwrap()));
        let errors = text("errors");
        let codes = ErrorCode::ALL.iter().map(|code| code.as_str());
        for name in codes.chain(ProblemKind::ALL.iter().map(|kind| kind.slug)) {
            let once = errors.matches(&format!(" id=\"{name}\"")).count();
            assert_eq!(once, 1, "{name}");
        }
        let rules = text("rules");
        for rule in narthex_policy::rules() {
            let id = format!(" id=\"{}\"", rule.id);
            assert_eq!(rules.matches(&id).count(), 1, "{id}");
        }
        for check in narthex_policy::checks() {
            let id = format!(" id=\"{}\"", check.check);
            assert_eq!(rules.matches(&id).count(), 1, "{id}");
        }
        assert!(rules.contains("id=\"R-99\"") && rules.contains("id=\"R-00\""));
    }
}
