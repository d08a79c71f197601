//! A person asks for a client that nobody has decided about: the wish goes to the people who decide, the sign-in is
//! parked. Nothing is given and nothing is sent to the client.

use chrono::Duration;
use narthex_tenancy::TenantTx;
use narthex_tenancy::ledger::{self, Act, Actor};
use narthex_tenancy::permission::Person;
use narthex_vocab::{Ask, Id, Parked};
use rand_core::CryptoRng;
use serde_json::json;

use crate::authorize::request::AuthorizationRequest;
use crate::call::Call;
use crate::client::Standing;
use crate::page_error::PageError;
use crate::signed_in::SignedIn;
use crate::store;
use crate::store::ask::Wish;
use crate::store::parked::ParkedSignIn;

/// As long as quarantine itself.
const PARKED: Duration = Duration::hours(72);

/// Why somebody wants an app: 1 to 500 characters, trimmed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reason(String);

impl Reason {
    /// The longest, in characters.
    pub(crate) const MAX: usize = 500;

    /// `None` for an empty or too long text.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let fits = (1..=Self::MAX).contains(&text.chars().count()) && !text.contains('\0');
        fits.then(|| Self(text.to_owned()))
    }
}

/// What became of it.
pub(crate) enum Asked {
    /// Wait there.
    Parked(Id<Parked>),
    /// It was decided meanwhile: the same request again.
    Decided(Box<AuthorizationRequest>),
}

/// Files the wish and parks the sign-in. `reason` is `None` for somebody who asked before.
pub(crate) async fn ask(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, request, reason): (&SignedIn, AuthorizationRequest, Option<&Reason>),
    rng: &mut dyn CryptoRng,
) -> Result<Asked, PageError> {
    let environment = call.place.environment;
    match store::client::find(tx, environment, &request.client_id, call.now).await? {
        Standing::Undecided(client) if client.waiting => {}
        Standing::Approved(_) => return Ok(Asked::Decided(Box::new(request))),
        Standing::Undecided(_) | Standing::Stopped(_) => return Err(PageError::Stopped),
        Standing::Unknown => return Err(PageError::UnknownClient),
    }
    if let Some(Reason(reason)) = reason {
        let wish = Wish {
            id: Id::new(call.now, rng),
            client: &request.client_id,
            member: person.member.id,
            scope: &request.wanted.scope.clone().unwrap_or_default(),
            reason,
        };
        if store::ask::insert(tx, environment, &wish, call.now).await? {
            record(tx, call, (person, wish.id, &request), reason).await?;
        }
    }
    let parked = ParkedSignIn {
        id: Id::new(call.now, rng),
        member: person.member.id,
        request,
        created_at: call.now,
        expires_at: call.now + PARKED,
    };
    store::parked::insert(tx, environment, &parked).await?;
    Ok(Asked::Parked(parked.id))
}

async fn record(
    tx: &mut TenantTx,
    call: Call<'_>,
    (person, ask, request): (&SignedIn, Id<Ask>, &AuthorizationRequest),
    reason: &str,
) -> Result<(), PageError> {
    let actor = Person {
        tenant: call.place.tenant,
        member: person.member.id,
        name: person.member.name.to_string(),
    };
    let act = Act {
        actor: Actor::Person(&actor),
        action: "client.ask",
        object: ask.to_string(),
        environment: Some(call.place.environment),
        reason,
        detail: json!({ "client_id": request.client_id, "scope": request.wanted.scope }),
        request_id: call.request_id,
    };
    Ok(ledger::record(tx, act, call.now).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_says_something() {
        assert_eq!(
            Reason::parse("  I need it \n"),
            Some(Reason("I need it".to_owned()))
        );
        for bad in ["", "  \n", &"a".repeat(501), "a\0b"] {
            assert_eq!(Reason::parse(bad), None);
        }
        assert!(Reason::parse(&"é".repeat(500)).is_some());
    }
}
