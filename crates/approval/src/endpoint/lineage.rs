//! The tree of who registered whom, as a page of the portal and the dashboard alike: the person who answers, the client
//! that registers others, what it registered. Who may look, and at whose, is asked before.

use askama::Template;
use narthex_http::page::{Badge, Fact, Link, Shell};
use narthex_vocab::ClientId;

use crate::lineage::DEEPEST;
use crate::store::lineage_tree::{Node, Tree};
use crate::suspend::Stop;

use super::stop;

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

/// The page.
#[derive(Template)]
#[template(path = "lineage.html")]
pub(crate) struct LineagePage {
    shell: Shell,
    person: String,
    facts: Vec<Fact>,
    root: Leaf,
}

/// Where the page stands.
pub(crate) struct Place<'a> {
    /// The client from which one came.
    pub(crate) current: &'a ClientId,
    /// The page of a client.
    pub(crate) href: &'a dyn Fn(&Node) -> String,
    /// Below which its acts are.
    pub(crate) acts: &'a dyn Fn(&Node) -> String,
    /// Which of them the reader may do.
    pub(crate) may: &'a dyn Fn(Stop) -> bool,
    /// The state of a client.
    pub(crate) state: &'a dyn Fn(&Node) -> Badge,
}

/// The page of a tree.
pub(crate) fn page(shell: Shell, tree: &Tree, place: &Place<'_>) -> LineagePage {
    let root = &tree.root;
    LineagePage {
        shell,
        person: root.sponsor.clone().unwrap_or_else(|| "Nobody".to_owned()),
        facts: facts(tree),
        root: leaf(root, tree.widest, place),
    }
}

fn leaf(node: &Node, widest: i64, place: &Place<'_>) -> Leaf {
    let live = node.living();
    Leaf {
        href: (place.href)(node),
        name: node.name.clone(),
        client_id: node.client_id.to_string(),
        state: (place.state)(node),
        sponsor: node.sponsor.clone().unwrap_or_else(|| "nobody".to_owned()),
        below: match (node.below.len(), node.count()) {
            (0, _) => "registered nobody".to_owned(),
            (own, all) => {
                format!("registered {own}, {all} below it; {live} of the {widest} that it may have")
            }
        },
        current: node.client_id == *place.current,
        acts: acts(node, place),
        children: node
            .below
            .iter()
            .map(|child| leaf(child, widest, place))
            .collect(),
    }
}

/// What can be done with it and, by the count, with those that go along: the numbers of the page behind the link.
fn acts(node: &Node, place: &Place<'_>) -> Vec<Link> {
    let path = (place.acts)(node);
    let possible = [Stop::Suspend, Stop::Resume, Stop::Revoke]
        .into_iter()
        .filter(|what| (place.may)(*what) && what.is_possible(node.state));
    let link = |what: Stop| {
        let (verb, name) = (stop::verb(what), &node.name);
        let label = match node.followers(stop::leads_to(what)) {
            0 => format!("{verb} {name}"),
            along => format!("{verb} {name} and {along} below it"),
        };
        Link::new(label, format!("{path}/{}", verb.to_lowercase()))
    };
    possible.map(link).collect()
}

fn facts(tree: &Tree) -> Vec<Fact> {
    let root = &tree.root;
    let deep = format!("{} of {DEEPEST} clients in the longest line", root.depth());
    vec![
        Fact::text("Clients in the tree", (root.count() + 1).to_string()),
        Fact::text("Depth", deep),
        Fact::text(
            "Width",
            format!("{} clients right below one at most", tree.widest),
        ),
        Fact::text(
            "What goes together",
            "What is suspended, ends or is revoked takes everything below it along. What is resumed goes on alone.",
        ),
    ]
}
