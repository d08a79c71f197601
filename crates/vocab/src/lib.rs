//! The words of Narthex as types: parsing only, no IO, no clock, no randomness of its own.
//!
//! One file a noun; every noun is re-exported here. A value of one of these types is already
//! checked: there is no second, weaker way to have one. Time ([`Timestamp`]) and chance
//! (`&mut dyn rand_core::CryptoRng`) are parameters.

mod claim_state;
mod machine;
mod word;

#[cfg(test)]
mod chance;

mod app_scheme;
mod application_type;
mod attempt;
mod auth_method;
mod brand;
mod canonical_json;
mod challenge;
mod client_document;
mod client_id;
mod client_metadata;
mod client_name;
mod client_state;
mod code_point;
mod credential_state;
mod deferral_state;
mod disallowed;
mod document_drift;
mod document_hash;
mod document_url;
mod domain_state;
mod email;
mod environment;
mod fingerprint;
mod grant_type;
mod host;
mod host_pattern;
mod id;
mod imitation;
mod issuer;
mod json_object;
mod key_set;
pub mod kind;
mod label;
mod language_tag;
mod localized;
mod mark;
mod metadata_error;
mod metadata_member;
mod metadata_rules;
mod name;
mod optional_member;
mod picture;
mod pkce;
mod public_key;
mod quarantine_state;
mod redirect_uri;
mod registration_mode;
mod request_state;
mod resource_uri;
mod response_type;
mod risk;
mod scope;
mod scope_set;
mod secret;
mod secret_hash;
mod secret_kind;
mod sighting;
mod software_statement;
mod tenant_slug;
mod time;
mod token_lifetime;
mod tool;
mod uri_text;
mod verification_code;
mod web_uri;

pub use app_scheme::{AppScheme, AppSchemeError};
pub use application_type::ApplicationType;
pub use attempt::AttemptOutcome;
pub use auth_method::AuthMethod;
pub use brand::Brand;
pub use canonical_json::canonical_json;
pub use challenge::{Challenge, ChallengeError};
pub use claim_state::ClaimState;
pub use client_document::{ClientDocument, ClientDocumentError};
pub use client_id::{ClientId, ClientIdError};
pub use client_metadata::{ClientMetadata, MAX_CONTACTS, MAX_REDIRECT_URIS, Page};
pub use client_name::ClientName;
pub use client_state::ClientState;
pub use code_point::is_hidden;
pub use credential_state::CredentialState;
pub use deferral_state::DeferralState;
pub use disallowed::{Breach, Disallowed, MetadataRule};
pub use document_drift::Drift;
pub use document_hash::{DocumentHash, DocumentHashError};
pub use document_url::{DocumentUrl, DocumentUrlError};
pub use domain_state::DomainState;
pub use email::{Email, EmailError};
pub use environment::Environment;
pub use fingerprint::{Fingerprint, FingerprintError};
pub use grant_type::GrantType;
pub use host::{Host, HostError, HostName};
pub use host_pattern::{HostPattern, HostPatternError};
pub use id::{Id, IdError, PLATFORM_TENANT};
pub use imitation::{BrandClaim, Imitation, Standing};
pub use issuer::Issuer;
pub use json_object::{JSON_DEPTH, JsonObjectError, json_object};
pub use key_set::{KeySet, KeySetError};
pub use kind::{
    Approval, Ask, Attempt, Credential, Decision, Deferral, Domain, Entry, Finding, Grant, IdKind,
    InitialAccess, Integration, Invitation, Member, Offer, Order, Parked, PolicyRun, Proof,
    Request, Resource, Session, Tenant,
};
pub use label::Label;
pub use language_tag::{LanguageTag, LanguageTagError};
pub use localized::MAX_LANGUAGES;
pub use mark::{Mark, MarkKind};
pub use metadata_error::{MetadataError, MetadataProblem, RegistrationErrorCode};
pub use metadata_rules::{Admits, Allowlist, MetadataRules, Widening};
pub use name::NameError;
pub use optional_member::OptionalMember;
pub use picture::{Picture, PictureError, PictureHash, PictureHashError};
pub use pkce::{CodeChallenge, CodeVerifier, PkceError};
pub use public_key::{PublicKey, PublicKeyError};
pub use quarantine_state::QuarantineState;
pub use redirect_uri::{RedirectUri, RedirectUriError, RedirectUriKind};
pub use registration_mode::{RegistrationMode, can_wait};
pub use request_state::RequestState;
pub use resource_uri::{ResourceUri, ResourceUriError};
pub use response_type::ResponseType;
pub use risk::Risk;
pub use scope::{Scope, ScopeError};
pub use scope_set::{ScopeSet, ScopeSetError};
pub use secret::{Secret, SecretError};
pub use secret_hash::{HashKey, SecretHash};
pub use secret_kind::SecretKind;
pub use sighting::{Glimpse, ProofMethod, ResolverSaw, Saw, Sighting};
pub use software_statement::{SoftwareStatement, SoftwareStatementError, StatementAlgorithm};
pub use tenant_slug::{TenantSlug, TenantSlugError};
pub use time::Timestamp;
pub use token_lifetime::{TokenLifetime, TokenLifetimeError};
pub use tool::{SchemaHash, SchemaHashError, ToolName, ToolNameError};
pub use uri_text::UriError;
pub use verification_code::{VerificationCode, VerificationCodeError};
pub use web_uri::{WebUri, WebUriError};
pub use word::UnknownWord;
