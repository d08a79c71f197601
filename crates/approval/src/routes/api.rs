//! Every path of the management API, on the listener of the dashboard. The guard is what the handler asks for.

use narthex_http::{Routes, Surface};
use narthex_tenancy::permission::Action;

use super::dashboard::Guard;
use crate::endpoint::api::{
    clients, confirm, decide, document, inventory, link, me, policies, publish_policy, quarantine,
    requests, step_up, suspend, together,
};

/// The table.
#[rustfmt::skip]
pub(super) fn routes(table: Routes<Guard>) -> Routes<Guard> {
    let (look, stop) = (Guard::Token(Action::ReadPlatform), Guard::Token(Action::SuspendAny));
    let handle = Guard::Token(Action::HandleQuarantine);
    let (edit, publish) = (Guard::Token(Action::EditPolicy), Guard::Token(Action::PublishPolicy));
    table.answering(Surface::Problem, |table| {
        table
            .get("/api/v1", Guard::Anyone, "api", document::page)
            .get("/api/v1/openapi.json", Guard::Anyone, "openapi", document::openapi)
            .get("/api/v1/me", look, "api_me", me::get)
            .post("/api/v1/step-up", look, "api_step_up", step_up::post)
            .get("/api/v1/requests", look, "api_requests", requests::list)
            .get("/api/v1/requests/{tenant}/{environment}/{request_id}", look, "api_request", requests::one)
            .post("/api/v1/requests/{tenant}/{environment}/{request_id}/decision", Guard::Token(Action::Decide), "api_decide", decide::post)
            .post("/api/v1/requests/{tenant}/{environment}/{request_id}/confirmation", Guard::Token(Action::Confirm), "api_confirm", confirm::post)
            .post("/api/v1/approvals", Guard::Token(Action::Decide), "api_approve_together", together::post)
            .get("/api/v1/quarantine", look, "api_quarantine", quarantine::list)
            .get("/api/v1/quarantine/{tenant}/{environment}/{client_id}", look, "api_registration", quarantine::one)
            .post("/api/v1/quarantine/{tenant}/{environment}/{client_id}/link", handle, "api_link", link::post)
            .post("/api/v1/quarantine/{tenant}/{environment}/{client_id}/block", handle, "api_block", quarantine::block_one)
            .post("/api/v1/quarantine/{tenant}/{environment}/{client_id}/expire", handle, "api_let_expire", quarantine::expire_one)
            .post("/api/v1/quarantine/{tenant}/{environment}/{client_id}/claim", handle, "api_invite_claim", quarantine::claim_one)
            .get("/api/v1/inventory", look, "api_inventory", inventory::list)
            .get("/api/v1/clients", look, "api_clients", clients::list)
            .get("/api/v1/clients/{tenant}/{environment}/{client_id}", look, "api_client", clients::one)
            .post("/api/v1/clients/{tenant}/{environment}/{client_id}/suspend", stop, "api_suspend", suspend::suspend_client)
            .post("/api/v1/clients/{tenant}/{environment}/{client_id}/resume", stop, "api_resume", suspend::resume_client)
            .post("/api/v1/clients/{tenant}/{environment}/{client_id}/revoke", stop, "api_revoke", suspend::revoke_client)
            .get("/api/v1/policies", look, "api_policies", policies::list)
            .post("/api/v1/policies/validate", look, "api_validate_policy", policies::validate)
            .post("/api/v1/policies/draft", edit, "api_draft_policy", publish_policy::save)
            .get("/api/v1/policies/{owner}/{number}", look, "api_policy", policies::one)
            .post("/api/v1/policies/platform/{number}/simulation", edit, "api_simulate_policy", publish_policy::simulate)
            .post("/api/v1/policies/platform/{number}/proposal", edit, "api_propose_policy", publish_policy::propose)
            .post("/api/v1/policies/{owner}/{number}/answer", publish, "api_answer_policy", publish_policy::answer)
    })
}
