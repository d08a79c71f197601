//! The tables as diesel sees them: one file per Postgres schema. No query lives here.
//! A table that has a column of its own name is plural here, since diesel cannot tell the two apart.

pub mod intake;
pub mod issue;
pub mod ledger;
pub mod registry;
pub mod review;
pub mod tenant;

use self::{
    intake::{
        ask, attempt, attempt_log, brake, deferral, document, family, fetch_order,
        initial_access_scope, initial_access_token, key_set, listing, quarantine,
        registration_access, registration_update, statement_keys, tally,
    },
    issue::{
        authorization_code, consent, grant, issuance, last_used, parked, published_key,
        refresh_token, revocation, signing_key,
    },
    ledger::{entry, head},
    registry::{
        client, credential, domain, entitled_tool, entitlement, integration, pinned_document,
        resource, resource_credential, scopes, tools,
    },
    review::{
        access_request, approval, approval_host, approval_scope, approval_tool, brand, brand_host,
        decision, finding, mark, offer, offer_scope, offer_tool, policy_run, proof,
        requested_scope, requested_tool,
    },
    tenant::{
        allowed_name, environments, invitation, member, membership, metadata_rules, session,
        statement_issuer, tenants,
    },
};

diesel::allow_tables_to_appear_in_same_query!(
    ask,
    attempt,
    attempt_log,
    brake,
    deferral,
    document,
    family,
    fetch_order,
    initial_access_scope,
    initial_access_token,
    key_set,
    listing,
    quarantine,
    registration_access,
    registration_update,
    statement_keys,
    tally,
    authorization_code,
    consent,
    grant,
    issuance,
    last_used,
    parked,
    published_key,
    refresh_token,
    revocation,
    signing_key,
    entry,
    head,
    client,
    credential,
    domain,
    entitled_tool,
    entitlement,
    integration,
    pinned_document,
    resource,
    resource_credential,
    scopes,
    tools,
    access_request,
    approval,
    approval_host,
    approval_scope,
    approval_tool,
    brand,
    brand_host,
    decision,
    finding,
    mark,
    offer,
    offer_scope,
    offer_tool,
    policy_run,
    proof,
    requested_scope,
    requested_tool,
    allowed_name,
    environments,
    invitation,
    member,
    membership,
    metadata_rules,
    session,
    statement_issuer,
    tenants,
);
