//! Client metadata (RFC 7591 section 2, OpenID Connect Dynamic Client Registration 1.0 section 2):
//! what a client says about itself, read once, defaults filled. It never carries what the server
//! decides (identifier, secret, state), and what it does not know it does not keep.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::application_type::ApplicationType;
use crate::auth_method::AuthMethod;
use crate::client_name::ClientName;
use crate::grant_type::GrantType;
use crate::host::{Host, HostName};
use crate::key_set::KeySet;
use crate::label::Label;
use crate::language_tag::LanguageTag;
use crate::localized::{Localized, with_tag};
use crate::metadata_error::{MetadataError, MetadataProblem};
use crate::metadata_member::Members;
use crate::optional_member::OptionalMember;
use crate::redirect_uri::RedirectUri;
use crate::response_type::ResponseType;
use crate::scope_set::ScopeSet;
use crate::signing_algorithm::SigningAlgorithm;
use crate::web_uri::WebUri;
use crate::workload_identity::WorkloadIdentity;

/// The most redirect URIs of one client.
pub const MAX_REDIRECT_URIS: usize = 50;
/// The most contacts of one client.
pub const MAX_CONTACTS: usize = 10;

/// Effective client metadata: consistent, complete, without anything the house does not know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientMetadata {
    redirect_uris: Vec<RedirectUri>,
    post_logout_redirect_uris: Vec<RedirectUri>,
    auth_method: AuthMethod,
    grant_types: BTreeSet<GrantType>,
    application_type: ApplicationType,
    client_name: Option<ClientName>,
    client_uri: Option<WebUri>,
    logo_uri: Option<WebUri>,
    tos_uri: Option<WebUri>,
    policy_uri: Option<WebUri>,
    jwks_uri: Option<WebUri>,
    backchannel_logout_uri: Option<WebUri>,
    jwks: Option<KeySet>,
    scope: Option<ScopeSet>,
    contacts: Vec<Label>,
    software_id: Option<Label>,
    software_version: Option<Label>,
    pushes_requests: bool,
    binds_tokens: bool,
    id_token_algorithm: SigningAlgorithm,
    workload: Option<WorkloadIdentity>,
    localized: Localized,
}

/// One https address of the metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page<'a> {
    /// The member that it is in.
    pub member: OptionalMember,
    /// The language that it is for, if it says one.
    pub language: Option<&'a LanguageTag>,
    /// The address.
    pub uri: &'a WebUri,
}

impl Page<'_> {
    /// The member as it was sent: `logo_uri#ja`.
    pub fn name(&self) -> String {
        self.language.map_or_else(
            || self.member.as_str().to_owned(),
            |tag| with_tag(self.member.as_str(), tag),
        )
    }
}

impl ClientMetadata {
    /// Reads metadata as a registrant sent it. Members that are not known are ignored (RFC 7591
    /// section 2), null is as absent.
    pub fn parse(sent: &Map<String, Value>) -> Result<Self, MetadataError> {
        let members = Members(sent);
        let grant_types = reading::grant_types(&members)?;
        let redirect_uris = reading::redirect_uris(&members, &grant_types)?;
        let application_type = reading::application_type(&members, &redirect_uris)?;
        let scope: Option<ScopeSet> = members.spoken("scope")?;
        let metadata = Self {
            redirect_uris,
            post_logout_redirect_uris: reading::post_logout_redirect_uris(&members)?,
            auth_method: members
                .parsed("token_endpoint_auth_method")?
                .unwrap_or(AuthMethod::ClientSecretBasic),
            grant_types,
            application_type,
            client_name: members.spoken("client_name")?,
            client_uri: members.spoken("client_uri")?,
            logo_uri: members.spoken("logo_uri")?,
            tos_uri: members.spoken("tos_uri")?,
            policy_uri: members.spoken("policy_uri")?,
            jwks_uri: members.spoken("jwks_uri")?,
            backchannel_logout_uri: members.spoken("backchannel_logout_uri")?,
            jwks: reading::jwks(&members)?,
            scope,
            contacts: members
                .parsed_list("contacts", MAX_CONTACTS)?
                .unwrap_or_default(),
            software_id: members.spoken("software_id")?,
            software_version: members.spoken("software_version")?,
            pushes_requests: members.flag("require_pushed_authorization_requests")?,
            binds_tokens: members.flag("dpop_bound_access_tokens")?,
            id_token_algorithm: members
                .parsed("id_token_signed_response_alg")?
                .unwrap_or(SigningAlgorithm::Rs256),
            workload: reading::workload(&members)?,
            localized: Localized::read(&members)?,
        };
        metadata.consistent()
    }

    fn consistent(self) -> Result<Self, MetadataError> {
        let conflict = |member: &str, reason| {
            Err(MetadataError::client(
                member,
                MetadataProblem::Conflict { reason },
            ))
        };
        if self.jwks.is_some() && self.jwks_uri.is_some() {
            return conflict("jwks", "jwks and jwks_uri exclude each other");
        }
        let has_keys = self.jwks.is_some() || self.jwks_uri.is_some();
        if self.auth_method == AuthMethod::PrivateKeyJwt && !has_keys {
            return conflict(
                "token_endpoint_auth_method",
                "private_key_jwt needs jwks or jwks_uri",
            );
        }
        let alone = [
            GrantType::ClientCredentials,
            GrantType::JwtBearer,
            GrantType::TokenExchange,
        ];
        if self.auth_method.is_public() && alone.iter().any(|grant| self.allows(*grant)) {
            return conflict(
                "grant_types",
                "client_credentials, jwt-bearer and token-exchange need a client that authenticates",
            );
        }
        let by_trust_domain = self
            .workload
            .as_ref()
            .map(|workload| workload.issuer().is_trust_domain());
        match (self.auth_method, by_trust_domain) {
            (AuthMethod::WorkloadJwt, Some(false)) | (AuthMethod::SpiffeJwt, Some(true)) => {
                Ok(self)
            }
            (AuthMethod::WorkloadJwt | AuthMethod::SpiffeJwt, _) => conflict(
                "workload_identity",
                "workload_jwt needs a workload of an https issuer, spiffe_jwt one of a trust domain",
            ),
            (_, Some(_)) => conflict(
                "workload_identity",
                "it proves the client by workload_jwt or spiffe_jwt alone",
            ),
            (_, None) => Ok(self),
        }
    }

    /// The metadata a quarantined identifier may have: a public client that signs people in.
    /// Whatever method was asked becomes `none`, whatever grants were asked beside
    /// `authorization_code` and `refresh_token` go; a client that asked for none of these is
    /// refused.
    pub fn clamp_for_quarantine(mut self) -> Result<Self, MetadataError> {
        if !self.allows(GrantType::AuthorizationCode) {
            let reason = "only clients that sign people in (authorization_code) may wait here";
            return Err(MetadataError::client(
                "grant_types",
                MetadataProblem::Conflict { reason },
            ));
        }
        self.auth_method = AuthMethod::None;
        self.workload = None;
        let kept = [GrantType::AuthorizationCode, GrantType::RefreshToken];
        self.grant_types.retain(|grant| kept.contains(grant));
        self.consistent()
    }

    /// The metadata of what a known client registers: as above, but that a client with keys in its
    /// metadata may prove itself by them and act for itself. It has no secret either.
    pub fn clamp_for_an_agent(self) -> Result<Self, MetadataError> {
        if self.auth_method == AuthMethod::PrivateKeyJwt && self.jwks.is_some() {
            Ok(self)
        } else {
            self.clamp_for_quarantine()
        }
    }

    /// Every domain name it names, but for this machine's: what must be proved or allowed.
    pub fn hosts(&self) -> BTreeSet<HostName> {
        let redirects = self.redirect_uris.iter();
        let redirects = redirects.chain(&self.post_logout_redirect_uris);
        let redirects = redirects.filter_map(RedirectUri::host);
        let redirects =
            redirects
                .filter(|host| !host.is_loopback())
                .filter_map(|host| match host {
                    Host::Name(name) => Some(name),
                    Host::Address(_) => None,
                });
        redirects
            .chain(self.pages().map(|page| page.uri.host().clone()))
            .collect()
    }

    /// Every https address it names beside its redirect URIs, the plain ones first.
    pub fn pages(&self) -> impl Iterator<Item = Page<'_>> {
        let plain = [
            (OptionalMember::ClientUri, &self.client_uri),
            (OptionalMember::LogoUri, &self.logo_uri),
            (OptionalMember::TosUri, &self.tos_uri),
            (OptionalMember::PolicyUri, &self.policy_uri),
            (OptionalMember::JwksUri, &self.jwks_uri),
            (
                OptionalMember::BackchannelLogoutUri,
                &self.backchannel_logout_uri,
            ),
        ];
        let plain = plain.into_iter().filter_map(|(member, uri)| {
            Some(Page {
                member,
                language: None,
                uri: uri.as_ref()?,
            })
        });
        let localized = self.localized.pages.iter();
        plain.chain(localized.map(|((member, tag), uri)| Page {
            member: *member,
            language: Some(tag),
            uri,
        }))
    }

    /// Every name it gives itself, in whatever language; the plain one first.
    pub fn names(&self) -> impl Iterator<Item = &ClientName> {
        let localized = self.localized.names.values();
        self.client_name.iter().chain(localized)
    }

    /// The names it gives itself in other languages.
    pub fn localized_names(&self) -> impl Iterator<Item = (&LanguageTag, &ClientName)> {
        self.localized.names.iter()
    }

    /// Whether it has this grant.
    pub fn allows(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// The registered redirect URI that `presented` may be used for, as presented.
    pub fn redirect_uri(&self, presented: &str) -> Option<RedirectUri> {
        self.redirect_uris
            .iter()
            .find_map(|uri| uri.matched(presented))
    }

    /// `redirect_uris`, in the order sent, without repetition.
    pub fn redirect_uris(&self) -> &[RedirectUri] {
        &self.redirect_uris
    }

    /// `post_logout_redirect_uris` (OpenID Connect RP-Initiated Logout 1.0 section 3.1), as the ones above.
    pub fn post_logout_redirect_uris(&self) -> &[RedirectUri] {
        &self.post_logout_redirect_uris
    }

    /// The registered address after a sign-out that `presented` may be used for, as presented.
    pub fn post_logout_redirect_uri(&self, presented: &str) -> Option<RedirectUri> {
        self.post_logout_redirect_uris
            .iter()
            .find_map(|uri| uri.matched(presented))
    }

    /// `backchannel_logout_uri` (OpenID Connect Back-Channel Logout 1.0 section 2.2).
    pub const fn backchannel_logout_uri(&self) -> Option<&WebUri> {
        self.backchannel_logout_uri.as_ref()
    }

    /// `id_token_signed_response_alg`.
    pub const fn id_token_algorithm(&self) -> SigningAlgorithm {
        self.id_token_algorithm
    }

    /// `token_endpoint_auth_method`.
    pub const fn auth_method(&self) -> AuthMethod {
        self.auth_method
    }

    /// `grant_types`, never empty.
    pub const fn grant_types(&self) -> &BTreeSet<GrantType> {
        &self.grant_types
    }

    /// `response_types`: `code` when people sign in through it, else none. The grants imply it.
    pub fn response_types(&self) -> &'static [ResponseType] {
        if self.allows(GrantType::AuthorizationCode) {
            ResponseType::ALL
        } else {
            &[]
        }
    }

    /// `application_type`.
    pub const fn application_type(&self) -> ApplicationType {
        self.application_type
    }

    /// `client_name`, in no language that is known.
    pub const fn client_name(&self) -> Option<&ClientName> {
        self.client_name.as_ref()
    }

    /// `client_uri`.
    pub const fn client_uri(&self) -> Option<&WebUri> {
        self.client_uri.as_ref()
    }

    /// `logo_uri`.
    pub const fn logo_uri(&self) -> Option<&WebUri> {
        self.logo_uri.as_ref()
    }

    /// `tos_uri`.
    pub const fn tos_uri(&self) -> Option<&WebUri> {
        self.tos_uri.as_ref()
    }

    /// `policy_uri`.
    pub const fn policy_uri(&self) -> Option<&WebUri> {
        self.policy_uri.as_ref()
    }

    /// `jwks_uri`; never together with `jwks`.
    pub const fn jwks_uri(&self) -> Option<&WebUri> {
        self.jwks_uri.as_ref()
    }

    /// `jwks`; never together with `jwks_uri`.
    pub const fn jwks(&self) -> Option<&KeySet> {
        self.jwks.as_ref()
    }

    /// `scope`: what the client asks for, which is never what it has.
    pub const fn scope(&self) -> Option<&ScopeSet> {
        self.scope.as_ref()
    }

    /// `contacts`.
    pub fn contacts(&self) -> &[Label] {
        &self.contacts
    }

    /// `software_id`.
    pub const fn software_id(&self) -> Option<&Label> {
        self.software_id.as_ref()
    }

    /// `require_pushed_authorization_requests` (RFC 9126 section 6): no other request of the client is taken.
    pub const fn pushes_requests(&self) -> bool {
        self.pushes_requests
    }

    /// `dpop_bound_access_tokens` (RFC 9449 section 5.2): the client gets no token without a proof of its key.
    pub const fn binds_tokens(&self) -> bool {
        self.binds_tokens
    }

    /// `workload_identity`: the workload that the client is, for a client that proves itself so.
    pub const fn workload(&self) -> Option<&WorkloadIdentity> {
        self.workload.as_ref()
    }

    /// `software_version`.
    pub const fn software_version(&self) -> Option<&Label> {
        self.software_version.as_ref()
    }
}

#[cfg(test)]
mod properties;
mod reading;
#[cfg(test)]
mod refusals;
#[cfg(test)]
mod tests;
mod writing;
