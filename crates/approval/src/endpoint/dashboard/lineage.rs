//! The tree of who registered whom that a client of any tenant is in.

use actix_web::HttpResponse;
use narthex_http::page::Badge;
use narthex_tenancy::permission::Action;
use narthex_vocab::ClientId;

use super::frame::{self, Area};
use super::place::Place;
use super::refusal::Refusal;
use super::signed_in::StaffSignedIn;
use super::{paths, words};
use crate::endpoint::lineage;
use crate::store::lineage_tree::{self, Node};

/// `GET /clients/{tenant}/{environment}/{client_id}/lineage`
pub(crate) async fn page(staff: StaffSignedIn, place: Place) -> Result<HttpResponse, Refusal> {
    let client_id: ClientId = place.named("client_id")?;
    let environment = place.environment;
    let seen = staff
        .look_at(&place, client_id.to_string(), async |tx, tenant| {
            lineage_tree::load(tx, (tenant, environment), &client_id).await
        })
        .await?;
    let (tenant, tree) = &seen.found;
    let shell = staff.shell(Area::Clients, &seen, "Who registered whom");
    let here = paths::client(&tenant.slug, environment, &client_id);
    let shell = frame::of_tenant(shell, tenant, environment).crumb(tree.root.name.as_str(), here);
    let href = |node: &Node| paths::client(&tenant.slug, environment, &node.client_id);
    let state = |node: &Node| -> Badge { words::client_state(node.state) };
    let place = lineage::Place {
        current: &client_id,
        href: &href,
        acts: &href,
        may: &|_| staff.may(Action::SuspendAny),
        state: &state,
    };
    Ok(frame::page(&lineage::page(shell, tree, &place)))
}
