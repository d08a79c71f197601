//! The tree of who registered whom that a client of the tenant is in.

use actix_web::HttpResponse;
use actix_web::web::Path;
use narthex_http::page::Badge;
use narthex_tenancy::TenantTx;
use narthex_vocab::{ClientId, Environment};

use super::client_view::path_to;
use super::frame::{Area, page as answer};
use super::integration::path_of;
use super::refusal::Refusal;
use super::signed_in::SignedIn;
use super::standing::client_badge;
use crate::endpoint::lineage;
use crate::store::lineage_tree::{self, Node};

/// `GET /t/{tenant}/{environment}/clients/{client}/lineage`
pub(crate) async fn page(
    who: SignedIn,
    path: Path<(String, Environment, String)>,
) -> Result<HttpResponse, Refusal> {
    let (_, environment, client) = path.into_inner();
    let client = ClientId::parse(&client).map_err(|_| Refusal::NotFound)?;
    let work = async |tx: &mut TenantTx| {
        let place = (tx.tenant(), environment);
        lineage_tree::load(tx, place, &client).await
    };
    let tree = who.within(work).await?;
    let href = |node: &Node| path_of(&who, node.integration);
    let acts = |node: &Node| path_to(&who, environment, &node.client_id);
    let state = |node: &Node| -> Badge { client_badge(environment, node.state) };
    let mut shell = who.shell(Area::Integrations, "Who registered whom").crumb(
        tree.root.name.as_str(),
        path_of(&who, tree.root.integration),
    );
    shell.environment = Some(environment);
    let place = lineage::Place {
        current: &client,
        href: &href,
        acts: &acts,
        may: &|what| who.may(what.of_tenant()),
        state: &state,
    };
    Ok(answer(&lineage::page(shell, &tree, &place)))
}
