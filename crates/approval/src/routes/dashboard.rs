//! Every path of the staff dashboard. The guard is what the handler asks for; tests read the table as data.

use actix_web::web::{Data, ServiceConfig};
use narthex_http::{Routes, Surface};
use narthex_tenancy::permission::Action;

use super::api;
use crate::Approval;
use crate::endpoint::account;
use crate::endpoint::dashboard::signed_in::StaffSignedIn;
use crate::endpoint::dashboard::{
    add_listing, answer_policy, answer_trust, api_tokens, attempt, attempts, block_family, brakes,
    brands, client, clients, confirm, counts, create_tenant, decide, documents, end_listing,
    end_trust, family, fault, freeze_tenant, inventory, invite_owner, issuance, let_expire,
    lift_brake, lineage, link, lists, logo, policies, propose_trust, quarantine, registration_acts,
    requests, review, set_brake, sign_in, sign_out, split_network, suspend, take, tenants,
    together, trusted_domains,
};

/// How errors look on the dashboard, where no page renders them.
pub const SURFACE: Surface = Surface::Page(fault::page);

/// Who may call a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// Anybody: the page by which staff sign in.
    Anyone,
    /// A person of the platform, signed in with a second factor, whose role includes the action.
    May(Action),
    /// A person of the platform by a token of the management API, whose role includes the action.
    Token(Action),
}

/// The table.
#[must_use]
#[rustfmt::skip]
pub fn routes() -> Routes<Guard> {
    use Guard::{Anyone, May};
    let look = May(Action::ReadPlatform);
    let stop = May(Action::SuspendAny);
    let (create, freeze) = (May(Action::CreateTenant), May(Action::FreezeTenant));
    let (brake, go_on) = (May(Action::SetBrake), May(Action::LiftBrake));
    let edit_lists = May(Action::EditLists);
    api::routes(Routes::new()).answering(SURFACE, |routes| {
        policing(own(at_once(trusting(waiting(routes)))))
            .get("/", look, "home", requests::home)
            .get("/sign-in", Anyone, "sign_in", sign_in::page)
            .post("/sign-in", Anyone, "sign_in", sign_in::submit)
            .post("/sign-out", look, "sign_out", sign_out::submit)
            .get("/requests", look, "requests", requests::page)
            .get("/requests/{tenant}/{environment}/{request_id}", look, "review", review::page)
            .post("/requests/{tenant}/{environment}/{request_id}", May(Action::Decide), "decide", decide::submit)
            .get("/requests/{tenant}/{environment}/{request_id}/confirm", look, "second", confirm::page)
            .post("/requests/{tenant}/{environment}/{request_id}/confirm", May(Action::Confirm), "confirm", confirm::submit)
            .post("/requests/{tenant}/{environment}/{request_id}/take", May(Action::Decide), "take", take::take_submit)
            .post("/requests/{tenant}/{environment}/{request_id}/hand-back", May(Action::Decide), "hand_back", take::hand_back_submit)
            .get("/clients", look, "clients", clients::page)
            .get("/clients/{tenant}/{environment}/{client_id}", look, "client", client::page)
            .get("/clients/{tenant}/{environment}/{client_id}/suspend", stop, "suspend", suspend::suspend_page)
            .post("/clients/{tenant}/{environment}/{client_id}/suspend", stop, "suspend", suspend::suspend_submit)
            .get("/clients/{tenant}/{environment}/{client_id}/resume", stop, "resume", suspend::resume_page)
            .post("/clients/{tenant}/{environment}/{client_id}/resume", stop, "resume", suspend::resume_submit)
            .get("/clients/{tenant}/{environment}/{client_id}/revoke", stop, "revoke", suspend::revoke_page)
            .post("/clients/{tenant}/{environment}/{client_id}/revoke", stop, "revoke", suspend::revoke_submit)
            .get("/logos/{tenant}/{environment}/{hash}", look, "logo", logo::image)
            .get("/tenants", look, "tenants", tenants::page)
            .get("/tenants/new", create, "create_tenant", create_tenant::page)
            .post("/tenants/new", create, "create_tenant", create_tenant::submit)
            .get("/tenants/{tenant}/invite-owner", create, "invite_owner", invite_owner::page)
            .post("/tenants/{tenant}/invite-owner", create, "invite_owner", invite_owner::submit)
            .get("/tenants/{tenant}/freeze", freeze, "freeze_tenant", freeze_tenant::freeze_page)
            .post("/tenants/{tenant}/freeze", freeze, "freeze_tenant", freeze_tenant::freeze_submit)
            .get("/tenants/{tenant}/thaw", freeze, "thaw_tenant", freeze_tenant::thaw_page)
            .post("/tenants/{tenant}/thaw", freeze, "thaw_tenant", freeze_tenant::thaw_submit)
            .get("/brands", look, "brands", brands::page)
            .post("/brands", May(Action::EditBrands), "edit_brands", brands::submit)
            .get("/api-tokens", look, "api_tokens", api_tokens::page)
            .post("/api-tokens", look, "create_api_token", api_tokens::submit)
            .post("/api-tokens/{api_token}/end", look, "end_api_token", api_tokens::end)
            .get("/brakes", look, "brakes", brakes::page)
            .get("/brakes/new", brake, "set_brake", set_brake::page)
            .post("/brakes/new", brake, "set_brake", set_brake::submit)
            .get("/brakes/{brake}/lift", go_on, "lift_brake", lift_brake::page)
            .post("/brakes/{brake}/lift", go_on, "lift_brake", lift_brake::submit)
            .get("/lists", look, "lists", lists::page)
            .get("/lists/new", edit_lists, "add_listing", add_listing::page)
            .post("/lists/new", edit_lists, "add_listing", add_listing::submit)
            .get("/lists/{listing}/end", edit_lists, "end_listing", end_listing::page)
            .post("/lists/{listing}/end", edit_lists, "end_listing", end_listing::submit)
            .get("/counts", look, "counts", counts::get)
            .get("/attempts", look, "attempts", attempts::page)
            .get("/attempts/{tenant}/{environment}/{attempt}", look, "attempt", attempt::page)
            .get("/issuance", look, "issuance", issuance::page)
    })
}

/// What waits: families, their registrations, addresses.
#[rustfmt::skip]
fn waiting(routes: Routes<Guard>) -> Routes<Guard> {
    let (look, handle) = (Guard::May(Action::ReadPlatform), Guard::May(Action::HandleQuarantine));
    routes
        .get("/quarantine", look, "quarantine", quarantine::page)
        .get("/quarantine/{tenant}/{environment}/{client_id}", look, "registration", link::page)
        .post("/quarantine/{tenant}/{environment}/{client_id}", handle, "link", link::submit)
        .get("/quarantine/{tenant}/{environment}/{client_id}/block", handle, "block", registration_acts::block_page)
        .post("/quarantine/{tenant}/{environment}/{client_id}/block", handle, "block", registration_acts::block_submit)
        .get("/quarantine/{tenant}/{environment}/{client_id}/expire", handle, "let_expire", let_expire::page)
        .post("/quarantine/{tenant}/{environment}/{client_id}/expire", handle, "let_expire", let_expire::submit)
        .get("/quarantine/{tenant}/{environment}/{client_id}/split", handle, "split", registration_acts::split_page)
        .post("/quarantine/{tenant}/{environment}/{client_id}/split", handle, "split", registration_acts::split_submit)
        .get("/quarantine/{tenant}/{environment}/{client_id}/claim", handle, "invite_claim", registration_acts::claim_page)
        .post("/quarantine/{tenant}/{environment}/{client_id}/claim", handle, "invite_claim", registration_acts::claim_submit)
        .get("/families/{tenant}/{environment}/{fingerprint}", look, "family", family::page)
        .get("/families/{tenant}/{environment}/{fingerprint}/block", handle, "block_family", block_family::page)
        .post("/families/{tenant}/{environment}/{fingerprint}/block", handle, "block_family", block_family::submit)
        .get("/families/{tenant}/{environment}/{fingerprint}/expire", handle, "let_family_expire", let_expire::family_page)
        .post("/families/{tenant}/{environment}/{fingerprint}/expire", handle, "let_family_expire", let_expire::family_submit)
        .get("/families/{tenant}/{environment}/{fingerprint}/split", handle, "split_network", split_network::page)
        .post("/families/{tenant}/{environment}/{fingerprint}/split", handle, "split_network", split_network::submit)
        .get("/documents", look, "documents", documents::page)
        .get("/documents/new", handle, "order_document", documents::new_page)
        .post("/documents/new", handle, "order_document", documents::submit)
}

/// Many at once: everything that there is, who registered whom, several decisions.
#[rustfmt::skip]
fn at_once(routes: Routes<Guard>) -> Routes<Guard> {
    let (look, decide) = (Guard::May(Action::ReadPlatform), Guard::May(Action::Decide));
    routes
        .get("/requests/together", decide, "together", together::page)
        .post("/requests/together", decide, "decide_together", together::submit)
        .get("/inventory", look, "inventory", inventory::page)
        .get("/inventory/export/{form}", look, "export_inventory", inventory::take_away)
        .post("/inventory/views", look, "save_view", inventory::save)
        .post("/inventory/views/forget", look, "forget_view", inventory::forget)
        .get("/clients/{tenant}/{environment}/{client_id}/lineage", look, "lineage", lineage::page)
}

/// Domains that are trusted for tenants, by two.
#[rustfmt::skip]
fn trusting(routes: Routes<Guard>) -> Routes<Guard> {
    let (look, trust) = (Guard::May(Action::ReadPlatform), Guard::May(Action::TrustForTenant));
    routes
        .get("/trusted-domains", look, "trusted_domains", trusted_domains::page)
        .get("/trusted-domains/new", trust, "propose_trust", propose_trust::page)
        .post("/trusted-domains/new", trust, "propose_trust", propose_trust::submit)
        .get("/trusted-domains/proposals/{proposal}", trust, "answer_trust", answer_trust::page)
        .post("/trusted-domains/proposals/{proposal}", trust, "answer_trust", answer_trust::submit)
        .get("/trusted-domains/{trust}/end", trust, "end_trust", end_trust::page)
        .post("/trusted-domains/{trust}/end", trust, "end_trust", end_trust::submit)
}

/// Policies on top of the baseline, by two.
#[rustfmt::skip]
fn policing(routes: Routes<Guard>) -> Routes<Guard> {
    let look = Guard::May(Action::ReadPlatform);
    let (edit, publish) = (Guard::May(Action::EditPolicy), Guard::May(Action::PublishPolicy));
    routes
        .get("/policies", look, "policies", policies::page)
        .get("/policies/draft", edit, "draft_policy", policies::draft_page)
        .post("/policies/draft", edit, "draft_policy", policies::draft_submit)
        .get("/policies/versions/{number}", look, "policy_version", policies::version_page)
        .post("/policies/versions/{number}/simulate", edit, "simulate_policy", policies::simulate)
        .post("/policies/versions/{number}/propose", edit, "propose_policy", policies::propose)
        .get("/policies/proposals/{proposal}", publish, "answer_policy", answer_policy::page)
        .post("/policies/proposals/{proposal}", publish, "answer_policy", answer_policy::submit)
}

/// The person's own account; the second factor is not theirs to turn off.
#[rustfmt::skip]
fn own(routes: Routes<Guard>) -> Routes<Guard> {
    let look = Guard::May(Action::ReadPlatform);
    routes
        .get("/account", look, "account", account::page::<StaffSignedIn>)
        .get("/account/password", look, "change_password", account::password_page::<StaffSignedIn>)
        .post("/account/password", look, "change_password", account::password_submit::<StaffSignedIn>)
        .post("/account/sessions/end", look, "end_session", account::end_submit::<StaffSignedIn>)
        .get("/account/second-factor", look, "second_factor", account::second_factor_page::<StaffSignedIn>)
        .post("/account/second-factor", look, "second_factor", account::second_factor_submit::<StaffSignedIn>)
        .get("/account/recovery-codes", look, "recovery_codes", account::recovery_page::<StaffSignedIn>)
        .post("/account/recovery-codes", look, "recovery_codes", account::recovery_submit::<StaffSignedIn>)
}

/// Registers the dashboard's paths on a listener, over the plane's state.
pub fn configure(approval: Data<Approval>) -> impl FnOnce(&mut ServiceConfig) {
    move |config| {
        config.app_data(approval);
        routes().configure(config);
    }
}
