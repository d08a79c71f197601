//! Every path of the management API for people of tenants, on the portal's listener: those of the portal's pages, below
//! `/api/v1`. The guard is what a caller may who is let through: [`crate::endpoint::api::holder`] asks the table.

use narthex_http::{Routes, Surface};
use narthex_tenancy::permission::Action;

use super::portal::Guard;
use crate::endpoint::api::portal::{
    activity, brake, catalogue, changes, claims, clients, domains, event_stream, hand_over,
    identity_providers, initial_access, integrations, inventory, lists, members, onboard, policies,
    promote, requests, revise, settings, statements, token_policy, verify,
};
use crate::endpoint::api::{api_tokens, document, document_page, me, step_up, views};

/// The table.
#[rustfmt::skip]
pub(super) fn routes(table: Routes<Guard>) -> Routes<Guard> {
    let read = Guard::Token(Action::ReadTenant);
    let people = Guard::Token(Action::ManagePeople);
    table.answering(Surface::Problem, |table| {
        policing(setting(proving(integrating(table))))
            .get("/api/v1", Guard::Anyone, "api", document_page::portal_page)
            .get("/api/v1/openapi.json", Guard::Anyone, "openapi", document::portal_openapi)
            .get("/api/v1/t/{tenant}/me", read, "api_me", me::of_tenant)
            .post("/api/v1/t/{tenant}/step-up", read, "api_step_up", step_up::of_tenant)
            .get("/api/v1/t/{tenant}/api-tokens", read, "api_api_tokens", api_tokens::list_of_tenant)
            .post("/api/v1/t/{tenant}/api-tokens/{api_token}/end", read, "api_end_api_token", api_tokens::end_of_tenant)
            .get("/api/v1/t/{tenant}/activity", read, "api_activity", activity::list)
            .get("/api/v1/t/{tenant}/inventory", read, "api_inventory", inventory::list)
            .get("/api/v1/t/{tenant}/inventory/export/{form}", read, "api_export_inventory", inventory::export)
            .get("/api/v1/t/{tenant}/views", read, "api_views", views::list_of_tenant)
            .post("/api/v1/t/{tenant}/views", read, "api_save_view", views::save_of_tenant)
            .post("/api/v1/t/{tenant}/views/{view}/forget", read, "api_forget_view", views::forget_of_tenant)
            .get("/api/v1/t/{tenant}/members", read, "api_members", members::list)
            .post("/api/v1/t/{tenant}/members", people, "api_invite", members::add)
            .get("/api/v1/t/{tenant}/members/invitations", read, "api_invitations", members::invitations)
            .post("/api/v1/t/{tenant}/members/invitations/{invitation}/again", people, "api_invite_again", members::again)
            .post("/api/v1/t/{tenant}/members/invitations/{invitation}/end", people, "api_end_invitation", members::end)
            .post("/api/v1/t/{tenant}/members/{member}/role", people, "api_change_role", members::set_role)
            .post("/api/v1/t/{tenant}/members/{member}/remove", people, "api_remove_member", members::remove)
            .get("/api/v1/t/{tenant}/identity-providers", read, "api_identity_providers", identity_providers::list)
            .post("/api/v1/t/{tenant}/identity-providers", people, "api_add_identity_provider", identity_providers::add)
            .post("/api/v1/t/{tenant}/identity-providers/{provider}/test", people, "api_test_identity_provider", identity_providers::test)
            .post("/api/v1/t/{tenant}/identity-providers/{provider}/remove", people, "api_remove_identity_provider", identity_providers::remove)
            .post("/api/v1/t/{tenant}/sign-in-rule", people, "api_sign_in_rule", identity_providers::set_rule)
            .post("/api/v1/t/{tenant}/integrations/{integration}/hand-over", people, "api_hand_over", hand_over::ask)
            .post("/api/v1/t/{tenant}/integrations/{integration}/hand-over/answer", read, "api_answer_handover", hand_over::answer)
            .get("/api/v1/t/{tenant}/brake", read, "api_brake", brake::get)
            .post("/api/v1/t/{tenant}/brake", Guard::Token(Action::BrakeOwn), "api_set_brake", brake::set)
            .post("/api/v1/t/{tenant}/brake/lift", Guard::Token(Action::BrakeOwn), "api_lift_brake", brake::lift)
    })
}

/// Integrations, their cases and clients, and what there is to ask for.
#[rustfmt::skip]
fn integrating(table: Routes<Guard>) -> Routes<Guard> {
    let (read, integrate) = (Guard::Token(Action::ReadTenant), Guard::Token(Action::EditIntegration));
    let catalogue = Guard::Token(Action::EditCatalogue);
    // In production the handler asks for more.
    let credential = Guard::Token(Action::CreateSandboxCredential);
    table
        .get("/api/v1/t/{tenant}/integrations", read, "api_integrations", integrations::list)
        .post("/api/v1/t/{tenant}/integrations", integrate, "api_onboard", onboard::post)
        .get("/api/v1/t/{tenant}/integrations/{integration}", read, "api_integration", integrations::one)
        .get("/api/v1/t/{tenant}/{environment}/requests/{request}", read, "api_request", requests::one)
        .post("/api/v1/t/{tenant}/{environment}/requests/{request}/answer", Guard::Token(Action::AnswerOffer), "api_answer_offer", requests::answer)
        .post("/api/v1/t/{tenant}/{environment}/requests/{request}/revise", integrate, "api_revise", revise::post)
        .post("/api/v1/t/{tenant}/{environment}/requests/{request}/withdraw", integrate, "api_withdraw", requests::take_back)
        .get("/api/v1/t/{tenant}/{environment}/clients/{client}", read, "api_client", clients::one)
        .post("/api/v1/t/{tenant}/{environment}/clients/{client}/credentials", credential, "api_create_credential", clients::new_credential)
        .post("/api/v1/t/{tenant}/{environment}/clients/{client}/credentials/{credential}/retire", credential, "api_retire_credential", clients::retire)
        .post("/api/v1/t/{tenant}/{environment}/clients/{client}/promote", integrate, "api_promote", promote::post)
        .post("/api/v1/t/{tenant}/{environment}/clients/{client}/suspend", Guard::Token(Action::SuspendOwn), "api_suspend", clients::stop)
        .post("/api/v1/t/{tenant}/{environment}/clients/{client}/resume", Guard::Token(Action::SuspendOwn), "api_resume", clients::go_on)
        .post("/api/v1/t/{tenant}/{environment}/clients/{client}/revoke", Guard::Token(Action::RevokeOwn), "api_revoke", clients::end)
        .get("/api/v1/t/{tenant}/{environment}/clients/{client}/lineage", read, "api_lineage", clients::lineage)
        .get("/api/v1/t/{tenant}/{environment}/resources", read, "api_resources", catalogue::list)
        .post("/api/v1/t/{tenant}/{environment}/resources", catalogue, "api_add_resource", catalogue::add)
        .post("/api/v1/t/{tenant}/{environment}/resources/registration", catalogue, "api_offer_registration", catalogue::offer)
        .get("/api/v1/t/{tenant}/{environment}/resources/{resource}", read, "api_resource", catalogue::one)
        .post("/api/v1/t/{tenant}/{environment}/resources/{resource}/scopes", catalogue, "api_add_scope", catalogue::new_scope)
        .post("/api/v1/t/{tenant}/{environment}/resources/{resource}/tools", catalogue, "api_add_tool", catalogue::new_tool)
        .post("/api/v1/t/{tenant}/{environment}/resources/{resource}/tools/schema", catalogue, "api_change_tool", catalogue::new_schema)
        .post("/api/v1/t/{tenant}/{environment}/resources/{resource}/credentials", catalogue, "api_create_resource_credential", catalogue::new_secret)
        .get("/api/v1/t/{tenant}/{environment}/resources/{resource}/events", read, "api_event_stream", event_stream::get)
        .post("/api/v1/t/{tenant}/{environment}/resources/{resource}/events", catalogue, "api_set_event_stream", event_stream::set)
        .post("/api/v1/t/{tenant}/{environment}/resources/{resource}/events/status", catalogue, "api_set_event_stream_status", event_stream::set_status)
        .post("/api/v1/t/{tenant}/{environment}/resources/{resource}/events/verify", catalogue, "api_verify_event_stream", event_stream::verify)
        .post("/api/v1/t/{tenant}/{environment}/resources/{resource}/events/remove", catalogue, "api_remove_event_stream", event_stream::remove)
}

/// Domains, what is claimed and vouched for, and tokens that let register.
#[rustfmt::skip]
fn proving(table: Routes<Guard>) -> Routes<Guard> {
    let (read, integrate) = (Guard::Token(Action::ReadTenant), Guard::Token(Action::EditIntegration));
    table
        .get("/api/v1/t/{tenant}/domains", read, "api_domains", domains::list)
        .post("/api/v1/t/{tenant}/domains", integrate, "api_add_domain", domains::add)
        .get("/api/v1/t/{tenant}/domains/{domain}", read, "api_domain", domains::one)
        .post("/api/v1/t/{tenant}/domains/{domain}/check", integrate, "api_check_domain", domains::check)
        .post("/api/v1/t/{tenant}/domains/{domain}/remove", integrate, "api_remove_domain", domains::remove)
        .get("/api/v1/t/{tenant}/claims", read, "api_claims", claims::list)
        .get("/api/v1/t/{tenant}/{environment}/claims/{claim}", read, "api_claim", claims::one)
        .post("/api/v1/t/{tenant}/{environment}/claims/{claim}", integrate, "api_take_claim", claims::take)
        .post("/api/v1/t/{tenant}/{environment}/claims/{claim}/disown", integrate, "api_disown", claims::not_ours)
        .post("/api/v1/t/{tenant}/{environment}/registrations", integrate, "api_verify", verify::look)
        .post("/api/v1/t/{tenant}/{environment}/registrations/vouch", integrate, "api_vouch", verify::vouch_for)
        .post("/api/v1/t/{tenant}/{environment}/registrations/turn-away", integrate, "api_turn_away", verify::turn)
        .get("/api/v1/t/{tenant}/{environment}/initial-access-tokens", read, "api_initial_access_tokens", initial_access::list)
        .post("/api/v1/t/{tenant}/{environment}/initial-access-tokens", integrate, "api_create_initial_access_token", initial_access::make)
        .post("/api/v1/t/{tenant}/{environment}/initial-access-tokens/{initial_access}/revoke", integrate, "api_revoke_initial_access_token", initial_access::revoke)
}

/// The settings of an environment, and what the tenant blocks.
#[rustfmt::skip]
fn setting(table: Routes<Guard>) -> Routes<Guard> {
    let (read, change) = (Guard::Token(Action::ReadTenant), Guard::Token(Action::EditSettings));
    let block = Guard::Token(Action::BlockOwn);
    table
        .get("/api/v1/t/{tenant}/{environment}/settings", read, "api_settings", settings::get)
        .post("/api/v1/t/{tenant}/{environment}/settings", change, "api_change_settings", settings::change)
        .get("/api/v1/t/{tenant}/{environment}/settings/limits", read, "api_limits", settings::limits)
        .post("/api/v1/t/{tenant}/{environment}/settings/limits", change, "api_limit_registration", settings::change_limits)
        .get("/api/v1/t/{tenant}/{environment}/settings/allowlists", read, "api_allowlists", settings::allowlists)
        .post("/api/v1/t/{tenant}/{environment}/settings/allowlists", change, "api_change_allowlists", settings::change_allowlists)
        .get("/api/v1/t/{tenant}/{environment}/settings/changes", read, "api_change_rules", changes::get)
        .post("/api/v1/t/{tenant}/{environment}/settings/changes", change, "api_change_change_rules", changes::choose)
        .get("/api/v1/t/{tenant}/{environment}/settings/tokens", read, "api_token_policy", token_policy::get)
        .post("/api/v1/t/{tenant}/{environment}/settings/tokens", change, "api_change_token_policy", token_policy::change)
        .get("/api/v1/t/{tenant}/{environment}/settings/statements", read, "api_statement_issuers", statements::list)
        .post("/api/v1/t/{tenant}/{environment}/settings/statements", change, "api_trust_issuer", statements::trust)
        .post("/api/v1/t/{tenant}/{environment}/settings/statements/remove", change, "api_distrust_issuer", statements::distrust)
        .get("/api/v1/t/{tenant}/{environment}/settings/trusted-domains", read, "api_trusted_domains", lists::trusted)
        .post("/api/v1/t/{tenant}/{environment}/settings/trusted-domains", change, "api_trust_domain", lists::trust)
        .post("/api/v1/t/{tenant}/{environment}/settings/trusted-domains/{trust}/end", change, "api_distrust_domain", lists::distrust)
        .get("/api/v1/t/{tenant}/blocks", read, "api_blocks", lists::blocks)
        .post("/api/v1/t/{tenant}/blocks", block, "api_block_own", lists::block)
        .post("/api/v1/t/{tenant}/blocks/{listing}/end", block, "api_unblock_own", lists::unblock)
}

/// The tenant's own policy, by two.
#[rustfmt::skip]
fn policing(table: Routes<Guard>) -> Routes<Guard> {
    let (read, edit) = (Guard::Token(Action::ReadTenant), Guard::Token(Action::EditOwnPolicy));
    let publish = Guard::Token(Action::PublishOwnPolicy);
    table
        .get("/api/v1/t/{tenant}/policies", read, "api_policies", policies::list)
        .post("/api/v1/t/{tenant}/policies/validate", read, "api_validate_policy", policies::validate)
        .post("/api/v1/t/{tenant}/policies/draft", edit, "api_draft_policy", policies::save)
        .get("/api/v1/t/{tenant}/policies/{number}", read, "api_policy", policies::one)
        .post("/api/v1/t/{tenant}/policies/{number}/simulation", edit, "api_simulate_policy", policies::simulate)
        .post("/api/v1/t/{tenant}/policies/{number}/proposal", edit, "api_propose_policy", policies::propose)
        .post("/api/v1/t/{tenant}/policies/{number}/answer", publish, "api_answer_policy", policies::answer)
}
