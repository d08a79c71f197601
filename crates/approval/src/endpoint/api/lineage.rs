//! Who registered whom: the tree that a client is in.

use actix_web::HttpResponse;
use narthex_vocab::ClientId;
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::caller::Caller;
use super::fault::Fault;
use super::place::Place;
use crate::store::lineage_tree::{self, Node};

/// The tree.
#[derive(Serialize, ToSchema)]
pub(crate) struct Lineage {
    /// The first of the line: `client_id`, `name`, `state`, `sponsor`, and in `below` those that it registered.
    #[schema(value_type = Object)]
    root: Value,
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
    let (_, root) = seen.found;
    Ok(HttpResponse::Ok().json(Lineage { root: tree(&root) }))
}

fn tree(node: &Node) -> Value {
    json!({
        "client_id": node.client_id,
        "name": node.name,
        "state": node.state,
        "sponsor": node.sponsor,
        "below": node.below.iter().map(tree).collect::<Vec<_>>(),
    })
}
