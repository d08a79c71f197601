//! The whole tree that a client of a line is in: the first of the line, and everything below it. It never writes.

use std::collections::BTreeMap;

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use narthex_tenancy::{
    StoreError, TenantTx, registration_limits,
    schema::{
        registry::{client as c, integration as i},
        tenant::member as m,
    },
};
use narthex_vocab::{ClientId, ClientState, Environment, Id, kind};

use super::lineage;
use crate::lineage::follows;

const TABLE: &str = "registry.client";

/// The tree, and how wide it may be.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub(crate) root: Node,
    /// The most clients right below one that have not ended.
    pub(crate) widest: i64,
}

/// A client with what it registered.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) client_id: ClientId,
    pub(crate) integration: Id<kind::Integration>,
    pub(crate) name: String,
    pub(crate) state: ClientState,
    /// Who answers for it, even when they left.
    pub(crate) sponsor: Option<String>,
    pub(crate) below: Vec<Node>,
}

impl Node {
    /// How many are below it, at whatever depth.
    pub(crate) fn count(&self) -> usize {
        self.below.iter().map(|child| 1 + child.count()).sum()
    }

    /// How many below it go along when it goes to `to`.
    pub(crate) fn followers(&self, to: ClientState) -> usize {
        let goes = |child: &Self| usize::from(follows(child.state, to).is_some());
        let all = self.below.iter();
        all.map(|child| goes(child) + child.followers(to)).sum()
    }

    /// How many right below it have not ended.
    pub(crate) fn living(&self) -> usize {
        let living = self.below.iter().filter(|child| !child.state.has_ended());
        living.count()
    }

    /// How many clients are in its longest line.
    pub(crate) fn depth(&self) -> usize {
        1 + self.below.iter().map(Self::depth).max().unwrap_or_default()
    }
}

/// The tree that a client of `tenant` is in.
pub(crate) async fn load(
    tx: &mut TenantTx,
    place @ (tenant, environment): (Id<kind::Tenant>, Environment),
    client_id: &ClientId,
) -> Result<Tree, StoreError> {
    let line = lineage::line(tx, place, client_id).await?;
    let first = line.above.into_iter().next();
    let root = first.map_or_else(|| client_id.clone(), |kin| kin.client_id);
    let below = lineage::below(tx, place, &root).await?;
    let mut ids: Vec<String> = below.iter().map(|kin| kin.client_id.to_string()).collect();
    ids.push(root.to_string());
    let rows: Vec<Row> = c::table
        .inner_join(
            i::table.on(i::tenant_id
                .eq(c::tenant_id)
                .and(i::integration_id.eq(c::integration_id))),
        )
        .left_join(
            m::table.on(m::tenant_id
                .eq(i::tenant_id)
                .and(m::member_id.nullable().eq(i::sponsor_id))),
        )
        .filter(
            c::tenant_id
                .eq(tenant.as_uuid())
                .and(c::environment.eq(environment.as_str())),
        )
        .filter(c::client_id.eq_any(ids))
        .order((c::created_at, c::client_id))
        .select((
            (c::client_id, c::parent_client_id, c::state),
            (i::integration_id, i::name),
            m::name.nullable(),
        ))
        .load(tx.connection()?)
        .await?;
    let mut children: BTreeMap<String, Vec<Node>> = BTreeMap::new();
    let mut top = None;
    for row in rows {
        let parent = row.0.1.clone();
        let node = node(row)?;
        match parent {
            Some(parent) if node.client_id != root => {
                children.entry(parent).or_default().push(node);
            }
            _ => top = Some(node),
        }
    }
    let mut top = top.ok_or(StoreError::NotFound)?;
    hang(&mut top, &mut children);
    let limits = registration_limits::of(tx, place).await?;
    Ok(Tree {
        root: top,
        widest: limits.most_children(),
    })
}

/// Puts below each what it registered.
fn hang(node: &mut Node, children: &mut BTreeMap<String, Vec<Node>>) {
    node.below = children.remove(node.client_id.as_str()).unwrap_or_default();
    for child in &mut node.below {
        hang(child, children);
    }
}

type Row = (
    (String, Option<String>, String),
    (uuid::Uuid, String),
    Option<String>,
);

fn node(((client_id, _, state), (integration, name), sponsor): Row) -> Result<Node, StoreError> {
    Ok(Node {
        client_id: ClientId::parse(&client_id).map_err(StoreError::corrupt(TABLE, "client_id"))?,
        integration: Id::from_uuid(integration),
        name,
        state: state.parse().map_err(StoreError::corrupt(TABLE, "state"))?,
        sponsor,
        below: Vec::new(),
    })
}
