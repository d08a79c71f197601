//! How a resource proves itself at introspection and at the decision API: HTTP Basic with its id and a secret of its
//! own kind. A client's secret is worth nothing here.

use narthex_tenancy::TenantTx;
use narthex_vocab::{Id, Resource, ResourceUri, Secret, SecretKind};

use crate::call::Call;
use crate::error::TokenError;
use crate::store;

/// A resource that proved itself.
#[derive(Debug, Clone)]
pub(crate) struct ResourceCaller {
    pub(crate) id: Id<Resource>,
    pub(crate) identifier: ResourceUri,
}

/// Whether the user of a Basic header names a resource (`res_…`) and not a client.
pub(crate) fn names_resource(user: &str) -> Option<Id<Resource>> {
    user.parse().ok()
}

/// Checks the secret of a resource.
pub(crate) async fn authenticate(
    tx: &mut TenantTx,
    call: Call<'_>,
    resource: Id<Resource>,
    secret: &str,
) -> Result<ResourceCaller, TokenError> {
    let refuse = |reason| TokenError::Client {
        reason,
        basic: true,
    };
    let secret = Secret::parse(SecretKind::ResourceSecret, secret)
        .map_err(|_| refuse("not a resource secret"))?;
    let hash = secret.hash(call.hash_key);
    let environment = call.place.environment;
    let known = store::credential::of_resource(tx, environment, resource, call.now).await?;
    let known = known.ok_or_else(|| refuse("no such resource, or no live secret"))?;
    let matching = known.hashes.iter().filter(|own| own.ct_eq(&hash)).count();
    if matching == 0 {
        return Err(refuse("the secret is not one of its live ones"));
    }
    Ok(ResourceCaller {
        id: resource,
        identifier: known.identifier,
    })
}
