//! What a person has let in at this issuer, and how they take it back (OAuth 2.1 section 7.9): every grant of the client ends, and with
//! it every token, at once; what was allowed before answers for them no more.

use std::collections::BTreeMap;

use narthex_tenancy::{
    TenantTx,
    ledger::{self, Act, Actor},
    permission::Person,
    tenant,
};
use narthex_vocab::{ClientId, ScopeSet, Timestamp};
use serde_json::json;

use crate::call::Call;
use crate::client::Standing;
use crate::entitlement::EntitledScope;
use crate::page_error::PageError;
use crate::signed_in::SignedIn;
use crate::store;

/// A client that the person has let in, with everything that is open.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) id: ClientId,
    /// Its name for itself; `None` for one that was stopped.
    pub(crate) name: Option<String>,
    pub(crate) scopes: ScopeSet,
    /// The scopes among them that the catalogue describes.
    pub(crate) described: Vec<EntitledScope>,
    pub(crate) since: Timestamp,
    pub(crate) ends: Timestamp,
}

/// Everything that the person has let in, the newest first, with the tenant's name.
pub(crate) async fn apps(
    tx: &mut TenantTx,
    call: Call<'_>,
    person: &SignedIn,
) -> Result<(String, Vec<App>), PageError> {
    let environment = call.place.environment;
    let open = store::grant::open_of(tx, environment, person.member.id, call.now).await?;
    let mut apps: BTreeMap<ClientId, App> = BTreeMap::new();
    for grant in open {
        let app = apps.entry(grant.client.clone()).or_insert_with(|| App {
            id: grant.client,
            name: None,
            scopes: ScopeSet::default(),
            described: Vec::new(),
            since: grant.created_at,
            ends: grant.expires_at,
        });
        app.scopes = app
            .scopes
            .iter()
            .chain(grant.scope.iter())
            .cloned()
            .collect();
        app.since = app.since.min(grant.created_at);
        app.ends = app.ends.max(grant.expires_at);
    }
    for app in apps.values_mut() {
        let standing = store::client::find(tx, environment, &app.id, call.now).await?;
        if let Standing::Approved(client) = standing {
            app.name = client.metadata().client_name().map(ToString::to_string);
            let entitled = client.entitlement(call.now).scopes.into_iter();
            let own = |entry: &EntitledScope| app.scopes.contains(&entry.scope);
            app.described = entitled.filter(own).collect();
        }
    }
    let mut apps: Vec<_> = apps.into_values().collect();
    apps.sort_by_key(|app| std::cmp::Reverse(app.since));
    Ok((tenant::load(tx).await?.name.to_string(), apps))
}

/// Takes back what a client was allowed; taking it back twice is no error.
pub(crate) async fn remove(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, client): (&SignedIn, &ClientId),
) -> Result<(), PageError> {
    let environment = call.place.environment;
    let whose = (person.member.id, client);
    let ended = store::grant::end_of(tx, environment, whose, call.now).await?;
    store::consent::end(tx, environment, whose, call.now).await?;
    if ended == 0 {
        return Ok(());
    }
    let actor = Person {
        tenant: call.place.tenant,
        member: person.member.id,
        name: person.member.name.to_string(),
    };
    let act = Act {
        actor: Actor::Person(&actor),
        action: "grant.take_back",
        object: client.to_string(),
        environment: Some(environment),
        reason: "",
        detail: json!({ "grants": ended }),
        request_id: call.request_id,
    };
    ledger::record(tx, act, call.now).await?;
    Ok(())
}
