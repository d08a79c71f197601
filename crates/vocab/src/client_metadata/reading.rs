//! The members of client metadata whose reading depends on another member. It never fills a
//! default that is not RFC 7591's or OpenID Connect's.

use std::collections::BTreeSet;

use crate::application_type::ApplicationType;
use crate::client_metadata::MAX_REDIRECT_URIS;
use crate::grant_type::GrantType;
use crate::key_set::KeySet;
use crate::metadata_error::{MetadataError, MetadataProblem};
use crate::metadata_member::Members;
use crate::redirect_uri::RedirectUri;
use crate::response_type::ResponseType;
use crate::workload_identity::WorkloadIdentity;

const MAX_WORDS: usize = 20;

/// `grant_types` (default `authorization_code`) consistent with `response_types` (RFC 7591
/// section 2.1). A `response_types` that is absent follows the grants.
pub(super) fn grant_types(members: &Members<'_>) -> Result<BTreeSet<GrantType>, MetadataError> {
    let conflict = |member: &str, reason| {
        Err(MetadataError::client(
            member,
            MetadataProblem::Conflict { reason },
        ))
    };
    let grants: BTreeSet<_> = members
        .parsed_list("grant_types", MAX_WORDS)?
        .unwrap_or_else(|| vec![GrantType::AuthorizationCode])
        .into_iter()
        .collect();
    if grants.is_empty() {
        return conflict("grant_types", "it is empty");
    }
    let code = grants.contains(&GrantType::AuthorizationCode);
    let by_a_person = grants.iter().any(|grant| grant.is_a_persons());
    if grants.contains(&GrantType::RefreshToken) && !by_a_person {
        let reason = "refresh_token needs authorization_code or device_code";
        return conflict("grant_types", reason);
    }
    let responses: Option<Vec<ResponseType>> = members.parsed_list("response_types", MAX_WORDS)?;
    match responses {
        Some(list) if list.is_empty() && code => conflict(
            "response_types",
            "authorization_code needs the response type code",
        ),
        Some(list) if !list.is_empty() && !code => conflict(
            "response_types",
            "code needs the grant type authorization_code",
        ),
        Some(_) | None => Ok(grants),
    }
}

pub(super) fn redirect_uris(
    members: &Members<'_>,
    grants: &BTreeSet<GrantType>,
) -> Result<Vec<RedirectUri>, MetadataError> {
    let name = "redirect_uris";
    let as_redirect = |error: MetadataError| MetadataError::redirect(error.member, error.why);
    let uris: Vec<RedirectUri> = members
        .parsed_list(name, MAX_REDIRECT_URIS)
        .map_err(as_redirect)?
        .unwrap_or_default();
    if uris.is_empty() && grants.contains(&GrantType::AuthorizationCode) {
        let reason = "a client that signs people in registers at least one";
        return Err(MetadataError::redirect(
            name,
            MetadataProblem::Missing { reason },
        ));
    }
    Ok(without_repetition(uris))
}

/// Where people may go after they signed out: addresses as the redirect URIs are, none as a rule.
pub(super) fn post_logout_redirect_uris(
    members: &Members<'_>,
) -> Result<Vec<RedirectUri>, MetadataError> {
    let uris = members.parsed_list("post_logout_redirect_uris", MAX_REDIRECT_URIS)?;
    Ok(without_repetition(uris.unwrap_or_default()))
}

fn without_repetition(uris: Vec<RedirectUri>) -> Vec<RedirectUri> {
    let mut known = BTreeSet::new();
    uris.into_iter()
        .filter(|uri| known.insert(uri.clone()))
        .collect()
}

/// Absent: native when every redirect URI is the application's own on the device, else web.
pub(super) fn application_type(
    members: &Members<'_>,
    redirects: &[RedirectUri],
) -> Result<ApplicationType, MetadataError> {
    let usual = ApplicationType::of(redirects);
    match members.parsed("application_type")? {
        Some(ApplicationType::Web) if usual == ApplicationType::Native => {
            let reason = "an application of type web has an https redirect URI";
            let why = MetadataProblem::Conflict { reason };
            Err(MetadataError::redirect("redirect_uris", why))
        }
        Some(stated) => Ok(stated),
        None => Ok(usual),
    }
}

pub(super) fn jwks(members: &Members<'_>) -> Result<Option<KeySet>, MetadataError> {
    let parse = |value| KeySet::parse(value).map_err(|error| MetadataError::client("jwks", error));
    members.value("jwks").map(parse).transpose()
}

pub(super) fn workload(members: &Members<'_>) -> Result<Option<WorkloadIdentity>, MetadataError> {
    let name = "workload_identity";
    let parse =
        |value| WorkloadIdentity::parse(value).map_err(|error| MetadataError::client(name, error));
    members.value(name).map(parse).transpose()
}
