//! The tenant portal: one file a page, and the few pieces that every page shares. It never reads another tenant, and
//! shows a person nothing that their role may not see.

// What every page shares.
pub(crate) mod banner;
pub(crate) mod doorway;
pub(crate) mod event_stream;
pub(crate) mod fault;
pub(crate) mod forgotten;
pub(crate) mod frame;
pub(crate) mod posted;
pub(crate) mod problems;
pub(crate) mod refusal;
pub(crate) mod signed_in;
pub(crate) mod way_on;

// Before sign-in.
pub(crate) mod connect;
pub(crate) mod elsewhere;
pub(crate) mod invitation;
pub(crate) mod sign_in;
mod sign_in_by;
pub(crate) mod sign_out;
pub(crate) mod workspace;

// Signed in.
pub(crate) mod allowlists;
mod allowlists_form;
pub(crate) mod answer_policy;
pub(crate) mod api_tokens;
pub(crate) mod blocks;
pub(crate) mod brake;
mod case_words;
pub(crate) mod change_role;
pub(crate) mod changes;
pub(crate) mod claim;
pub(crate) mod claims;
mod client_view;
pub(crate) mod credential;
pub(crate) mod domain;
pub(crate) mod domains;
pub(crate) mod hand_over;
pub(crate) mod home;
pub(crate) mod identity_provider_form;
pub(crate) mod identity_providers;
mod initial_access_form;
pub(crate) mod initial_access_tokens;
pub(crate) mod integration;
mod integration_answers;
mod integration_form;
pub(crate) mod integrations;
pub(crate) mod inventory;
pub(crate) mod limits;
pub(crate) mod lineage;
pub(crate) mod logo;
pub(crate) mod members;
pub(crate) mod new_integration;
pub(crate) mod offer_registration;
pub(crate) mod offer_words;
mod opening_page;
pub(crate) mod policies;
pub(crate) mod promote;
mod promotion_form;
mod registrant;
pub(crate) mod remove_member;
pub(crate) mod request;
pub(crate) mod reset_password;
pub(crate) mod resource;
pub(crate) mod resource_credential;
mod resource_forms;
pub(crate) mod resources;
pub(crate) mod retire_credential;
pub(crate) mod revoke_initial_access_token;
pub(crate) mod secret_page;
pub(crate) mod settings;
mod settings_tabs;
mod standing;
pub(crate) mod statements;
pub(crate) mod suspend;
pub(crate) mod token_policy;
pub(crate) mod trusted_domains;
pub(crate) mod verify;
mod wish_list;
pub(crate) mod withdraw;
mod workload_form;
