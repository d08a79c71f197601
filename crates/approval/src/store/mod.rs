//! The rows of cases, clients and what they rest on. The only place of this crate with diesel; it decides nothing.

pub(crate) mod activity;
pub(crate) mod api_answer;
pub(crate) mod approval;
pub(crate) mod asked_anew;
pub(crate) mod assignment;
pub(crate) mod blocked_host;
pub(crate) mod brake;
pub(crate) mod brand;
pub(crate) mod cascade;
pub(crate) mod changed_tool;
pub(crate) mod claim;
pub(crate) mod client;
pub(crate) mod credential;
pub(crate) mod dashboard_acts;
pub(crate) mod dashboard_addresses;
pub(crate) mod dashboard_attempt;
pub(crate) mod dashboard_attempts;
pub(crate) mod dashboard_catalogue;
pub(crate) mod dashboard_changed;
pub(crate) mod dashboard_clients;
pub(crate) mod dashboard_connected;
pub(crate) mod dashboard_decisions;
pub(crate) mod dashboard_documents;
pub(crate) mod dashboard_families;
pub(crate) mod dashboard_family;
pub(crate) mod dashboard_findings;
pub(crate) mod dashboard_issuance;
pub(crate) mod dashboard_issued;
pub(crate) mod dashboard_known;
pub(crate) mod dashboard_people;
pub(crate) mod dashboard_quarantine;
pub(crate) mod dashboard_requests;
pub(crate) mod dashboard_review;
pub(crate) mod dashboard_search;
pub(crate) mod dashboard_tenants;
pub(crate) mod dashboard_waiting;
pub(crate) mod deadline;
pub(crate) mod decision;
pub(crate) mod deferral;
pub(crate) mod document;
pub(crate) mod domain;
pub(crate) mod due;
pub(crate) mod due_names;
pub(crate) mod family_split;
pub(crate) mod fetch_order;
pub(crate) mod handover;
pub(crate) mod initial_access_token;
pub(crate) mod integration;
pub(crate) mod inventory;
pub(crate) mod lineage;
pub(crate) mod lineage_tree;
pub(crate) mod listing;
pub(crate) mod logo;
pub(crate) mod mark;
pub(crate) mod name_mark;
pub(crate) mod offer;
pub(crate) mod orphan;
pub(crate) mod past;
pub(crate) mod policy;
pub(crate) mod portal_claim;
pub(crate) mod portal_home;
pub(crate) mod portal_integration;
pub(crate) mod portal_integrations;
pub(crate) mod portal_request;
pub(crate) mod portal_resource;
pub(crate) mod portal_standing;
pub(crate) mod portal_turn;
pub(crate) mod promotion;
pub(crate) mod proof;
pub(crate) mod proposal;
pub(crate) mod quarantine;
pub(crate) mod registration_access;
pub(crate) mod registration_update;
pub(crate) mod remark;
pub(crate) mod request;
pub(crate) mod requested;
pub(crate) mod resource_credential;
pub(crate) mod restriction;
pub(crate) mod saved_view;
pub(crate) mod screening;
pub(crate) mod second;
pub(crate) mod security_event;
pub(crate) mod simulation;
pub(crate) mod statement_keys;
pub(crate) mod trusted_domain;
pub(crate) mod warning;

use narthex_tenancy::StoreError;
use narthex_vocab::{ClientMetadata, TokenLifetime};
use serde_json::Value;

/// Stored metadata as a noun.
pub(crate) fn metadata(table: &'static str, stored: Value) -> Result<ClientMetadata, StoreError> {
    let Value::Object(members) = stored else {
        return Err(StoreError::Corrupt {
            table,
            column: "metadata",
        });
    };
    ClientMetadata::parse(&members).map_err(StoreError::corrupt(table, "metadata"))
}

/// Stored minutes of a token's life as a noun; none where nobody agreed on less than usual.
pub(crate) fn token_lifetime(
    table: &'static str,
    minutes: Option<i16>,
) -> Result<Option<TokenLifetime>, StoreError> {
    minutes
        .map(|minutes| TokenLifetime::from_minutes(minutes.into()))
        .transpose()
        .map_err(StoreError::corrupt(table, "lifetime_minutes"))
}
