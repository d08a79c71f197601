//! The only place of this crate with queries. Every function takes the tenant's transaction; a row becomes a noun here
//! or is [`narthex_tenancy::StoreError::Corrupt`].

pub(crate) mod ask;
pub(crate) mod asked_anew;
pub(crate) mod client;
pub(crate) mod code;
pub(crate) mod consent;
pub(crate) mod credential;
pub(crate) mod device;
pub(crate) mod document;
pub(crate) mod document_key;
pub(crate) mod entitlement;
pub(crate) mod fetch_order;
pub(crate) mod grant;
pub(crate) mod issuance;
pub(crate) mod lineage;
pub(crate) mod logo;
pub(crate) mod logout_notice;
pub(crate) mod parked;
pub(crate) mod policy;
pub(crate) mod pushed;
pub(crate) mod refresh;
pub(crate) mod replay;
pub(crate) mod resource;
pub(crate) mod security_event;
pub(crate) mod signed_out;
pub(crate) mod signing_key;
pub(crate) mod warning;
pub(crate) mod workload;
