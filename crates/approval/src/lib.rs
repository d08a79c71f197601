//! The approval plane: what a stranger brought or a tenant onboards becomes a case, is screened, negotiated, decided,
//! and only then a client. Private: tenants reach the portal, staff the dashboard. It cannot sign a token and never
//! sees a private key.
//!
//! Shelves, lowest first: nouns (pure), `store` (the rows), verbs (one file a use case; all have one shape:
//! `verb(tx, command, &mut acting) -> Result<Outcome, VerbError>`). The door is `routes`, with one file a page.

use narthex_people::People;
use narthex_tenancy::Database;
use narthex_vocab::HashKey;
use url::Url;

// Nouns.
pub mod acting;
pub mod approved;
pub mod assignment;
pub mod brake;
mod case_news;
mod deadline;
pub mod decision;
pub mod domain;
pub mod integration;
mod known_names;
pub mod letter;
pub mod limits;
mod lineage;
pub mod listing;
pub mod live;
mod logo;
pub mod mail;
pub mod mailer;
pub mod offer;
pub mod offer_registration;
pub mod payload_hash;
pub mod policy_version;
pub mod proofs;
pub mod proposal;
pub mod prose;
pub mod reach;
pub mod readiness;
pub mod remark;
mod reminder;
pub mod request;
#[cfg(test)]
mod request_fixture;
pub mod second;
mod similarity;
pub mod simulation;
pub mod warning;

mod store;

// Verbs.
pub mod account;
pub mod activate;
pub mod add_domain;
pub mod add_listing;
pub mod answer_offer;
pub mod answer_proposal;
pub mod answer_registration;
pub mod api_token;
pub mod block;
pub mod block_family;
pub mod brand;
pub mod catalogue;
pub mod change_role;
pub mod change_rules;
pub mod change_token_policy;
pub mod change_tool;
pub mod check_domain;
pub mod claim;
pub mod compare_document;
pub mod confirm;
pub mod create_credential;
pub mod create_initial_access_token;
pub mod create_tenant;
pub mod decide;
pub mod decide_together;
pub mod disown;
pub mod draft_policy;
pub mod end_invitation;
pub mod end_listing;
pub mod end_registration;
pub mod enter;
pub mod event_stream;
pub mod expire;
pub mod export;
mod follow;
pub mod freeze_tenant;
pub mod give_up;
pub mod hand_over;
pub mod identity_provider;
pub mod invite;
pub mod invite_claim;
pub mod invite_owner;
pub mod let_expire;
pub mod lift_brake;
pub mod limit_registration;
pub mod link;
pub mod make_room;
pub mod metadata_rules;
pub mod onboard;
pub mod open_registration;
pub mod order_document;
pub mod orphan;
pub mod promote;
mod propose;
pub mod propose_policy;
pub mod publish_policy;
pub mod remember_names;
pub mod remind;
pub mod remove_domain;
pub mod remove_member;
pub mod reset_password;
mod restriction;
pub mod retire_credential;
pub mod revise;
pub mod revoke_initial_access_token;
pub mod saved_view;
pub mod screen;
pub mod set_brake;
pub mod settings;
mod settle;
pub mod settle_proof;
pub mod simulate_policy;
pub mod split;
pub mod split_network;
pub mod sponsored_registration;
pub mod statement_issuer;
pub mod suspend;
pub mod take;
pub mod take_update;
pub mod trust_domain;
pub mod trust_for_tenant;
pub mod trusted_registration;
pub mod turn_away;
pub mod vouch;
pub mod watch_document;
pub mod watch_tools;
pub mod withdraw;

mod deferral_rounds;
mod deletion_rounds;
mod document_rounds;
mod event_rounds;
mod logo_rounds;
pub mod mail_rounds;
mod name_rounds;
mod orphan_rounds;
mod proof_rounds;
pub mod reminder_rounds;
mod sponsored_rounds;
mod statement_key_rounds;
mod tool_rounds;
mod trusted_rounds;
mod update_rounds;
pub mod workers;

// Doors.
mod endpoint;
pub mod routes;

pub use acting::Acting;
pub use store::deferral::DeferralRef;

/// What the approval process holds: made once by the binary, shared by every handler and worker.
pub struct Approval {
    /// The pool of `narthex_approval`: one tenant at a time.
    pub database: Database,
    /// The pool of `narthex_staff`: reads the queue, the quarantine and the registry across tenants.
    pub staff: Database,
    /// How people prove who they are.
    pub people: People,
    /// Under which the codes of waiting registrations are hashed.
    pub registration_key: HashKey,
    /// The origin of the discovery plane, for issuers and registration addresses.
    pub discovery_base: Url,
    /// The origin of the token plane.
    pub token_base: Url,
    /// The origin of the portal.
    pub portal_base: Url,
    /// The origin of the dashboard.
    pub staff_base: Url,
    /// How mail is written and delivered; none where none is sent.
    pub mail: Option<mail::Mail>,
    /// Who is told when what waits for staff changes.
    pub live: live::Live,
}
