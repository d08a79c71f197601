//! A client id metadata document (draft-ietf-oauth-client-id-metadata-document sections 4 and 6):
//! what a client publishes about itself under its own address. It never says that anybody trusts
//! it, and it never holds a secret: a document with one is refused whole.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use crate::auth_method::AuthMethod;
use crate::canonical_json::canonical_json;
use crate::client_id::ClientId;
use crate::client_metadata::ClientMetadata;
use crate::document_hash::DocumentHash;
use crate::document_url::DocumentUrl;
use crate::fingerprint::Fingerprint;
use crate::grant_type::GrantType;
use crate::metadata_error::MetadataError;
use crate::metadata_member::Members;
use crate::response_type::ResponseType;

/// A document that says what it has to, with what it comes to for us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientDocument {
    url: DocumentUrl,
    body: Map<String, Value>,
    metadata: ClientMetadata,
}

/// Why a body is not the document of its address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClientDocumentError {
    /// A member that every document has is not there.
    #[error("{member} is missing")]
    Missing {
        /// The member.
        member: &'static str,
    },
    /// It is the document of another address.
    #[error("client_id is not the address of the document, character by character")]
    OtherClient,
    /// It shows a secret: whoever reads it has it.
    #[error("{member} is in the document; treat it as disclosed")]
    Secret {
        /// The member.
        member: String,
    },
    /// It wants to prove itself by a secret, which cannot be shared by a public document.
    #[error("{method} needs a secret, which a public document cannot share")]
    SharedSecret {
        /// The method.
        method: String,
    },
    /// `token_endpoint_auth_method` is not one of `token_endpoint_auth_methods_supported`.
    #[error("token_endpoint_auth_method is not one of token_endpoint_auth_methods_supported")]
    NotAmongMethods,
    /// It has no way to prove itself that we take.
    #[error("it proves itself neither by none nor by private_key_jwt")]
    NoCommonMethod,
    /// Another member is not acceptable.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
}

/// The ways in which such a client may prove itself, the strongest first.
const METHODS: [AuthMethod; 2] = [AuthMethod::PrivateKeyJwt, AuthMethod::None];
const MAX_METHODS: usize = 20;

impl ClientDocument {
    /// Reads the body that was found at `url`. Members that are not known are ignored, and so are
    /// grants and response types that we do not offer.
    pub fn parse(url: DocumentUrl, body: Map<String, Value>) -> Result<Self, ClientDocumentError> {
        let members = Members(&body);
        let missing = |member| ClientDocumentError::Missing { member };
        let client_id = members
            .text("client_id")?
            .ok_or_else(|| missing("client_id"))?;
        if client_id != url.as_str() {
            return Err(ClientDocumentError::OtherClient);
        }
        for member in ["client_name", "redirect_uris"] {
            members.value(member).ok_or_else(|| missing(member))?;
        }
        if let Some(member) = body.keys().find(|name| name.starts_with("client_secret")) {
            let member = member.chars().take(64).collect();
            return Err(ClientDocumentError::Secret { member });
        }
        let method = auth_method(&members)?;
        let metadata = ClientMetadata::parse(&as_registered(&body, method))?;
        if metadata.client_name().is_none() {
            return Err(missing("client_name"));
        }
        Ok(Self {
            url,
            body,
            metadata,
        })
    }

    /// Its address, which is the client's identifier.
    pub const fn url(&self) -> &DocumentUrl {
        &self.url
    }

    /// The identifier that its address is.
    pub fn client_id(&self) -> ClientId {
        self.url.client_id()
    }

    /// What it says, as it was sent.
    pub const fn body(&self) -> &Map<String, Value> {
        &self.body
    }

    /// What the client is for us: it signs people in, by a method that needs no shared secret.
    pub const fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// SHA-256 over the canonical body: the same for the same content, however it is written.
    pub fn hash(&self) -> DocumentHash {
        let canonical = canonical_json(&Value::Object(self.body.clone()));
        DocumentHash::from_bytes(Sha256::digest(canonical).into())
    }

    /// The fingerprint of its family: of what it says about itself, and of where it says so.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of_document(&self.url, &self.metadata)
    }
}

/// How the client proves itself. An absent `token_endpoint_auth_method` is `none`, not RFC 7591's
/// default, unless the client lists what it can (OpenID Connect RP Metadata Choices 1.0): then it
/// is the strongest of these that we take.
fn auth_method(members: &Members<'_>) -> Result<AuthMethod, ClientDocumentError> {
    let one = members.text("token_endpoint_auth_method")?;
    let several = members.texts("token_endpoint_auth_methods_supported", MAX_METHODS)?;
    let named = one.into_iter().chain(several.iter().flatten().copied());
    if let Some(method) = named.clone().find(|name| name.starts_with("client_secret")) {
        let method = method.chars().take(64).collect();
        return Err(ClientDocumentError::SharedSecret { method });
    }
    let among = |method: AuthMethod, list: &[&str]| list.contains(&method.as_str());
    match (one, several) {
        (None, None) => Ok(AuthMethod::None),
        (Some(one), Some(list)) if !list.contains(&one) => {
            Err(ClientDocumentError::NotAmongMethods)
        }
        (Some(one), _) => METHODS
            .into_iter()
            .find(|method| method.as_str() == one)
            .ok_or(ClientDocumentError::NoCommonMethod),
        (None, Some(list)) => METHODS
            .into_iter()
            .find(|method| among(*method, &list) && may_use(*method, members))
            .ok_or(ClientDocumentError::NoCommonMethod),
    }
}

/// A key is needed to prove oneself by one.
fn may_use(method: AuthMethod, members: &Members<'_>) -> bool {
    method == AuthMethod::None
        || members.value("jwks").is_some()
        || members.value("jwks_uri").is_some()
}

/// The document as a registration would say it: with its method, and of grants and response types
/// only those that we offer to somebody who was never seen.
fn as_registered(body: &Map<String, Value>, method: AuthMethod) -> Map<String, Value> {
    let mut sent = body.clone();
    sent.insert(
        "token_endpoint_auth_method".to_owned(),
        method.as_str().into(),
    );
    let mut keep = |name: &str, offered: &[&str]| {
        if let Some(Value::Array(list)) = sent.get_mut(name) {
            list.retain(|word| word.as_str().is_none_or(|word| offered.contains(&word)));
        }
    };
    let grants = [GrantType::AuthorizationCode, GrantType::RefreshToken];
    keep("grant_types", &grants.map(GrantType::as_str));
    keep("response_types", &[ResponseType::Code.as_str()]);
    sent
}

#[cfg(test)]
mod tests;
