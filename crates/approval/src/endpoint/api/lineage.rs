//! Who registered whom: the tree that a client is in.

use actix_web::HttpResponse;
use narthex_vocab::{ClientId, ClientState};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::caller::Caller;
use super::fault::Fault;
use super::place::Place;
use crate::store::lineage_tree::{self, Node, Tree};

/// The tree.
#[derive(Serialize, ToSchema)]
pub(crate) struct Lineage {
    /// The first of the line: `client_id`, `name`, `state`, `sponsor`, how many below it
    /// go along when it is suspended (`suspends`) or revoked (`revokes`), and in `below` those that it registered.
    #[schema(value_type = Object)]
    root: Value,
    /// The most clients right below one that have not ended.
    most_children: i64,
}

/// Read the tree that a client is in.
#[utoipa::path(
    get,
    path = "/api/v1/clients/{tenant}/{environment}/{client_id}/lineage",
    operation_id = "lineage",
    responses((status = 200, body = Lineage))
)]
pub(crate) async fn get(caller: Caller, place: Place) -> Result<HttpResponse, Fault> {
    let client: ClientId = place.named("client_id")?;
    let environment = place.environment;
    let seen = caller
        .look_at(place.at(), client.to_string(), async |tx, tenant| {
            lineage_tree::load(tx, (tenant, environment), &client).await
        })
        .await?;
    let (_, tree) = seen.found;
    Ok(HttpResponse::Ok().json(whole(&tree)))
}

/// The tree, whosever it is.
pub(super) fn whole(tree: &Tree) -> Lineage {
    Lineage {
        root: branch(&tree.root),
        most_children: tree.widest,
    }
}

fn branch(node: &Node) -> Value {
    json!({
        "client_id": node.client_id,
        "name": node.name,
        "state": node.state,
        "sponsor": node.sponsor,
        "suspends": node.followers(ClientState::Suspended),
        "revokes": node.followers(ClientState::Revoked),
        "below": node.below.iter().map(branch).collect::<Vec<_>>(),
    })
}
