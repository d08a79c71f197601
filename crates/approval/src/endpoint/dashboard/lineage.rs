//! The tree of who registered whom that a client is in, with who answers for each. What is stopped or ended takes all
//! below it along: the pages that do so say first what goes.

use actix_web::HttpResponse;
use askama::Template;
use narthex_http::page::{Badge, Fact, Link, Shell};
use narthex_tenancy::permission::Action;
use narthex_tenancy::tenant::Tenant;
use narthex_vocab::{ClientId, Environment};

use super::frame::{self, Area};
use super::place::Place;
use super::refusal::Refusal;
use super::signed_in::StaffSignedIn;
use super::{paths, words};
use crate::lineage::DEEPEST;
use crate::store::lineage_tree::{self, Node};
use crate::suspend::Stop;

/// One client of the tree, display-ready. A line is three deep at most, and so is the page.
struct Leaf {
    href: String,
    name: String,
    client_id: String,
    state: Badge,
    sponsor: String,
    below: String,
    current: bool,
    acts: Vec<Link>,
    children: Vec<Leaf>,
}

#[derive(Template)]
#[template(path = "dashboard/lineage.html")]
struct LineagePage {
    shell: Shell,
    facts: Vec<Fact>,
    root: Leaf,
}

/// `GET /clients/{tenant}/{environment}/{client_id}/lineage`
pub(crate) async fn page(staff: StaffSignedIn, place: Place) -> Result<HttpResponse, Refusal> {
    let client_id: ClientId = place.named("client_id")?;
    let environment = place.environment;
    let seen = staff
        .look_at(&place, client_id.to_string(), async |tx, tenant| {
            lineage_tree::load(tx, (tenant, environment), &client_id).await
        })
        .await?;
    let (tenant, root) = &seen.found;
    let may = staff.may(Action::SuspendAny);
    let shell = staff.shell(Area::Clients, &seen, "Who registered whom");
    let here = paths::client(&tenant.slug, environment, &client_id);
    let shell = frame::of_tenant(shell, tenant, environment).crumb(root.name.as_str(), here);
    let at = At {
        tenant,
        environment,
        current: &client_id,
        may,
    };
    Ok(frame::page(&LineagePage {
        shell,
        facts: facts(root),
        root: at.leaf(root),
    }))
}

struct At<'a> {
    tenant: &'a Tenant,
    environment: Environment,
    current: &'a ClientId,
    may: bool,
}

impl At<'_> {
    fn leaf(&self, node: &Node) -> Leaf {
        let href = paths::client(&self.tenant.slug, self.environment, &node.client_id);
        let count = node.count();
        Leaf {
            name: node.name.clone(),
            client_id: node.client_id.to_string(),
            state: words::client_state(node.state),
            sponsor: node.sponsor.clone().unwrap_or_else(|| "nobody".to_owned()),
            below: match (node.below.len(), count) {
                (0, _) => "registered nobody".to_owned(),
                (own, all) => format!("registered {own}, {all} below it"),
            },
            current: node.client_id == *self.current,
            acts: self.acts(node, &href, count),
            children: node.below.iter().map(|child| self.leaf(child)).collect(),
            href,
        }
    }

    fn acts(&self, node: &Node, href: &str, count: usize) -> Vec<Link> {
        let all = [
            (Stop::Suspend, "Suspend", "suspend"),
            (Stop::Revoke, "Revoke", "revoke"),
        ];
        let possible = all
            .into_iter()
            .filter(|(what, _, _)| self.may && what.is_possible(node.state));
        let link = |(_, verb, below): (Stop, &str, &str)| {
            let label = match count {
                0 => format!("{verb} {}", node.name),
                1 => format!("{verb} {} and 1 below it", node.name),
                more => format!("{verb} {} and {more} below it", node.name),
            };
            Link::new(label, format!("{href}/{below}"))
        };
        possible.map(link).collect()
    }
}

fn facts(root: &Node) -> Vec<Fact> {
    let deep = format!("{} of {DEEPEST} clients in the longest line", root.depth());
    vec![
        Fact::text(
            "Answers for the first",
            root.sponsor.clone().unwrap_or_else(|| "Nobody".to_owned()),
        ),
        Fact::text("Clients in the tree", (root.count() + 1).to_string()),
        Fact::text("Depth", deep),
        Fact::text(
            "What goes together",
            "What is suspended, ends or is revoked takes everything below it along. What is resumed goes on alone.",
        ),
    ]
}
