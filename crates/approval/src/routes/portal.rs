//! Every path of the tenant portal. The guard is what the handler asks for; tests read the table as data.

use actix_web::web::{Data, ServiceConfig};
use narthex_http::{Routes, Surface};
use narthex_tenancy::permission::Action;

use super::portal_api;
use crate::Approval;
use crate::endpoint::account;
use crate::endpoint::portal::signed_in::SignedIn;
use crate::endpoint::portal::{
    allowlists, answer_policy, api_tokens, blocks, brake, change_role, changes, claim, claims,
    connect, credential, domain, domains, elsewhere, event_stream, fault, forgotten, hand_over,
    home, identity_providers, initial_access_tokens, integration, integrations, inventory,
    invitation, limits, lineage, logo, members, new_integration, offer_registration, policies,
    promote, remove_member, request, reset_password, resource, resource_credential, resources,
    retire_credential, revoke_initial_access_token, settings, sign_in, sign_out, statements,
    suspend, token_policy, trusted_domains, verify, withdraw, workspace,
};
use crate::suspend::Stop;

/// How errors look on the portal, where no page renders them.
pub const SURFACE: Surface = Surface::Page(fault::page);

/// Who may call a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Anybody.
    Anyone,
    /// Whoever holds the link.
    LinkHolder,
    /// A person of the tenant whose role includes the action.
    May(Action),
    /// A person of the tenant whose role includes making credentials in the path's environment.
    Credential,
    /// A person of the tenant by a token of the management API, whose role includes the action.
    Token(Action),
}

/// The table.
#[must_use]
pub fn routes() -> Routes<Guard> {
    portal_api::routes(Routes::new()).answering(SURFACE, |table| {
        own(policing(settings(people(clients(rows(way_in(table)))))))
    })
}

#[rustfmt::skip]
fn rows(table: Routes<Guard>) -> Routes<Guard> {
    use Guard::{Anyone, May};
    let read = May(Action::ReadTenant);
    let catalogue = May(Action::EditCatalogue);
    let integrate = May(Action::EditIntegration);
    table
        .get("/", Anyone, "workspace", workspace::page)
        .get("/t/{tenant}", read, "home", home::page)
        .get("/t/{tenant}/{environment}/resources", read, "resources", resources::page)
        .post("/t/{tenant}/{environment}/resources", catalogue, "add_resource", resources::submit)
        .post("/t/{tenant}/{environment}/resources/registration", catalogue, "offer_registration", offer_registration::submit)
        .get("/t/{tenant}/{environment}/resources/new", catalogue, "new_resource", resources::new_page)
        .get("/t/{tenant}/{environment}/resources/{resource}", read, "resource", resource::page)
        .post("/t/{tenant}/{environment}/resources/{resource}/scopes", catalogue, "add_scope", resource::submit_scope)
        .post("/t/{tenant}/{environment}/resources/{resource}/tools", catalogue, "add_tool", resource::submit_tool)
        .post("/t/{tenant}/{environment}/resources/{resource}/tools/schema", catalogue, "change_tool", resource::submit_schema)
        .post("/t/{tenant}/{environment}/resources/{resource}/credentials", catalogue, "create_resource_credential", resource_credential::submit)
        .get("/t/{tenant}/{environment}/resources/{resource}/events", read, "event_stream", event_stream::page)
        .post("/t/{tenant}/{environment}/resources/{resource}/events", catalogue, "set_event_stream", event_stream::submit)
        .post("/t/{tenant}/{environment}/resources/{resource}/events/status", catalogue, "set_event_stream_status", event_stream::submit_status)
        .post("/t/{tenant}/{environment}/resources/{resource}/events/verify", catalogue, "verify_event_stream", event_stream::submit_verify)
        .post("/t/{tenant}/{environment}/resources/{resource}/events/remove", catalogue, "remove_event_stream", event_stream::submit_remove)
        .get("/t/{tenant}/{environment}/initial-access-tokens", read, "initial_access_tokens", initial_access_tokens::page)
        .post("/t/{tenant}/{environment}/initial-access-tokens", integrate, "create_initial_access_token", initial_access_tokens::submit)
        .get("/t/{tenant}/{environment}/initial-access-tokens/{initial_access}/revoke", integrate, "revoke_initial_access_token", revoke_initial_access_token::page)
        .post("/t/{tenant}/{environment}/initial-access-tokens/{initial_access}/revoke", integrate, "revoke_initial_access_token", revoke_initial_access_token::submit)
        .get("/t/{tenant}/claims", read, "claims", claims::page)
        .get("/t/{tenant}/{environment}/claims/{claim}", read, "claim", claim::page)
        .post("/t/{tenant}/{environment}/claims/{claim}", integrate, "take_claim", claim::submit)
        .post("/t/{tenant}/{environment}/claims/{claim}/disown", integrate, "disown", claim::submit_disown)
        .get("/t/{tenant}/domains", read, "domains", domains::page)
        .post("/t/{tenant}/domains", integrate, "add_domain", domains::submit)
        .get("/t/{tenant}/domains/{domain}", read, "domain", domain::page)
        .post("/t/{tenant}/domains/{domain}/check", integrate, "check_domain", domain::submit_check)
        .post("/t/{tenant}/domains/{domain}/remove", integrate, "remove_domain", domain::submit_remove)
        .get("/t/{tenant}/brake", read, "brake", brake::page)
        .post("/t/{tenant}/brake", May(Action::BrakeOwn), "set_brake", brake::submit)
        .post("/t/{tenant}/brake/lift", May(Action::BrakeOwn), "lift_brake", brake::submit_lift)
        .get("/t/{tenant}/integrations", read, "integrations", integrations::page)
        .get("/t/{tenant}/integrations/new", integrate, "new_integration", new_integration::page)
        .post("/t/{tenant}/integrations/new", integrate, "onboard", new_integration::submit)
        .get("/t/{tenant}/integrations/{integration}", read, "integration", integration::page)
        .get("/t/{tenant}/{environment}/verify", integrate, "verify", verify::page)
        .post("/t/{tenant}/{environment}/verify", integrate, "verify", verify::submit)
        .get("/t/{tenant}/{environment}/requests/{request}", read, "request", request::page)
        .post("/t/{tenant}/{environment}/requests/{request}/answer", May(Action::AnswerOffer), "answer_offer", request::submit)
        .get("/t/{tenant}/{environment}/requests/{request}/withdraw", integrate, "withdraw", withdraw::page)
        .post("/t/{tenant}/{environment}/requests/{request}/withdraw", integrate, "withdraw", withdraw::submit)
        .get("/t/{tenant}/{environment}/logos/{hash}", read, "logo", logo::image)
}

/// What a client has and how it goes on.
#[rustfmt::skip]
fn clients(table: Routes<Guard>) -> Routes<Guard> {
    use Guard::{Credential, May};
    let read = May(Action::ReadTenant);
    let integrate = May(Action::EditIntegration);
    let stop = May(Stop::Suspend.of_tenant());
    let revoke = May(Stop::Revoke.of_tenant());
    table
        .post("/t/{tenant}/{environment}/clients/{client}/credentials", Credential, "create_credential", credential::submit)
        .get("/t/{tenant}/{environment}/clients/{client}/credentials/{credential}/retire", Credential, "retire_credential", retire_credential::page)
        .post("/t/{tenant}/{environment}/clients/{client}/credentials/{credential}/retire", Credential, "retire_credential", retire_credential::submit)
        .get("/t/{tenant}/{environment}/clients/{client}/promote", integrate, "promote", promote::page)
        .post("/t/{tenant}/{environment}/clients/{client}/promote", integrate, "promote", promote::submit)
        .get("/t/{tenant}/{environment}/clients/{client}/suspend", stop, "suspend", suspend::suspend_page)
        .post("/t/{tenant}/{environment}/clients/{client}/suspend", stop, "suspend", suspend::suspend_submit)
        .get("/t/{tenant}/{environment}/clients/{client}/resume", stop, "resume", suspend::resume_page)
        .post("/t/{tenant}/{environment}/clients/{client}/resume", stop, "resume", suspend::resume_submit)
        .get("/t/{tenant}/{environment}/clients/{client}/revoke", revoke, "revoke", suspend::revoke_page)
        .post("/t/{tenant}/{environment}/clients/{client}/revoke", revoke, "revoke", suspend::revoke_submit)
        .get("/t/{tenant}/{environment}/clients/{client}/lineage", read, "lineage", lineage::page)
}

/// Before somebody is signed in, and out again.
#[rustfmt::skip]
fn way_in(table: Routes<Guard>) -> Routes<Guard> {
    use Guard::{Anyone, LinkHolder};
    let read = Guard::May(Action::ReadTenant);
    table
        .get("/t/{tenant}/sign-in", Anyone, "sign_in", sign_in::page)
        .post("/t/{tenant}/sign-in", Anyone, "sign_in", sign_in::submit)
        .get("/t/{tenant}/sign-in/with/{provider}", Anyone, "sign_in_elsewhere", elsewhere::leave)
        .get("/t/{tenant}/sign-in/with/{provider}/back", Anyone, "signed_in_elsewhere", elsewhere::back)
        .post("/t/{tenant}/sign-in/with/{provider}/connect", Anyone, "connect_identity", connect::submit)
        .get("/t/{tenant}/forgotten-password", Anyone, "forgotten_password", forgotten::page)
        .post("/t/{tenant}/forgotten-password", Anyone, "forgotten_password", forgotten::submit)
        .get("/t/{tenant}/reset-password/{token}", LinkHolder, "reset_password", reset_password::page)
        .post("/t/{tenant}/reset-password/{token}", LinkHolder, "reset_password", reset_password::submit)
        .post("/t/{tenant}/sign-out", read, "sign_out", sign_out::submit)
        .get("/t/{tenant}/invitation/{token}", LinkHolder, "invitation", invitation::page)
        .post("/t/{tenant}/invitation/{token}", LinkHolder, "invitation", invitation::submit)
        .post("/t/{tenant}/invitation/{token}/again", LinkHolder, "ask_again", invitation::submit_again)
}

/// People, what they answer for, and everything that there is.
#[rustfmt::skip]
fn people(table: Routes<Guard>) -> Routes<Guard> {
    let (read, people) = (Guard::May(Action::ReadTenant), Guard::May(Action::ManagePeople));
    table
        .get("/t/{tenant}/members", read, "members", members::page)
        .post("/t/{tenant}/members", people, "invite", members::submit)
        .post("/t/{tenant}/members/invitations/{invitation}/again", people, "invite_again", members::submit_again)
        .post("/t/{tenant}/members/invitations/{invitation}/end", people, "end_invitation", members::submit_end)
        .get("/t/{tenant}/members/{member}/role", people, "change_role", change_role::page)
        .post("/t/{tenant}/members/{member}/role", people, "change_role", change_role::submit)
        .get("/t/{tenant}/members/{member}/remove", people, "remove_member", remove_member::page)
        .post("/t/{tenant}/members/{member}/remove", people, "remove_member", remove_member::submit)
        .get("/t/{tenant}/identity-providers", read, "identity_providers", identity_providers::page)
        .get("/t/{tenant}/identity-providers/new", people, "add_identity_provider", identity_providers::new_page)
        .post("/t/{tenant}/identity-providers/new", people, "add_identity_provider", identity_providers::new_submit)
        .get("/t/{tenant}/identity-providers/rule", people, "sign_in_rule", identity_providers::rule_page)
        .post("/t/{tenant}/identity-providers/rule", people, "sign_in_rule", identity_providers::rule_submit)
        .post("/t/{tenant}/identity-providers/{provider}/test", people, "test_identity_provider", identity_providers::test)
        .get("/t/{tenant}/identity-providers/{provider}/remove", people, "remove_identity_provider", identity_providers::remove_page)
        .post("/t/{tenant}/identity-providers/{provider}/remove", people, "remove_identity_provider", identity_providers::remove_submit)
        .get("/t/{tenant}/integrations/{integration}/hand-over", read, "hand_over", hand_over::page)
        .post("/t/{tenant}/integrations/{integration}/hand-over", people, "hand_over", hand_over::submit)
        .post("/t/{tenant}/integrations/{integration}/hand-over/answer", read, "answer_handover", hand_over::submit_answer)
        .get("/t/{tenant}/api-tokens", read, "api_tokens", api_tokens::page)
        .post("/t/{tenant}/api-tokens", read, "create_api_token", api_tokens::submit)
        .post("/t/{tenant}/api-tokens/{api_token}/end", read, "end_api_token", api_tokens::end)
        .get("/t/{tenant}/inventory", read, "inventory", inventory::page)
        .get("/t/{tenant}/inventory/export/{form}", read, "export_inventory", inventory::take_away)
        .post("/t/{tenant}/inventory/views", read, "save_view", inventory::save)
        .post("/t/{tenant}/inventory/views/forget", read, "forget_view", inventory::forget)
}

/// The settings of an environment, page by page.
#[rustfmt::skip]
fn settings(table: Routes<Guard>) -> Routes<Guard> {
    use Guard::May;
    let read = May(Action::ReadTenant);
    table
        .get("/t/{tenant}/{environment}/settings", read, "settings", settings::page)
        .post("/t/{tenant}/{environment}/settings", May(Action::EditSettings), "change_settings", settings::submit)
        .get("/t/{tenant}/{environment}/settings/allowlists", read, "allowlists", allowlists::page)
        .post("/t/{tenant}/{environment}/settings/allowlists", May(Action::EditSettings), "change_allowlists", allowlists::submit)
        .get("/t/{tenant}/{environment}/settings/statements", read, "statements", statements::page)
        .post("/t/{tenant}/{environment}/settings/statements", May(Action::EditSettings), "trust_issuer", statements::submit)
        .post("/t/{tenant}/{environment}/settings/statements/remove", May(Action::EditSettings), "distrust_issuer", statements::submit_remove)
        .get("/t/{tenant}/{environment}/settings/trusted-domains", read, "trusted_domains", trusted_domains::page)
        .post("/t/{tenant}/{environment}/settings/trusted-domains", May(Action::EditSettings), "trust_domain", trusted_domains::submit)
        .post("/t/{tenant}/{environment}/settings/trusted-domains/end", May(Action::EditSettings), "distrust_domain", trusted_domains::submit_end)
        .get("/t/{tenant}/{environment}/settings/blocks", read, "blocks", blocks::page)
        .post("/t/{tenant}/{environment}/settings/blocks", May(Action::BlockOwn), "block_own", blocks::submit)
        .post("/t/{tenant}/{environment}/settings/blocks/end", May(Action::BlockOwn), "unblock_own", blocks::submit_end)
        .get("/t/{tenant}/{environment}/settings/limits", read, "limits", limits::page)
        .post("/t/{tenant}/{environment}/settings/limits", May(Action::EditSettings), "limit_registration", limits::submit)
        .get("/t/{tenant}/{environment}/settings/tokens", read, "token_policy", token_policy::page)
        .post("/t/{tenant}/{environment}/settings/tokens", May(Action::EditSettings), "change_token_policy", token_policy::submit)
        .get("/t/{tenant}/{environment}/settings/changes", read, "changes", changes::page)
        .post("/t/{tenant}/{environment}/settings/changes", May(Action::EditSettings), "change_change_rules", changes::submit)
}

/// The tenant's own policy, by two.
#[rustfmt::skip]
fn policing(table: Routes<Guard>) -> Routes<Guard> {
    use Guard::May;
    let read = May(Action::ReadTenant);
    let (edit, publish) = (May(Action::EditOwnPolicy), May(Action::PublishOwnPolicy));
    table
        .get("/t/{tenant}/policies", read, "policies", policies::page)
        .get("/t/{tenant}/policies/draft", edit, "draft_policy", policies::draft_page)
        .post("/t/{tenant}/policies/draft", edit, "draft_policy", policies::draft_submit)
        .get("/t/{tenant}/policies/versions/{number}", read, "policy_version", policies::version_page)
        .post("/t/{tenant}/policies/versions/{number}/simulate", edit, "simulate_policy", policies::simulate)
        .post("/t/{tenant}/policies/versions/{number}/propose", edit, "propose_policy", policies::propose)
        .get("/t/{tenant}/policies/proposals/{proposal}", publish, "answer_policy", answer_policy::page)
        .post("/t/{tenant}/policies/proposals/{proposal}", publish, "answer_policy", answer_policy::submit)
}

/// The person's own account.
#[rustfmt::skip]
fn own(table: Routes<Guard>) -> Routes<Guard> {
    let read = Guard::May(Action::ReadTenant);
    table
        .get("/t/{tenant}/account", read, "account", account::page::<SignedIn>)
        .get("/t/{tenant}/account/password", read, "change_password", account::password_page::<SignedIn>)
        .post("/t/{tenant}/account/password", read, "change_password", account::password_submit::<SignedIn>)
        .post("/t/{tenant}/account/sessions/end", read, "end_session", account::end_submit::<SignedIn>)
        .get("/t/{tenant}/account/second-factor", read, "second_factor", account::second_factor_page::<SignedIn>)
        .post("/t/{tenant}/account/second-factor", read, "second_factor", account::second_factor_submit::<SignedIn>)
        .get("/t/{tenant}/account/second-factor/off", read, "turn_off_second_factor", account::off_page::<SignedIn>)
        .post("/t/{tenant}/account/second-factor/off", read, "turn_off_second_factor", account::off_submit::<SignedIn>)
        .get("/t/{tenant}/account/recovery-codes", read, "recovery_codes", account::recovery_page::<SignedIn>)
        .post("/t/{tenant}/account/recovery-codes", read, "recovery_codes", account::recovery_submit::<SignedIn>)
}

/// Registers the portal's paths on a listener, over the plane's state.
pub fn configure(approval: Data<Approval>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(approval);
        routes().configure(config);
    }
}
