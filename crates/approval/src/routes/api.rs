//! Every path of the management API for staff, on the listener of the dashboard. The guard is what a caller may who is let
//! through: [`crate::endpoint::api::caller`] asks the table.

use narthex_http::{Routes, Surface};
use narthex_tenancy::permission::Action;

use super::dashboard::Guard;
use crate::endpoint::api::{
    api_tokens, assignment, attempts, brakes, brands, clients, confirm, decide, document,
    document_page, documents, families, inventory, issuance, lineage, link, lists, me, policies,
    publish_policy, quarantine, requests, step_up, suspend, tenants, together, trust, views,
};

/// The table.
#[rustfmt::skip]
pub(super) fn routes(table: Routes<Guard>) -> Routes<Guard> {
    let look = Guard::Token(Action::ReadPlatform);
    let decide = Guard::Token(Action::Decide);
    let (edit, publish) = (Guard::Token(Action::EditPolicy), Guard::Token(Action::PublishPolicy));
    table.answering(Surface::Problem, |table| {
        platform(stop(waiting(table)))
            .get("/api/v1", Guard::Anyone, "api", document_page::page)
            .get("/api/v1/openapi.json", Guard::Anyone, "openapi", document::openapi)
            .get("/api/v1/me", look, "api_me", me::get)
            .post("/api/v1/step-up", look, "api_step_up", step_up::post)
            .get("/api/v1/api-tokens", look, "api_api_tokens", api_tokens::list)
            .post("/api/v1/api-tokens/{api_token}/end", look, "api_end_api_token", api_tokens::end)
            .get("/api/v1/requests", look, "api_requests", requests::list)
            .get("/api/v1/requests/{tenant}/{environment}/{request_id}", look, "api_request", requests::one)
            .post("/api/v1/requests/{tenant}/{environment}/{request_id}/decision", decide, "api_decide", decide::post)
            .post("/api/v1/requests/{tenant}/{environment}/{request_id}/confirmation", Guard::Token(Action::Confirm), "api_confirm", confirm::post)
            .post("/api/v1/requests/{tenant}/{environment}/{request_id}/take", decide, "api_take", assignment::take_it)
            .post("/api/v1/requests/{tenant}/{environment}/{request_id}/hand-back", decide, "api_hand_back", assignment::give_back)
            .post("/api/v1/approvals", decide, "api_approve_together", together::post)
            .get("/api/v1/policies", look, "api_policies", policies::list)
            .post("/api/v1/policies/validate", look, "api_validate_policy", policies::validate)
            .post("/api/v1/policies/draft", edit, "api_draft_policy", publish_policy::save)
            .get("/api/v1/policies/{owner}/{number}", look, "api_policy", policies::one)
            .post("/api/v1/policies/platform/{number}/simulation", edit, "api_simulate_policy", publish_policy::simulate)
            .post("/api/v1/policies/platform/{number}/proposal", edit, "api_propose_policy", publish_policy::propose)
            .post("/api/v1/policies/{owner}/{number}/answer", publish, "api_answer_policy", publish_policy::answer)
    })
}

/// What waits: registrations, their families, addresses; and the log of who called.
#[rustfmt::skip]
fn waiting(table: Routes<Guard>) -> Routes<Guard> {
    let (look, handle) = (Guard::Token(Action::ReadPlatform), Guard::Token(Action::HandleQuarantine));
    table
        .get("/api/v1/quarantine", look, "api_quarantine", quarantine::list)
        .get("/api/v1/quarantine/{tenant}/{environment}/{client_id}", look, "api_registration", quarantine::one)
        .post("/api/v1/quarantine/{tenant}/{environment}/{client_id}/link", handle, "api_link", link::post)
        .post("/api/v1/quarantine/{tenant}/{environment}/{client_id}/block", handle, "api_block", quarantine::block_one)
        .post("/api/v1/quarantine/{tenant}/{environment}/{client_id}/expire", handle, "api_let_expire", quarantine::expire_one)
        .post("/api/v1/quarantine/{tenant}/{environment}/{client_id}/split", handle, "api_split", quarantine::split_one)
        .post("/api/v1/quarantine/{tenant}/{environment}/{client_id}/claim", handle, "api_invite_claim", quarantine::claim_one)
        .get("/api/v1/families/{tenant}/{environment}/{fingerprint}", look, "api_family", families::one)
        .post("/api/v1/families/{tenant}/{environment}/{fingerprint}/block", handle, "api_block_family", families::block)
        .post("/api/v1/families/{tenant}/{environment}/{fingerprint}/expire", handle, "api_let_family_expire", families::expire)
        .post("/api/v1/families/{tenant}/{environment}/{fingerprint}/split", handle, "api_split_network", families::split)
        .get("/api/v1/documents", look, "api_documents", documents::list)
        .post("/api/v1/documents", handle, "api_order_document", documents::order)
        .get("/api/v1/attempts", look, "api_attempts", attempts::list)
        .get("/api/v1/attempts/{tenant}/{environment}/{attempt}", look, "api_attempt", attempts::one)
        .get("/api/v1/issuance", look, "api_issuance", issuance::list)
}

/// Clients, stopping one, and stopping what comes.
#[rustfmt::skip]
fn stop(table: Routes<Guard>) -> Routes<Guard> {
    let (look, stop) = (Guard::Token(Action::ReadPlatform), Guard::Token(Action::SuspendAny));
    let lists = Guard::Token(Action::EditLists);
    table
        .get("/api/v1/inventory", look, "api_inventory", inventory::list)
        .get("/api/v1/inventory/export/{form}", look, "api_export_inventory", inventory::export)
        .get("/api/v1/views", look, "api_views", views::list)
        .post("/api/v1/views", look, "api_save_view", views::save)
        .post("/api/v1/views/{view}/forget", look, "api_forget_view", views::forget)
        .get("/api/v1/clients", look, "api_clients", clients::list)
        .get("/api/v1/clients/{tenant}/{environment}/{client_id}", look, "api_client", clients::one)
        .get("/api/v1/clients/{tenant}/{environment}/{client_id}/lineage", look, "api_lineage", lineage::get)
        .post("/api/v1/clients/{tenant}/{environment}/{client_id}/suspend", stop, "api_suspend", suspend::suspend_client)
        .post("/api/v1/clients/{tenant}/{environment}/{client_id}/resume", stop, "api_resume", suspend::resume_client)
        .post("/api/v1/clients/{tenant}/{environment}/{client_id}/revoke", stop, "api_revoke", suspend::revoke_client)
        .get("/api/v1/brakes", look, "api_brakes", brakes::list)
        .post("/api/v1/brakes", Guard::Token(Action::SetBrake), "api_set_brake", brakes::set)
        .post("/api/v1/brakes/{brake}/lift", Guard::Token(Action::LiftBrake), "api_lift_brake", brakes::lift)
        .get("/api/v1/lists", look, "api_lists", lists::list)
        .post("/api/v1/lists", lists, "api_add_listing", lists::add)
        .post("/api/v1/lists/{listing}/end", lists, "api_end_listing", lists::end)
}

/// Tenants, what they trust by staff, and known names.
#[rustfmt::skip]
fn platform(table: Routes<Guard>) -> Routes<Guard> {
    let look = Guard::Token(Action::ReadPlatform);
    let (create, trusts) = (Guard::Token(Action::CreateTenant), Guard::Token(Action::TrustForTenant));
    let (names, freeze) = (Guard::Token(Action::EditBrands), Guard::Token(Action::FreezeTenant));
    table
        .get("/api/v1/tenants", look, "api_tenants", tenants::list)
        .post("/api/v1/tenants", create, "api_create_tenant", tenants::create)
        .post("/api/v1/tenants/{tenant}/invite-owner", create, "api_invite_owner", tenants::invite)
        .post("/api/v1/tenants/{tenant}/freeze", freeze, "api_freeze_tenant", tenants::freeze)
        .post("/api/v1/tenants/{tenant}/thaw", freeze, "api_thaw_tenant", tenants::thaw)
        .get("/api/v1/brands", look, "api_brands", brands::list)
        .post("/api/v1/brands", names, "api_keep_brand", brands::keep)
        .post("/api/v1/brands/forget", names, "api_forget_brand", brands::forget)
        .get("/api/v1/trusted-domains", look, "api_trusted_domains", trust::list)
        .post("/api/v1/trusted-domains", trusts, "api_propose_trust", trust::propose)
        .post("/api/v1/trusted-domains/proposals/{proposal}", trusts, "api_answer_trust", trust::answer)
        .post("/api/v1/trusted-domains/{trust}/end", trusts, "api_end_trust", trust::end)
}
